"""Errors of two officers at one desk: of corrections, and of key files that people choose.

InputRefused       CorrectionRefused  KeyFileRefused  PhotosRefused
                   ArrangementRefused
NotAllowed         OtherOfficerNeeded
"""

from sync.errors import InputRefused, NotAllowed
from sync.words import Words


class CorrectionRefused(InputRefused):
    """A correction of a key by which nothing could be marked, or nothing would change."""

    code = "correction-refused"
    message = Words("不能这样更正：{reason_zh}", "It cannot be corrected so: {reason_en}")
    hint = Words("请对照试题核对选项后重新提出", "Check the item's options and propose it again")


class KeyFileRefused(InputRefused):
    """What was uploaded as a release key is none."""

    code = "key-file-refused"
    message = Words("这不是密钥文件", "This is no key file")
    hint = Words("请选择发给您本人的发布密钥文件", "Choose the release key file handed to you")


class PhotosRefused(InputRefused):
    """Photos that cannot be those of a session's candidates; every problem is listed."""

    code = "photos-refused"
    message = Words(
        "照片有 {count} 处问题，未导入", "{count} problems in the photos; nothing imported"
    )
    hint = Words(
        "每张照片以准考证号命名（.jpg 或 .png），按所列逐条更正后重新导入",
        "Name each photo by its admission number (.jpg or .png), correct what is listed, try again",
    )


class ArrangementRefused(InputRefused):
    """More time that cannot be granted so."""

    code = "arrangement-refused"
    message = Words("不能这样安排加时：{reason_zh}", "No such extra time: {reason_en}")
    hint = Words("请核对分钟数并写明原因", "Check the minutes and say why")


class OtherOfficerNeeded(NotAllowed):
    """Whoever proposed a correction cannot confirm it."""

    code = "other-officer-needed"
    message = Words("{who} 提出的更正须由另一人确认", "{who} proposed it; another officer confirms")
    hint = Words("请另一位考务人员登录后确认", "Ask another exam officer to sign in and confirm")
