"""Errors of the site: leaves under the branches of `sync.errors`.

NotNow ── SeatMoved  AlreadyHandedIn  TimeIsUp  NotOpenYet  TooEarly  MissingSaves  SeatTaken
             TimeUndecided  OtherPackage  WrongOffset  ServerFenced  SpareNotPromoted  NotPaired
             PairingRefused  NotItsBeginning  ReserveMissing
NotAllowed ── WrongSignIn  WrongSeat  TooManyTries  TooFast  SignInNeeded  CrossOrigin
             WrongStaffSignIn  RoleNeeded
InputRefused ── SaveRefused  UploadRefused  QuotaSpent  UploadAltered  RecoveryRefused
             RequestRefused ── WrongMethod  TooLarge
NotFound ── NoSuchPage
EnvironmentFault ── StorageFailed  Overloaded  ServerFault
"""

from sync.errors import EnvironmentFault, InputRefused, NotAllowed, NotFound, NotNow
from sync.words import Words


class SeatMoved(NotNow):
    """A page of a seat that the candidate has left; what it sent is kept as evidence."""

    code = "seat-moved"
    message = Words("该考生已换到 {seat} 号座位", "This candidate now sits at seat {seat}")
    hint = Words("请在新座位继续作答", "Go on at the new seat")


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


class SeatTaken(NotNow):
    """Somebody else sits there."""

    code = "seat-taken"
    message = Words("{seat} 号座位已有考生 {name}", "Seat {seat} is taken by {name}")
    hint = Words("请选择空座位或备用机", "Choose an empty seat or a spare machine")


class WrongSignIn(NotAllowed):
    """Admission number and secret do not fit; which of them is not said."""

    code = "wrong-sign-in"
    message = Words("准考证号或身份证号不正确", "Admission number or identity number is wrong")
    hint = Words(
        "请对照准考证重新输入，或举手求助", "Check your admission ticket, or raise your hand"
    )


class WrongSeat(NotAllowed):
    """Right candidate, other seat."""

    code = "wrong-seat"
    message = Words("您的座位是 {seat} 号", "Your seat is number {seat}")
    hint = Words("请到该座位登录", "Sign in at that seat")


class TooManyTries(NotAllowed):
    """Wrong tries in a row; waits `seconds`."""

    code = "too-many-tries"
    http_status = 429
    message = Words("尝试次数过多，请 {seconds} 秒后再试", "Too many tries; wait {seconds} seconds")
    hint = Words("监考员可以解除等待", "An invigilator can lift the wait")


class TooFast(NotAllowed):
    """More saves or sign-ins of one candidate than a person makes; wait `seconds`."""

    code = "too-fast"
    http_status = 429
    message = Words("操作过于频繁，请 {seconds} 秒后再试", "Too fast; wait {seconds} seconds")
    hint = Words(
        "作答保存在考试机上，页面会自动重发", "Responses stay on the machine; the page sends again"
    )


class SignInNeeded(NotAllowed):
    """No valid token."""

    code = "sign-in-needed"
    http_status = 401
    message = Words("请先登录", "Sign in first")
    hint = Words("已保存的作答不受影响", "What was saved is safe")


class CrossOrigin(NotAllowed):
    """A request that another site's page made the browser send."""

    code = "cross-origin"
    message = Words("请求来自其他网站", "The request comes from another site")
    hint = Words("请在本系统页面内操作", "Use this system's own pages")


class SaveRefused(InputRefused):
    """A save that no page of ours sends."""

    code = "save-refused"
    message = Words("作答格式不正确：{reason}", "Malformed response: {reason}")
    hint = Words("请刷新页面后重试", "Reload the page and try again")


class StorageFailed(EnvironmentFault):
    """The disk did not take a write; nothing of it was acknowledged."""

    code = "storage-failed"
    message = Words("服务器磁盘写入失败：{reason}", "The server's disk failed to write: {reason}")
    hint = Words(
        "作答保存在考试机上；请检查服务器磁盘", "Responses stay on the machine; check the disk"
    )


class Overloaded(EnvironmentFault):
    """Too many saves are waiting; try again soon."""

    code = "overloaded"
    message = Words("服务器繁忙", "The server is busy")
    hint = Words("页面会自动重试", "The page tries again by itself")


class WrongStaffSignIn(NotAllowed):
    """Name and password do not fit."""

    code = "wrong-staff-sign-in"
    message = Words("用户名或密码不正确", "Name or password is wrong")
    hint = Words("密码在密码信封中；请重新输入", "The password is in your envelope; try again")


class RoleNeeded(NotAllowed):
    """Signed in, but without the role."""

    code = "role-needed"
    message = Words("需要的身份：{roles}", "Role needed: {roles}")
    hint = Words("请由有权限的人员登录操作", "Let someone with that role sign in")


class SequenceReused(InputRefused):
    """A number that stands for another save already; this one was not stored."""

    code = "sequence-reused"
    message = Words(
        "作答序号 {sequence} 已用于另一次作答", "Save number {sequence} was used before"
    )
    hint = Words(
        "请重新选择该题答案；页面会换用新序号", "Answer the item again; it gets a new number"
    )


class RequestRefused(InputRefused):
    """A request that no page of ours sends."""

    code = "request-refused"
    http_status = 400
    message = Words("请求格式不正确：{reason}", "Malformed request: {reason}")
    hint = Words("请刷新页面后重试", "Reload the page and try again")


class WrongMethod(RequestRefused):
    """The address is right, the way of asking is not."""

    code = "wrong-method"
    http_status = 405
    message = Words("此地址不接受这种请求", "This address does not take such a request")
    hint = Words("请使用页面上的按钮", "Use the buttons of the page")


