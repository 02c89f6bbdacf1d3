"""What was kept and is not as it was written; leaves beside those of `siteapp.errors`.

DocumentRefused ── JournalDamaged
EnvironmentFault ── FilesDamaged  DatabaseBehind
"""

from sync.errors import DocumentRefused, EnvironmentFault
from sync.words import Words


class JournalDamaged(DocumentRefused):
    """A journal that is not what was signed, or a database that does not guard it."""

    code = "journal-damaged"
    message = Words("考试日志有 {count} 处问题", "{count} problems with the journal")
    hint = Words(
        "不要改动任何文件；复制整个数据文件夹并联系考务总部",
        "Change nothing; copy the whole data folder and call headquarters",
    )


class FilesDamaged(EnvironmentFault):
    """Files of the data folder that are not what was written."""

    code = "files-damaged"
    message = Words("数据文件夹有 {count} 处损坏", "{count} damages in the data folder")
    hint = Words(
        "磁盘可能有故障；请改用备用服务器或加密副本，并联系考务总部",
        "The disk may be failing; go on with the spare or a sealed copy, and call headquarters",
    )


class DatabaseBehind(EnvironmentFault):
    """A batch was sealed that the database does not have: what it had since then is lost."""

    code = "database-behind"
    message = Words(
        "第 {sequence} 个成绩数据包已封装，数据库中却没有：数据库不完整或是旧的",
        "Batch {sequence} was sealed and is not in the database, which is damaged or an old one",
    )
    hint = Words(
        "不再封装新的数据包；请改用备用服务器或最新的加密副本，并联系考务总部",
        "No batch is cut any more; go on with the spare or the newest copy, and call headquarters",
    )
