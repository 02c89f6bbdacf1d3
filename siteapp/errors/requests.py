"""Errors of the site: requests that no page of ours sends, and a server that cannot answer one."""

from sync.errors import EnvironmentFault, InputRefused, NotFound
from sync.words import Words


class RequestRefused(InputRefused):
    """A request that no page of ours sends."""

    code = "request-refused"
    http_status = 400
    message = Words("请求格式不正确：{reason}", "Malformed request: {reason}")
    hint = Words("请刷新页面后重试", "Reload the page and try again")


class EntryRefused(RequestRefused):
    """What somebody filled in cannot be taken; the words say which field and why."""

    code = "entry-refused"
    message = Words("{reason}", "{reason}")
    hint = Words("请更正后再试", "Correct it and try again")


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
        "试卷包：请看首页的磁盘剩余；更大的请用 U 盘、传送服务或 examsite package import 导入",
        "A package: look at the free disk on the home page; import a larger one by stick, by the"
        " courier or with examsite package import",
    )


class NoSuchPage(NotFound):
    """An address that leads nowhere."""

    code = "no-such-page"
    message = Words("没有这个页面", "There is no such page")
    hint = Words("请检查地址，或返回首页", "Check the address, or go back to the first page")


class Overloaded(EnvironmentFault):
    """Too many saves are waiting; try again soon."""

    code = "overloaded"
    message = Words("服务器繁忙", "The server is busy")
    hint = Words("页面会自动重试", "The page tries again by itself")


class ServerFault(EnvironmentFault):
    """A fault of our own; what it was is in the log."""

    code = "server-fault"
    http_status = 500
    message = Words("服务器出现内部错误", "The server met a fault of its own")
    hint = Words(
        "已保存的作答不受影响；请稍后重试，仍不行请联系考务总部",
        "What was saved is safe; try again, and call headquarters if it stays so",
    )
