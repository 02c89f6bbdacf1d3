"""Registers of keys as a test headquarters would sign them."""

from world import Headquarters

from sync.wire.documents import sign
from sync.wire.keys import OpeningKey, SigningKey
from sync.wire.register import KeyRegister, RegisteredKey, Role

ISSUED = 1_770_000_000_000
DAY = 86_400_000


def entry(
    role: Role,
    key: SigningKey | OpeningKey,
    until: int | None = None,
    revoked: int | None = None,
    line: int | None = None,
) -> RegisteredKey:
    """A key of the register, in a line of its own if none is named."""
    raw = key.public.to_bytes()
    own = int.from_bytes(raw[:4]) if line is None else line
    why = "丢失" if revoked is not None else None
    return RegisteredKey(role, raw, own, ISSUED - 90 * DAY, until, revoked, why)


def signed(
    hq: Headquarters, *more: RegisteredKey, serial: int = 1, root: SigningKey | None = None
) -> bytes:
    """A register with these keys, and those of `hq` that they do not name."""
    named = {one.key for one in more}
    own = [entry("release", key) for key in hq.release] + [entry("receipt", hq.receipt)]
    own += [entry("unlock", hq.unlock), entry("headquarters", hq.seal), entry("escrow", hq.escrow)]
    keys = sorted(
        [*more, *(one for one in own if one.key not in named)], key=lambda one: (one.role, one.key)
    )
    signer = root or hq.root
    made = KeyRegister(serial, ISSUED, signer.public.to_bytes(), tuple(keys))
    return sign(made, signer)
