"""The second copy of every batch, and the receipt that lets a site forget its own."""

import logging
from typing import NamedTuple

from sqlalchemy import Table, select, update

from sync.errors import DocumentAltered, ExamError
from sync.errors.system import system_words
from sync.exam.specification import Struct
from sync.headquarters.errors import ArchiveFailed
from sync.headquarters.folder import Headquarters
from sync.headquarters.intake import KINDS, Kind, copy_durably, hash_file, insert_receipt
from sync.headquarters.schema import batches, files, quarantine
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
    # Batches first: one is small, and results wait for it.
    for kind in KINDS:
        for row in _list(headquarters, kind.rows, None, "received"):
            try:
                archive_one(headquarters, row, now, kind)
                done += 1
            except (ArchiveFailed, DocumentAltered) as fault:
                log.error("%s %s: %s", kind.name, row.digest, fault)
                faults.append(fault)
    return Archived(done, tuple(faults))


def archive_digest(headquarters: Headquarters, digest: str, now: int) -> None:
    """The second copy of what was just taken in, unless it has one."""
    for kind in KINDS:
        for row in _list(headquarters, kind.rows, None, "received"):
            if row.digest == digest:
                archive_one(headquarters, row, now, kind)


def archive_one(headquarters: Headquarters, batch: BatchRow, now: int, kind: Kind) -> None:
    """The second copy, read back and compared, and then the `archived` receipt."""
    copy = headquarters.archived(batch.digest)
    try:
        copy_durably(headquarters.blob(batch.digest), copy)
        found = hash_file(copy)
    except OSError as error:
        raise ArchiveFailed(reason=system_words(error)) from None
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
        waiting = (kind.rows.c.digest == batch.digest) & (kind.rows.c.state == "received")
        if db.execute(update(kind.rows).where(waiting).values(state="archived")).rowcount:
            insert_receipt(db, kind, receipt, envelope)
            record(db, Stamp(ARCHIVE, now), f"{kind.name}.archive", digest=batch.digest)


def highest_receipt(headquarters: Headquarters, digest: str) -> bytes | None:
    """The receipt that says most about a batch, or None if it is not here."""
    with headquarters.store.reading() as db:
        for kept in (kind.receipts.c for kind in KINDS):
            query = select(kept.envelope).where(kept.digest == digest)
            # "archived" comes before "received" in the alphabet too.
            if envelope := db.scalars(query.order_by(kept.level)).first():
                return bytes(envelope)
    return None


def list_batches(
    headquarters: Headquarters, *, session: str | None = None, state: str | None = None
) -> list[BatchRow]:
    """Batches in the order of their journals."""
    return _list(headquarters, batches, session, state)


def list_files(headquarters: Headquarters, session: str) -> list[BatchRow]:
    """The uploaded files of a session that were taken in."""
    return _list(headquarters, files, session, None)


def _list(
    headquarters: Headquarters, rows: Table, session: str | None, state: str | None
) -> list[BatchRow]:
    wanted = [rows.c[name] for name in BatchRow.__struct_fields__]
    order = (rows.c.site, rows.c.session, rows.c.server_term, rows.c.sequence)
    query = select(*wanted).order_by(*order)
    if session is not None:
        query = query.where(rows.c.session == session)
    if state is not None:
        query = query.where(rows.c.state == state)
    with headquarters.store.reading() as db:
        return [BatchRow(**row) for row in db.execute(query).mappings()]


def list_quarantine(headquarters: Headquarters) -> list[QuarantineRow]:
    """Refused files, the newest first."""
    query = select(quarantine).order_by(quarantine.c.received_at.desc(), quarantine.c.digest)
    with headquarters.store.reading() as db:
        return [QuarantineRow(**row) for row in db.execute(query).mappings()]
