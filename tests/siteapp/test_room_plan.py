"""The room plan: what agrees with itself, how it is laid out, kept, fenced and undone."""

import json
from pathlib import Path
from typing import Any

import pytest
from planned import PLAN, grid

from siteapp.errors import NothingToUndo, RoomPlanChanged, RoomPlanRefused
from siteapp.rooms.keeping import Rooms
from siteapp.rooms.plan import Bound, RoomPlan, layout, read_plan, sound, unplaced
from siteapp.site import Site
from siteapp.store import rooms


def document(**more: Any) -> dict[str, Any]:
    """A plan with one room of one seat, as JSON."""
    cell = {"row": 1, "column": 1, "kind": "seat", "seat": 1}
    room = {"name": "A", "rows": 2, "columns": 2, "cells": [cell]}
    return {"format": 1, "rooms": [room | more.pop("room", {})], "machines": []} | more


def test_every_square_is_laid_out_with_its_seat_and_its_machine() -> None:
    first, second = layout(PLAN)
    assert (first.name, second.name) == ("第一机房", "第二机房")
    kinds = [square.kind for square in first.rows[0]]
    assert kinds == ["seat", "seat", "aisle", "spare", "empty"]
    assert [square.seat for square in first.rows[1]] == [4, 5, 0, 6, 0]
    assert first.rows[0][1].machine == Bound(2, mark="abc")
    assert {square.machine for row in second.rows for square in row} == {None}


def test_seats_of_a_session_that_are_nowhere_are_named() -> None:
    assert unplaced(PLAN, [1, 6, 101, 7, 300]) == [7, 300]


CELL = {"row": 1, "column": 1, "kind": "seat", "seat": 1}
BAD = {
    "not JSON": "{",
    "another format": document(format=2),
    "an unknown member": document(more=1),
    "a row too many": document(room={"rows": 41}),
    "outside the room": document(room={"cells": [CELL | {"row": 3}]}),
    "two in one place": document(room={"cells": [CELL, CELL | {"seat": 2}]}),
    "one number twice": document(room={"cells": [CELL, CELL | {"row": 2}]}),
    "a seat without a number": document(room={"cells": [CELL | {"seat": 0}]}),
    "an aisle with a number": document(room={"cells": [CELL | {"kind": "aisle"}]}),
    "a name of blanks": document(room={"name": "  "}),
    "a line end in a name": document(room={"name": "A\n"}),
    "two rooms of one name": document(rooms=document()["rooms"] * 2),
    "a machine at no seat": document(machines=[{"seat": 9, "mac": "x"}]),
    "a machine without a name": document(machines=[{"seat": 1}]),
    "two machines at a seat": document(machines=[{"seat": 1, "mac": m} for m in "ab"]),
    "deep": "[" * 5000,
}


@pytest.mark.parametrize("name", BAD)
def test_what_does_not_agree_with_itself_is_refused_with_what_is_wrong(name: str) -> None:
    assert read_plan(json.dumps(document())).rooms[0].name == "A"
    given = BAD[name]
    with pytest.raises(RoomPlanRefused) as refused:
        read_plan(given if isinstance(given, str) else json.dumps(given))
    assert refused.value.problems


def test_one_machine_belongs_to_one_seat() -> None:
    both = (Bound(1, mac="aa"), Bound(2, mac="aa"))
    with pytest.raises(RoomPlanRefused) as refused:
        sound(RoomPlan(rooms=(grid(),), machines=both))
    assert ["aa" in one.zh for one in refused.value.problems] == [True]
    sound(RoomPlan(rooms=(grid(),), machines=(Bound(1, address="x"), Bound(2, address="x"))))


def test_a_plan_outlives_a_restart_and_its_changes_are_in_the_audit(
    site: Site, site_folder: Path
) -> None:
    assert site.rooms.change(0, "admin", "drawn", lambda _: PLAN).version == 1
    assert site.staff.log()[0]["act"] == "room-plan"
    site.close()
    again = Site(site_folder)
    try:
        assert (again.rooms.now().version, again.rooms.now().plan) == (1, PLAN)
    finally:
        again.close()


def test_of_two_administrators_the_second_is_told_and_overwrites_nothing(site: Site) -> None:
    site.rooms.change(0, "one", "", lambda _: PLAN)
    with pytest.raises(RoomPlanChanged, match="one"):
        site.rooms.change(0, "two", "", lambda _: RoomPlan())
    assert site.rooms.now().plan == PLAN
    # The control: whoever has read the newest version changes it.
    assert site.rooms.change(1, "two", "", lambda _: RoomPlan()).plan == RoomPlan()


def test_undo_goes_back_one_change_after_another_to_the_empty_plan(site: Site) -> None:
    one, two = RoomPlan(rooms=(grid(),)), PLAN
    for version, plan in enumerate((one, two)):
        site.rooms.change(version, "admin", "", lambda _, p=plan: p)
    assert site.rooms.undo(2, "admin").plan == one
    assert site.rooms.undo(3, "admin").plan == RoomPlan()
    with pytest.raises(NothingToUndo):
        site.rooms.undo(4, "admin")
    assert site.rooms.change(4, "admin", "", lambda _: two).plan == two
    assert site.rooms.undo(5, "admin").plan == RoomPlan()


def test_a_change_that_changes_nothing_or_is_refused_makes_no_version(site: Site) -> None:
    site.rooms.change(0, "admin", "", lambda _: PLAN)
    assert site.rooms.change(1, "admin", "", lambda plan: plan).version == 1
    with pytest.raises(RoomPlanRefused):
        site.rooms.change(1, "admin", "", lambda _: RoomPlan(rooms=(grid(), grid())))
    assert Rooms(site.live).now().version == 1


def test_only_so_many_versions_are_kept(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "MOST_VERSIONS", 3)
    for version in range(5):
        plan = RoomPlan(rooms=(grid(str(version)),))
        site.rooms.change(version, "admin", "", lambda _, p=plan: p)
    kept = [rooms.at_version(site.live.rows, n) is not None for n in range(1, 6)]
    assert kept == [False, False, True, True, True]
    assert site.rooms.undo(5, "admin").plan.rooms[0].name == "3"
    with pytest.raises(NothingToUndo):
        site.rooms.undo(6, "admin")
