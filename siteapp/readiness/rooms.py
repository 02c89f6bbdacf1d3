"""Which room is ready for how many: the seats of each room by itself. Pure."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import msgspec

from siteapp.readiness.checks import Threshold, judge_seats
from sync.wire.readiness import Finding, Place, Room

# Where nobody has drawn a plan, seats stand in rows of so many.
COLUMNS = 10


class RoomPlan(NamedTuple):
    """One room as it was drawn; `name` is empty for seats that are on no plan."""

    name: str
    places: tuple[Place, ...]


class Judged(NamedTuple):
    """What rooms and their seats are found to be."""

    findings: list[Finding]
    rooms: tuple[Room, ...]


def judge_rooms(
    plans: Sequence[RoomPlan],
    wanted: Collection[int],
    good: Collection[int],
    seen: Iterable[int],
    threshold: Threshold,
) -> Judged:
    """Every room by itself: a spare next door is none. Seats on no plan make one more."""
    drawn = {place.seat for plan in plans for place in plan.places}
    if rest := sorted({*wanted, *seen} - drawn):
        plans = [*plans, RoomPlan("", in_rows(rest, wanted))]
    judged = [_judge(plan, set(wanted), set(good), threshold) for plan in plans]
    if not any(findings for findings, _ in judged):
        return Judged(judge_seats((), good, threshold)[0], tuple(room for _, room in judged))
    return Judged(
        [one for findings, _ in judged for one in findings], tuple(room for _, room in judged)
    )


def in_rows(seats: Iterable[int], wanted: Collection[int]) -> tuple[Place, ...]:
    """Seats in the order of their numbers, in rows."""
    return tuple(
        Place(seat, n // COLUMNS + 1, n % COLUMNS + 1, seat not in wanted)
        for n, seat in enumerate(seats)
    )


def _judge(
    plan: RoomPlan, wanted: set[int], good: set[int], threshold: Threshold
) -> tuple[list[Finding], Room]:
    here = {place.seat for place in plan.places}
    of_room, working = wanted & here, good & here
    found, ready, spares = judge_seats(of_room, working, threshold)
    fine = all(one.level != "fail" for one in found) or not of_room
    room = Room(plan.name, fine, len(of_room), ready, spares, plan.places)
    # A room in which nobody sits needs neither seats nor spares.
    return [_of(one, plan.name) for one in found] if of_room else [], room


def _of(finding: Finding, room: str) -> Finding:
    said = f"{room}: {finding.said}".rstrip() if room else finding.said
    return msgspec.structs.replace(finding, said=said[:200])
