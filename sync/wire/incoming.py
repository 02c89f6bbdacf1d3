"""What headquarters takes in: batches and files, verified whole with no key that opens them."""

from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from sync.errors import CannotOpen, NotCanonical, SignatureRefused, WrongKind
from sync.exam.specification import Struct
from sync.wire.documents import HeadquartersKeys
from sync.wire.fields import Counter, Name, Number
from sync.wire.keys import SealingKey, VerifyKey
from sync.wire.sealed import SealedDocument, peek_identity

# kind → the one part that it has.
PARTS: Mapping[str, str] = {"batch": "events", "file": "file"}


class Stated(Struct, frozen=True):
    """What a batch or file says of itself in clear."""

    site: Name
    session: Name
    server_term: Counter
    sequence: Number


def peek_stated(path: Path) -> tuple[str, Stated]:
    """Kind and identity, UNVERIFIED: only to look up whose key to check it with."""
    kind, identity, _ = peek_identity(path)
    if kind not in PARTS:
        raise WrongKind(expected=" / ".join(PARTS), found=kind[:80])
    return kind, _stated(identity)


def key_ids(headquarters: HeadquartersKeys) -> frozenset[str]:
    """Whom a batch is sealed to: headquarters and its escrow."""
    seals = (headquarters.seal, headquarters.escrow)
    return frozenset(SealingKey.from_bytes(raw).key_id for raw in seals)


def verify_incoming(
    path: Path, kind: str, site: VerifyKey, recipients: Collection[str]
) -> SealedDocument:
    """Every byte of a batch or file of the site with this key; nothing opened.

    `recipients` are the ids of the keys that it must be sealed to, of all and of no others: what
    was receipted and cannot be opened is lost.
    """
    document = SealedDocument.verify(path, kind=kind, trusted=[site])
    if set(document.signers) != document.signed_by:
        # Anybody could add a signature of their own: the same batch under another digest.
        raise SignatureRefused(reason="it carries its site's signature and no other")
    _stated(document.identity)
    if document.part_names != (PARTS[kind],):
        raise NotCanonical(reason=f"it has one part, {PARTS[kind]}")
    if document.recipients(PARTS[kind]) != frozenset(recipients):
        raise CannotOpen(reason="not sealed to headquarters and its escrow, both")
    return document


def _stated(identity: Mapping[str, str | int]) -> Stated:
    try:
        return msgspec.convert(identity, Stated)
    except msgspec.ValidationError as error:
        raise NotCanonical(reason=f"identity: {error}") from None
