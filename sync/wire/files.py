"""Files that are there whole or not at all, also after a power cut."""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from sync.disk import sync


def write_durably(path: Path, data: bytes | Iterable[bytes], mode: int = 0o666) -> None:
    """Put `data` at `path`, replacing what was there; on the disk when this returns."""
    with replacing(path, mode) as file:
        for block in (data,) if isinstance(data, bytes) else data:
            file.write(block)


@contextmanager
def replacing(path: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` when the block ends well, else leaves no trace."""
    with _temporary(path, mode) as (temporary, file):
        yield file
        _flush(file)
        temporary.replace(path)
        sync_folder(path.parent)


def write_new(path: Path, data: bytes, mode: int) -> None:
    """As write_durably, but FileExistsError if `path` is there (also if it appears meanwhile)."""
    with _temporary(path, mode) as (temporary, file):
        file.write(data)
        _flush(file)
        # Unlike a rename, a link never replaces.
        path.hardlink_to(temporary)
        temporary.unlink()
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        sync(handle)
    finally:
        os.close(handle)


@contextmanager
def _temporary(path: Path, mode: int) -> Iterator[tuple[Path, BinaryIO]]:
    """A new file beside `path`, removed if it still has its temporary name at the end."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            yield temporary, file
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def _flush(file: BinaryIO) -> None:
    file.flush()
    sync(file.fileno())
