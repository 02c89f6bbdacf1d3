"""The second copy of every batch, and the receipt that lets a site forget its own."""

import logging
from typing import Any, NamedTuple

from sqlalchemy import Select, Table, insert, select, update

from sync.errors import DocumentAltered, ExamError, NotFound
from sync.errors.system import system_words
from sync.exam.specification import Struct
from sync.headquarters.errors import ArchiveFailed, TryLater
from sync.headquarters.intake import receipts
from sync.headquarters.intake.work import Claimed, claim, release
from sync.headquarters.intake.work import done as finish
from sync.headquarters.store.body import hash_file
from sync.headquarters.store.commits import receipt_row
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.kinds import BATCH, KINDS, Kind
from sync.headquarters.store.schema import batches, files, quarantine
from sync.wire import documents
from sync.wire.documents import Receipt

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
    sealed_to: str
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
    done = 0
    faults: list[ExamError] = []
    for kind in KINDS:
        last = 0
        while claimed := claim(headquarters, kind.work, now, limit=CLAIM, after=last):
            for due in claimed:
                try:
                    archive_one(headquarters, due, now, kind)
                    done += 1
                except (ArchiveFailed, DocumentAltered, NotFound, TryLater) as fault:
                    log.error("%s %s: %s", kind.name, due.subject, fault)
                    faults.append(fault)
                    release(headquarters, [due])
            last = claimed[-1].id
    return Archived(done, tuple(faults))


def archive_digest(headquarters: Headquarters, digest: str, now: int) -> None:
    """Archive what was just taken in, unless that is done or somebody is at it."""
    for kind in KINDS:
        for due in claim(headquarters, kind.work, now, limit=1, subject=digest):
            try:
                archive_one(headquarters, due, now, kind)
            except ExamError:
                release(headquarters, [due])
                raise


def archive_one(headquarters: Headquarters, due: Claimed, now: int, kind: Kind) -> None:
    """The second copy, read back and compared, and then the `archived` receipt."""
    batch = find_batch(headquarters, due.subject, kind)
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
    envelope = documents.sign(receipt, receipts.signing_key(headquarters))
    rows = kind.rows
    with headquarters.store.writing() as db:
        waiting = (rows.c.digest == batch.digest) & (rows.c.state == "received")
        if db.execute(update(rows).where(waiting).values(state="archived")).rowcount:
            db.execute(insert(kind.receipts), [receipt_row(receipt, envelope)])
            record(db, Stamp(ARCHIVE, now), f"{kind.name}.archive", digest=batch.digest)
        finish(db, [due])


def _copy(headquarters: Headquarters, digest: str) -> None:
    copy = headquarters.archived(digest)
    try:
        headquarters.blobs.copy(digest, copy)
        found = hash_file(copy)
    except OSError as error:
        raise ArchiveFailed(reason=system_words(error)) from None
    if found != digest:
        raise DocumentAltered(where=digest)


def find_batch(headquarters: Headquarters, digest: str, kind: Kind = BATCH) -> BatchRow:
    """One batch or file; NotFound."""
    query = _columns(kind.rows).where(kind.rows.c.digest == digest)
    with headquarters.store.reading() as db:
        row = db.execute(query).mappings().first()
    if row is None:
        raise NotFound(what=digest)
    return BatchRow(**row)


def highest_receipt(headquarters: Headquarters, digest: str) -> bytes | None:
    """The receipt that says most about a batch, or None if it is not here."""
    with headquarters.store.reading() as db:
        for kept in (kind.receipts.c for kind in KINDS):
            query = select(kept.envelope).where(kept.digest == digest)
            # "archived" comes before "received" in the alphabet too.
            if envelope := db.scalars(query.order_by(kept.level)).first():
                break
        else:
            return None
    return receipts.still_good(headquarters, digest, bytes(envelope))


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
    order = (rows.c.site, rows.c.session, rows.c.server_term, rows.c.sequence)
    query = _columns(rows).order_by(*order)
    if session is not None:
        query = query.where(rows.c.session == session)
    if state is not None:
        query = query.where(rows.c.state == state)
    with headquarters.store.reading() as db:
        return [BatchRow(**row) for row in db.execute(query).mappings()]


def _columns(rows: Table) -> Select[Any]:
    """Those of BatchRow; of a file not all are there."""
    return select(*(rows.c[name] for name in BatchRow.__struct_fields__ if name in rows.c))


def list_quarantine(headquarters: Headquarters) -> list[QuarantineRow]:
    """Refused files, the newest first."""
    query = select(quarantine).order_by(quarantine.c.received_at.desc(), quarantine.c.digest)
    with headquarters.store.reading() as db:
        return [QuarantineRow(**row) for row in db.execute(query).mappings()]
