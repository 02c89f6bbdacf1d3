"""What the register refuses; the bases are in sync.errors.

InputRefused   ApplicationIncomplete  StampedFormRefused  RegisterSheetRefused  MajorNotListed
NotNow         StepRefused  KeyTaken  KeyFileThere
NotAllowed     CertificateNotApproved  OverQuota  OutsideCalendar  LevelNotOffered
"""

from sync.errors import InputRefused, NotAllowed, NotNow
from sync.words import Words


class ApplicationIncomplete(InputRefused):
    """Fields of a site application that are missing or cannot be right; all are listed."""

    code = "application-incomplete"
    message = Words("申报表有 {count} 处问题", "{count} problems in the application")
    hint = Words("请按所列逐项更正", "Correct each one listed")


class KeyFileThere(NotNow):
    """A key is to be moved into a file that is there already."""

    code = "key-file-there"
    message = Words(
        "文件 {path} 已经存在，没有覆盖；密钥仍在本机",
        "The file {path} is there already and was left alone; the key is still on this machine",
    )
    hint = Words("请换一个文件名，或换一个 U 盘", "Choose another file name, or another stick")


class KeyTaken(NotNow):
    """A key of headquarters that its keeper has carried away."""

    code = "key-taken"
    message = Words(
        "密钥 {name} 已被取走，不在本机", "Key {name} was taken away; it is not on this machine"
    )
    hint = Words(
        "它在保管人的 U 盘上；审计记录写明何时由谁取走",
        "It is on its keeper's stick; the audit log says when it was taken and by whom",
    )


class StampedFormRefused(InputRefused):
    """A file that is no stamped form as the register takes them."""

    code = "stamped-form-refused"
    message = Words("盖章申请表不可用：{reason_zh}", "Not a usable stamped form: {reason_en}")
    hint = Words(
        "请上传不超过 8 MiB、不含宏的 .pdf、.docx 或 .doc 文件",
        "Upload a .pdf, .docx or .doc file of 8 MiB at most, without macros",
    )


class RegisterSheetRefused(InputRefused):
    """A table of quotas or of the calendar with rows that cannot be right; all are listed."""

    code = "register-sheet-refused"
    message = Words(
        "表格有 {count} 处问题，未导入", "{count} problems in the sheet; nothing was imported"
    )
    hint = Words(
        "请下载模板，按所列逐条更正后重新导入",
        "Take the template, correct each one listed and import again",
    )


class MajorNotListed(InputRefused):
    """Candidates of a major that the site may not register; all are listed."""

    code = "major-not-listed"
    message = Words(
        "{count} 名考生的专业不在考点 {site} 的申报专业之内（{certificate}，{year} 年）",
        "{count} candidates are of no major that site {site} may register ({certificate}, {year})",
    )
    hint = Words(
        "请更正名单的“专业”列，或先补报专业并获批准",
        "Correct the column 专业 of the roster, or have the major approved first",
    )


class StepRefused(NotNow):
    """A step that an application in this state does not take."""

    code = "application-step-refused"
    message = Words(
        "申报 {application} 现为“{state}”，不能{act}",
        "Application {application} is {state}: it cannot be {act}",
    )
    hint = Words("请刷新页面，核对申报的当前状态", "Reload, and look at its present state")


class CertificateNotApproved(NotAllowed):
    """An examination of a certificate that the site is not approved for on that day."""

    code = "certificate-not-approved"
    message = Words(
        "考点 {site} 在 {day} 没有 {certificate} 的考核资格",
        "Site {site} is not approved for {certificate} on {day}",
    )
    hint = Words(
        "请先在“考点”页面审核该考点的申报；试考和练习不受限制",
        "Approve the site's application first; rehearsals and practice are free",
    )


class OverQuota(NotAllowed):
    """A roster that would take more places than the year's quota has."""

    code = "over-quota"
    message = Words(
        "考点 {site} {year} 年 {certificate} 批准 {granted} 人，名单导入后为 {needed} 人",
        "Site {site} may register {granted} for {certificate} in {year}; with this it has {needed}",
    )
    hint = Words(
        "请核对名单，或先在“指标”页面登记新批准的人数",
        "Check the roster, or enter the number newly granted on the page Quota first",
    )


class OutsideCalendar(NotAllowed):
    """A 1+X examination that begins in no half-day of the calendar."""

    code = "outside-calendar"
    message = Words(
        "{start} 不在考试日程的任何一个半天之内",
        "{start} lies in no half-day of the calendar",
    )
    hint = Words(
        "请按考试日程调整开始时间，或先导入当年日程；试考和练习不受限制",
        "Move the start, or import the year's calendar; rehearsals and practice are free",
    )


class LevelNotOffered(NotAllowed):
    """A level that the calendar's sitting of that day does not offer."""

    code = "level-not-offered"
    message = Words(
        "{year} 年第 {number} 次考试不开考 {certificate}（开考级别：{offered}）",
        "Sitting {number} of {year} does not offer {certificate} (offered: {offered})",
    )
    hint = Words("请改在开考该级别的日期安排", "Choose a date that offers the level")
