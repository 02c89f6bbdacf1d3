"""Taking in batches and files: verified by the site's key, kept, receipted; nothing is decrypted.

Whatever is sent is kept: a batch in `blobs/`, a refused file in `quarantine/` with the reason. The
digest is the idempotency key: the same file again gets the same receipt, byte for byte.
"""

import json
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, select

from sync.errors import DocumentAltered, DocumentRefused
from sync.headquarters.errors import (
    ConflictingBatch,
    FormerServer,
    QuarantineFull,
    UnknownSender,
    UnknownSession,
)
from sync.headquarters.intake import receipts
from sync.headquarters.intake.questions import Known, ask, receipt_of
from sync.headquarters.intake.receipts import Trust
from sync.headquarters.store.blobs import row
from sync.headquarters.store.body import Body
from sync.headquarters.store.commits import INTAKE, Arrival
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.kinds import BATCH, KINDS, Kind
from sync.headquarters.store.schema import blobs as blob_rows
from sync.headquarters.store.schema import quarantine
from sync.wire import documents
from sync.wire.documents import LaterServer, Receipt
from sync.wire.incoming import PARTS, Incoming, Sealing, Stated
from sync.wire.keys import VerifyKey
from sync.wire.sealed import SealedDocument, Unverified

# Batches up to this go by the lane, from memory; a sitting's are a tenth of it.
SMALL = 256 * 1024
MAX_BATCH = 64 * 1024 * 1024
# What a site may set for one uploaded file, and what sealing adds.
MAX_FILE = 256 * 1024 * 1024
# Refused files come from anybody, so they get a bounded place.
MAX_QUARANTINE = 2 * 1024 * 1024 * 1024
_KINDS = {kind.name: kind for kind in KINDS}


class Accepted(NamedTuple):
    """The receipt of a batch, and whether it came for the first time."""

    receipt: bytes
    new: bool


def accept(headquarters: Headquarters, source: Path, declared: str, now: int) -> Accepted:
    """Take in a batch and give its `received` receipt, the same one however often it is sent.

    DocumentRefused for what is no batch of a site's session, UnknownSender, UnknownSession,
    ConflictingBatch: all of them are kept in quarantine with the reason. TryLater if the database
    or the store of bytes is away: nothing was kept, or nobody knows.
    """
    return _accept(headquarters, Body.of_file(source), declared, now)


def accept_bytes(headquarters: Headquarters, data: bytes, declared: str, now: int) -> Accepted:
    """As accept, of a batch in memory."""
    return _accept(headquarters, Body.of_bytes(data), declared, now)


def _accept(headquarters: Headquarters, body: Body, declared: str, now: int) -> Accepted:
    receipts.signing_key(headquarters)
    try:
        incoming = read_head(body, declared)
        kind = _KINDS[incoming.kind]
        known = ask(headquarters, kind, incoming.stated, body.digest)
        if known.receipt is not None:
            bring_back(headquarters, body)
            kept = receipts.still_good(headquarters, body.digest, known.receipt)
            return Accepted(kept, new=False)
        trust = receipts.trust(headquarters)
        arrival = admit(headquarters, body, incoming, known, trust, now)
        commits = headquarters.commits
        new = commits.commit(arrival) if kind is BATCH else commits.commit_alone(arrival, kind)
        return outcome(headquarters, kind, arrival, new)
    except DocumentRefused as refusal:
        _set_aside(headquarters, body, declared, refusal, now)
        raise


def read_head(body: Body, declared: str) -> Incoming:
    """What a file says of itself, UNVERIFIED; DocumentRefused if it is not what was declared."""
    if body.digest != declared:
        raise DocumentAltered(where="SHA-256")
    return Incoming(body.open)


def bring_back(headquarters: Headquarters, body: Body) -> None:
    """A repeat brings back bytes that were lost."""
    if headquarters.blobs.has(body.digest, body.size):
        return
    data = headquarters.blobs.put(body)
    if data is not None:
        keep = headquarters.store.inserting(blob_rows).on_conflict_do_nothing()
        with headquarters.store.writing() as db:
            db.execute(keep, row("batches", body.digest, data))


def admit(
    headquarters: Headquarters,
    body: Body,
    incoming: Incoming,
    known: Known,
    trust: Trust,
    now: int,
) -> Arrival:
    """Every byte checked and kept, and the receipt signed: ready to be committed.

    DocumentRefused, FormerServer or ConflictingBatch if it cannot count.
    """
    arrival = judge(headquarters, body, incoming, known, trust, now)
    arrival.body = headquarters.blobs.put(body)
    return arrival


def judge(
    headquarters: Headquarters,
    body: Body,
    incoming: Incoming,
    known: Known,
    trust: Trust,
    now: int,
) -> Arrival:
    """As admit; the bytes are still to be kept."""
    stated = incoming.stated
    document = _verify(incoming, known, trust.sealing)
    if _KINDS[incoming.kind] is BATCH:
        _require_place(headquarters, stated, body.digest, known, now)
    receipt = Receipt(
        digest=body.digest,
        size=body.size,
        site=stated.site,
        session=stated.session,
        server_term=stated.server_term,
        sequence=stated.sequence,
        level="received",
        at=now,
    )
    (signed_by,) = document.signed_by
    envelope = documents.sign(receipt, headquarters.keys.receipt())
    to = document.recipients(PARTS[incoming.kind])
    sealed_to, standing = " ".join(sorted(to)), trust.worst(to, now)
    return Arrival(receipt, envelope, signed_by, sealed_to, standing)


def outcome(headquarters: Headquarters, kind: Kind, arrival: Arrival, new: bool) -> Accepted:
    """The receipt that was committed: another receiver may have been quicker."""
    if new:
        return Accepted(arrival.envelope, new=True)
    first = receipt_of(headquarters, kind, arrival.receipt.digest)
    if first is None:
        raise _conflict(arrival.receipt)
    kept = receipts.still_good(headquarters, arrival.receipt.digest, first)
    return Accepted(kept, new=False)


def _verify(incoming: Incoming, known: Known, sealed_to: Sealing) -> SealedDocument:
    """By the key of the site that the batch names."""
    stated = incoming.stated
    if known.sign_key is None:
        raise UnknownSender(site=stated.site)
    document = incoming.verify(VerifyKey.from_bytes(known.sign_key), sealed_to)
    if known.state != "published":
        raise UnknownSession(site=stated.site, session=stated.session[:80])
    return document


def _require_place(
    headquarters: Headquarters, stated: Stated, digest: str, known: Known, now: int
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


def _conflict(stated: Stated | Receipt) -> ConflictingBatch:
    return ConflictingBatch(sequence=stated.sequence, server_term=stated.server_term)


def _set_aside(
    headquarters: Headquarters,
    sent: Body,
    declared: str,
    refusal: DocumentRefused,
    now: int,
) -> None:
    """Keep a refused file with the reason; the first reason stays."""
    digest, size = sent.digest, sent.size
    body = None
    if not headquarters.refused.has(digest, size):
        _require_room(headquarters, size)
        body = headquarters.refused.put(sent)
    said = {
        "digest": digest,
        "declared": declared[:64],
        "claims": _claims(sent),
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


def _claims(sent: Body) -> str:
    """What a refused file says of itself, as JSON, for staff to see whose it may be."""
    try:
        kind, identity, key_ids = Unverified(sent.open).peeked()
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
