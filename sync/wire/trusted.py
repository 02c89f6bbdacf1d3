"""The register of keys as a reader takes it, and what is read with it (docs/design/keys.md)."""

from typing import TypeVar

import msgspec

from sync.errors import CannotOpen
from sync.wire import dsse
from sync.wire.documents import (
    HeadquartersKeys,
    LaterServer,
    Receipt,
    Refusal,
    UnlockRelease,
    peek,
    read,
)
from sync.wire.inventory import InventoryAnswer
from sync.wire.keys import SealingKey, VerifyKey
from sync.wire.register import SEALING, KeyRegister, Role
from sync.wire.version_rule import VersionRule
from sync.words import Words

# What headquarters' receipt key signs; an unlock release is signed by the unlock key.
Told = TypeVar("Told", Receipt, Refusal, UnlockRelease, LaterServer, InventoryAnswer, VersionRule)


def read_register(envelope: bytes, root_fingerprint: str) -> KeyRegister:
    """A register of keys signed by the root whose key id the administrator was told."""
    root = VerifyKey.from_bytes(peek(envelope, KeyRegister).root)
    if root.key_id != root_fingerprint:
        raise CannotOpen(
            reason=Words(
                f"密钥登记表出自根密钥 {root.key_id}，而不是 {root_fingerprint}",
                f"root key is {root.key_id}, not {root_fingerprint}",
            )
        )
    register = read(envelope, KeyRegister, [root])
    for one in register.keys:
        (SealingKey if one.role in SEALING else VerifyKey).from_bytes(one.key)
    return register


def read_told(
    envelope: bytes, kind: type[Told], key: VerifyKey, register: KeyRegister | None = None
) -> Told:
    """What a key of the register for it signed; before a site has one, `key` of its certificate.

    KeyRevoked, or KeyExpired for what was signed after the key's end.
    """
    if register is None:
        return read(envelope, kind, [key])
    role: Role = "unlock" if kind is UnlockRelease else "receipt"
    said = read(envelope, kind, register.verify_keys(role))
    register.require(role, dsse.peek(envelope)[2], said.at)
    return said


def sealed_to(told: HeadquartersKeys, register: KeyRegister | None) -> HeadquartersKeys:
    """`told` by a certificate, with the register's newest keys for what a site seals."""
    if register is None:
        return told
    live, escrow = register.newest("headquarters"), register.newest("escrow")
    return msgspec.structs.replace(told, seal=live.key, escrow=escrow.key)
