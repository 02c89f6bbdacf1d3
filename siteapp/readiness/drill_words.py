"""The drill in words that a teacher can follow: each step, what to do, and each proof."""

from typing import Final, NamedTuple

from siteapp.readiness.drill import Phase, Step
from sync.words import Words


class StepWords(NamedTuple):
    """What the person does one after another, and what the step shows."""

    do: tuple[Words, ...]
    shows: Words


_LOAD_FIRST: Final = Words(
    "至少在一台考试机上打开 /check 页面，并保持打开（越多越好）。",
    "Keep the page /check open at one machine at least; the more the better.",
)
_WAIT: Final = Words(
    "等到下面各项都打勾，本步自动通过。",
    "Wait until everything below is ticked; the step then passes.",
)

STEP_WORDS: Final[dict[Step, StepWords]] = {
    "sitting": StepWords(
        (
            Words(
                "导入总部下发的试考试卷包，解锁、开考；几名老师在考试机上登录、答几题、交卷。",
                "Import headquarters' rehearsal package, unlock and open it; some teachers sign"
                " in,"
                " answer a little and hand in.",
            ),
            Words("全部交卷后结束考试。", "When all have handed in, close the sitting."),
            Words(
                "点“开始这一步”，服务器核对近期的试考。",
                "Press Begin this step: the server looks at the rehearsals of late.",
            ),
        ),
        Words("考试全过程在本考点走通。", "The way from sign-in to the sealed batch works here."),
    ),
    "load": StepWords(
        (
            Words(
                "在所有考试机上打开 /check 页面，填座位号，保持打开。",
                "Open /check at all machines, write the seat, and keep it open.",
            ),
            Words(
                "点“开始这一步”。约一分钟，不用做任何事。",
                "Press Begin this step. It takes a minute; touch nothing.",
            ),
        ),
        Words(
            "全员同时作答时，每次保存都又快又不丢。",
            "With everybody writing, each save is quick and none is lost.",
        ),
    ),
    "service": StepWords(
        (
            _LOAD_FIRST,
            Words(
                "点“开始这一步”，再在服务器上执行 systemctl restart examsite，"
                "或直接按服务器的重启键。本页会暂时失去联系，这是正常的。",
                "Press Begin this step, then run systemctl restart examsite at the server, or"
                " press its"
                " reset button. This page loses it for a while, as it should.",
            ),
            _WAIT,
        ),
        Words(
            "服务中断时作答留在考试机上，恢复后自动补齐。",
            "While the service is away answers wait on the machines and come in afterwards.",
        ),
    ),
    "server-cable": StepWords(
        (
            _LOAD_FIRST,
            Words(
                "点“开始这一步”，拔下服务器连考场交换机的网线，慢慢数到 30，再插回。",
                "Press Begin this step, pull the cable from the server to the room's switch,"
                " count slowly to 30, plug it"
                " in again.",
            ),
            _WAIT,
        ),
        Words(
            "考场网络中断时，考生照常作答。",
            "With the room's network away candidates go on writing.",
        ),
    ),
    "machine-cable": StepWords(
        (
            Words("至少两台考试机打开 /check 页面。", "Keep /check open at two machines at least."),
            Words(
                "点“开始这一步”，拔下其中一台的网线，慢慢数到 30，再插回。",
                "Press Begin this step, pull the cable of one of them, count slowly to 30,"
                " plug it in again.",
            ),
            _WAIT,
        ),
        Words(
            "一台掉线，不影响别的机器，也不丢作答。",
            "One machine away disturbs no other and loses nothing.",
        ),
    ),
    "disk": StepWords(
        (
            _LOAD_FIRST,
            Words(
                "点“开始这一步”。演练数据库在一分钟内写不进去，然后自动恢复；不影响任何考试数据。",
                "Press Begin this step. For a minute the drill's own database takes nothing,"
                " then it does again;"
                " no examination's data is touched.",
            ),
            _WAIT,
        ),
        Words(
            "磁盘满时作答在考试机上等待，之后补齐。", "On a full disk answers wait on the machines."
        ),
    ),
    "outside": StepWords(
        (
            _LOAD_FIRST,
            Words(
                "点“开始这一步”，等第二项打勾后拔下通向外网的线（不是考场的线），"
                "等第三项打勾再插回。",
                "Press Begin this step; when the second line is ticked, pull the line to the"
                " outside (not the room's);"
                " when the third line is ticked, plug it in again.",
            ),
            _WAIT,
        ),
        Words(
            "外网中断对考场没有任何影响。",
            "An outside network that is gone has no effect in the room.",
        ),
    ),
}

PHASE_WORDS: Final[dict[Phase, Words]] = {
    "waiting": Words("未做", "not done"),
    "running": Words("进行中", "running"),
    "passed": Words("通过", "passed"),
    "failed": Words("未通过", "failed"),
    "skipped": Words("已跳过", "skipped"),
}
