"""Errors of what is examined: items that come in, and responses that are to be scored.

InputRefused  QtiRefused ── QtiUnsupported
              ResponsesRefused  ImportUnreadable  ImportRefused  PackageRefused
              ItemRefused  ReviewRefused  MediaTooLarge
NotNow        ItemChanged  BankMoved
"""

from sync.errors import InputRefused, NotNow
from sync.words import Words


class QtiRefused(InputRefused):
    """An item that cannot be read or contradicts itself; `at` and `reason` say where and why."""

    at = 0
    reason = Words("", "")

    code = "qti-refused"
    message = Words("无法读取试题文件：{count} 处问题", "The item cannot be read: {count} problems")
    hint = Words("请按所列位置更正后重试", "Correct the places listed and try again")


class QtiUnsupported(QtiRefused):
    """An item uses what is outside the profile of docs/specs/qti.md."""

    code = "qti-unsupported"
    message = Words(
        "试题使用了不支持的功能（{count} 处）", "The item uses what is not supported ({count})"
    )
    hint = Words(
        "请改用 docs/specs/qti.md 所列的题型和运算",
        "Use the interactions and operators that docs/specs/qti.md lists",
    )


class ResponsesRefused(InputRefused):
    """Responses that do not fit the item's declarations."""

    code = "responses-refused"
    message = Words("作答数据有 {count} 处问题", "The responses have {count} problems")
    hint = Words(
        "应为 JSON 对象：作答变量 → 文字、文字列表或 null",
        "A JSON object is needed: response identifier → string, list of strings or null",
    )


class PackageRefused(InputRefused):
    """A zip that is none, leads out of itself, grows without end or lacks what it names."""

    code = "package-refused"
    message = Words(
        "试题包有 {count} 处问题，未导入", "The package has {count} problems; no import"
    )
    hint = Words("请向提供者索取完整的试题包", "Ask its maker for a whole package")


class MediaTooLarge(InputRefused):
    """What the items of a drawn form show is more than a room can load at the start."""

    code = "media-too-large"
    message = Words(
        "试卷 {form} 的图片和音视频共 {mib} MiB，上限 {most} MiB",
        "The pictures, sound and film of form {form} have {mib} MiB, {most} MiB at most",
    )
    hint = Words(
        "请压缩大文件后重新导入，或换一个种子重新组卷",
        "Make the large files smaller and import them again, or draw with another seed",
    )


class ImportUnreadable(InputRefused):
    """A file that is none of the forms that items come in."""

    code = "import-unreadable"
    message = Words("无法读取试题文件：{reason_zh}", "Cannot read the items: {reason_en}")
    hint = Words(
        "请使用 QTI（.xml、.zip）、表格（.xlsx、.xls）、Moodle XML 或 GIFT（.txt、.gift）",
        "Use QTI (.xml, .zip), a sheet (.xlsx, .xls), Moodle XML or GIFT (.txt, .gift)",
    )


class ImportRefused(InputRefused):
    """Some items cannot be taken, so none was."""

    code = "import-refused"
    message = Words(
        "试题有 {count} 处问题，未导入任何试题", "{count} problems in the items; nothing imported"
    )
    hint = Words(
        "请按所列逐条更正后重新导入；只要其余试题可加 --skip-refused",
        "Correct each one listed and import again; for the others alone add --skip-refused",
    )


class ItemRefused(InputRefused):
    """An item as it was typed breaks the rules of every item."""

    code = "item-refused"
    message = Words("试题有 {count} 处问题，未保存", "The item has {count} problems; not saved")
    hint = Words("请按所列逐条更正后再保存", "Correct each one listed and save again")


class ReviewRefused(InputRefused):
    """A step of the review that this person, or nobody, may take."""

    code = "review-refused"
    message = Words("未能改变审核状态", "The review state was not changed")
    hint = Words(
        "请看所列原因；自己写的试题请同事审核", "See why; ask a colleague to review your own"
    )


class ItemChanged(NotNow):
    """Somebody saved another version of the item in the meantime."""

    code = "item-changed"
    message = Words(
        "试题 {item} 已有第 {version} 版，您的改动未保存",
        "Item {item} has a version {version} by now; your change was not saved",
    )
    hint = Words(
        "请核对新版本；您填写的内容仍在本页，合并后再保存",
        "Look at the newer version; what you typed is still here, merge the two and save",
    )


class BankMoved(NotNow):
    """The papers that were looked at would be others now."""

    code = "bank-moved"
    message = Words(
        "题库已有变化，{sitting} 的试卷与您看到的不同，未确定",
        "The bank has changed; the papers of {sitting} are not those you saw, nothing was fixed",
    )
    hint = Words("请重新组卷，核对后再确定", "Draw again, look at the papers, then fix them")
