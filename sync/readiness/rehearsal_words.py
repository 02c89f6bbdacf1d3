"""The rehearsal in words: its check, and its steps as a report names them."""

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
