"""Free space and syncs: nothing else measures the one or asks for the other."""

import errno
import os
from pathlib import Path

from sync.errors import DiskTooFull

MIB = 2**20
# What comes from headquarters never takes the room that answers may need.
KEEP_FREE = 512 * MIB


def free_bytes(folder: Path) -> int:
    """What a program without privileges can still write in that folder's file system."""
    about = os.statvfs(folder)
    return about.f_bavail * about.f_frsize


def require_room(folder: Path, size: int) -> None:
    """DiskTooFull unless so much can come from headquarters and the room for answers is left."""
    free = free_bytes(folder)
    if free < size + KEEP_FREE:
        raise DiskTooFull(
            needed_mib=(size + KEEP_FREE) // MIB, free_mib=free // MIB, folder=str(folder)
        )


def is_full(error: OSError) -> bool:
    """There was no room; what was synced before stands."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT) and not isinstance(error, SyncFailed)


class SyncFailed(OSError):
    """What was written may not be on the disk, and another sync of that file would not say so."""


def sync(handle: int) -> None:
    """fsync; SyncFailed whatever the reason. Never call it again for the same content."""
    try:
        os.fsync(handle)
    except OSError as error:
        raise SyncFailed(error.errno, error.strerror) from error
