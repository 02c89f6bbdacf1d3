"""A new key in the place of an old one, of every role alike; the root signs who follows whom.

Release and escrow keys leave this machine at once. What opened batches stays here: some that are
sealed to a key of before may still be on their way (docs/design/keys.md).
"""

from contextlib import nullcontext
from pathlib import Path
from typing import Literal, get_args

import msgspec

from sync.headquarters.errors import TargetNeeded
from sync.headquarters.register.keys import DAY_MS, Keys, issue, known_keys, release_key
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters
from sync.wire.keys import OpeningKey, SigningKey, replace_key, save_key
from sync.wire.register import SEALING, KeyRegister, RegisteredKey

Rotated = Literal["enrolment", "escrow", "headquarters", "receipt", "release", "unlock"]
ROTATED: tuple[Rotated, ...] = get_args(Rotated)
# Whose private key is never kept here.
TAKEN_AWAY: tuple[Rotated, ...] = ("escrow", "release")


def rotate(
    headquarters: Headquarters,
    by: Stamp,
    root: SigningKey,
    role: Rotated,
    days: int,
    *,
    old: str | None = None,
    target: Path | None = None,
) -> KeyRegister:
    """A new key of `role`; the one whose place it takes, if there is one, ends after `days`.

    `target` is the new file for a key that leaves this machine, TargetNeeded without it; `old` says
    which release key ends. DataFolderBusy while the service runs, for the receipt key.
    """
    if (role in TAKEN_AWAY and target is None) or (role == "release" and old is None):
        raise TargetNeeded(role=role)
    with headquarters.serving() if role == "receipt" else nullcontext():
        ends = _ending(headquarters, by, role, old)
        key = OpeningKey.generate() if role in SEALING else SigningKey.generate()
        secret = key.seed if isinstance(key, OpeningKey) else key.to_bytes()
        line = ends.line if ends else 0
        fresh = RegisteredKey(role, key.public.to_bytes(), line, by.at, None, None, None)
        folder = headquarters.folder / "keys"
        if target is not None and role in TAKEN_AWAY:
            save_key(target, secret)
        elif role == "headquarters":
            # Before any site can seal to it.
            save_key(folder / f"seal-{fresh.key_id}.seed", secret)

        def change(keys: Keys) -> Keys:
            return (*_ended(keys, ends, by.at + days * DAY_MS), fresh)

        said = {"role": role, "key": fresh.key_id, "old": ends and ends.key_id}
        made = issue(headquarters, by, root, "keys.rotate", change, **said)
        if role not in TAKEN_AWAY and role not in SEALING:
            # At last the file: a crash before leaves the old key, which is good for `days`.
            replace_key(folder / f"{role}.key", secret)
    return made


def _ending(
    headquarters: Headquarters, by: Stamp, role: Rotated, old: str | None
) -> RegisteredKey | None:
    if old is not None and role == "release":
        return release_key(headquarters, by, old)
    register = known_keys(headquarters, by.at)
    # The first key that enrols is made by its first rotation.
    return register.newest(role) if register.usable(role) else None


def _ended(keys: Keys, ends: RegisteredKey | None, until: int) -> Keys:
    """That key ends, and any other of its line whose end was not set: a crash may have left one."""
    if ends is None:
        return keys
    return tuple(
        msgspec.structs.replace(one, until=until)
        if one.key == ends.key or (_same_line(one, ends) and one.until is None)
        else one
        for one in keys
    )


def _same_line(one: RegisteredKey, other: RegisteredKey) -> bool:
    return (one.role, one.line) == (other.role, other.line) and one.revoked is None
