"""What stands between a site and a start that somebody has looked at."""

from sync.errors import EnvironmentFault, NotFound, NotNow
from sync.words import Words


class ReadinessMissing(NotNow):
    """No fresh report says that the site is ready; the chief's reason opens all the same."""

    code = "readiness-missing"
    message = Words(
        "近 {hours} 小时内没有通过的考前检查报告",
        "No readiness report of the last {hours} h says ready",
    )
    hint = Words(
        "请到“考前检查”查看问题并签发报告；如确需现在开考，请填写原因，原因将记入考场记录",
        "See the findings on the readiness page and sign a report; to open all the same, give the"
        " reason: it goes into the room record",
    )


class NoMeasuring(NotNow):
    """Somebody is writing: nothing may slow the saves down."""

    code = "no-measuring"
    message = Words("考试进行中，不再测速", "An exam is on: nothing is measured now")
    hint = Words("请在考试结束后再检查", "Check again when it is over")


class NoSessionYet(NotFound):
    """There is nothing yet to be ready for: a report names its session."""

    code = "no-session-yet"
    message = Words("本机还没有场次，不能出具考前检查报告", "No session is here to report on")
    hint = Words(
        "请先导入试卷包；学校申报考点时，请向总部要一份试考试卷包",
        "Import a package first; a school that applies asks headquarters for a rehearsal's",
    )


class SiteNotReady(EnvironmentFault):
    """What was found keeps the site from being ready; the exit status of the check."""

    code = "site-not-ready"
    message = Words(
        "有 {count} 项未通过，考点尚未就绪", "{count} checks fail; the site is not ready"
    )
    hint = Words("请按各项的办法处理后再检查", "Mend them as each one says and check again")


class DrillNotNow(NotNow):
    """No drill is on, or none may be while an examination is open."""

    code = "drill-not-now"
    message = Words("现在不能演练：{reason_zh}", "No drill now: {reason_en}")
    hint = Words(
        "考试结束后由考点管理员在“演练”页开始", "The site administrator begins it on the drill page"
    )


class DrillStep(NotNow):
    """A step cannot do that from where it is."""

    code = "drill-step"
    message = Words("这一步现在不能这样做（{phase}，{act}）", "Not from here ({phase}, {act})")
    hint = Words("请刷新页面，按当前步骤操作", "Load the page again and follow the step it shows")
