"""Root at work in folders that are the site's: what the site lays in its way leads nowhere.

Whoever owns a folder may put a link where root is about to write. So root opens each folder once,
follows no link in it, and asks everything else of what it opened and not of a path.
"""

import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from provisioning.setup.errors import StepFailed
from sync.disk import sync
from sync.wire.files import replacing

# Of a folder the site keeps for the room; root makes it, and anybody reads it.
OPEN_FOLDER, OPEN_FILE = 0o755, 0o644
# Nothing that root reads of the site's is larger.
MOST = 1024 * 1024
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def hand(path: Path, content: bytes, mode: int) -> None:
    """A new file for the site, in a folder whose own place only root can change."""
    about = path.parent.lstat()
    with replacing(path, 0o600) as file:
        file.write(content)
        os.fchmod(file.fileno(), mode)
        os.fchown(file.fileno(), about.st_uid, about.st_gid)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A plain file of the site's; FileNotFoundError, or StepFailed for a link or a pipe."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        handle = os.open(path, flags)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StepFailed(what=str(path), status=error.errno or 1) from None
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode) or about.st_nlink != 1:
            raise StepFailed(what=str(path), status=1)
        yield file


def said(path: Path) -> bytes | None:
    """What such a file says; None if there is none."""
    try:
        with opened(path) as file:
            return file.read(MOST)
    except FileNotFoundError:
        return None


def lay_open(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Files that anybody may read, in a folder in the site's: each whole or not at all."""
    if folder.is_symlink():
        folder.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    with _folder(folder) as at:
        if os.fstat(at).st_uid == os.geteuid():
            # Whatever root's umask is.
            os.fchmod(at, OPEN_FOLDER)
        for name, content in contents.items():
            _lay(at, name, content)
        sync(at)


def strays(folder: Path) -> list[Path]:
    """What lies in the site's folder and belongs to somebody else; the kit is root's by intent."""
    return [Path(at, name) for at, name, _ in _strays(folder)]


def give_back(folder: Path) -> None:
    """What lies in the site's folder is the site's."""
    for _, name, at in _strays(folder):
        about = folder.lstat()
        with suppress(FileNotFoundError):
            os.chown(name, about.st_uid, about.st_gid, dir_fd=at, follow_symlinks=False)


def _strays(folder: Path) -> Iterator[tuple[str, str, int]]:
    """Folder, name, and the folder as it was opened, which is good until the next."""
    if not folder.is_dir():
        return
    owner = folder.lstat().st_uid
    for path, folders, names, at in os.fwalk(folder, follow_symlinks=False):
        if path == str(folder):
            folders[:] = [name for name in folders if name != "trust"]
        for name in (*folders, *names):
            # What a running site has thrown away meanwhile is nobody's.
            with suppress(FileNotFoundError):
                if os.stat(name, dir_fd=at, follow_symlinks=False).st_uid != owner:
                    yield path, name, at


@contextmanager
def _folder(folder: Path) -> Iterator[int]:
    handle = os.open(folder, _FOLDER)
    try:
        yield handle
    finally:
        os.close(handle)


def _lay(at: int, name: str, content: bytes) -> None:
    fresh = f".{name}.{secrets.token_hex(8)}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    handle = os.open(fresh, flags, 0o600, dir_fd=at)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            os.fchmod(handle, OPEN_FILE)
            file.flush()
            sync(handle)
        os.replace(fresh, name, src_dir_fd=at, dst_dir_fd=at)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(fresh, dir_fd=at)
