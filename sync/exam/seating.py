"""Seats by rule, for rosters that have none. Pure: the same seed gives the same seats."""

import hashlib
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import count
from typing import Literal

import msgspec

from sync.exam.roster import RosterRow

Rule = Literal["random", "schools-apart", "schools-together"]
RULES: tuple[Rule, ...] = ("random", "schools-apart", "schools-together")


def seat_by(
    rule: Rule, rows: Sequence[RosterRow], seed: str, first: int, taken: AbstractSet[int]
) -> tuple[RosterRow, ...]:
    """The same candidates at seats from `first` on, leaving out those that are taken."""
    shuffled = sorted(rows, key=lambda row: _lot(seed, row.admission))
    if rule == "schools-apart":
        shuffled = _apart(shuffled)
    elif rule == "schools-together":
        shuffled.sort(key=lambda row: _lot(seed, row.school))
    free = (seat for seat in count(first) if seat not in taken)
    seated = [
        msgspec.structs.replace(row, seat=seat) for row, seat in zip(shuffled, free, strict=False)
    ]
    return tuple(seated)


def _lot(seed: str, name: str) -> bytes:
    return hashlib.sha256(f"{seed}\x1f{name}".encode()).digest()


def _apart(rows: Sequence[RosterRow]) -> list[RosterRow]:
    """No two of one school beside each other, as long as others are left to sit between them.

    The school with most left comes next, unless it was the last; so nobody is kept for the end.
    """
    left: dict[str, list[RosterRow]] = {}
    for row in rows:
        left.setdefault(row.school, []).append(row)
    order = list(left)
    found: list[RosterRow] = []
    last = ""
    while left:
        others = [school for school in left if school != last] or list(left)
        last = max(others, key=lambda school: (len(left[school]), -order.index(school)))
        found.append(left[last].pop())
        if not left[last]:
            del left[last]
    return found
