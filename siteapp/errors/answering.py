"""Errors of the site: what a candidate's page may not do now, or not so."""

from sync.errors import InputRefused, NotNow
from sync.words import Words


class SeatMoved(NotNow):
    """A page of a seat that the candidate has left; what it sent is kept as evidence."""

    code = "seat-moved"
    message = Words("该考生已换到 {seat} 号座位", "This candidate now sits at seat {seat}")
    hint = Words("请在新座位继续作答", "Go on at the new seat")


class SeatTaken(NotNow):
    """Somebody else sits there."""

    code = "seat-taken"
    message = Words("{seat} 号座位已有考生 {name}", "Seat {seat} is taken by {name}")
    hint = Words("请选择空座位或备用机", "Choose an empty seat or a spare machine")


class AlreadyHandedIn(NotNow):
    """The attempt is over; `receipt` is its receipt code."""

    code = "already-handed-in"
    message = Words("已经交卷，回执码 {receipt}", "Already handed in, receipt code {receipt}")
    hint = Words("无需再次交卷；如有疑问请举手", "Nothing more to do; raise your hand if in doubt")


class TimeIsUp(NotNow):
    """The deadline has passed; what was sent is kept as evidence."""

    code = "time-is-up"
    message = Words("考试时间已到", "Time is up")
    hint = Words(
        "作答已收取；如有疑问请举手", "Your responses were collected; raise your hand if in doubt"
    )


class PartClosed(NotNow):
    """The part of the paper that the item belongs to is over; what was sent is kept as evidence."""

    code = "part-closed"
    message = Words("该部分的时间已到", "The time of this part is over")
    hint = Words("请在当前部分继续作答", "Go on in the part that is open now")


class TimeUndecided(NotNow):
    """The page's time is over, and nobody has decided yet how much of it an outage took."""

    code = "time-undecided"
    message = Words(
        "服务器曾经中断，监考员正在决定是否补时，暂不收卷",
        "The server was away; the invigilator decides on time to give back before the end",
    )
    hint = Words("请留在座位上", "Stay at your seat")


class NotOpenYet(NotNow):
    """The invigilator has not opened the sitting, or it is closed."""

    code = "not-open"
    message = Words("考试尚未开始或已结束", "The sitting is not open")
    hint = Words("请等候监考员", "Wait for the invigilator")


class StillResting(NotNow):
    """The break between two papers is not over."""

    code = "still-resting"
    message = Words("休息时间还有 {seconds} 秒", "The break lasts {seconds} more seconds")
    hint = Words("请等候，结束后可以开始", "Please wait: you may begin when it is over")


class TooEarly(NotNow):
    """Before the earliest time for handing in."""

    code = "too-early"
    message = Words("还须 {minutes} 分钟才可交卷", "You may hand in only in {minutes} minutes")
    hint = Words("请继续检查作答", "Go on checking your responses")


class MissingSaves(NotNow):
    """The page's last saves have not arrived; `missing` are their sequence numbers."""

    code = "missing-saves"
    message = Words(
        "还有 {count} 项作答未到达服务器", "{count} responses have not reached the server"
    )
    hint = Words("页面会自动补发", "The page sends them again by itself")

    def __init__(self, missing: list[int]) -> None:
        self.missing = missing
        super().__init__(count=len(missing))

    def to_json(self) -> dict[str, object]:
        """As of every error, with the missing sequence numbers."""
        return super().to_json() | {"missing": self.missing}


class SaveRefused(InputRefused):
    """A save that no page of ours sends."""

    code = "save-refused"
    message = Words("作答格式不正确：{reason}", "Malformed response: {reason}")
    hint = Words("请刷新页面后重试", "Reload the page and try again")


class SequenceReused(InputRefused):
    """A number that stands for another save already; this one was not stored."""

    code = "sequence-reused"
    message = Words(
        "作答序号 {sequence} 已用于另一次作答", "Save number {sequence} was used before"
    )
    hint = Words(
        "请重新选择该题答案；页面会换用新序号", "Answer the item again; it gets a new number"
    )
