"""What two release officers signed, and nobody else: the word on an update, the list of a stick."""

from collections.abc import Callable, Iterable

from sync.errors import DocumentRefused, SignatureRefused
from sync.wire import dsse
from sync.wire.documents import RELEASE_SIGNATURES
from sync.wire.keys import VerifyKey
from sync.wire.register import KeyRegister
from sync.words import Words


def read_by_two(
    envelope: bytes,
    kind: str,
    release: Iterable[VerifyKey],
    register: KeyRegister | None,
    missing: Callable[[str], DocumentRefused],
) -> bytes:
    """The payload, by the register's keys if there is one; `missing` of a key is the error if one.

    KeyRevoked, KeyExpired; two keys of one officer, the old and the new one, are one signature.
    """
    trusted = register.verify_keys("release") if register else list(release)
    signed = dsse.verify(envelope, kind, trusted)
    officers = len(signed.key_ids)
    if register is not None:
        register.require("release", signed.key_ids)
        officers = register.lines("release", signed.key_ids)
    if officers < RELEASE_SIGNATURES:
        raise missing(min(signed.key_ids))
    if set(signed.listed) != signed.key_ids or len(signed.listed) > RELEASE_SIGNATURES:
        raise SignatureRefused(
            reason=Words(
                "除两位发布人外还有别的签名", "it carries two release signatures and no other"
            )
        )
    return signed.payload
