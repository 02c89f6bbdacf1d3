"""Sheets of rooms: they come back as they went out, and every bad row says where and what."""

from collections.abc import Sequence

import pytest
from planned import PLAN

from siteapp.errors import RoomSheetRefused, RoomSheetUnreadable
from siteapp.rooms import sheets
from siteapp.rooms.plan import Bound, RoomGrid, RoomPlan
from siteapp.rooms.sheets import HEAD, SIZE, plan_sheet, read_plan_sheet
from sync.sheet_writer import sheet_bytes

Row = Sequence[str | int | None]
SEAT: Row = ["A", 1, 1, "座位", 1]


def read(monkeypatch: pytest.MonkeyPatch, *rows: Row, head: Sequence[str] = HEAD) -> RoomPlan:
    """The plan of these rows, without a file between."""
    monkeypatch.setattr(sheets, "sheet_rows", lambda _: [list(head), *map(list, rows)])
    return read_plan_sheet(b"")


def test_a_plan_with_its_machines_comes_back_whole_through_a_real_file() -> None:
    bound = (Bound(2, "02:00:00:00:00:01", "agent-1", "mark", "10.0.0.5"),)
    wide = RoomGrid("空教室", 3, 9, ())
    plan = RoomPlan(rooms=(*PLAN.rooms, wide), machines=bound)
    assert read_plan_sheet(plan_sheet(plan)) == plan
    assert read_plan_sheet(plan_sheet(plan)) != PLAN


def test_figures_as_text_full_width_or_with_a_point_are_figures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = read(monkeypatch, ["A", "１", 1.0, "座位", "7"])
    assert plan.rooms[0].cells[0].seat == 7
    assert (plan.rooms[0].rows, plan.rooms[0].columns) == (1, 1)


BAD: dict[str, tuple[Row, str]] = {
    "no room": (["", 1, 1, "座位", 2], "第 3 行“机房”"),
    "row 0": (["A", 0, 2, "座位", 2], "第 3 行“行”"),
    "column 41": (["A", 1, 41, "座位", 2], "第 3 行“列”"),
    "digits without end": (["A", "0" * 5000 + "1", 2, "座位", 2], "第 3 行“行”"),
    "another kind": (["A", 1, 2, "窗户", 2], "第 3 行“类型”"),
    "a seat without a number": (["A", 1, 2, "座位", None], "第 3 行“座位号”"),
    "half a seat": (["A", 1, 2, "座位", "1.5"], "第 3 行“座位号”"),
    "an aisle with a number": (["A", 1, 2, "过道", 2], "第 3 行“座位号”"),
    "a number twice": (["A", 1, 2, "座位", 1], "座位号 1"),
    "a place twice": (["A", 1, 1, "座位", 2], "重复"),
    "a formula for a name": (["A", 1, 2, "座位", 2, "=1+1"], "第 3 行“网卡地址”"),
    "a machine at an aisle": (["A", 1, 2, "过道", None, "02:00"], "第 3 行“网卡地址”"),
    "larger than a room": (["A", 1, 2, SIZE, 2], "第 3 行“座位号”"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_is_answered_with_its_place(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, SEAT).rooms
    row, where = BAD[name]
    with pytest.raises(RoomSheetRefused) as refused:
        read(monkeypatch, SEAT, row)
    assert where in refused.value.problems[0].zh


def test_a_seat_outside_the_size_of_its_room_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, SEAT, ["A", 2, 2, SIZE]).rooms[0].rows == 2
    with pytest.raises(RoomSheetRefused):
        read(monkeypatch, ["A", 3, 1, "座位", 1], ["A", 2, 2, SIZE])


def test_a_sheet_without_its_columns_or_rows_and_what_is_no_sheet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for head in (HEAD[:4], [*HEAD, "座位号"]):
        with pytest.raises(RoomSheetRefused, match="1 problems"):
            read(monkeypatch, SEAT, head=head)
    with pytest.raises(RoomSheetRefused):
        read(monkeypatch)
    monkeypatch.undo()
    with pytest.raises(RoomSheetUnreadable):
        read_plan_sheet(b"PK\x03\x04 no sheet")
    with pytest.raises(RoomSheetRefused):
        read_plan_sheet(sheet_bytes("x", ["x"], []))
