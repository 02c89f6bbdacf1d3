"""A bank of our own for tests: what ships under other names, as if it had been written here."""

import msgspec
from desk_world import BY, LIVE, Desk

from sync.headquarters.content.bank import builtin_bank
from sync.headquarters.content.bank_items import sample_drafts
from sync.headquarters.content.bank_keeping import keep
from sync.headquarters.content.bank_review import decide
from sync.headquarters.content.drafts import Draft, Found, Place
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
    """Have them reviewed by somebody else."""
    for draft in drafts:
        decide(desk.hq, REVIEWER, draft.id, 1, "reviewed", "")
