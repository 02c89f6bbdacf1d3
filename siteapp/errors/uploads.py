"""Errors of the site: files that a candidate uploads."""

from sync.errors import InputRefused, NotNow
from sync.words import Words


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
