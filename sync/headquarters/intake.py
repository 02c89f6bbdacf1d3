"""Taking in batches and files: verified by the site's key, kept, receipted; nothing is decrypted.

Whatever is sent is kept: a batch in `blobs/`, a refused file in `quarantine/` with the reason. The
digest is the idempotency key: the same file again gets the same receipt, byte for byte.
"""

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from sync.errors import DocumentAltered, DocumentRefused
from sync.headquarters.blobs import blocks, row
from sync.headquarters.commits import INTAKE, Arrival
from sync.headquarters.errors import (
    ConflictingBatch,
    FormerServer,
    QuarantineFull,
    UnknownSender,
    UnknownSession,
)
from sync.headquarters.folder import Headquarters
from sync.headquarters.kinds import BATCH, KINDS, Kind
from sync.headquarters.schema import blobs as blob_rows
from sync.headquarters.schema import enrolments, quarantine, sessions
from sync.headquarters.store import Stamp, record
from sync.wire import documents
from sync.wire.documents import LaterServer, Receipt
from sync.wire.incoming import Stated, peek_stated, verify_incoming
from sync.wire.keys import VerifyKey
from sync.wire.sealed import SealedDocument, peek_identity

MAX_BATCH = 64 * 1024 * 1024
# What a site may set for one uploaded file, and what sealing adds.
MAX_FILE = 256 * 1024 * 1024
# Refused files come from anybody, so they get a bounded place.
MAX_QUARANTINE = 2 * 1024 * 1024 * 1024


class Accepted(NamedTuple):
    """The receipt of a batch, and whether it came for the first time."""

    receipt: bytes
    new: bool


def accept_bytes(headquarters: Headquarters, data: bytes, declared: str, now: int) -> Accepted:
    """As accept, of a batch in memory."""
    with tempfile.NamedTemporaryFile(dir=headquarters.folder / "incoming") as file:
        file.write(data)
        file.flush()
        return accept(headquarters, Path(file.name), declared, now)


def accept(headquarters: Headquarters, source: Path, declared: str, now: int) -> Accepted:
    """Take in a batch and give its `received` receipt, the same one however often it is sent.

    DocumentRefused for what is no batch of a site's session, UnknownSender, UnknownSession,
    ConflictingBatch: all of them are kept in quarantine with the reason. TryLater if the database
    or the store of bytes is away: nothing was kept, or nobody knows.
    """
    digest = hash_file(source)
    try:
        if digest != declared:
            raise DocumentAltered(where="SHA-256")
        kind, stated = _stated(source)
        known = _ask(headquarters, kind, stated, digest)
        if known.receipt is not None:
            _bring_back(headquarters, source, digest)
            return Accepted(known.receipt, new=False)
        document = _verify(source, kind, stated, known, headquarters.keys.recipients())
        if kind is BATCH:
            _require_place(headquarters, stated, digest, known, now)
        body = headquarters.blobs.put(digest, source)
        return _commit(headquarters, kind, stated, document, body, now)
    except DocumentRefused as refusal:
        _set_aside(headquarters, source, digest, declared, refusal, now)
        raise


def hash_file(path: Path) -> str:
    """The hex SHA-256 of a file."""
    digest = hashlib.sha256()
    for block in blocks(path):
        digest.update(block)
    return digest.hexdigest()


class _Known(NamedTuple):
    """What the database knows of a batch before it is verified."""

    receipt: bytes | None
    sign_key: bytes | None
    state: str | None
    latest_term: int | None
    holder: str | None


def _stated(source: Path) -> tuple[Kind, Stated]:
    """What a file says of itself, UNVERIFIED; DocumentRefused if it is nothing of a site's."""
    name, stated = peek_stated(source)
    return next(kind for kind in KINDS if kind.name == name), stated


def _receipt_of(kind: Kind) -> Select[Any]:
    kept = kind.receipts.c
    return select(kept.envelope).where(kept.digest == bindparam("digest"), kept.level == "received")


def _question(kind: Kind) -> Select[Any]:
    """One row of `_Known`; made once, as making it costs more than asking it."""
    rows = kind.rows.c
    site: ColumnElement[str] = bindparam("site")
    session: ColumnElement[str] = bindparam("session")
    term: ColumnElement[int] = bindparam("server_term")
    own = (rows.site == site) & (rows.session == session)
    number = (rows.server_term == term) & (rows.sequence == bindparam("sequence"))
    published = (sessions.c.id == session) & (sessions.c.site == site)
    signing = select(enrolments.c.sign_key).where(enrolments.c.site == site)
    newest = signing.order_by(enrolments.c.serial.desc()).limit(1)
    return select(
        _receipt_of(kind).scalar_subquery(),
        newest.scalar_subquery(),
        select(sessions.c.state).where(published).scalar_subquery(),
        select(func.max(rows.server_term)).where(own).scalar_subquery(),
        select(func.max(rows.digest)).where(own & number).scalar_subquery(),
    )


_QUESTIONS = {kind: _question(kind) for kind in KINDS}
_RECEIPTS = {kind: _receipt_of(kind) for kind in KINDS}


