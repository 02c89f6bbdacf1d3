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
# Of so many lines a key must be usable, or nothing could be released, receipted or sealed.
NEEDED: dict[Role, int] = {
    "release": 2,
    "receipt": 1,
    "unlock": 1,
    "headquarters": 1,
    "escrow": 1,
}


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

    def standing(self, one: RegisteredKey, at: int | None = None) -> Standing:
        """What a key is good for; at headquarters `at` is its own clock, which goes on."""
        if one.revoked is not None:
            return "revoked"
        now = max(self.issued_at, at or 0)
        return "expired" if one.until is not None and one.until <= now else "usable"

    def usable(self, role: Role) -> tuple[RegisteredKey, ...]:
        """The keys that headquarters signs with now."""
        return tuple(
            one for one in self.keys if one.role == role and self.standing(one) == "usable"
        )

    def newest(self, role: Role) -> RegisteredKey:
        """The usable key that was made last; of one time, one whose end is not set."""
        return max(self.usable(role), key=lambda one: (one.until is None, one.since, one.key))

    def lines(self, role: Role, signers: Iterable[str]) -> int:
        """How many holders signed: the old and the new key of one are one."""
        signed = set(signers)
        return len({one.line for one in self.keys if one.role == role and one.key_id in signed})

    def raw(self, role: Role) -> list[bytes]:
        """All that ever were of a role."""
        return [one.key for one in self.keys if one.role == role]

    def worst(self, ids: Iterable[str], at: int | None = None) -> Standing:
        """Of several keys the standing of that which is good for least; `at` as in `standing`."""
        wanted = set(ids)
        found = {self.standing(one, at) for one in self.keys if one.key_id in wanted}
        order: tuple[Standing, ...] = ("revoked", "expired")
        return next((one for one in order if one in found), "usable")

    def verify_keys(self, role: Role) -> list[VerifyKey]:
        """All that ever signed as `role`; `require` says which of them still count."""
        return [VerifyKey.from_bytes(raw) for raw in self.raw(role)]

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
