"""What headquarters takes in: batches and files, verified whole with no key that opens them."""

from collections.abc import Callable, Iterable, Mapping
from typing import BinaryIO, NamedTuple

import msgspec

from sync.errors import CannotOpen, NotCanonical, SignatureRefused, WrongKind
from sync.exam.specification import Struct
from sync.wire.documents import HeadquartersKeys
from sync.wire.fields import Counter, Name, Number
from sync.wire.keys import OpeningKey, SealingKey, VerifyKey
from sync.wire.register import KeyRegister
from sync.wire.sealed import SealedDocument, Unverified
from sync.words import Words

# kind → the one part that it has.
PARTS: Mapping[str, str] = {"batch": "events", "file": "file"}


class Stated(Struct, frozen=True):
    """What a batch or file says of itself in clear."""

    site: Name
    session: Name
    server_term: Counter
    sequence: Number


class Sealing(NamedTuple):
    """The ids of all keys that sites ever sealed to: headquarters' live ones, and its escrow's."""

    live: frozenset[str]
    escrow: frozenset[str]

    @classmethod
    def told(cls, headquarters: HeadquartersKeys) -> "Sealing":
        """Before the first register: those that certificates name."""
        return cls(_ids([headquarters.seal]), _ids([headquarters.escrow]))

    @classmethod
    def registered(cls, register: KeyRegister) -> "Sealing":
        """All of the register, usable or not."""
        return cls(_ids(register.raw("headquarters")), _ids(register.raw("escrow")))


def opener(document: SealedDocument, live: Mapping[str, OpeningKey]) -> OpeningKey:
    """The key that opens it among those that lie here; CannotOpen, with its id, if it does not."""
    to = document.recipients(PARTS[document.kind])
    for key_id in sorted(to & live.keys()):
        return live[key_id]
    names = " / ".join(sorted(to))
    raise CannotOpen(reason=Words(f"本机没有私钥 {names}", f"no private key of {names} is here"))


def _ids(keys: Iterable[bytes]) -> frozenset[str]:
    return frozenset(SealingKey.from_bytes(raw).key_id for raw in keys)


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

    def verify(self, site: VerifyKey, known: Sealing) -> SealedDocument:
        """Every byte of it checked, by the key of its site; nothing opened.

        It must be sealed to one key of headquarters and one of its escrow, and to no other: what
        was receipted and cannot be opened is lost. That one is not usable any more refuses nothing.
        """
        document = self._document.verify(self.kind, [site])
        if set(document.signers) != document.signed_by:
            # Anybody could add a signature of their own: the same batch under another digest.
            raise SignatureRefused(reason="it carries its site's signature and no other")
        part = PARTS[self.kind]
        if document.part_names != (part,):
            raise NotCanonical(reason=f"it has one part, {part}")
        to = document.recipients(part)
        if len(to & known.live) != 1 or len(to & known.escrow) != 1 or len(to) != 2:
            raise CannotOpen(reason="not sealed to headquarters and its escrow, both")
        return document


def _stated(identity: Mapping[str, str | int]) -> Stated:
    try:
        return msgspec.convert(identity, Stated)
    except msgspec.ValidationError as error:
        raise NotCanonical(reason=f"identity: {error}") from None
