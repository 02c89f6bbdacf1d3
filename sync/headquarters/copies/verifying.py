"""Looking through all that headquarters holds: receipts, bytes, journals, packages, the audit."""

import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select, text

from sync.errors import DocumentRefused, ExamError, NotFound
from sync.exam.specification import Struct
from sync.headquarters.copies.beside import AT_ONCE
from sync.headquarters.intake.journals import read_journal
from sync.headquarters.register.keys import known_keys
from sync.headquarters.store.blobs import Blobs, FolderBlobs
from sync.headquarters.store.body import hash_file
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.kinds import KINDS, Kind
from sync.headquarters.store.schema import audit, batches, sessions
from sync.wire import documents
from sync.wire.documents import Receipt
from sync.wire.keys import VerifyKey
from sync.words import Words

# What keeps lines of the audit from being changed, by name; the database has them or has not.
GUARDS = {"audit_no_update", "audit_no_delete"}
_GUARDS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')",
}


class Finding(Struct, frozen=True):
    """One thing that does not hold; `what` is a kind, `subject` a digest or a session."""

    what: str
    subject: str
    words: Words


class Verified(Struct, frozen=True):
    """How much was looked at, and what of it does not hold.

    `open`: sessions that are not whole yet, which is no fault while they run.
    """

    receipts: int
    bytes: int
    journals: int
    events: int
    packages: int
    audit: int
    open: tuple[str, ...]
    findings: tuple[Finding, ...]


def verify(headquarters: Headquarters, now: int) -> Verified:
    """Everything, from the first byte to the last; nothing is changed."""
    found: list[Finding] = []
    keys = known_keys(headquarters, now).verify_keys("receipt")
    receipts = bytes_seen = 0
    for kind in KINDS:
        receipts += _receipts(headquarters, kind, keys, found)
        bytes_seen += _bytes(headquarters, kind, found)
    journals, events, unfinished = _journals(headquarters, found)
    return Verified(
        receipts=receipts,
        bytes=bytes_seen,
        journals=journals,
        events=events,
        packages=_packages(headquarters, found),
        audit=_audit(headquarters, found),
        open=tuple(unfinished),
        findings=tuple(found),
    )


def _receipts(
    headquarters: Headquarters, kind: Kind, keys: list[VerifyKey], found: list[Finding]
) -> int:
    """Each receipt is one of ours and speaks of a row that is here, and each row has one."""
    count, rows, kept = 0, kind.rows, kind.receipts
    both = select(rows, kept.c.level, kept.c.envelope).select_from(
        rows.outerjoin(kept, kept.c.digest == rows.c.digest)
    )
    for row in _each(headquarters, both):
        count += row["envelope"] is not None
        if why := _receipt_fault(row, keys):
            found.append(Finding("receipt", row["digest"], why))
    return count


def _receipt_fault(row: dict[str, Any], keys: list[VerifyKey]) -> Words | None:
    if row["envelope"] is None:
        return Words("没有回执", "it has no receipt")
    try:
        said = documents.read(bytes(row["envelope"]), Receipt, keys)
    except DocumentRefused as error:
        return Words(f"回执：{error.say('zh')}", f"its receipt: {error.say('en')}")
    names = ("digest", "size", "site", "session", "server_term", "sequence", "level")
    if any(getattr(said, name) != row[name] for name in names):
        return Words("回执与登记不符", "its receipt speaks of something else")
    return None


def _bytes(headquarters: Headquarters, kind: Kind, found: list[Finding]) -> int:
    """The bytes of each row are there and what they were, and so is the second copy."""
    count = 0
    archive = FolderBlobs(headquarters.archive)
    for row in _each(headquarters, select(kind.rows.c.digest, kind.rows.c.state)):
        digest, count = row["digest"], count + 1
        if why := _bytes_fault(headquarters.blobs, digest):
            found.append(Finding("bytes", digest, why))
        if row["state"] == "archived" and (why := _bytes_fault(archive, digest)):
            found.append(Finding("second-copy", digest, why))
    return count


def _bytes_fault(blobs: Blobs, digest: str) -> Words | None:
    try:
        if isinstance(blobs, FolderBlobs):
            seen = hash_file(blobs.path(digest))
        else:
            seen = hashlib.sha256(blobs.read(digest)).hexdigest()
    except (FileNotFoundError, NotFound):
        return Words("文件已不在", "its file is gone")
    return None if seen == digest else Words("文件已改动", "its file was altered")


def _journals(headquarters: Headquarters, found: list[Finding]) -> tuple[int, int, list[str]]:
    """Every session's journal opens and holds together; which are not whole yet."""
    with headquarters.store.reading() as db:
        named = db.scalars(select(batches.c.session).distinct().order_by(batches.c.session)).all()
    events, unfinished = 0, []
    for session in named:
        try:
            journal = read_journal(headquarters, session)
        except ExamError as error:
            found.append(Finding("journal", session, Words(error.say("zh"), error.say("en"))))
            continue
        events += sum(len(term.events) for term in journal.terms)
        if journal.lacking is not None:
            unfinished.append(session)
    return len(named), events, unfinished


def _packages(headquarters: Headquarters, found: list[Finding]) -> int:
    """Every published package is there as it was signed."""
    packages = FolderBlobs(headquarters.folder / "packages", flat=True)
    query = select(sessions.c.id, sessions.c.package_digest)
    with headquarters.store.reading() as db:
        rows = db.execute(query.where(sessions.c.package_digest.is_not(None))).all()
    for session, digest in rows:
        if why := _bytes_fault(packages, digest):
            found.append(Finding("package", session, why))
    return len(rows)


def _audit(headquarters: Headquarters, found: list[Finding]) -> int:
    """The audit can only grow: what refuses a change is in the database."""
    with headquarters.store.reading() as db:
        there = set(db.scalars(text(_GUARDS[db.dialect.name])))
        count: int = db.scalar(select(func.count()).select_from(audit)) or 0
    for name in sorted(GUARDS - there):
        words = Words("审计表的防改动触发器已不在", "the audit is no longer kept from changes")
        found.append(Finding("audit", name, words))
    return count


def _each(headquarters: Headquarters, query: Any) -> Iterator[dict[str, Any]]:
    with headquarters.store.reading() as db:
        rows = db.execute(query, execution_options={"yield_per": AT_ONCE}).mappings()
        for row in rows:
            yield dict(row)
