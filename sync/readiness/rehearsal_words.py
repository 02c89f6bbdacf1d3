"""The rehearsal in words: its check, its steps, and what proves them."""

from collections.abc import Mapping
from typing import Final

from sync.readiness.check_words import ADMINISTRATOR, Check
from sync.words import Words

REHEARSAL: Final = (
    Check(
        "rehearsal",
        False,
        "",
        Words("试考与故障演练", "Rehearsal and fault drill"),
        Words(
            "亲眼看到断电断网时不丢作答，当天才不慌；跳过和未做的步骤不算通过",
            "Who has seen that nothing is lost without power or network stays calm on the day; a"
            " step skipped or not done does not pass",
        ),
        ADMINISTRATOR,
        Words("在“演练”页按提示逐步完成", "Follow the drill page step by step"),
    ),
)
STEPS: Final[Mapping[str, Words]] = {
    "sitting": Words("完整试考一场", "A whole rehearsal sitting"),
    "load": Words("满负荷保存", "Saving under full load"),
    "service": Words("停掉服务", "Stop the service"),
    "server-cable": Words("拔服务器网线", "Pull the server's cable"),
    "machine-cable": Words("拔一台考试机的网线", "Pull one machine's cable"),
    "disk": Words("磁盘写满（模拟）", "A full disk (simulated)"),
    "outside": Words("断开外网", "The outside network away"),
}
PROOFS: Final[Mapping[str, Words]] = {
    "rehearsed": Words("本考点结束过一场试考", "A rehearsal session was closed here"),
    "sat": Words("有人参加", "Somebody sat it"),
    "handed-in": Words("参加者全部交卷", "All who sat handed in"),
    "packed": Words("成绩数据已全部打包", "All of it is in sealed batches"),
    "pages": Words("参加的考试机页面", "Pages that take part"),
    "paced": Words("每台都按考试节奏保存过", "Each saved at the examination's pace"),
    "burst": Words("每台都参加了同一时刻的保存", "Each saved at the common moment"),
    "quick": Words("最慢百分之一的保存用时（毫秒）", "The slowest hundredth of the saves, ms"),
    "ran-on": Words("服务没有中断", "The service ran on"),
    "whole": Words(
        "已确认的作答全部在磁盘上，没有重复，没有剩余",
        "All acknowledged answers on the disk, once, none left over",
    ),
    "stopped": Words("看到服务中断（秒）", "The service was away, s"),
    "back": Words("考试机都已恢复联系", "The machines are back"),
    "waited": Words("中断期间有作答在考试机上等待", "Answers waited on the machines meanwhile"),
    "unplugged": Words("看到服务器网线拔下（秒）", "The server's cable was out, s"),
    "all-silent": Words("这时所有考试机都失去联系", "All machines were silent then"),
    "plugged": Words("网线已插回", "The cable is in again"),
    "one-silent": Words("恰好一台失去联系 10 秒以上", "Exactly one machine was silent for 10 s"),
    "others-heard": Words("其他考试机照常", "The others were heard"),
    "link-kept": Words("服务器网线没有动", "The server's cable stayed in"),
    "refused": Words("写入因空间不足被拒绝", "Writes were refused for want of room"),
    "room-again": Words("空间已恢复", "There is room again"),
    "was-in-touch": Words("先前能联系到总部", "Headquarters was in reach before"),
    "outside-away": Words("看到外网断开（秒）", "The outside was away, s"),
    "room-on": Words("这时考试机都照常", "The room went on meanwhile"),
    "in-touch": Words("又能联系到总部", "Headquarters is in reach again"),
}


def step_title(code: str) -> Words:
    """What a step is called; its code if only a newer version knows it."""
    return STEPS.get(code, Words(code, code))


def step_said(said: str) -> Words:
    """Why a step is not green: the proofs that are missing in words, or the reason as written."""
    found = [PROOFS.get(code) for code in said.split(", ")]
    if not said or None in found:
        return Words(said, said)
    known = [one for one in found if one]
    return Words(
        "缺：" + "；".join(one.zh for one in known),
        "Missing: " + "; ".join(one.en for one in known),
    )
