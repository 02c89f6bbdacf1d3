"""What headquarters takes in: batches and files, verified whole with no key that opens them."""

from collections.abc import Callable, Collection, Mapping
from typing import BinaryIO

import msgspec

from sync.errors import CannotOpen, NotCanonical, SignatureRefused, WrongKind
from sync.exam.specification import Struct
from sync.wire.documents import HeadquartersKeys
from sync.wire.fields import Counter, Name, Number
from sync.wire.keys import SealingKey, VerifyKey
from sync.wire.sealed import SealedDocument, Unverified

# kind → the one part that it has.
PARTS: Mapping[str, str] = {"batch": "events", "file": "file"}


class Stated(Struct, frozen=True):
    """What a batch or file says of itself in clear."""

    site: Name
    session: Name
    server_term: Counter
    sequence: Number


def key_ids(headquarters: HeadquartersKeys) -> frozenset[str]:
    """Whom a batch is sealed to: headquarters and its escrow."""
    seals = (headquarters.seal, headquarters.escrow)
    return frozenset(SealingKey.from_bytes(raw).key_id for raw in seals)


class Incoming:
    """A batch or file: kind and identity UNVERIFIED, to look up whose key to check it with.

    DocumentRefused if it is neither, or not of that form.
    """

    def __init__(self, source: Callable[[], BinaryIO]) -> None:
        self._document = Unverified(source)
        self.kind = self._document.kind
        if self.kind not in PARTS:
            raise WrongKind(expected=" / ".join(PARTS), found=self.kind[:80])
        self.stated = _stated(self._document.identity)

    def verify(self, site: VerifyKey, recipients: Collection[str]) -> SealedDocument:
        """Every byte of it checked, by the key of its site; nothing opened.

        `recipients` are the ids of the keys that it must be sealed to, of all and of no others:
        what was receipted and cannot be opened is lost.
        """
        document = self._document.verify(self.kind, [site])
        if set(document.signers) != document.signed_by:
            # Anybody could add a signature of their own: the same batch under another digest.
            raise SignatureRefused(reason="it carries its site's signature and no other")
        part = PARTS[self.kind]
        if document.part_names != (part,):
            raise NotCanonical(reason=f"it has one part, {part}")
        if document.recipients(part) != frozenset(recipients):
            raise CannotOpen(reason="not sealed to headquarters and its escrow, both")
        return document


def _stated(identity: Mapping[str, str | int]) -> Stated:
    try:
        return msgspec.convert(identity, Stated)
    except msgspec.ValidationError as error:
        raise NotCanonical(reason=f"identity: {error}") from None
