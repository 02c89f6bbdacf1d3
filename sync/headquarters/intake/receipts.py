"""Receipts are signed by a key that counts, also those that were given before it was revoked.

Receivers and workers are processes of their own, some on other machines: they go by the register in
the database and by the key file as it is now. See docs/design/keys.md.
"""

from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from sync.headquarters.errors import ReceiptKeyRevoked
from sync.headquarters.register.keys import newest, sign_anew
from sync.headquarters.store.folder import Headquarters
from sync.wire import documents, dsse
from sync.wire.incoming import Sealing
from sync.wire.keys import SigningKey
from sync.wire.register import KeyRegister, Standing


def usable(headquarters: Headquarters) -> bool:
    """Whether what this machine's receipt key signs is believed."""
    return headquarters.keys.receipt().public.key_id not in _revoked(newest(headquarters))


class Trust(NamedTuple):
    """The keys that batches may be sealed to, and the register that judges them."""

    sealing: Sealing
    register: KeyRegister | None

    def worst(self, sealed_to: Collection[str], now: int) -> Standing:
        """What the keys are good for that something is sealed to."""
        return self.register.worst(sealed_to, now) if self.register else "usable"


def trust(headquarters: Headquarters) -> Trust:
    """By the register in the database; before the first, by the keys of this folder."""
    found = newest(headquarters)
    return _trust(found) if found else Trust(headquarters.keys.sealing, None)


@lru_cache(maxsize=4)
def _trust(envelope: bytes) -> Trust:
    register = documents.peek(envelope, KeyRegister)
    return Trust(Sealing.registered(register), register)


def signing_key(headquarters: Headquarters) -> SigningKey:
    """The receipt key of this machine; ReceiptKeyRevoked if sites do not believe it."""
    key = headquarters.keys.receipt()
    if key.public.key_id in _revoked(newest(headquarters)):
        raise ReceiptKeyRevoked(key=key.public.key_id)
    return key


def still_good(headquarters: Headquarters, digest: str, envelope: bytes) -> bytes:
    """A receipt as it was kept; if its key was revoked since, signed anew with all of its digest.

    One that was under way during the revocation was committed after the others were signed anew.
    """
    (signer,) = dsse.peek(envelope)[2]
    if signer not in _revoked(newest(headquarters)):
        return envelope
    key = signing_key(headquarters)
    sign_anew(headquarters, key, signer, digest)
    return documents.sign(documents.peek(envelope, documents.Receipt), key)


@lru_cache(maxsize=4)
def _revoked(register: bytes | None) -> frozenset[str]:
    if register is None:
        return frozenset()
    keys = documents.peek(register, KeyRegister).keys
    return frozenset(k.key_id for k in keys if k.role == "receipt" and k.revoked is not None)
