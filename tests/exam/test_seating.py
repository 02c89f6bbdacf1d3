"""Seats by rule: everybody has one of their own, the same seed gives the same, schools as asked."""

from itertools import pairwise

import pytest
import world
from hypothesis import given
from hypothesis import strategies as st

from sync.exam.roster import RosterRow
from sync.exam.seating import RULES, Rule, seat_by


def rows(*schools: str) -> list[RosterRow]:
    return [
        RosterRow(f"2026{n:06d}", "王小明", world.identity_number(n), "男", school, 0)
        for n, school in enumerate(schools, start=1)
    ]


def schools(seated: tuple[RosterRow, ...]) -> list[str]:
    return [row.school for row in seated]


@pytest.mark.parametrize("rule", RULES)
@given(names=st.lists(st.sampled_from("甲乙丙丁"), max_size=30), taken=st.sets(st.integers(1, 40)))
def test_everybody_gets_one_free_seat(rule: Rule, names: list[str], taken: set[int]) -> None:
    seated = seat_by(rule, rows(*names), "seed", 1, taken)
    seats = [row.seat for row in seated]
    assert sorted(row.admission for row in seated) == [r.admission for r in rows(*names)]
    assert seats == sorted(set(seats))
    assert not set(seats) & taken


@given(st.lists(st.sampled_from("甲乙丙"), max_size=30))
def test_schools_apart_leaves_neighbours_of_one_school_only_where_it_must(names: list[str]) -> None:
    found = schools(seat_by("schools-apart", rows(*names), "seed", 1, set()))
    most = max((names.count(one) for one in set(names)), default=0)
    must = max(0, most - (len(names) - most) - 1)
    assert sum(a == b for a, b in pairwise(found)) == must


def test_schools_together_is_one_block_each() -> None:
    found = schools(seat_by("schools-together", rows(*"甲乙甲丙乙甲"), "seed", 1, set()))
    assert sum(a != b for a, b in pairwise(found)) == 2


def test_the_seed_decides_and_the_sheet_s_order_does_not() -> None:
    people = rows(*"甲乙丙丁甲乙丙丁")
    one = seat_by("random", people, "seed", 1, set())
    assert seat_by("random", people[::-1], "seed", 1, set()) == one
    assert seat_by("random", people, "another", 1, set()) != one
