"""Taking in batches and files: verified by the site's key, kept, receipted; nothing is decrypted.

Whatever is sent is kept: a batch in `blobs/`, a refused file in `quarantine/` with the reason. The
digest is the idempotency key: the same file again gets the same receipt, byte for byte.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Table, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from sync.errors import DocumentAltered, DocumentRefused, NotFound
from sync.headquarters.errors import (
    ConflictingBatch,
    FormerServer,
    QuarantineFull,
    UnknownSender,
    UnknownSession,
)
from sync.headquarters.folder import Headquarters
from sync.headquarters.schema import (
    batches,
    file_receipts,
    files,
    quarantine,
    receipts,
    sessions,
)
from sync.headquarters.sites import sign_key
from sync.headquarters.store import Stamp, record
from sync.wire import documents
from sync.wire.documents import LaterServer, Receipt
from sync.wire.files import write_durably
from sync.wire.incoming import Stated, key_ids, peek_stated, verify_incoming
from sync.wire.keys import VerifyKey
from sync.wire.sealed import SealedDocument, peek_identity

MAX_BATCH = 64 * 1024 * 1024
# What a site may set for one uploaded file, and what sealing adds.
MAX_FILE = 256 * 1024 * 1024
# Refused files come from anybody, so they get a bounded place.
MAX_QUARANTINE = 2 * 1024 * 1024 * 1024
INTAKE = "intake"
_BLOCK = 1024 * 1024


class Kind(NamedTuple):
    """What is taken in: its name in the document, its tables, what the audit calls it."""

    name: str
    rows: Table
    receipts: Table


KINDS = (Kind("batch", batches, receipts), Kind("file", files, file_receipts))


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
    ConflictingBatch: all of them are kept in quarantine with the reason.
    """
    digest = hash_file(source)
    try:
        if digest != declared:
            raise DocumentAltered(where="SHA-256")
        known = _receipt(headquarters, digest)
        if known is not None:
            _keep(headquarters, source, digest)
            return Accepted(known, new=False)
        stated, document, key = _verify(headquarters, source, now)
        _keep(headquarters, source, digest)
        return _commit(headquarters, stated, document, key, now)
    except DocumentRefused as refusal:
        _set_aside(headquarters, source, digest, declared, refusal, now)
        raise


def hash_file(path: Path) -> str:
    """The hex SHA-256 of a file."""
    digest = hashlib.sha256()
    for block in _blocks(path):
        digest.update(block)
    return digest.hexdigest()


def copy_durably(source: Path, target: Path) -> None:
    """A copy that is on the disk when this returns; its folder is made if need be."""
    target.parent.mkdir(mode=0o700, exist_ok=True)
    write_durably(target, _blocks(source))


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _receipt(headquarters: Headquarters, digest: str) -> bytes | None:
    with headquarters.store.reading() as db:
        for kept in (kind.receipts.c for kind in KINDS):
            received = (kept.digest == digest) & (kept.level == "received")
            if envelope := db.scalar(select(kept.envelope).where(received)):
                return bytes(envelope)
    return None


def kind_of(document: SealedDocument) -> Kind:
    """Where a verified document belongs."""
    return next(kind for kind in KINDS if kind.name == document.kind)


def _keep(headquarters: Headquarters, source: Path, digest: str) -> None:
    """The file in `blobs/`; a repeat brings back one that was lost there."""
    blob = headquarters.blob(digest)
    if not blob.exists() or blob.stat().st_size != source.stat().st_size:
        copy_durably(source, blob)


def _verify(
    headquarters: Headquarters, source: Path, now: int
) -> tuple[Stated, SealedDocument, VerifyKey]:
    """Every byte checked with the key of the site that the batch names."""
    kind, stated = peek_stated(source)
    try:
        key = sign_key(headquarters, stated.site)
    except NotFound:
        raise UnknownSender(site=stated.site) from None
    document = verify_incoming(source, kind, key, key_ids(headquarters.keys.public()))
    _require_session(headquarters, stated)
    if kind == "file":
        # Also from a server that a spare took over from: it may be the only one that has it.
        return stated, document, key
    _require_latest_server(headquarters, stated, now)
    _require_free_number(headquarters, stated, document.digest)
    return stated, document, key


