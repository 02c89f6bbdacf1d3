"""Errors of the site: what is kept at the site: no room for it, or not as it was written."""

from sync.errors import DocumentRefused, EnvironmentFault, NotNow
from sync.words import Words


class StorageFailed(EnvironmentFault):
    """The disk did not take a write; nothing of it was acknowledged."""

    code = "storage-failed"
    message = Words("服务器磁盘写入失败：{reason}", "The server's disk failed to write: {reason}")
    hint = Words(
        "作答保存在考试机上；请检查服务器磁盘", "Responses stay on the machine; check the disk"
    )


class ReserveMissing(NotNow):
    """The disk has no room for everybody's answers; the chief may open all the same."""

    code = "reserve-missing"
    message = Words(
        "磁盘空间不足以为全部考生预留作答空间：还差 {missing_mib} MiB",
        "The disk cannot hold room for everybody's answers: {missing_mib} MiB are missing",
    )
    hint = Words(
        "请先腾出空间；如仍要开考，请主监考填写原因",
        "Free some room first; to open all the same, the chief gives a reason",
    )


class OtherPackage(NotNow):
    """The session is here already, from another package."""

    code = "other-package"
    message = Words(
        "场次 {session} 已从另一份试卷包导入", "Session {session} is here from another package"
    )
    hint = Words(
        "未作改动；请与考务总部核对哪一份是正确的",
        "Nothing was changed; ask headquarters which one is right",
    )


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
