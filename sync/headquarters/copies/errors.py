"""Errors of copies of headquarters.

EnvironmentFault ── CopyFailed  CopyLacks  DatabaseTaken  DoesNotHold
DocumentRefused ── BytesMissing  CopyKeyWrong  CopyOfAnother  RowsAltered
"""

from sync.errors import DocumentRefused, EnvironmentFault
from sync.words import Words


class CopyFailed(EnvironmentFault):
    """The disk of the copies, or the one restored to, said no; nothing counts as written."""

    code = "copy-failed"
    message = Words("副本没有写成：{reason}", "The copy was not written: {reason}")
    hint = Words(
        "请检查磁盘空间和权限后重试；此前的副本没有改动",
        "Check room and rights on that disk and try again; earlier copies are as they were",
    )


class CopyLacks(EnvironmentFault):
    """The copy is written, but headquarters itself no longer has some of its files whole."""

    code = "copy-lacks"
    message = Words(
        "副本已写入 {path}，但总部已缺少 {count} 个文件或文件已损坏（如 {digest}）",
        "The copy is in {path}, but headquarters itself lacks {count} files or has them damaged"
        " ({digest} for one)",
    )
    hint = Words(
        "请保留旧副本，运行 examhq verify 查看清单，检查磁盘",
        "Keep the older copies, see the list by examhq verify, and check the disk",
    )


class BytesMissing(DocumentRefused):
    """Files that the copy's rows name are not beside it as they were."""

    code = "copy-bytes-missing"
    message = Words(
        "副本旁缺少 {count} 个文件或文件已改动（如 {digest}），未恢复",
        "Beside the copy {count} files are missing or altered ({digest} for one); nothing was"
        " restored",
    )
    hint = Words(
        "请把另一份副本的 bytes 文件夹补齐后重试；确实没有时加 --without-missing",
        "Complete the folder bytes from another copy; if there is none, add --without-missing",
    )


class CopyOfAnother(DocumentRefused):
    """Not signed by the key that was named, or no copy of headquarters at all."""

    code = "copy-of-another"
    message = Words(
        "这份副本由密钥 {found} 签名，而不是 {wanted}",
        "This copy is signed by key {found}, not by {wanted}",
    )
    hint = Words(
        "请与托管密钥 U 盘旁记下的回执密钥编号核对；不符的副本不要使用",
        "Compare with the id of the receipt key that lies beside the escrow's stick; if it differs,"
        " do not use the copy",
    )


class CopyKeyWrong(DocumentRefused):
    """The key at hand opens no part, or not this part, of the copy."""

    code = "copy-key-wrong"
    message = Words(
        "打开副本的“{part}”部分需要密钥 {keys}", "The part {part} of the copy opens with key {keys}"
    )
    hint = Words(
        "请插入写副本时所用托管密钥的 U 盘；examhq keys list 列出各密钥的编号",
        "Bring the stick with the escrow's key of that time; examhq keys list shows the ids",
    )


class RowsAltered(DocumentRefused):
    """What the database gives back is not what the copy holds."""

    code = "copy-rows-altered"
    message = Words(
        "数据库读回的内容与副本不符：{what}，未恢复",
        "What the database gives back is not the copy's: {what}; nothing was restored",
    )
    hint = Words(
        "请换用空的数据库和写出该副本的版本，再试一次",
        "Take an empty database and the release that wrote the copy, and try again",
    )


class DatabaseTaken(EnvironmentFault):
    """Somebody's rows are in the database that was to be restored into."""

    code = "database-taken"
    message = Words("数据库不是空的：{database}", "The database is not empty: {database}")
    hint = Words(
        "请新建一个空数据库，用 --database 指定", "Make an empty one and name it by --database"
    )


class DoesNotHold(EnvironmentFault):
    """Headquarters was looked through and something is missing or altered."""

    code = "does-not-hold"
    message = Words("核验发现 {count} 处问题", "Of what was verified {count} things do not hold")
    hint = Words(
        "请按清单处理；有副本时用 examhq restore 恢复到另一处对照",
        "Go through the list; with a copy, restore it elsewhere (examhq restore) and compare",
    )
