"""A large file on a stick: parts, and a list of them that is written last (docs/specs/upload.md).

FAT32 takes no file of 4 GiB, and a stick that was pulled out goes on with the next part.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

from msgspec import Meta

from sync.errors import DocumentAltered
from sync.exam.specification import Struct
from sync.wire.documents import from_bytes
from sync.wire.fields import Counter, Digest

# Far below 2 GB, for what a pull costs is one part.
PART = 64 * 1024 * 1024
# Files of 256 MiB have four; a list of this length is below MAX_LIST.
MAX_PARTS = 4096
MAX_LIST = 512 * 1024
LISTED = re.compile(r"([0-9a-f]{64})\.(batch|file)\.parts")
_BLOCK = 1_048_576


class PartList(Struct, frozen=True):
    """The size of the whole, and the SHA-256 of each part in order."""

    size: Counter
    parts: Annotated[tuple[Digest, ...], Meta(min_length=1, max_length=MAX_PARTS)]


class Piece(NamedTuple):
    """A part of a file."""

    start: int
    length: int
    digest: str


def pieces_of(path: Path, part: int) -> list[Piece]:
    """The parts of a file, each of `part` bytes but the last."""
    size = path.stat().st_size
    found = []
    for start in range(0, size, part):
        length, digest = min(part, size - start), hashlib.sha256()
        for block in read_piece(path, start, length):
            digest.update(block)
        found.append(Piece(start, length, digest.hexdigest()))
    return found


def read_piece(path: Path, start: int, length: int) -> Iterator[bytes]:
    """A part, block by block."""
    with path.open("rb") as file:
        file.seek(start)
        while length and (block := file.read(min(length, _BLOCK))):
            yield block
            length -= len(block)


def joined(listing: Path) -> Iterator[bytes]:
    """The file that a list names, UNVERIFIED but for each part; DocumentAltered, NotCanonical.

    Never more than the list says.
    """
    said = _listed(listing)
    left = said.size
    for number, expected in enumerate(said.parts):
        path = listing.with_suffix(f".{number}")
        found = hashlib.sha256()
        if not path.is_file() or path.stat().st_size > left:
            raise DocumentAltered(where=path.name)
        for block in read_piece(path, 0, left):
            found.update(block)
            left -= len(block)
            yield block
        if found.hexdigest() != expected:
            raise DocumentAltered(where=path.name)
    if left:
        raise DocumentAltered(where=listing.name)


def size_in(listing: Path) -> int:
    """How large the whole says it is."""
    return _listed(listing).size


def read_list(data: bytes) -> PartList:
    """A list as its writer writes it; NotCanonical."""
    return from_bytes(data, PartList)


def _listed(listing: Path) -> PartList:
    with listing.open("rb") as file:
        return read_list(file.read(MAX_LIST))
