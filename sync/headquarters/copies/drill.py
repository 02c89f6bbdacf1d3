"""The drill: the newest copy is restored beside headquarters, looked through, and thrown away."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from sync.exam.specification import Struct
from sync.headquarters.copies.restoring import Copy, restore
from sync.headquarters.copies.verifying import Finding, Verified, verify
from sync.headquarters.copies.writing import ROWS
from sync.headquarters.register.keys import known_keys
from sync.headquarters.store.dump import table_lines
from sync.headquarters.store.engine import Stamp, Store
from sync.headquarters.store.folder import Headquarters, Keyring
from sync.headquarters.store.schema import audit, metadata
from sync.wire.keys import OpeningKey
from sync.words import Words

AT_ONCE = 500


class Drilled(Struct, frozen=True):
    """What a drill did: which copy, from when, how long it took, what came back and held.

    `keys`: whether the part with the keys was opened, which takes the escrow's key.
    """

    copy: str
    at: int
    seconds: float
    rows: int
    bytes: int
    keys: bool
    verified: Verified
    findings: tuple[Finding, ...]


def drill(
    headquarters: Headquarters,
    copy: Copy,
    by: Stamp,
    escrow: OpeningKey | None,
    *,
    database: str | None = None,
    scratch: Path | None = None,
) -> Drilled:
    """Restore into a scratch folder and an empty database (SQLite if none is named).

    Both are as before when this returns. As restore; what does not hold is in `findings`.
    """
    begun = time.monotonic()
    keys = [*headquarters.keys.live().values(), *([escrow] if escrow else [])]
    changes = {"database": database, "blobs": "folder", "archive": "archive"}
    with tempfile.TemporaryDirectory(dir=scratch or headquarters.folder / "incoming") as place:
        there = Path(place) / "hq"
        done = restore(
            copy, by, there, keys, changes=changes, with_keys=escrow is not None, anew=True
        )
        # Only now: a database that was refused is somebody's.
        try:
            verified = _look(there, headquarters, by.at)
        finally:
            _empty(database)
    lost = tuple(_lost_lines(headquarters, copy, keys))
    return Drilled(
        copy=copy.path.name,
        at=copy.at,
        seconds=round(time.monotonic() - begun, 1),
        rows=sum(done.rows.values()),
        bytes=done.bytes,
        keys=done.with_keys,
        verified=verified,
        findings=(*verified.findings, *lost),
    )


def own_signers(headquarters: Headquarters, now: int) -> list[str]:
    """The keys by which a copy is headquarters' own: those for receipts that are not revoked."""
    known = known_keys(headquarters, now)
    return [one.key_id for one in known.keys if one.role == "receipt" and one.revoked is None]


def _look(there: Path, headquarters: Headquarters, now: int) -> Verified:
    restored = Headquarters(there)
    # To open journals; those of the copy stay sealed unless the escrow is at hand.
    restored.keys = Keyring(headquarters.folder / "keys")
    try:
        return verify(restored, now)
    finally:
        restored.close()


def _empty(database: str | None) -> None:
    if database is None:
        return
    store = Store(database)
    try:
        with store.writing() as db:
            metadata.drop_all(db)
    finally:
        store.close()


def _lost_lines(
    headquarters: Headquarters, copy: Copy, keys: Sequence[OpeningKey]
) -> list[Finding]:
    """Lines of the audit that the copy has and headquarters has no more, or has otherwise."""
    by_id = {key.public.key_id: key for key in keys}
    found: list[Finding] = []
    group: list[tuple[object, ...]] = []
    for line in table_lines(copy.lines(ROWS, by_id), audit):
        group.append(line)
        if len(group) == AT_ONCE:
            found += _absent(headquarters, group)
            group = []
    return found + _absent(headquarters, group)


def _absent(headquarters: Headquarters, group: Sequence[tuple[object, ...]]) -> list[Finding]:
    query = select(audit).where(audit.c.id.in_([line[0] for line in group]))
    with headquarters.store.reading() as db:
        here = {tuple(row) for row in db.execute(query)}
    words = Words("审计记录已被改动或删除", "a line of the audit was altered or deleted")
    return [Finding("audit", str(line[0]), words) for line in group if line not in here]
