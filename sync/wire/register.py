"""The register of headquarters' keys, signed by its root: which key is for what, since and until.

Time here is headquarters' own: a key is judged at the register's `issued_at`, which the root
signed, and never by the clock of the machine that reads it (docs/design/keys.md).
"""

from collections.abc import Iterable
from typing import Literal

from sync.errors import KeyExpired, KeyRevoked
from sync.exam.specification import Struct
from sync.wire.fields import Counter, Number, Text, VerifyBytes
from sync.wire.keys import SEALING_KEY_LENGTH, VERIFY_KEY_LENGTH, SealingKey, VerifyKey

Role = Literal["enrolment", "escrow", "headquarters", "receipt", "release", "unlock"]
Standing = Literal["usable", "expired", "revoked"]
SEALING: tuple[Role, ...] = ("escrow", "headquarters")
# Of so many lines a key must be usable, or nothing could be released or receipted.
NEEDED: dict[Role, int] = {"release": 2, "receipt": 1}


class RegisteredKey(Struct, frozen=True):
    """One key; `until` is when headquarters stops using it, `revoked` since when it is not good.

    Keys of one role and `line` belong to one holder: each took the place of another.
    """

    role: Role
    key: bytes
    line: Number
    since: Number
    until: Number | None
    revoked: Number | None
    reason: Text | None

    def __post_init__(self) -> None:
        length = SEALING_KEY_LENGTH if self.role in SEALING else VERIFY_KEY_LENGTH
        if len(self.key) != length:
            raise ValueError(f"a key of {len(self.key)} bytes")
        if (self.revoked is None) != (self.reason is None):
            raise ValueError("who revokes says why")

    @property
    def key_id(self) -> str:
        """The key's id; NotADocument if it is none."""
        kind = SealingKey if self.role in SEALING else VerifyKey
        return kind.from_bytes(self.key).key_id


class KeyRegister(Struct, frozen=True):
    """All keys that headquarters ever had; the one of the highest serial counts."""

    serial: Counter
    issued_at: Number
    root: VerifyBytes
    keys: tuple[RegisteredKey, ...]

    def __post_init__(self) -> None:
        order = [(one.role, one.key) for one in self.keys]
        if order != sorted(set(order)):
            raise ValueError("keys stand in ascending order, none twice")
        if any(one.since > self.issued_at for one in self.keys):
            raise ValueError("no key is announced ahead")
        for role, count in NEEDED.items():
            if len({one.line for one in self.usable(role)}) < count:
                raise ValueError(f"{count} usable keys for {role}")

    def standing(self, one: RegisteredKey) -> Standing:
        """What a key is good for."""
        if one.revoked is not None:
            return "revoked"
        return "expired" if one.until is not None and one.until <= self.issued_at else "usable"

    def usable(self, role: Role) -> tuple[RegisteredKey, ...]:
        """The keys that headquarters signs with now."""
        return tuple(
            one for one in self.keys if one.role == role and self.standing(one) == "usable"
        )

    def lines(self, role: Role, signers: Iterable[str]) -> int:
        """How many holders signed: the old and the new key of one are one."""
        signed = set(signers)
        return len({one.line for one in self.keys if one.role == role and one.key_id in signed})

    def verify_keys(self, role: Role) -> list[VerifyKey]:
        """All that ever signed as `role`; `require` says which of them still count."""
        return [VerifyKey.from_bytes(one.key) for one in self.keys if one.role == role]

    def require(self, role: Role, signers: Iterable[str], at: int | None = None) -> None:
        """KeyRevoked or KeyExpired if one of the keys is not good for what is new.

        `at` is the time that a statement says of itself: one of before a key's end still counts.
        """
        signed = set(signers)
        for one in self.keys:
            if one.role != role or one.key_id not in signed:
                continue
            standing = self.standing(one)
            if standing == "revoked":
                raise KeyRevoked(key=one.key_id, reason=one.reason)
            if standing == "expired" and (at is None or at >= (one.until or 0)):
                raise KeyExpired(key=one.key_id)
