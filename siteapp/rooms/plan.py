"""The room plan: rooms of cells, and which machine was bound to which seat. Pure.

It is the site's own, for all sessions; a session's seats find their places by their numbers.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

from siteapp.errors.rooms import RoomPlanRefused
from sync.exam.specification import Struct
from sync.words import Words

Kind = Literal["seat", "spare", "aisle"]
MOST_ROOMS, MOST_ROWS, MOST_COLUMNS, MOST_SEATS = 20, 40, 40, 2_000
# More problems than anybody reads at once.
MOST_PROBLEMS = 50
Place = Annotated[int, Meta(ge=1, le=MOST_ROWS)]
SeatNumber = Annotated[int, Meta(ge=1, le=9999)]
# Letters, figures and blanks; nothing that a sheet or a page could take for a command.
Name = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]{1,40}\Z")]
Plain = Annotated[str, Meta(pattern=r"^[0-9A-Za-z:.@_-]{0,64}\Z")]


class Cell(Struct, frozen=True):
    """One square that is not empty floor; an aisle has no seat."""

    row: Place
    column: Place
    kind: Kind
    seat: Annotated[int, Meta(ge=0, le=9999)] = 0


class RoomGrid(Struct, frozen=True):
    """One room, the teacher's desk above row 1."""

    name: Name
    rows: Place
    columns: Place
    cells: Annotated[tuple[Cell, ...], Meta(max_length=MOST_ROWS * MOST_COLUMNS)]


class Bound(Struct, frozen=True):
    """The machine that belongs to a seat: all names that it had when it was bound."""

    seat: SeatNumber
    mac: Plain = ""
    agent: Plain = ""
    mark: Plain = ""
    address: Plain = ""


class RoomPlan(Struct, frozen=True):
    """All rooms of the site."""

    format: Literal[1] = 1
    rooms: Annotated[tuple[RoomGrid, ...], Meta(max_length=MOST_ROOMS)] = ()
    machines: Annotated[tuple[Bound, ...], Meta(max_length=MOST_SEATS)] = ()


class Placed(NamedTuple):
    """One square of a room as it is drawn; `machine` is who belongs there."""

    row: int
    column: int
    kind: Literal["seat", "spare", "aisle", "empty"]
    seat: int
    machine: Bound | None


class Laid(NamedTuple):
    """One room, row by row from the teacher's desk, each from left to right as drawn."""

    name: str
    rows: tuple[tuple[Placed, ...], ...]


def read_plan(data: bytes | str) -> RoomPlan:
    """A plan that is whole and agrees with itself, or RoomPlanRefused."""
    try:
        plan = msgspec.json.decode(data, type=RoomPlan)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        said = str(error)[:200]
        raise RoomPlanRefused([Words(f"格式不对：{said}", f"Not a room plan: {said}")]) from None
    return sound(plan)


def sound(plan: RoomPlan) -> RoomPlan:
    """The plan itself if it agrees with itself, or RoomPlanRefused with every problem."""
    found = list(_problems(plan))
    if found:
        raise RoomPlanRefused(found[:MOST_PROBLEMS])
    return plan


def layout(plan: RoomPlan) -> tuple[Laid, ...]:
    """Every square of every room, with the seat and the machine that belongs to it."""
    bound = {one.seat: one for one in plan.machines}
    return tuple(_laid(room, bound) for room in plan.rooms)


def seats(plan: RoomPlan) -> Iterator[tuple[RoomGrid, Cell]]:
    """The cells that have a machine, in reading order: room by room, row by row."""
    for room in plan.rooms:
        for cell in sorted(room.cells, key=lambda one: (one.row, one.column)):
            if cell.kind != "aisle":
                yield room, cell


def unplaced(plan: RoomPlan, wanted: Iterable[int]) -> list[int]:
    """The seats of a session that stand nowhere in the plan."""
    placed = {cell.seat for _, cell in seats(plan)}
    return sorted(set(wanted) - placed)


def _laid(room: RoomGrid, bound: dict[int, Bound]) -> Laid:
    there = {(cell.row, cell.column): cell for cell in room.cells}

    def square(row: int, column: int) -> Placed:
        cell = there.get((row, column))
        if cell is None:
            return Placed(row, column, "empty", 0, None)
        return Placed(row, column, cell.kind, cell.seat, bound.get(cell.seat))

    columns = range(1, room.columns + 1)
    return Laid(
        room.name,
        tuple(tuple(square(row, column) for column in columns) for row in range(1, room.rows + 1)),
    )


def _problems(plan: RoomPlan) -> Iterator[Words]:
    for name in _twice(room.name for room in plan.rooms):
        yield Words(f"机房重名：{name}", f"Two rooms are called {name}")
    for room in plan.rooms:
        yield from _of_room(room)
    numbers = [cell.seat for _, cell in seats(plan)]
    for seat in _twice(numbers):
        yield Words(f"座位号 {seat} 用了不止一次", f"Seat {seat} is there more than once")
    if len(numbers) > MOST_SEATS:
        yield Words(f"座位多于 {MOST_SEATS} 个", f"More than {MOST_SEATS} seats")
    yield from _of_machines(plan.machines, set(numbers))


def _of_room(room: RoomGrid) -> Iterator[Words]:
    def at(cell: Cell) -> Words:
        zh = f"{room.name} 第 {cell.row} 行第 {cell.column} 列"
        return Words(zh, f"{room.name}, row {cell.row}, column {cell.column}")

    if not room.name.strip():
        yield Words("机房没有名称", "A room has no name")
    for place in _twice((cell.row, cell.column) for cell in room.cells):
        where = at(next(c for c in room.cells if (c.row, c.column) == place))
        yield Words(f"{where.zh}重复", f"{where.en} is there twice")
    for cell in room.cells:
        where = at(cell)
        if cell.row > room.rows or cell.column > room.columns:
            yield Words(f"{where.zh}超出机房范围", f"{where.en} is outside the room")
        if (cell.kind == "aisle") == bool(cell.seat):
            zh = "过道不能有座位号" if cell.seat else "没有座位号"
            en = "an aisle has no seat number" if cell.seat else "no seat number"
            yield Words(f"{where.zh}：{zh}", f"{where.en}: {en}")


def _of_machines(machines: Iterable[Bound], numbers: set[int]) -> Iterator[Words]:
    machines = tuple(machines)
    for seat in _twice(one.seat for one in machines):
        yield Words(f"座位 {seat} 绑定了两台机器", f"Seat {seat} has two machines")
    for one in machines:
        if one.seat not in numbers:
            yield Words(f"绑定的座位 {one.seat} 不在图上", f"Seat {one.seat} is not in the plan")
        if not (one.mac or one.agent or one.mark or one.address):
            zh, en = (
                f"座位 {one.seat} 的机器没有标识",
                f"The machine of seat {one.seat} has no name",
            )
            yield Words(zh, en)
    for field, words in NAMES.items():
        for name in _twice(getattr(one, field) for one in machines if getattr(one, field)):
            zh = f"{words.zh} {name} 绑定了两个座位"
            yield Words(zh, f"{words.en} {name} is bound to two seats")


# What names one machine; an address is none: a room may be behind one.
NAMES = {
    "mac": Words("网卡地址", "hardware address"),
    "agent": Words("座位程序标识", "agent"),
    "mark": Words("浏览器标识", "browser mark"),
}


def _twice(values: Iterable[Any]) -> list[Any]:
    return [value for value, count in Counter(values).items() if count > 1]
