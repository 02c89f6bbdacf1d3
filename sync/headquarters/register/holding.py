"""Which of headquarters' keys are what, lie here, and still open what was taken in."""

from collections import Counter

from sqlalchemy import func, select

from sync.exam.specification import Struct
from sync.headquarters.register.keys import known_keys
from sync.headquarters.store.folder import RELEASE_KEYS, Headquarters
from sync.headquarters.store.kinds import KINDS
from sync.wire.keys import SECRET_LENGTH, OpeningKey, SigningKey, load_key
from sync.wire.register import SEALING, Role, Standing


class KeyRow(Struct, frozen=True):
    """A key; `here` if its private half lies on this machine.

    `opens`: how many of what was taken in are sealed to it; None for a key that signs.
    """

    role: Role
    key: str
    standing: Standing
    since: int
    until: int | None
    reason: str | None
    here: bool
    opens: int | None


def key_rows(headquarters: Headquarters, now: int) -> list[KeyRow]:
    """Every key there ever was, by headquarters' own clock."""
    register, here = known_keys(headquarters, now), _here(headquarters)
    opens = _opens(headquarters)
    return [
        KeyRow(
            role=one.role,
            key=one.key_id,
            standing=register.standing(one, now),
            since=one.since,
            until=one.until,
            reason=one.reason,
            here=one.key_id in here,
            opens=opens[one.key_id] if one.role in SEALING else None,
        )
        for one in register.keys
    ]


def _here(headquarters: Headquarters) -> set[str]:
    folder = headquarters.folder / "keys"
    signing = [folder / f"{name}.key" for name in ("enrolment", "receipt", "unlock", *RELEASE_KEYS)]
    found = set(headquarters.keys.live())
    for path in signing:
        if path.exists():
            found.add(SigningKey.from_bytes(load_key(path, SECRET_LENGTH)).public.key_id)
    if (escrow := folder / "escrow.seed").exists():
        found.add(OpeningKey.from_seed(load_key(escrow, SECRET_LENGTH)).public.key_id)
    return found


def _opens(headquarters: Headquarters) -> Counter[str]:
    found: Counter[str] = Counter()
    with headquarters.store.reading() as db:
        for rows in (kind.rows for kind in KINDS):
            counted = select(rows.c.sealed_to, func.count()).group_by(rows.c.sealed_to)
            for sealed_to, count in db.execute(counted):
                found.update(dict.fromkeys(sealed_to.split(), count))
    return found
