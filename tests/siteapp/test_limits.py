"""Limits on wrong sign-ins: they slow a guesser and never a neighbour."""

import pytest

import siteapp.conduct.limits
from siteapp.conduct.limits import LONGEST_WAIT_MS, MAX_EACH, MAX_KEPT, Limits


def tried(limits: Limits, admission: str, machine: str, times: int, now: int = 0) -> None:
    for _ in range(times):
        limits.wrong(admission, machine, now)


def test_the_fifth_wrong_try_begins_a_wait_that_doubles() -> None:
    limits = Limits(5)
    tried(limits, "a", "m1", 4)
    assert limits.wait_ms("a", "m1", 0) == 0
    tried(limits, "a", "m1", 1)
    assert limits.wait_ms("a", "m1", 0) == 10_000
    tried(limits, "a", "m1", 1)
    assert limits.wait_ms("a", "m1", 0) == 20_000
    assert limits.wait_ms("a", "m1", 20_000) == 0
    tried(limits, "a", "m1", 30)
    assert limits.wait_ms("a", "m1", 0) == LONGEST_WAIT_MS


def test_wrong_tries_at_one_machine_never_make_the_candidate_wait_at_another() -> None:
    limits = Limits(5)
    tried(limits, "victim", "m1", 100)
    assert limits.wait_ms("victim", "m2", 0) == 0


def test_a_machine_that_tries_many_numbers_waits_as_a_whole() -> None:
    limits = Limits(5)
    for number in range(10):
        limits.wrong(f"n{number}", "m3", 0)
    assert limits.wait_ms("somebody", "m3", 0) > 0
    assert limits.wait_ms("somebody", "m4", 0) == 0


def test_a_right_one_and_an_invigilator_end_the_wait() -> None:
    limits = Limits(5)
    tried(limits, "a", "m1", 12)
    limits.claims("m1", 7)
    limits.lift(6)
    assert limits.wait_ms("a", "m1", 0) > 0
    limits.lift(7)
    assert limits.wait_ms("a", "m1", 0) == 0
    tried(limits, "a", "m1", 4)
    limits.right("a", "m1")
    tried(limits, "a", "m1", 4)
    assert limits.wait_ms("a", "m1", 0) == 0


def test_the_own_number_typed_rightly_forgives_no_tries_at_others_numbers() -> None:
    limits = Limits(5)
    for number in range(9):
        limits.wrong(f"n{number}", "m3", 0)
    limits.right("own", "m3")
    limits.wrong("n9", "m3", 0)
    assert limits.wait_ms("own", "m3", 0) > 0


def test_a_flood_of_invented_numbers_costs_no_memory() -> None:
    limits = Limits(5)
    for number in range(3 * MAX_KEPT):
        limits.claims(f"m{number}", number)
        limits.wrong(f"x{number}", f"m{number}", 0)
    assert len(limits._machines) <= MAX_KEPT


def test_one_machine_that_tries_and_claims_everything_costs_no_memory() -> None:
    limits = Limits(5)
    for number in range(3_000):
        limits.claims("m", number)
        limits.wrong(f"x{number}", "m", 0)
    (machine,) = limits._machines.values()
    assert max(len(machine.each), len(machine.seats)) <= MAX_EACH
    assert limits.wait_ms("anybody", "m", 0) == LONGEST_WAIT_MS


def test_a_flood_from_other_machines_ends_no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    def waits_after_a_flood() -> bool:
        limits = Limits(5)
        tried(limits, "a", "guesser", 12)
        for number in range(3 * MAX_KEPT):
            limits.wrong("a", f"m{number}", 0)
        return limits.wait_ms("a", "guesser", 0) > 0

    assert waits_after_a_flood()

    def drop_the_oldest(kept: dict[str, object], count: int) -> None:
        for name in list(kept)[:count]:
            del kept[name]

    monkeypatch.setattr(siteapp.conduct.limits, "_drop", drop_the_oldest)
    assert not waits_after_a_flood()
