"""The room plan as a sheet: one row a square, out and in. Every bad row is answered."""

import unicodedata
from collections.abc import Iterator, Sequence

import msgspec

from siteapp.errors.rooms import RoomPlanRefused, RoomSheetRefused, RoomSheetUnreadable
from siteapp.rooms.plan import (
    MOST_COLUMNS,
    MOST_PROBLEMS,
    MOST_ROWS,
    Bound,
    Cell,
    Kind,
    RoomGrid,
    RoomPlan,
    sound,
)
from sync.spreadsheet import SheetUnreadable, cell_text, sheet_rows, written_apart
from sync.words import Words

ROOM, ROW, COLUMN, KIND, SEAT = "机房", "行", "列", "类型", "座位号"
NAMES = {"mac": "网卡地址", "agent": "座位程序", "mark": "浏览器标识", "address": "IP 地址"}
HEAD = (ROOM, ROW, COLUMN, KIND, SEAT, *NAMES.values())
NEEDED = (ROOM, ROW, COLUMN, KIND, SEAT)
KINDS: dict[str, Kind] = {"座位": "seat", "备用": "spare", "过道": "aisle"}
# How large the room is: what lies beyond its last seat is empty floor.
SIZE = "机房大小"
MOST_SEAT = 9999


class _Reader:
    """The rows of one sheet, and what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[Words] = []
        self.sizes: dict[str, tuple[int, int]] = {}
        self.cells: dict[str, list[Cell]] = {}
        self.machines: list[Bound] = []

    def wrong(self, row: int, column: str, zh: str, en: str) -> None:
        """Note what is wrong in a row, and what would be right."""
        said = Words(f"第 {row} 行“{column}”：{zh}", f"Row {row}, {column}: {en}")
        self.problems.append(said)

    def take(self, number: int, cells: dict[str, str]) -> None:
        """One row: a square, or the size of a room."""
        before = len(self.problems)
        name = cells[ROOM]
        if not 1 <= len(name) <= 40:
            self.wrong(
                number, ROOM, "应填机房名称（1–40 字）", "the room's name, 1 to 40 characters"
            )
        row = self._whole(number, ROW, cells[ROW], MOST_ROWS)
        column = self._whole(number, COLUMN, cells[COLUMN], MOST_COLUMNS)
        kind = KINDS.get(cells[KIND])
        if kind is None and cells[KIND] != SIZE:
            kinds = "、".join([*KINDS, SIZE])
            self.wrong(number, KIND, f"应为{kinds}之一", f"one of {kinds}")
        seat = 0
        if kind in ("seat", "spare"):
            seat = self._whole(number, SEAT, cells[SEAT], MOST_SEAT)
        elif cells[SEAT]:
            self.wrong(number, SEAT, "只有座位和备用机有座位号", "only seats and spares have one")
        if len(self.problems) == before:
            self._keep(number, name, (row, column), kind, seat, cells)

    def _keep(
        self,
        number: int,
        name: str,
        place: tuple[int, int],
        kind: Kind | None,
        seat: int,
        cells: dict[str, str],
    ) -> None:
        squares = self.cells.setdefault(name, [])
        if kind is None:
            self.sizes[name] = place
            return
        squares.append(Cell(*place, kind, seat))
        names = {field: cells.get(column, "") for field, column in NAMES.items()}
        if not any(names.values()):
            return
        try:
            self.machines.append(msgspec.convert({"seat": seat} | names, Bound))
        except msgspec.ValidationError:
            first = next(column for column in NAMES.values() if cells.get(column))
            hint = "机器的标识只能有字母、数字和 : . _ - @，且须在有座位号的行"
            en = "names of machines are letters, figures and : . _ - @, in rows with a seat"
            self.wrong(number, first, hint, en)

    def _whole(self, row: int, column: str, text: str, most: int) -> int:
        plain = unicodedata.normalize("NFKC", text)
        if plain.isascii() and plain.isdecimal() and len(plain) < 6 and 1 <= int(plain) <= most:
            return int(plain)
        self.wrong(row, column, f"应为 1–{most} 的整数", f"a whole number from 1 to {most}")
        return 0

    def plan(self) -> RoomPlan:
        """The plan of all rows, or RoomSheetRefused."""
        if not self.cells and not self.problems:
            self.problems.append(Words("表格中没有数据", "The sheet has no rows"))
        if self.problems:
            raise RoomSheetRefused(self.problems[:MOST_PROBLEMS])
        rooms = tuple(self._room(name) for name in self.cells)
        try:
            plan = RoomPlan(rooms=rooms, machines=tuple(self.machines))
            # A plan made here has passed no decoder: its bounds are checked as of any other.
            return sound(msgspec.convert(msgspec.to_builtins(plan), RoomPlan))
        except RoomPlanRefused as error:
            raise RoomSheetRefused(error.problems) from None
        except msgspec.ValidationError as error:
            raise RoomSheetRefused([Words(f"格式不对：{error}", str(error))]) from None

    def _room(self, name: str) -> RoomGrid:
        cells, size = self.cells[name], self.sizes.get(name)
        far = (max((c.row for c in cells), default=1), max((c.column for c in cells), default=1))
        rows, columns = size or far
        return RoomGrid(name, rows, columns, tuple(cells))


def read_plan_sheet(data: bytes) -> RoomPlan:
    """The plan in a sheet; RoomSheetUnreadable, or RoomSheetRefused with every bad row."""
    try:
        rows = [[cell_text(cell) for cell in row] for row in sheet_rows(data)]
    except SheetUnreadable as error:
        raise RoomSheetUnreadable(reason=str(error)) from None
    where = _columns(rows[0] if rows else [])
    reader = _Reader()
    for number, row in enumerate(rows[1:], start=2):
        cells = {c: row[place] if place < len(row) else "" for c, place in where.items()}
        if any(cells.values()):
            reader.take(number, cells)
    return reader.plan()


def _columns(head: Sequence[str]) -> dict[str, int]:
    names = ["".join(unicodedata.normalize("NFKC", cell).split()) for cell in head]
    known = {column: "".join(column.split()) for column in HEAD}
    wrong = [c for c in HEAD if names.count(known[c]) > 1]
    wrong += [c for c in NEEDED if known[c] not in names]
    if wrong:
        raise RoomSheetRefused(
            [Words(f"缺少或重复的列：{c}", f"Column missing or given twice: {c}") for c in wrong]
        )
    return {column: names.index(plain) for column, plain in known.items() if plain in names}


def plan_sheet(plan: RoomPlan) -> bytes:
    """The plan as a workbook, which comes back as the same plan."""
    return written_apart(ROOM, HEAD, _rows(plan))


def _rows(plan: RoomPlan) -> Iterator[list[str | int | None]]:
    kinds = {kind: words for words, kind in KINDS.items()}
    bound = {one.seat: one for one in plan.machines}
    nothing: list[str | int | None] = [None] * len(NAMES)
    for room in plan.rooms:
        yield [room.name, room.rows, room.columns, SIZE, None, *nothing]
        for cell in room.cells:
            machine = bound.get(cell.seat)
            names = [getattr(machine, field) for field in NAMES] if machine else nothing
            yield [room.name, cell.row, cell.column, kinds[cell.kind], cell.seat or None, *names]
