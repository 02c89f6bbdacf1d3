"""The trunk and the branches of the tree of errors, with leaves that need no room of their own."""

from collections.abc import Sequence
from typing import ClassVar

from sync.words import Language, Words


class ExamError(Exception):
    """Base of all errors a person may see; `facts` fill the message and the hint."""

    code: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 1
    http_status: ClassVar[int] = 400
    message: ClassVar[Words] = Words("出错", "Something went wrong")
    hint: ClassVar[Words] = Words("请联系考务总部", "Call headquarters")

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.say("en"))

    def say(self, language: Language) -> str:
        """The message in `language`."""
        return self.message.fill(**self.facts).in_(language)

    def advise(self, language: Language) -> str:
        """What the person can do, in `language`."""
        return self.hint.fill(**self.facts).in_(language)

    def to_json(self) -> dict[str, object]:
        """{"code", "message": {zh, en}, "hint": {zh, en}} for pages and `--json`."""
        return {
            "code": self.code,
            "message": {"zh": self.say("zh"), "en": self.say("en")},
            "hint": {"zh": self.advise("zh"), "en": self.advise("en")},
        }


class EnvironmentFault(ExamError):
    """The machine is not as it must be."""

    exit_status = 3
    http_status = 503


class DocumentRefused(ExamError):
    """A document did not pass its checks; nothing of it was used.

    `signed`: headquarters' signed word of it, where it gave one.
    """

    exit_status = 4
    http_status = 422
    hint = Words("请重新获取该文件；未作任何改动", "Fetch the file again; nothing was changed")
    signed: bytes | None = None


class UnlockRefused(ExamError):
    """The papers stay sealed."""

    exit_status = 5
    http_status = 403


class InputRefused(ExamError):
    """What a person handed in cannot be used; nothing of it was taken."""

    exit_status = 6
    http_status = 422
    problems: Sequence[Words] = ()

    def __init__(self, problems: Sequence[Words] = (), **facts: object) -> None:
        self.problems = tuple(problems)
        super().__init__(count=len(self.problems), **facts)

    def to_json(self) -> dict[str, object]:
        """As of every error, with the list of problems."""
        return super().to_json() | {"problems": [p._asdict() for p in self.problems]}


class NotNow(ExamError):
    """The act is right but the state is not."""

    exit_status = 7
    http_status = 409


class AlreadyThere(NotNow):
    """It was done before; doing it again changes nothing."""

    code = "already-there"
    message = Words("{what} 已经有了，未作任何改动", "{what} is there already; nothing was changed")
    hint = Words("无需再次操作", "Nothing more to do")


class NotReady(NotNow):
    """An earlier step is missing."""

    code = "not-ready"
    message = Words("现在不能进行：{reason_zh}", "Not now: {reason_en}")
    hint = Words("请先完成前一步", "Do the earlier step first")


class Unreachable(ExamError):
    """The other end does not answer."""

    exit_status = 8
    http_status = 502


class HeadquartersUnreachable(Unreachable):
    """No line to headquarters; nothing in the room waits for it."""

    code = "headquarters-unreachable"
    message = Words("无法连接考务总部：{reason}", "Headquarters cannot be reached: {reason}")
    hint = Words(
        "考试不受影响，恢复后自动继续；也可用 U 盘传送",
        "The sitting is not affected; it goes on by itself when the line is back, or use a stick",
    )


class NotFound(ExamError):
    """No such thing."""

    code = "not-found"
    exit_status = 9
    http_status = 404
    message = Words("找不到 {what}", "{what} not found")
    hint = Words("请核对后重试", "Check the name and try again")


class NotAllowed(ExamError):
    """Who asks may not."""

    code = "not-allowed"
    exit_status = 10
    http_status = 403
    message = Words("没有权限：{reason_zh}", "Not allowed: {reason_en}")
    hint = Words("请由有权限的人员操作", "Ask someone with that role")
