"""The second copy of every batch, and the receipt that lets a site forget its own."""

import logging
from typing import NamedTuple

from sqlalchemy import select, update

from sync.errors import DocumentAltered, ExamError
from sync.exam.specification import Struct
from sync.headquarters.errors import ArchiveFailed
from sync.headquarters.folder import Headquarters
from sync.headquarters.intake import copy_durably, hash_file, insert_receipt
from sync.headquarters.schema import batches, quarantine, receipts
from sync.headquarters.store import Stamp, record
from sync.wire import documents
from sync.wire.documents import Receipt

log = logging.getLogger(__name__)
ARCHIVE = "archive"


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
    done, faults = 0, []
    for batch in list_batches(headquarters, state="received"):
        try:
            archive_one(headquarters, batch, now)
            done += 1
        except (ArchiveFailed, DocumentAltered) as fault:
            log.error("batch %s: %s", batch.digest, fault)
            faults.append(fault)
    return Archived(done, tuple(faults))


def archive_one(headquarters: Headquarters, batch: BatchRow, now: int) -> None:
    """The second copy, read back and compared, and then the `archived` receipt."""
    copy = headquarters.archived(batch.digest)
    try:
        copy_durably(headquarters.blob(batch.digest), copy)
        found = hash_file(copy)
    except OSError as error:
        raise ArchiveFailed(reason=error.strerror or str(error)) from None
    if found != batch.digest:
        raise DocumentAltered(where=str(headquarters.blob(batch.digest)))
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
            insert_receipt(db, receipt, envelope)
            record(db, Stamp(ARCHIVE, now), "batch.archive", digest=batch.digest)


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
