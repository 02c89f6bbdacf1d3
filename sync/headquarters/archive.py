"""The second copy of every batch, and the receipt that lets a site forget its own."""

import logging
from typing import NamedTuple

from sqlalchemy import insert, select, update

from sync.errors import DocumentAltered, ExamError, NotFound
from sync.exam.specification import Struct
from sync.headquarters.commits import ARCHIVE_WORK, receipt_row
from sync.headquarters.errors import ArchiveFailed, TryLater
from sync.headquarters.folder import Headquarters
from sync.headquarters.intake import hash_file
from sync.headquarters.schema import batches, quarantine, receipts
from sync.headquarters.store import Stamp, record
from sync.headquarters.work import Claimed, claim, release
from sync.headquarters.work import done as finish
from sync.wire import documents
from sync.wire.documents import Receipt
from sync.wire.files import write_durably

log = logging.getLogger(__name__)
ARCHIVE = "archive"
# Small, so that no claim runs out before its turn comes.
CLAIM = 16


class BatchRow(Struct, frozen=True):
    """A batch that was taken in."""

    digest: str
    site: str
    session: str
    server_term: int
    sequence: int
    size: int
    signed_by: str
    state: str
    received_at: int
    supplements: str | None = None


class QuarantineRow(Struct, frozen=True):
    """A refused file; `taken_at` is set once the same file was taken in after all."""

    digest: str
    declared: str
    claims: str
    size: int
    code: str
    reason_zh: str
    reason_en: str
    received_at: int
    taken_at: int | None


class Archived(NamedTuple):
    """How many batches got their second copy, and the faults of those that did not."""

    done: int
    faults: tuple[ExamError, ...]


def archive_pending(headquarters: Headquarters, now: int) -> Archived:
    """Copy what has one copy only; a fault of one batch does not hold up the others."""
    done: list[Claimed] = []
    faults: list[ExamError] = []
    last = 0
    while claimed := claim(headquarters, ARCHIVE_WORK, now, limit=CLAIM, after=last):
        for one in claimed:
            try:
                archive_one(headquarters, one, now)
                done.append(one)
            except (ArchiveFailed, DocumentAltered, NotFound, TryLater) as fault:
                log.error("batch %s: %s", one.subject, fault)
                faults.append(fault)
                release(headquarters, [one])
        last = claimed[-1].id
    return Archived(len(done), tuple(faults))


def archive_one(headquarters: Headquarters, due: Claimed, now: int) -> None:
    """The second copy, read back and compared, and then the `archived` receipt."""
    batch = find_batch(headquarters, due.subject)
    _copy(headquarters, batch.digest)
    receipt = Receipt(
        digest=batch.digest,
        size=batch.size,
        site=batch.site,
        session=batch.session,
        server_term=batch.server_term,
        sequence=batch.sequence,
        level="archived",
        at=now,
    )
    envelope = documents.sign(receipt, headquarters.keys.receipt())
    with headquarters.store.writing() as db:
        waiting = (batches.c.digest == batch.digest) & (batches.c.state == "received")
        if db.execute(update(batches).where(waiting).values(state="archived")).rowcount:
            db.execute(insert(receipts), [receipt_row(receipt, envelope)])
            record(db, Stamp(ARCHIVE, now), "batch.archive", digest=batch.digest)
        finish(db, [due])


def archive_now(headquarters: Headquarters, digest: str, now: int) -> None:
    """Archive one batch while its bearer waits, unless that is done or somebody is at it."""
    for due in claim(headquarters, ARCHIVE_WORK, now, limit=1, subject=digest):
        try:
            archive_one(headquarters, due, now)
        except ExamError:
            release(headquarters, [due])
            raise


def _copy(headquarters: Headquarters, digest: str) -> None:
    copy = headquarters.archived(digest)
    data = headquarters.blobs.read(digest)
    try:
        copy.parent.mkdir(mode=0o700, exist_ok=True)
        write_durably(copy, data)
        found = hash_file(copy)
    except OSError as error:
        raise ArchiveFailed(reason=error.strerror or str(error)) from None
    if found != digest:
        raise DocumentAltered(where=digest)


def find_batch(headquarters: Headquarters, digest: str) -> BatchRow:
    """One batch; NotFound."""
    with headquarters.store.reading() as db:
        row = db.execute(select(batches).where(batches.c.digest == digest)).mappings().first()
    if row is None:
        raise NotFound(what=digest)
    return BatchRow(**row)


def highest_receipt(headquarters: Headquarters, digest: str) -> bytes | None:
    """The receipt that says most about a batch, or None if it is not here."""
    query = select(receipts.c.envelope).where(receipts.c.digest == digest)
    # "archived" comes before "received" in the alphabet too.
    with headquarters.store.reading() as db:
        return db.scalars(query.order_by(receipts.c.level)).first()


def list_batches(
    headquarters: Headquarters, *, session: str | None = None, state: str | None = None
) -> list[BatchRow]:
    """Batches in the order of their journals."""
    query = select(batches).order_by(
        batches.c.site, batches.c.session, batches.c.server_term, batches.c.sequence
    )
    if session is not None:
        query = query.where(batches.c.session == session)
    if state is not None:
        query = query.where(batches.c.state == state)
    with headquarters.store.reading() as db:
        return [BatchRow(**row) for row in db.execute(query).mappings()]


def list_quarantine(headquarters: Headquarters) -> list[QuarantineRow]:
    """Refused files, the newest first."""
    query = select(quarantine).order_by(quarantine.c.received_at.desc(), quarantine.c.digest)
    with headquarters.store.reading() as db:
        return [QuarantineRow(**row) for row in db.execute(query).mappings()]