def _require_session(headquarters: Headquarters, stated: Stated) -> None:
    ours = (sessions.c.id == stated.session) & (sessions.c.site == stated.site)
    with headquarters.store.reading() as db:
        state = db.scalar(select(sessions.c.state).where(ours))
    if state != "published":
        raise UnknownSession(site=stated.site, session=stated.session[:80])


def _require_latest_server(headquarters: Headquarters, stated: Stated, now: int) -> None:
    """FormerServer, with a signed notice, if a spare took over from the server that cut this."""
    query = select(func.max(batches.c.server_term)).where(
        batches.c.site == stated.site, batches.c.session == stated.session
    )
    with headquarters.store.reading() as db:
        latest = db.scalar(query)
    if latest is not None and stated.server_term < latest:
        later = LaterServer(site=stated.site, server_term=latest, at=now)
        notice = documents.sign(later, headquarters.keys.receipt())
        raise FormerServer(notice, server_term=stated.server_term, latest=latest)


def _require_free_number(headquarters: Headquarters, stated: Stated, digest: str) -> None:
    """ConflictingBatch if another file has this number; the table itself has the last word."""
    query = select(batches.c.digest).where(
        batches.c.site == stated.site,
        batches.c.session == stated.session,
        batches.c.server_term == stated.server_term,
        batches.c.sequence == stated.sequence,
        batches.c.digest != digest,
    )
    with headquarters.store.reading() as db:
        if db.scalar(query):
            raise _conflict(stated)


def _conflict(stated: Stated) -> ConflictingBatch:
    return ConflictingBatch(sequence=stated.sequence, server_term=stated.server_term)


def _commit(
    headquarters: Headquarters,
    stated: Stated,
    document: SealedDocument,
    key: VerifyKey,
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
    try:
        with headquarters.store.writing() as db:
            _insert(db, kind_of(document), receipt, key, envelope)
    except IntegrityError:
        first = _receipt(headquarters, document.digest)
        if first is not None:
            return Accepted(first, new=False)
        raise _conflict(stated) from None
    return Accepted(envelope, new=True)


def _insert(db: Connection, kind: Kind, receipt: Receipt, key: VerifyKey, envelope: bytes) -> None:
    db.execute(
        insert(kind.rows).values(
            digest=receipt.digest,
            site=receipt.site,
            session=receipt.session,
            server_term=receipt.server_term,
            sequence=receipt.sequence,
            size=receipt.size,
            signed_by=key.key_id,
            state="received",
            received_at=receipt.at,
        )
    )
    insert_receipt(db, kind, receipt, envelope)
    this = quarantine.c.digest == receipt.digest
    db.execute(update(quarantine).where(this).values(taken_at=receipt.at))
    by = Stamp(INTAKE, receipt.at)
    act = f"{kind.name}.receive"
    record(db, by, act, site=receipt.site, session=receipt.session, digest=receipt.digest)


def insert_receipt(db: Connection, kind: Kind, receipt: Receipt, envelope: bytes) -> None:
    """Keep a signed receipt."""
    db.execute(
        insert(kind.receipts).values(
            digest=receipt.digest, level=receipt.level, envelope=envelope, at=receipt.at
        )
    )


def _set_aside(
    headquarters: Headquarters,
    source: Path,
    digest: str,
    declared: str,
    refusal: DocumentRefused,
    now: int,
) -> None:
    """Keep a refused file with the reason; the first reason stays."""
    kept = headquarters.quarantined(digest)
    size = source.stat().st_size
    if not kept.exists():
        _require_room(headquarters, size)
        copy_durably(source, kept)
    with headquarters.store.writing() as db:
        if db.scalar(select(quarantine.c.digest).where(quarantine.c.digest == digest)):
            return
        db.execute(
            insert(quarantine).values(
                digest=digest,
                declared=declared[:64],
                claims=_claims(source),
                size=size,
                code=refusal.code,
                reason_zh=refusal.say("zh"),
                reason_en=refusal.say("en"),
                received_at=now,
            )
        )
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
