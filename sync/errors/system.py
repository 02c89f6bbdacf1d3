"""What the operating system says no with, in words that a teacher understands."""

import errno
from typing import Final

from sync.words import Words

_WORDS: Final = {
    errno.EACCES: Words("没有读写权限", "permission denied"),
    errno.EPERM: Words("没有操作权限", "not permitted"),
    errno.EROFS: Words("只能读，不能写", "it is read-only"),
    errno.ENOSPC: Words("空间已满", "no space is left"),
    errno.EDQUOT: Words("空间配额已满", "the quota is used up"),
    errno.EFBIG: Words("文件过大", "the file is too large"),
    errno.EIO: Words("磁盘读写出错，可能已损坏", "the disk fails to read or write"),
    errno.ENOENT: Words("找不到", "it is not there"),
    errno.ENODEV: Words("设备不在，可能已拔出", "the device is gone"),
    errno.ENXIO: Words("设备不在，可能已拔出", "the device is gone"),
    errno.ENOTDIR: Words("不是文件夹", "it is no folder"),
    errno.ECONNREFUSED: Words("对方没有运行服务", "connection refused: nothing runs there"),
    errno.ECONNRESET: Words("连接被中断", "the connection was cut"),
    errno.ENETUNREACH: Words("没有通往对方的网络", "no network leads there"),
    errno.EHOSTUNREACH: Words("没有通往对方的网络", "no network leads there"),
    errno.ETIMEDOUT: Words("对方没有应答", "nobody answered in time"),
}


def system_words(error: OSError) -> Words:
    """The reason of an OSError; one without words of ours keeps the system's own."""
    said = error.strerror or type(error).__name__
    return _WORDS.get(error.errno or 0, Words(said, said))
