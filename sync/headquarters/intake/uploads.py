"""Half uploads: parts of a file by site, digest and offset, until it is whole and taken in.

They lie in the database, which all receivers have in common: each part may come to another one.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from sync.delivery_errors import UploadElsewhere, UploadsFull
from sync.errors import DocumentRefused, NotFound
from sync.exam.specification import Struct
from sync.headquarters.errors import BatchTooLarge
from sync.headquarters.intake.edge import MAX_BATCH, MAX_FILE, Accepted, accept
from sync.headquarters.store.delivery_tables import upload_parts, uploads
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.kinds import BATCH, KINDS
from sync.headquarters.store.schema import sites
from sync.wire.files import write_durably
from sync.wire.incoming import Incoming

# The most that one request carries.
PART = 4 * 1024 * 1024
# What a site may have half uploaded: a file of the largest kind and another.
MAX_HALF = 2 * MAX_FILE
MAX_HALVES = 16
KEEP_MS = 7 * 24 * 3600 * 1000


class Half(Struct, frozen=True):
    """An upload: `offset` bytes of `size` are here; `until` then it is kept without another."""

    digest: str
    size: int
    offset: int
    until: int

    @property
    def whole(self) -> bool:
        """All bytes are here."""
        return self.offset == self.size


def begin(headquarters: Headquarters, site: str, digest: str, size: int, now: int) -> Half:
    """Begin an upload, or find the one that was begun; UploadsFull if the site has too many."""
    if size > MAX_FILE:
        raise BatchTooLarge(found=size, limit=MAX_FILE)
    with suppress(NotFound):
        known = find(headquarters, site, digest, now)
        if known.size == size:
            return known
    with headquarters.store.writing() as db:
        # One after the other, so that the sum holds.
        db.execute(select(sites.c.id).where(sites.c.id == site).with_for_update())
        db.execute(delete(uploads).where(uploads.c.at <= now - KEEP_MS))
        _drop(db, site, digest)
        count, taken = db.execute(
            select(func.count(), func.coalesce(func.sum(uploads.c.size), 0)).where(
                uploads.c.site == site
            )
        ).one()
        if count >= MAX_HALVES or taken + size > MAX_HALF:
            raise UploadsFull(site=site, limit_mib=MAX_HALF // 2**20)
        db.execute(insert(uploads).values(site=site, digest=digest, size=size, offset=0, at=now))
    return Half(digest, size, 0, now + KEEP_MS)


def find(headquarters: Headquarters, site: str, digest: str, now: int) -> Half:
    """How far an upload is; one that was taken in is whole. NotFound if there is none."""
    for kind in KINDS:
        rows = kind.rows.c
        query = select(rows.size).where(rows.digest == digest, rows.site == site)
        row = headquarters.store.ask(query)
        if row is not None and headquarters.blobs.has(digest, row.size):
            return Half(digest, row.size, row.size, now + KEEP_MS)
    query = select(uploads.c.size, uploads.c.offset, uploads.c.at).where(_mine(site, digest))
    row = headquarters.store.ask(query)
    if row is None or row.at <= now - KEEP_MS:
        raise NotFound(what=digest[:64])
    return Half(digest, row.size, row.offset, row.at + KEEP_MS)


def append(
    headquarters: Headquarters, site: str, digest: str, offset: int, data: bytes, now: int
) -> Half:
    """Keep a part, durably when this returns; UploadElsewhere if the upload is not at `offset`."""
    found = find(headquarters, site, digest, now)
    if offset != found.offset:
        raise UploadElsewhere(expected=found.offset, found=offset)
    if offset + len(data) > found.size:
        raise BatchTooLarge(found=offset + len(data), limit=found.size)
    if not data:
        return found
    # Of two that come at once one finds another offset.
    mine = _mine(site, digest) & (uploads.c.offset == offset)
    part = {"site": site, "digest": digest, "offset": offset, "data": data}
    with headquarters.store.writing() as db:
        moved = update(uploads).where(mine).values(offset=offset + len(data), at=now)
        if not db.execute(moved).rowcount:
            raise UploadElsewhere(expected=offset + len(data), found=offset)
        db.execute(insert(upload_parts).values(part))
    return Half(digest, found.size, offset + len(data), now + KEEP_MS)


def gather(headquarters: Headquarters, site: str, digest: str, to: Path) -> None:
    """The whole file, part by part; NotFound if another receiver has finished it meanwhile.

    Also if that was in the middle: what is short would be refused as damaged.
    """
    row = headquarters.store.ask(select(uploads.c.size).where(_mine(site, digest)))
    write_durably(to, _parts(headquarters, site, digest), 0o600)
    if row is None or to.stat().st_size != row.size:
        raise NotFound(what=digest[:64])


def finish(headquarters: Headquarters, site: str, source: Path, digest: str, now: int) -> Accepted:
    """Take a gathered file in as if it had come in one piece; taken in or refused, its parts go.

    They stay if it is not decided: TryLater, or no room.
    """
    try:
        if source.stat().st_size > MAX_BATCH:
            _require_file(source)
        accepted = accept(headquarters, source, digest, now)
    except DocumentRefused:
        forget(headquarters, site, digest)
        raise
    forget(headquarters, site, digest)
    return accepted


def forget(headquarters: Headquarters, site: str, digest: str) -> None:
    """Drop what is here of an upload."""
    with headquarters.store.writing() as db:
        _drop(db, site, digest)


def _drop(db: Connection, site: str, digest: str) -> None:
    db.execute(delete(uploads).where(_mine(site, digest)))


def _mine(site: str, digest: str) -> ColumnElement[bool]:
    return (uploads.c.site == site) & (uploads.c.digest == digest)


def _require_file(source: Path) -> None:
    """BatchTooLarge unless it says that it is an uploaded file: those may be larger."""
    if Incoming(lambda: source.open("rb")).kind == BATCH.name:
        raise BatchTooLarge(found=source.stat().st_size, limit=MAX_BATCH)


def _parts(headquarters: Headquarters, site: str, digest: str) -> Iterator[bytes]:
    """One after the other, each a question: no more than one is in memory."""
    own = (upload_parts.c.site == site) & (upload_parts.c.digest == digest)
    at = 0
    while True:
        query = select(upload_parts.c.data).where(own, upload_parts.c.offset == at)
        row = headquarters.store.ask(query)
        if row is None:
            return
        data = bytes(row.data)
        yield data
        at += len(data)
