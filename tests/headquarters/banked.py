"""A bank of our own for tests: what ships under other names, as if it had been written here."""

import msgspec
from desk_world import BY, LIVE, Desk

from sync.headquarters.content.bank import builtin_bank
from sync.headquarters.content.bank_filing import CHUNK
from sync.headquarters.content.bank_items import sample_drafts
from sync.headquarters.content.bank_keeping import keep
from sync.headquarters.content.drafts import Draft, Found, Place
from sync.headquarters.store.bank_tables import bank_items, bank_reviews
from sync.headquarters.store.engine import Stamp

REVIEWER = Stamp("reviewer", BY.at + 1)
FIRST = "x-530051-1-A-S01"


def own_drafts(code: str = LIVE) -> list[Draft]:
    """The items that ship, under names of their own."""
    drafts = sample_drafts(builtin_bank(code))
    return [msgspec.structs.replace(draft, id=f"x-{draft.id}") for draft in drafts]


def fill(desk: Desk, drafts: list[Draft], code: str = LIVE) -> None:
    """Put drafts on a specification's shelf, as `tester`."""
    found = Found(tuple((draft, Place("x.xlsx", n)) for n, draft in enumerate(drafts, 2)), ())
    keep(desk.hq, BY, found, "x.xlsx", code)


def review(desk: Desk, drafts: list[Draft]) -> None:
    """Have them reviewed by somebody else, all in one transaction."""
    names = [draft.id for draft in drafts]
    told = {"version": 1, "state": "reviewed", "note": "", "who": REVIEWER.who, "at": REVIEWER.at}
    with desk.hq.store.writing() as db:
        for start in range(0, len(names), CHUNK):
            here = bank_items.c.id.in_(names[start : start + CHUNK])
            db.execute(bank_items.update().where(here).values(state="reviewed"))
        db.execute(bank_reviews.insert(), [told | {"item": name} for name in names])
