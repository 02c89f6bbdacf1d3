"""The files of an installation stick: looked at, copied, listed (docs/specs/stick.md).

STICK/examsite-install/stick.json   the signed list of all other files there
STICK/examsite-install/…            exactly those, plain files in plain folders

What else lies on the stick is not looked at: computers leave things on sticks, and results travel
in the folder `examsite`.
"""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from sync.delivery_errors import CopyFailed, StickUnusable
from sync.disk import sync
from sync.errors.sticks import (
    StickContentRefused,
    StickFileDiffers,
    StickFileMissing,
    StickFileStrange,
    StickListMissing,
)
from sync.errors.system import system_words
from sync.wire.files import sync_folder, write_durably
from sync.wire.stick_list import LIST, MOST_FILES, MOST_LIST, StickFile, StickList
from sync.words import Words

FOLDER = "examsite-install"
_BLOCK = 1024 * 1024


class InstallStick:
    """A stick, or a folder that stands for one; `root` is where it is mounted."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder = root, root / FOLDER

    def list_bytes(self) -> bytes:
        """The signed list; StickListMissing if there is none, StickUnusable without a stick."""
        if not self.root.is_dir():
            gone = Words("没有插好，或不是这个文件夹", "not plugged in, or at another folder")
            raise StickUnusable(folder=str(self.root), reason=gone)
        with (
            self._readable(),
            self._opened(LIST, StickListMissing(what=f"{FOLDER}/{LIST}")) as file,
        ):
            return file.read(MOST_LIST)

    def small(self, path: str) -> bytes:
        """A listed file that is small; no more of it than a list may have."""
        with self._readable(), self._opened(path) as file:
            return file.read(MOST_LIST)

    def check(self, listed: StickList) -> None:
        """That the stick has just these files, every byte of them.

        StickFileStrange, StickFileMissing, StickFileDiffers.
        """
        with self._readable():
            self._check_names(listed)
            for one in listed.files:
                for _ in self._blocks(one):
                    pass

    def copy_to(self, listed: StickList, folder: Path) -> None:
        """Copy all that is listed to a new folder; it is there whole and right, or not at all."""
        fresh, former = folder.with_name(f".{folder.name}.new"), folder.with_name(".former")
        for left in (fresh, former):
            shutil.rmtree(left, ignore_errors=True)
        try:
            with self._readable():
                self._check_names(listed)
                for one in listed.files:
                    to = fresh / one.path
                    to.parent.mkdir(parents=True, exist_ok=True)
                    write_durably(to, self._blocks(one))
                    sync_folder(to.parent)
                _readable_within(fresh)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        if folder.exists():
            folder.replace(former)
        fresh.replace(folder)
        sync_folder(folder.parent)
        shutil.rmtree(former, ignore_errors=True)

    def _check_names(self, listed: StickList) -> None:
        there, wanted = dict(self._walk()), {one.path: one for one in listed.files}
        strange = sorted(set(there) - set(wanted) - {LIST})
        if strange:
            raise StickFileStrange(file=strange[0])
        for path, one in wanted.items():
            if path not in there:
                raise StickFileMissing(file=path)
            if there[path] != one.size:
                raise StickFileDiffers(file=path)

    def _walk(self) -> Iterator[tuple[str, int]]:
        """Path and size of every file; StickFileStrange for what is neither file nor folder."""
        count, folders = 0, [self.folder]
        while folders:
            folder = folders.pop()
            with os.scandir(folder) as items:
                for item in items:
                    count += 1
                    name = str(Path(item.path).relative_to(self.folder))
                    if count > 2 * MOST_FILES:
                        raise StickFileStrange(file=name)
                    if item.is_dir(follow_symlinks=False):
                        folders.append(Path(item.path))
                    elif item.is_file(follow_symlinks=False):
                        yield name, item.stat(follow_symlinks=False).st_size
                    else:
                        raise StickFileStrange(file=name)

    def _blocks(self, one: StickFile) -> Iterator[bytes]:
        """A file as it is listed, no byte more; StickFileDiffers at the end if it is another."""
        found, left = hashlib.sha256(), one.size
        with self._opened(one.path, StickFileMissing(file=one.path)) as file:
            while left and (block := file.read(min(_BLOCK, left))):
                found.update(block)
                left -= len(block)
                yield block
            more = file.read(1)
        if left or more or found.hexdigest() != one.digest:
            raise StickFileDiffers(file=one.path)

    @contextmanager
    def _opened(self, path: str, gone: Exception | None = None) -> Iterator[BinaryIO]:
        """A plain file of the stick; a link or a pipe is not opened, nor waited for."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            handle = os.open(self.folder / path, flags)
        except FileNotFoundError:
            raise gone or StickFileMissing(file=path) from None
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise StickFileStrange(file=path)
            yield file

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """What goes wrong with reading is the stick's: it was pulled out, or is damaged."""
        try:
            yield
        except OSError as error:
            raise CopyFailed(folder=str(self.root), reason=system_words(error)) from error


def _readable_within(folder: Path) -> None:
    """Root may copy with any umask; who gets so far is decided by the folder around it."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def list_files(folder: Path) -> tuple[StickFile, ...]:
    """The files of a folder as a list has them; StickContentRefused for what no list may have."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_dir() and not path.is_symlink():
            continue
        if name == LIST:
            continue
        if path.is_symlink() or not path.is_file():
            raise StickContentRefused(file=name)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            sync(file.fileno())
        one = {"path": name, "size": path.stat().st_size, "digest": digest}
        try:
            found.append(msgspec.convert(one, StickFile))
        except msgspec.ValidationError:
            raise StickContentRefused(file=name) from None
    return tuple(sorted(found, key=lambda one: one.path))
