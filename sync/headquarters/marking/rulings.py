"""Which rulings count: corrections of keys as they were proposed, decided and followed."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from sync.errors import NotFound
from sync.exam.items import Item
from sync.exam.marking import Ruling
from sync.exam.specification import Struct
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.marking_tables import correction_decisions, corrections
from sync.words import Words


class Decision(Struct, frozen=True):
    """What another officer said of a correction."""

    confirmed: bool
    place: int
    who: str
    at: int


class Correction(Struct, frozen=True):
    """A wrong key: who found it, why, and how its item is marked instead."""

    number: int
    session: str
    sitting: str
    item: str
    before: Ruling | None
    after: Ruling
    reason: str
    who: str
    at: int
    decision: Decision | None = None


class Rulings(Struct, frozen=True):
    """sitting → item → ruling, as of so many confirmed corrections (`version`)."""

    version: int
    by_sitting: Mapping[str, Mapping[str, Ruling]]

    def of(self, sitting: str) -> Mapping[str, Ruling]:
        """Those of one sitting."""
        return self.by_sitting.get(sitting, {})

    def with_one(self, correction: Correction) -> "Rulings":
        """As if this correction were confirmed too."""
        own = {**self.of(correction.sitting), correction.item: correction.after}
        return Rulings(self.version + 1, {**self.by_sitting, correction.sitting: own})


def rulings_in_force(db: Connection, session: str) -> Rulings:
    """The last confirmed correction of each item is what counts."""
    confirmed = [c for c in _read(db, session) if c.decision and c.decision.confirmed]
    found = Rulings(0, {})
    for correction in sorted(confirmed, key=_place):
        found = found.with_one(correction)
    return found


def _place(correction: Correction) -> int:
    return correction.decision.place if correction.decision else 0


def list_corrections(headquarters: Headquarters, session: str) -> list[Correction]:
    """All corrections of a session, the newest first; nothing is ever taken from this list."""
    with headquarters.store.reading() as db:
        return _read(db, session)[::-1]


def find_correction(db: Connection, session: str, number: int) -> Correction:
    """One of a session's; NotFound if there is none."""
    for correction in _read(db, session):
        if correction.number == number:
            return correction
    raise NotFound(what=f"{session} {number}")


def _read(db: Connection, session: str) -> list[Correction]:
    said = correction_decisions.c
    decided = [said.confirmed, said.place, said.who.label("by"), said.at.label("then")]
    query = (
        select(corrections, *decided)
        .join(correction_decisions, said.number == corrections.c.number, isouter=True)
        .where(corrections.c.session == session)
        .order_by(corrections.c.number)
    )
    return [_correction(row) for row in db.execute(query)]


def _correction(row: Row[Any]) -> Correction:
    decided = row.confirmed is not None
    return Correction(
        number=row.number,
        session=row.session,
        sitting=row.sitting,
        item=row.item,
        before=msgspec.json.decode(row.before, type=Ruling) if row.before else None,
        after=msgspec.json.decode(row.after, type=Ruling),
        reason=row.reason,
        who=row.who,
        at=row.at,
        decision=Decision(row.confirmed, row.place, row.by, row.then) if decided else None,
    )


def in_words(ruling: Ruling) -> Words:
    """A ruling as people read it."""
    if ruling.kind == "full":
        return Words("交卷考生均得满分", "full marks for everyone who handed in")
    if ruling.kind == "removed":
        return Words("不计分，从总分中去除", "taken out of the total")
    keys = [" ".join(key).upper() for key in ruling.keys]
    return Words("答案 " + " 或 ".join(keys), "key " + " or ".join(keys))


def key_typed(item: Item, text: str) -> tuple[str, ...]:
    """One key as a person types it: a text, pairs as `1b 2a`, or the letters of options."""
    if item.choice == "gap":
        return (text,)
    if item.choice in ("match", "order"):
        return tuple(re.findall(r"[0-9]+[a-z]", text.lower()))
    return tuple(text)
