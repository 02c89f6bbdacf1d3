"""The wall in the room's layout, one tile a seat, and the queue of raised hands."""

from typing import Any

import world
from deciding import AM, Pass, act, staff
from room import Page, browser, journal

from siteapp.rooms.on_wall import on_wall
from siteapp.rooms.plan import Cell, RoomGrid, RoomPlan
from siteapp.site import Site

CELLS = (Cell(1, 1, "seat", 2), Cell(1, 2, "aisle"), Cell(2, 3, "spare", 9))
OTHER = RoomGrid("二", 1, 1, (Cell(1, 1, "seat", 50),))
PLAN = RoomPlan(rooms=(RoomGrid("一", 2, 3, CELLS), OTHER))


def test_only_rooms_with_a_seat_of_the_session_are_drawn_and_the_rest_is_named() -> None:
    drawn = on_wall(PLAN, {1, 2})
    (room,) = drawn["rooms"]
    assert (room["name"], room["rows"], room["columns"]) == ("一", 2, 3)
    assert [(c["row"], c["column"], c["kind"], c["seat"]) for c in room["cells"]] == [
        (1, 1, "seat", 2),
        (1, 2, "aisle", 0),
        (2, 3, "spare", 9),
    ]
    assert drawn["unplaced"] == [1]
    assert on_wall(RoomPlan(), {1}) == {"rooms": [], "unplaced": [1]}


def test_a_plan_that_is_drawn_anew_reaches_a_wall_that_looks(open_site: Site) -> None:
    chief, _ = staff(open_site, "周主考", "chief")
    had = chief.get(f"/api/room/{AM}").json
    assert (had["rooms"], had["unplaced"]) == ([], [1, 2, 3, 4, 5])
    open_site.rooms.change(0, "admin", "draw", lambda _: PLAN)
    told = chief.get(f"/api/room/{AM}").json
    assert [room["name"] for room in told["rooms"]] == ["一"]


def test_of_a_candidate_in_two_sittings_one_tile_is_current(
    open_site: Site, pages: list[Page]
) -> None:
    chief, _ = staff(open_site, "周主考", "chief")
    tiles: list[dict[str, Any]] = chief.get(f"/api/room/{AM}").json["tiles"]
    people = [tile["admission"] for tile in tiles if tile["current"]]
    assert sorted(people) == sorted({tile["admission"] for tile in tiles})


def test_raised_hands_queue_by_time_and_go_down_when_somebody_came(
    open_site: Site, open_package: world.Package, pages: list[Page], pass_ms: Pass
) -> None:
    chief, _ = staff(open_site, "周主考", "chief")
    for page in reversed(pages):
        page.call("POST", "hand", {"raised": True})
        pass_ms(1000)
    waiting = chief.get(f"/api/room/{AM}").json["hands"]
    assert [hand["seat"] for hand in waiting] == [2, 1]
    assert waiting[0]["since_ms"] < waiting[1]["since_ms"]
    person = pages[1].candidate.admission
    for _ in range(2):
        status, wall = act(chief, "lower-hand", admission=person)
        assert (status, [hand["seat"] for hand in wall["hands"]]) == (200, [1])
    assert [(b["raised"], b["by"]) for b in journal(open_site, "hand")][2:] == [(False, "周主考")]
    assert browser(open_site).post(f"/api/room/{AM}/lower-hand").status_code == 401
