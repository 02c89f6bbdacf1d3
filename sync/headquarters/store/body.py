"""What is sent: a file, or bytes that are few enough to stay in memory."""

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Body:
    """Bytes to be read from the beginning as often as needed."""

    open: Callable[[], BinaryIO]
    size: int
    digest: str

    @classmethod
    def of_file(cls, path: Path) -> "Body":
        """A file that nobody changes meanwhile."""
        return cls(lambda: path.open("rb"), path.stat().st_size, hash_file(path))

    @classmethod
    def of_bytes(cls, data: bytes) -> "Body":
        """Bytes in memory."""
        return cls(lambda: io.BytesIO(data), len(data), hashlib.sha256(data).hexdigest())

    def read(self) -> bytes:
        """All of it."""
        with self.open() as file:
            return file.read()

    def blocks(self) -> Iterator[bytes]:
        """Piece by piece."""
        with self.open() as file:
            while block := file.read(_BLOCK):
                yield block


def blocks(path: Path) -> Iterator[bytes]:
    """A file, piece by piece."""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def hash_file(path: Path) -> str:
    """The hex SHA-256 of a file."""
    digest = hashlib.sha256()
    for block in blocks(path):
        digest.update(block)
    return digest.hexdigest()
