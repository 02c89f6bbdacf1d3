"""What stands between two right codes and the papers."""

from sync.errors import UnlockRefused
from sync.words import Words


class UnlockWait(UnlockRefused):
    """Several wrong codes in a row; the next try may be made in `seconds`."""

    code = "unlock-wait"
    http_status = 429
    message = Words(
        "解锁码多次不对，请 {seconds} 秒后再试",
        "Several wrong codes; try again in {seconds} seconds",
    )
    hint = Words(
        "请趁此逐组与考务总部核对两组解锁码和场次编号",
        "Meanwhile compare both codes, group by group, and the session with headquarters",
    )


class ReasonForEarly(UnlockRefused):
    """By this server's clock it is early; with a reason the same codes open."""

    code = "reason-for-early"
    http_status = 409
    message = Words(
        "按本机时钟，距解锁时间还有 {minutes} 分钟",
        "By this server's clock unlocking is {minutes} minutes early",
    )
    hint = Words(
        "请核对时间；如确需现在解锁，请填写原因后再次提交，原因将记入考试日志",
        "Check the time; to unlock now, give the reason and submit again. It goes into the journal",
    )
