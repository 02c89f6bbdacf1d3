"""Errors of an installation stick: what it is, and which of its files differ."""

from sync.errors.branches import DocumentRefused, InputRefused, NotFound
from sync.words import Words


class StickSignatureMissing(DocumentRefused):
    """One release officer signed the list, and no second one."""

    code = "stick-signature-missing"
    message = Words(
        "U 盘清单只有一位发布人签名（{key}），需要两位",
        "The list of this stick has one release signature ({key}); it needs those of two officers",
    )
    hint = Words(
        "不要使用，请考务总部由第二位发布人签名",
        "Do not use it; ask headquarters for the second officer's signature",
    )


class StickListMissing(NotFound):
    """No list lies there: another stick, another folder, or a copy that was cut short."""

    code = "stick-list-missing"
    message = Words(
        "这里没有安装 U 盘的清单 {what}", "There is no list of an installation stick: {what}"
    )
    hint = Words(
        "请核对 U 盘和文件夹；若是没有复制完，请考务总部另给一个。未作任何改动",
        "Look at the stick and its folder; if the copy was cut short, ask headquarters for"
        " another. Nothing was changed",
    )


class StickExpired(DocumentRefused):
    """The officers' word on the stick has ended."""

    code = "stick-expired"
    message = Words(
        "考点 {site} 的 U 盘清单已过期", "The list of this stick for site {site} has ended"
    )
    hint = Words(
        "请向考务总部索取新的 U 盘；若本机时间不对，先校准时间",
        "Ask headquarters for a new stick; if this machine's clock is wrong, set it first",
    )


class StickOlder(DocumentRefused):
    """A stick from before the one that was taken in: a roll-back, or an old one found again."""

    code = "stick-older"
    message = Words(
        "这个 U 盘比本机已取用的旧", "This stick is older than the one that was taken in here"
    )
    hint = Words("请用最新的 U 盘；未作任何改动", "Use the newest stick; nothing was changed")


class StickFileDiffers(DocumentRefused):
    """A file is not the one that is listed."""

    code = "stick-file-differs"
    message = Words("U 盘上的文件与清单不符：{file}", "On the stick, not as listed: {file}")
    hint = Words(
        "不要使用；请总部重新制作 U 盘。未作任何改动",
        "Do not use it; headquarters makes the stick anew. Nothing was changed",
    )


class StickFileMissing(StickFileDiffers):
    """A file that is listed is not there."""

    code = "stick-file-missing"
    message = Words("U 盘上缺少文件：{file}", "Listed and not on the stick: {file}")


class StickFileStrange(StickFileDiffers):
    """Something that is not listed, or that is no plain file."""

    code = "stick-file-strange"
    message = Words(
        "U 盘上有清单之外的内容：{file}", "On the stick and not listed, or no plain file: {file}"
    )


class StickContentRefused(InputRefused):
    """A stick cannot be made of this."""

    code = "stick-content-refused"
    message = Words("不能放入 U 盘：{file}", "Cannot go on a stick: {file}")
    hint = Words(
        "文件名只用字母、数字、点、下划线和连字符，不以点开头；单个文件小于 4 GiB",
        "Names of letters, digits, points, _ and -, no leading point; no file of 4 GiB or more",
    )


class RootUntold(InputRefused):
    """A box that is no site yet has nothing to believe a stick by."""

    code = "root-untold"
    message = Words(
        "本机尚未登记，须核对总部根密钥指纹；U 盘上的是 {found}",
        "This box is no site yet: compare the root's fingerprint; on the stick it is {found}",
    )
    hint = Words(
        "与总部信函上的指纹核对，一致后加 --root {found}",
        "Compare it with headquarters' letter; if it is the same, add --root {found}",
    )
