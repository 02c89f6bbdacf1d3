"""Where the bytes of batches and of refused files lie: a folder, or a table of the database.

A third place, a store that speaks S3, is in sync.headquarters.store.s3; its library is an extra.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, Protocol

from sqlalchemy import ColumnElement, func, select

from sync.errors import NotFound
from sync.headquarters.store.body import Body, blocks
from sync.headquarters.store.engine import Store
from sync.headquarters.store.schema import blobs
from sync.wire.files import write_durably

Area = Literal["batches", "refused"]
WRITERS = 16


class Blobs(Protocol):
    """Write-once bytes by digest; `near` if keeping a few of them waits for no other machine."""

    near: bool

    def put(self, body: Body) -> bytes | None:
        """Keep them, durably when this returns None.

        Bytes that come back must be written in the transaction of their row, as `row` has them.
        """

    def put_all(self, bodies: Sequence[Body]) -> list[bytes | None]:
        """As put, of several; OSError or BlobsAway if one of them is not kept."""

    def has(self, digest: str, size: int) -> bool:
        """Whether this many bytes lie under the digest."""

    def read(self, digest: str) -> bytes:
        """The bytes; NotFound if they are not there."""

    def copy(self, digest: str, target: Path) -> None:
        """A durable copy; NotFound, or OSError of the target."""


class FolderBlobs:
    """Files in folders by the first two digits, or all in one."""

    near = True

    def __init__(self, folder: Path, *, flat: bool = False) -> None:
        self._folder, self._flat = folder, flat
        # Syncs that wait at the same time are one to the disk.
        self._writers = ThreadPoolExecutor(WRITERS, "blobs")

    def path(self, digest: str) -> Path:
        """Where a file lies."""
        return self._folder / digest if self._flat else self._folder / digest[:2] / digest

    def put(self, body: Body) -> bytes | None:
        """A file by temporary file, fsync, rename, fsync of the folder."""
        write_copy(self.path(body.digest), body.blocks())
        return None

    def put_all(self, bodies: Sequence[Body]) -> list[bytes | None]:
        """Side by side."""
        return list(self._writers.map(self.put, bodies))

    def has(self, digest: str, size: int) -> bool:
        """Whether a file of that size has the name."""
        try:
            return self.path(digest).stat().st_size == size
        except FileNotFoundError:
            return False

    def read(self, digest: str) -> bytes:
        """The whole file."""
        try:
            return self.path(digest).read_bytes()
        except FileNotFoundError:
            raise NotFound(what=digest) from None

    def copy(self, digest: str, target: Path) -> None:
        """Piece by piece, as a file may be large."""
        source = self.path(digest)
        if not source.is_file():
            raise NotFound(what=digest)
        copy_durably(source, target)


class TableBlobs:
    """Rows of the database itself: one commit makes a batch and its bytes durable."""

    near = True

    def __init__(self, store: Store, area: Area) -> None:
        self._store, self._area = store, area

    def put(self, body: Body) -> bytes | None:
        """Nothing yet: the bytes go in with the row."""
        return body.read()

    def put_all(self, bodies: Sequence[Body]) -> list[bytes | None]:
        """Nothing yet, either."""
        return [self.put(body) for body in bodies]

    def has(self, digest: str, size: int) -> bool:
        """Whether a row of that length is there."""
        row = self._store.ask(select(func.length(blobs.c.data)).where(self._is(digest)))
        return row is not None and row[0] == size

    def read(self, digest: str) -> bytes:
        """The bytes of the row."""
        row = self._store.ask(select(blobs.c.data).where(self._is(digest)))
        if row is None:
            raise NotFound(what=digest)
        return bytes(row[0])

    def copy(self, digest: str, target: Path) -> None:
        """By way of memory, as the driver has it whole anyway."""
        write_copy(target, self.read(digest))

    def _is(self, digest: str) -> ColumnElement[bool]:
        return (blobs.c.area == self._area) & (blobs.c.digest == digest)


def row(area: Area, digest: str, data: bytes) -> dict[str, object]:
    """The row of the table `blobs`."""
    return {"area": area, "digest": digest, "data": data}


def write_copy(target: Path, data: bytes | Iterable[bytes]) -> None:
    """Bytes as a file that is on the disk when this returns; its folder is made if need be."""
    target.parent.mkdir(mode=0o700, exist_ok=True)
    write_durably(target, data)


def copy_durably(source: Path, target: Path) -> None:
    """A copy that is on the disk when this returns; its folder is made if need be."""
    write_copy(target, blocks(source))
