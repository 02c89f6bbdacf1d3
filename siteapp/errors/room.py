"""What people in the room may not do now, or not alone."""

from sync.errors import NotAllowed, NotNow
from sync.words import Words


class Paused(NotNow):
    """The candidate's clock stands still; nothing is handed in meanwhile."""

    code = "paused"
    message = Words("考试已暂停", "The exam is paused")
    hint = Words("时间不计，请等候监考员", "No time runs; wait for the invigilator")


class SecondNeeded(NotAllowed):
    """One person alone may not decide this."""

    code = "second-person-needed"
    message = Words(
        "该考生人工给予的时间合计将达 {minutes} 分钟，超过一人可定的 {limit} 分钟",
        "Time given by hand would come to {minutes} minutes; one person may give {limit}",
    )
    hint = Words("请第二人输入用户名和密码", "A second person enters their name and password")


class TooLate(NotNow):
    """The sitting began longer ago than a late-comer may come."""

    code = "too-late"
    message = Words(
        "开考已超过 {minutes} 分钟，不能自行入场",
        "The sitting began more than {minutes} minutes ago",
    )
    hint = Words("请举手，由监考员决定是否准入", "Raise your hand: an invigilator decides")


class NotCheckedIn(NotNow):
    """An invigilator has yet to compare this candidate's face."""

    code = "not-checked-in"
    message = Words("监考员尚未核验身份", "An invigilator has not checked your identity yet")
    hint = Words("请留在座位上等候核验", "Wait at your seat")


class ReadmissionNeeded(NotAllowed):
    """This candidate is writing at another machine already; an invigilator gives the answer."""

    code = "readmission-needed"
    message = Words(
        "该考生已开始作答，换机须监考员重新准入。编号 {challenge}",
        "Already writing at another machine: an invigilator must let you in. Number {challenge}",
    )
    hint = Words(
        "请举手，把编号给监考员看，再填入监考员给的准入码",
        "Raise your hand, show the number, and enter the code that you are given",
    )


class WrongReadmission(NotAllowed):
    """That is not the answer to the number on the screen."""

    code = "wrong-readmission"
    message = Words("准入码不对。编号 {challenge}", "Not the right code. Number {challenge}")
    hint = Words("请监考员再看一次编号", "Ask the invigilator to look at the number again")


class StaffLocked(NotAllowed):
    """Nobody has done anything at this page for a while: it may be looked at, and no more."""

    code = "staff-locked"
    message = Words("本页已锁定：一段时间无人操作", "This page is locked: it was left alone")
    hint = Words("请输入您的密码后再操作", "Enter your password to go on")
    http_status = 423


class SebNeeded(NotAllowed):
    """This sitting is taken in Safe Exam Browser, and this is another browser or configuration."""

    code = "seb-needed"
    message = Words(
        "本科须在 Safe Exam Browser 中用本考点的配置作答",
        "This sitting is taken in Safe Exam Browser with this site's configuration",
    )
    hint = Words(
        "请关闭本窗口，双击桌面上的考试文件（.seb）重新打开；打不开请举手",
        "Close this window and open the exam file (.seb) on the desktop; raise your hand if it"
        " does not open",
    )
