"""Refused files: listed, taken out to be looked at, let in again once the reason is gone.

Nothing is ever deleted here: a file that was taken in after all stays with the reason of before.
"""

from pathlib import Path

from sqlalchemy import func, select

from sync.errors import DocumentRefused, NotFound
from sync.exam.specification import Struct
from sync.headquarters.intake.archive import QuarantineRow
from sync.headquarters.intake.edge import Accepted, accept
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import quarantine


class Refused(Struct, frozen=True):
    """A page of refused files, and how many there are of them in all."""

    rows: tuple[QuarantineRow, ...]
    waiting: int
    taken: int


def refused(
    headquarters: Headquarters, *, waiting: bool | None = None, limit: int, offset: int = 0
) -> Refused:
    """The newest first; only those that wait, or only those taken in later, if that is asked."""
    taken = quarantine.c.taken_at.is_not(None)
    query = select(quarantine).order_by(quarantine.c.received_at.desc(), quarantine.c.digest)
    if waiting is not None:
        query = query.where(~taken if waiting else taken)
    counting = select(func.count(), func.count(quarantine.c.taken_at)).select_from(quarantine)
    with headquarters.store.reading() as db:
        rows = db.execute(query.limit(limit).offset(offset)).mappings().all()
        every, later = db.execute(counting).one()
    return Refused(tuple(QuarantineRow(**row) for row in rows), every - later, later)


def count_waiting(headquarters: Headquarters) -> int:
    """How many nobody has let in yet."""
    return refused(headquarters, limit=0).waiting


def find_refused(headquarters: Headquarters, digest: str) -> QuarantineRow:
    """One of them; NotFound."""
    query = select(quarantine).where(quarantine.c.digest == digest)
    with headquarters.store.reading() as db:
        row = db.execute(query).mappings().first()
    if row is None:
        raise NotFound(what=digest[:64])
    return QuarantineRow(**row)


def take_out(headquarters: Headquarters, by: Stamp, digest: str, target: Path) -> QuarantineRow:
    """A copy of the file as it came, into `target`; that somebody took it is recorded."""
    row = find_refused(headquarters, digest)
    headquarters.refused.copy(digest, target)
    with headquarters.store.writing() as db:
        record(db, by, "quarantine.copy", digest=digest)
    return row


def retry(headquarters: Headquarters, by: Stamp, digest: str, folder: Path) -> Accepted:
    """Hold a refused file against all checks once more; by way of a copy in `folder`.

    Whatever comes of it is recorded. DocumentRefused, with the reason of now: it stays where it is.
    """
    find_refused(headquarters, digest)
    copy = folder / digest
    headquarters.refused.copy(digest, copy)
    try:
        accepted = accept(headquarters, copy, digest, by.at)
    except DocumentRefused as refusal:
        _record(headquarters, by, digest, refusal.code)
        raise
    _record(headquarters, by, digest, "accepted")
    return accepted


def _record(headquarters: Headquarters, by: Stamp, digest: str, came: str) -> None:
    with headquarters.store.writing() as db:
        record(db, by, "quarantine.retry", digest=digest, outcome=came)
