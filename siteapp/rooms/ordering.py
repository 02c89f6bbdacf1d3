"""Many machines bound at once: by address, by the roster, or as their pages name their seats. Pure.

What is proposed here is shown first; nothing is bound before somebody has seen it.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from siteapp.lan.sightings import Machine
from siteapp.rooms.binding import recognise
from siteapp.rooms.plan import Cell, RoomGrid, RoomPlan

Order = Literal["address", "roster", "named"]
Way = Literal["rows", "snake", "columns"]


class Pair(NamedTuple):
    """A machine for a seat; `before` is the seat that it has now, 0 if none."""

    seat: int
    machine: str
    address: str
    before: int


def propose(
    plan: RoomPlan,
    machines: Sequence[Machine],
    order: Order,
    way: Way,
    roster: Sequence[int] = (),
    only_free: bool = True,
) -> list[Pair]:
    """Which machine would get which seat; `roster`: a session's seats in the roster's order.

    Only machines that opened a page or have an agent: a printer has an address too.
    """
    at = recognise(plan, machines)
    homes = {machine.key: seat for seat, machine in at.items()}
    taken = {one.seat for one in plan.machines} if only_free else set()
    free = [
        one
        for one in machines
        if (one.state == "here" or (one.state == "on" and one.agent))
        and not (only_free and one.key in homes)
    ]
    places = [seat for seat in _reading(plan, way) if seat not in taken]
    if order == "named":
        chosen = _named(free, set(places))
    else:
        if order == "roster":
            first = [seat for seat in dict.fromkeys(roster) if seat in places]
            places = [*first, *(seat for seat in places if seat not in first)]
        chosen = list(zip(places, sorted(free, key=_by_address), strict=False))
    return [Pair(seat, one.key, one.address, homes.get(one.key, 0)) for seat, one in chosen]


def _reading(plan: RoomPlan, way: Way) -> list[int]:
    """The seats in the order in which somebody would walk past them."""
    return [cell.seat for room in plan.rooms for cell in _walk(room, way)]


def _walk(room: RoomGrid, way: Way) -> list[Cell]:
    def place(cell: Cell) -> tuple[int, int]:
        if way == "columns":
            return cell.column, cell.row
        back = way == "snake" and cell.row % 2 == 0
        return cell.row, -cell.column if back else cell.column

    return sorted((cell for cell in room.cells if cell.kind != "aisle"), key=place)


def _named(machines: Iterable[Machine], places: set[int]) -> list[tuple[int, Machine]]:
    """Each seat that one machine names, and one only."""
    by_seat: dict[int, list[Machine]] = {}
    for one in machines:
        by_seat.setdefault(one.seat or one.claims, []).append(one)
    return [
        (seat, of[0]) for seat, of in sorted(by_seat.items()) if seat in places and len(of) == 1
    ]


def _by_address(one: Machine) -> tuple[int, int, str]:
    try:
        address = ipaddress.ip_address(one.address)
    except ValueError:
        return 9, 0, one.key
    return address.version, int(address), one.key