def _ask(headquarters: Headquarters, kind: Kind, stated: Stated, digest: str) -> _Known:
    """All that decides about a batch, in one question."""
    given = {name: getattr(stated, name) for name in stated.__struct_fields__}
    found = headquarters.store.ask(_QUESTIONS[kind], digest=digest, **given)
    return _Known._make(found or (None,) * len(_Known._fields))


def _receipt(headquarters: Headquarters, kind: Kind, digest: str) -> bytes | None:
    found = headquarters.store.ask(_RECEIPTS[kind], digest=digest)
    return None if found is None else bytes(found[0])


def _bring_back(headquarters: Headquarters, source: Path, digest: str) -> None:
    """A repeat brings back bytes that were lost."""
    if headquarters.blobs.has(digest, source.stat().st_size):
        return
    body = headquarters.blobs.put(digest, source)
    if body is not None:
        keep = headquarters.store.inserting(blob_rows).on_conflict_do_nothing()
        with headquarters.store.writing() as db:
            db.execute(keep, row("batches", digest, body))


def _verify(
    source: Path, kind: Kind, stated: Stated, known: _Known, recipients: frozenset[str]
) -> SealedDocument:
    """Every byte checked with the key of the site that the batch names."""
    if known.sign_key is None:
        raise UnknownSender(site=stated.site)
    key = VerifyKey.from_bytes(known.sign_key)
    document = verify_incoming(source, kind.name, key, recipients)
    if known.state != "published":
        raise UnknownSession(site=stated.site, session=stated.session[:80])
    return document


def _require_place(
    headquarters: Headquarters, stated: Stated, digest: str, known: _Known, now: int
) -> None:
    """FormerServer, with a signed notice, if a spare took over; ConflictingBatch.

    Files come also from a former server: it may be the only one that has them.
    """
    latest = known.latest_term
    if latest is not None and stated.server_term < latest:
        later = LaterServer(site=stated.site, server_term=latest, at=now)
        notice = documents.sign(later, headquarters.keys.receipt())
        raise FormerServer(notice, server_term=stated.server_term, latest=latest)
    if known.holder not in (None, digest):
        # The table itself has the last word; this finds it earlier.
        raise _conflict(stated)


def _conflict(stated: Stated) -> ConflictingBatch:
    return ConflictingBatch(sequence=stated.sequence, server_term=stated.server_term)


def _commit(
    headquarters: Headquarters,
    kind: Kind,
    stated: Stated,
    document: SealedDocument,
    body: bytes | None,
    now: int,
) -> Accepted:
    """Row and receipt in one transaction; another receiver may have been quicker."""
    receipt = Receipt(
        digest=document.digest,
        size=document.size,
        site=stated.site,
        session=stated.session,
        server_term=stated.server_term,
        sequence=stated.sequence,
        level="received",
        at=now,
    )
    envelope = documents.sign(receipt, headquarters.keys.receipt())
    (signed_by,) = document.signed_by
    arrival = Arrival(receipt, envelope, signed_by, body)
    commits = headquarters.commits
    if commits.commit(arrival) if kind is BATCH else commits.commit_alone(arrival, kind):
        return Accepted(envelope, new=True)
    first = _receipt(headquarters, kind, document.digest)
    if first is None:
        raise _conflict(stated)
    return Accepted(first, new=False)


def _set_aside(
    headquarters: Headquarters,
    source: Path,
    digest: str,
    declared: str,
    refusal: DocumentRefused,
    now: int,
) -> None:
    """Keep a refused file with the reason; the first reason stays."""
    size = source.stat().st_size
    body = None
    if not headquarters.refused.has(digest, size):
        _require_room(headquarters, size)
        body = headquarters.refused.put(digest, source)
    said = {
        "digest": digest,
        "declared": declared[:64],
        "claims": _claims(source),
        "size": size,
        "code": refusal.code,
        "reason_zh": refusal.say("zh"),
        "reason_en": refusal.say("en"),
        "received_at": now,
    }
    store = headquarters.store
    listed = store.inserting(quarantine).on_conflict_do_nothing().returning(quarantine.c.digest)
    with store.writing() as db:
        if body is not None:
            keep = store.inserting(blob_rows).on_conflict_do_nothing()
            db.execute(keep, row("refused", digest, body))
        if db.scalar(listed, said) is not None:
            by = Stamp(INTAKE, now)
            record(db, by, "batch.quarantine", digest=digest, code=refusal.code)


def _claims(source: Path) -> str:
    """What a refused file says of itself, as JSON, for staff to see whose it may be."""
    try:
        kind, identity, key_ids = peek_identity(source)
    except DocumentRefused:
        return "{}"
    said = {"kind": kind, "identity": identity, "keys": list(key_ids)}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= 4000 else "{}"


def _require_room(headquarters: Headquarters, size: int) -> None:
    with headquarters.store.reading() as db:
        taken = db.scalar(select(func.sum(quarantine.c.size))) or 0
    if taken + size > MAX_QUARANTINE:
        raise QuarantineFull(limit_mib=MAX_QUARANTINE // 2**20)
