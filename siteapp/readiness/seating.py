"""The room plan for a report: rooms as drawn, and machines that are not where they belong. Pure."""

from collections.abc import Collection, Iterator, Sequence

from siteapp.lan.sightings import Machine
from siteapp.readiness import rooms
from siteapp.rooms.binding import Notice, What, changes
from siteapp.rooms.plan import RoomPlan, seats, unplaced
from sync.wire.readiness import Finding, Level, Place

# A swap keeps nobody from the start: the answers follow the candidate, not the machine.
ELSEWHERE: tuple[What, ...] = ("swapped", "replaced", "moved")


def drawn(plan: RoomPlan) -> tuple[rooms.RoomPlan, ...]:
    """Each room of the plan with its seats and spares where they stand."""
    return tuple(
        rooms.RoomPlan(
            room.name,
            tuple(
                Place(cell.seat, cell.row, cell.column, cell.kind == "spare")
                for of, cell in seats(plan)
                if of is room
            ),
        )
        for room in plan.rooms
    )


def judge_seating(
    plan: RoomPlan, machines: Sequence[Machine], wanted: Collection[int]
) -> tuple[Finding, ...]:
    """What the plan says of machines and of a session's seats; of no plan nothing is said."""
    return tuple(_findings(plan, changes(plan, machines), wanted)) if plan.rooms else ()


def _findings(
    plan: RoomPlan, notices: Sequence[Notice], wanted: Collection[int]
) -> Iterator[Finding]:
    lost = unplaced(plan, wanted)
    yield _of("seat-plan", lost)
    if plan.machines:
        away = [one for one in notices if one.what in ELSEWHERE]
        both = {seat for one in away for seat in (one.seat, one.other) if seat}
        yield _of("seat-machine", both, ", ".join(one.address for one in away))
        claims = [one for one in notices if one.what == "claimed"]
        said = ", ".join(one.address for one in claims)
        yield _of("seat-claim", {one.seat for one in claims}, said)


def _of(check: str, wrong: Collection[int], said: str = "") -> Finding:
    level: Level = "warn" if wrong else "ok"
    return Finding(check, level, len(wrong), None, said[:200], tuple(sorted(wrong)))
