"""Errors of the site: who asks may not: sign-ins, seats, roles."""

from sync.errors import AlreadyThere, NotAllowed, NotNow
from sync.words import Words


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


class StaffMustWait(TooManyTries):
    """As above, of a member of staff: nobody lifts that wait."""

    code = "staff-must-wait"
    hint = Words(
        "请等候；忘记密码请考点管理员重设",
        "Wait; if the password is forgotten the site administrator makes a new one",
    )


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


class CrossOrigin(NotAllowed):
    """A request that another site's page made the browser send."""

    code = "cross-origin"
    message = Words("请求来自其他网站", "The request comes from another site")
    hint = Words("请在本系统页面内操作", "Use this system's own pages")


class NameTaken(AlreadyThere):
    """An account of this name is there; no password was made."""

    code = "name-taken"
    message = Words(
        "已有用户“{what}”，未作任何改动", "There is a user {what} already; nothing was changed"
    )
    hint = Words(
        "请换一个用户名；如果是忘记了密码，请重设密码",
        "Choose another name; if the password is forgotten, make a new one",
    )


class LastAdministrator(NotNow):
    """Without this account nobody could make accounts."""

    code = "last-administrator"
    message = Words("“{name}”是唯一的考点管理员，不能移除", "{name} is the only site administrator")
    hint = Words("请先添加另一位考点管理员", "Add another site administrator first")
