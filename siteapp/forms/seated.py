"""Who sits where, hall by hall, as papers list them. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from siteapp.rooms.plan import Laid, RoomPlan, layout
from sync.exam.sitting import CandidatePlan, SessionPlan, SittingPlan
from sync.moments import BEIJING
from sync.words import Words

T = TypeVar("T")
DAYS = (
    Words("星期一", "Mon"),
    Words("星期二", "Tue"),
    Words("星期三", "Wed"),
    Words("星期四", "Thu"),
    Words("星期五", "Fri"),
    Words("星期六", "Sat"),
    Words("星期日", "Sun"),
)
# A map with more columns is too small to read on A4.
MOST_COLUMNS = 16


class Seated(NamedTuple):
    """A candidate at the seat that the plan gives."""

    seat: int
    candidate: CandidatePlan
    hall: str
    sittings: tuple[SittingPlan, ...]


class Hall(NamedTuple):
    """One room of the session, by seat; `laid` is its map, if it is drawn and fits a page."""

    name: str
    people: tuple[Seated, ...]
    laid: Laid | None


def halls(plan: SessionPlan, rooms: RoomPlan) -> list[Hall]:
    """Every room that has a candidate; who is on no room plan is in the session's own room."""
    found = []
    placed: set[int] = set()
    for laid in layout(rooms):
        numbers = {square.seat for row in laid.rows for square in row if square.seat}
        placed |= numbers
        if people := _people(plan, laid.name, numbers):
            fits = len(laid.rows[0]) <= MOST_COLUMNS
            found.append(Hall(laid.name, people, laid if fits else None))
    rest = {one.seat for one in plan.candidates} - placed
    if people := _people(plan, plan.room, rest):
        found.append(Hall(plan.room, people, None))
    return found


def _people(plan: SessionPlan, hall: str, seats: set[int]) -> tuple[Seated, ...]:
    mine = sorted((c for c in plan.candidates if c.seat in seats), key=lambda c: c.seat)
    return tuple(
        Seated(c.seat, c, hall, tuple(plan.sitting(one) for one in c.sittings)) for c in mine
    )


def begins(plan: SessionPlan) -> Words:
    """When the session begins, in Beijing time, with the day of the week."""
    at = datetime.fromisoformat(plan.starts_at).astimezone(BEIJING)
    day, hour, name = at.strftime("%Y-%m-%d"), at.strftime("%H:%M"), DAYS[at.weekday()]
    return Words(f"{day}（{name.zh}）{hour}", f"{name.en} {day} {hour}")


def pages(items: Sequence[T], each: int) -> Iterator[Sequence[T]]:
    """So many on a page; one page without any if there are none."""
    for first in range(0, max(1, len(items)), each):
        yield items[first : first + each]
