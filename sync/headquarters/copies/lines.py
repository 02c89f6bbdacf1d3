"""Lines in a compressed part of a sealed document, made as they are sealed: none lies in clear."""

import io
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from sync.exam.specification import Struct
from sync.wire.files import sync_folder, write_durably

# The quickest: rows repeat themselves, and it shares two cores with the intake.
LEVEL = 1
_BLOCK = 256 * 1024


class _File(Struct, frozen=True):
    """A small file of the data folder, by its path in it."""

    path: str
    data: bytes


class Squeezed(io.RawIOBase):
    """A stream that compresses lines when it is read."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._blocks, self._left = _squeeze(lines), b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """As of every raw stream."""
        while not self._left:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._left = block
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count


def stream(lines: Iterable[bytes]) -> io.BufferedReader:
    """What a part of a document takes."""
    return io.BufferedReader(Squeezed(lines), _BLOCK)


def lines_of(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines again; ValueError if the compressed bytes are none, or are cut off."""
    opened, left = zlib.decompressobj(), b""
    try:
        for chunk in chunks:
            *whole, left = (left + opened.decompress(chunk)).split(b"\n")
            yield from whole
    except zlib.error as error:
        raise ValueError("not compressed lines") from error
    if left or not opened.eof:
        raise ValueError("cut off")


def files_as_lines(folder: Path, paths: Iterable[Path]) -> Iterator[bytes]:
    """Small files as lines; one that went away meanwhile is left out."""
    for path in paths:
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            continue
        yield msgspec.json.encode(_File(path.relative_to(folder).as_posix(), data))


def write_files(folder: Path, lines: Iterable[bytes]) -> int:
    """The files again, for the owner's eyes only; ValueError for a path that leads elsewhere."""
    count = 0
    for line in lines:
        one = msgspec.json.decode(line, type=_File)
        path = folder / one.path
        if not path.resolve().is_relative_to(folder.resolve()):
            raise ValueError(one.path)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_durably(path, one.data, 0o600)
        count += 1
    sync_folder(folder)
    return count


def _squeeze(lines: Iterable[bytes]) -> Iterator[bytes]:
    press, waiting = zlib.compressobj(LEVEL), bytearray()
    for line in lines:
        waiting += press.compress(line + b"\n")
        if len(waiting) >= _BLOCK:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting) + press.flush()
