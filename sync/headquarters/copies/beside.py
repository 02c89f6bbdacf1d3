"""The bytes beside a copy, by digest: batches, uploaded files, refused files, packages.

They never change once they are there, so all copies in a folder share them, and each copy adds
what is new. All of them were sealed before they came here, or are strangers' files.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from sqlalchemy import Connection, select

from sync.errors import DocumentAltered, NotFound
from sync.headquarters.store.blobs import FolderBlobs
from sync.headquarters.store.body import hash_file
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import batches, files, quarantine, sessions
from sync.wire.files import sync_folder

AT_ONCE = 1000


class Named(NamedTuple):
    """What a row names: its digest, and where its bytes lie at headquarters."""

    digest: str
    area: str
    archived: bool


def named(db: Connection) -> Iterator[Named]:
    """All that the rows name, each once an area."""
    for table in (batches, files):
        for row in _rows(db, table.c.digest, table.c.state):
            yield Named(row[0], "batches", row[1] == "archived")
    for row in _rows(db, quarantine.c.digest):
        yield Named(row[0], "refused", archived=False)
    for row in _rows(db, sessions.c.package_digest):
        if row[0] is not None:
            yield Named(row[0], "packages", archived=False)


def place(folder: Path, digest: str) -> Path:
    """Where bytes lie beside the copies."""
    return folder / "bytes" / digest[:2] / digest


def keep(
    headquarters: Headquarters, one: Named, folder: Path
) -> Literal["there", "new", "missing"]:
    """Bytes beside the copies, verified; missing if headquarters has them nowhere whole.

    OSError of the disk of the copies.
    """
    target = place(folder, one.digest)
    if target.exists():
        return "there"
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The second copy is for when the first is gone.
    sources = [lambda to: fetch(headquarters, one, to)]
    if one.area == "batches":
        archive = FolderBlobs(headquarters.archive)
        sources.append(lambda to: archive.copy(one.digest, to))
    return "new" if any(fetched(source, one.digest, target) for source in sources) else "missing"


def fetch(headquarters: Headquarters, one: Named, target: Path) -> None:
    """Copy the bytes of a row out of headquarters; NotFound."""
    if one.area == "packages":
        FolderBlobs(headquarters.folder / "packages", flat=True).copy(one.digest, target)
    elif one.area == "refused":
        headquarters.refused.copy(one.digest, target)
    else:
        headquarters.blobs.copy(one.digest, target)


def fetched(source: Callable[[Path], None], digest: str, target: Path) -> bool:
    """Copy to `target` if what comes has the digest; under that name nothing else ever lies."""
    beside = target.with_name(f".{digest}.tmp")
    try:
        source(beside)
        if hash_file(beside) != digest:
            raise DocumentAltered(where=digest)
    except (NotFound, DocumentAltered):
        beside.unlink(missing_ok=True)
        return False
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    beside.replace(target)
    sync_folder(target.parent)
    return True


def whole(folder: Path, digest: str) -> bool:
    """Whether the bytes beside the copy are there and what they are called."""
    try:
        return hash_file(place(folder, digest)) == digest
    except FileNotFoundError:
        return False


def _rows(db: Connection, *columns: object) -> Iterator[tuple[str, str]]:
    query = select(*columns)  # type: ignore[call-overload]
    for row in db.execute(query, execution_options={"yield_per": AT_ONCE}):
        yield tuple(row)