class TooLarge(RequestRefused):
    """More bytes than any page of ours sends."""

    code = "too-large"
    http_status = 413
    message = Words("发送的内容过大", "What was sent is too large")
    hint = Words(
        "较大的试卷包请用 U 盘、传送服务或 examsite package import 导入",
        "Import a larger package by stick, by the courier or with examsite package import",
    )


class NoSuchPage(NotFound):
    """An address that leads nowhere."""

    code = "no-such-page"
    message = Words("没有这个页面", "There is no such page")
    hint = Words("请检查地址，或返回首页", "Check the address, or go back to the first page")


class ServerFault(EnvironmentFault):
    """A fault of our own; what it was is in the log."""

    code = "server-fault"
    http_status = 500
    message = Words("服务器出现内部错误", "The server met a fault of its own")
    hint = Words(
        "已保存的作答不受影响；请稍后重试，仍不行请联系考务总部",
        "What was saved is safe; try again, and call headquarters if it stays so",
    )


class OtherPackage(NotNow):
    """The session is here already, from another package."""

    code = "other-package"
    message = Words(
        "场次 {session} 已从另一份试卷包导入", "Session {session} is here from another package"
    )
    hint = Words(
        "未作改动；请与考务总部核对哪一份是正确的",
        "Nothing was changed; ask headquarters which one is right",
    )


class UploadRefused(InputRefused):
    """A file that the task does not ask for, or a name or size that cannot be."""

    code = "upload-refused"
    message = Words("不能上传此文件：{reason}", "This file cannot be taken: {reason}")
    hint = Words("请核对题目要求的文件类型和大小", "Check the kind and size that the task asks for")


class QuotaSpent(InputRefused):
    """This attempt has no room left for another file."""

    code = "quota-spent"
    http_status = 413
    message = Words(
        "上传总量超过上限 {quota_mib} MiB", "More than {quota_mib} MiB in all for this attempt"
    )
    hint = Words(
        "已上传的文件不受影响；请举手求助", "Files on the server are safe; raise your hand"
    )


class UploadAltered(InputRefused):
    """What arrived is not the file whose hash was announced; nothing of it is kept."""

    code = "upload-altered"
    message = Words("文件与选择时不一致：{name}", "The file is not as it was chosen: {name}")
    hint = Words("请重新选择该文件并上传", "Choose the file again")


class WrongOffset(NotNow):
    """A part that does not begin where the server's copy ends; `offset` is where it ends."""

    code = "wrong-offset"
    message = Words("服务器已有 {offset} 字节", "The server holds {offset} bytes")
    hint = Words("页面会自动从该处继续", "The page goes on from there by itself")


class ReserveMissing(NotNow):
    """The disk has no room for everybody's answers; the chief may open all the same."""

    code = "reserve-missing"
    message = Words(
        "磁盘空间不足以为全部考生预留作答空间：还差 {missing_mib} MiB",
        "The disk cannot hold room for everybody's answers: {missing_mib} MiB are missing",
    )
    hint = Words(
        "请先腾出空间；如仍要开考，请主监考填写原因",
        "Free some room first; to open all the same, the chief gives a reason",
    )


class ServerFenced(NotNow):
    """Another server took over; this one answers nothing any more."""

    code = "server-fenced"
    http_status = 503
    message = Words(
        "本服务器已停用：{address} 已接管考试（第 {server_term} 任）",
        "This server is retired: {address} took over (server term {server_term})",
    )
    hint = Words(
        "请改用新服务器；不要重启本机，它比新服务器多出的记录用 examsite standby fork 查看",
        "Use the new server; what only this one has is listed by examsite standby fork",
    )


class SpareNotPromoted(NotNow):
    """This server only follows another one."""

    code = "spare-not-promoted"
    http_status = 503
    message = Words(
        "这是备用服务器，考试在 {address} 上进行",
        "This is the spare; the sitting runs on {address}",
    )
    hint = Words(
        "主服务器失效时，由主监考员和另一人执行 examsite standby promote",
        "If that server is dead, the chief and a second person run examsite standby promote",
    )


class NotPaired(NotNow):
    """There is no second server, or this is the other one of the two."""

    code = "not-paired"
    message = Words("本机没有作为{role}配对", "This server is not paired as the {role}")
    hint = Words(
        "先在主服务器上运行 examsite standby offer，再在备用服务器上运行 examsite standby pair",
        "Run examsite standby offer on the primary, then examsite standby pair on the spare",
    )


class NotItsBeginning(NotNow):
    """Each of two paired servers has what the other lacks; neither takes the other's record."""

    code = "servers-apart"
    message = Words(
        "备用服务器的记录（第 {position} 次写入）不是主服务器记录的开头",
        "The spare's record (commit {position}) is not the beginning of the primary's",
    )
    hint = Words(
        "两台都不要删除：主服务器可能丢了数据。要么让备用服务器接管（examsite standby promote），"
        "要么用新的空文件夹重新配对",
        "Delete neither, for the primary may have lost something: promote the spare, or pair anew"
        " with a new empty folder",
    )


class PairingRefused(NotNow):
    """No pairing is offered, the code is wrong, or its time is over."""

    code = "pairing-refused"
    message = Words("未能配对：{reason_zh}", "Not paired: {reason_en}")
    hint = Words(
        "请在主服务器上重新运行 examsite standby offer，用新的配对码",
        "Run examsite standby offer on the primary again and use its new code",
    )


class RecoveryRefused(InputRefused):
    """The recovery secret is not one."""

    code = "recovery-refused"
    message = Words("恢复密钥不正确：{reason_zh}", "Not a recovery secret: {reason_en}")
    hint = Words("请对照纸上的恢复密钥重新输入", "Type it again from the paper")
