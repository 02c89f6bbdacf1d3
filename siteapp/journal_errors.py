"""What a journal is refused for; beside `siteapp.errors`, a leaf under DocumentRefused."""

from sync.errors import DocumentRefused
from sync.words import Words


class JournalDamaged(DocumentRefused):
    """A journal that is not what was signed, or a database that does not guard it."""

    code = "journal-damaged"
    message = Words("考试日志有 {count} 处问题", "{count} problems with the journal")
    hint = Words(
        "不要改动任何文件；复制整个数据文件夹并联系考务总部",
        "Change nothing; copy the whole data folder and call headquarters",
    )
