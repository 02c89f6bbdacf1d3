"""Errors of updates: what is signed is over, older than what is here, or of another file."""

from sync.errors.branches import DocumentRefused
from sync.words import Words


class UpdateSignatureMissing(DocumentRefused):
    """One release officer signed, and no second one."""

    code = "update-signature-missing"
    message = Words(
        "更新说明只有一位发布人签名（{key}），需要两位",
        "The word on this update has one release signature ({key}); it needs those of two officers",
    )
    hint = Words(
        "不要安装，请考务总部由第二位发布人签名",
        "Do not install it; ask headquarters for the second officer's signature",
    )


class UpdateExpired(DocumentRefused):
    """The officers' word has ended: somebody keeps a newer one back, or none was signed."""

    code = "update-expired"
    message = Words("更新说明（{version}）已过期", "The word on update {version} has ended")
    hint = Words(
        "请向考务总部索取新的更新说明；若本机时间不对，先校准时间",
        "Ask headquarters for a newer one; if this machine's clock is wrong, set it first",
    )


class UpdateOlder(DocumentRefused):
    """Older than what is held or runs here: a roll-back."""

    code = "update-older"
    message = Words(
        "更新 {version} 比本机的 {held} 旧", "Update {version} is older than {held} here"
    )
    hint = Words(
        "不要安装；请向考务总部索取最新的更新", "Do not install it; ask headquarters for the newest"
    )


class UpdateFileDiffers(DocumentRefused):
    """Not the file that was signed."""

    code = "update-file-differs"
    message = Words(
        "{file} 不是签名的 {version} 安装包",
        "{file} is not the package of {version} that was signed",
    )
    hint = Words(
        "请重新复制；仍不一致则不要安装", "Copy it again; if it still differs, do not install it"
    )
