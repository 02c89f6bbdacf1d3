"""What the room plan tells the readiness report, the wall and the shell."""

from pathlib import Path
from typing import Any

import pytest
import world
from click.testing import CliRunner
from planned import PLAN, grid
from room import browser, open_room, staff_browser

from siteapp.cli import main
from siteapp.lan.sightings import Machine, Sighting, merge
from siteapp.readiness.seating import drawn, judge_seating
from siteapp.rooms.binding import bind
from siteapp.rooms.keeping import Rooms
from siteapp.rooms.plan import RoomPlan
from siteapp.rooms.sheets import plan_sheet
from siteapp.rooms.watching import LASTS_MS, Watching
from siteapp.site import Site

NOW = 10_000_000
DRAWN = RoomPlan(rooms=(grid(),))


def seen(*pages: tuple[str, int]) -> list[Machine]:
    """Pages of these marks, each at an address of its own, naming these seats."""
    found = [
        Sighting("browser", f"10.0.0.{n}", NOW, NOW, marker=mark, seat=seat)
        for n, (mark, seat) in enumerate(pages, start=1)
    ]
    return merge(found, NOW)


def bound() -> RoomPlan:
    return bind(DRAWN, {m.seat: m for m in seen(("one", 1), ("two", 2))})


def levels(plan: RoomPlan, *pages: tuple[str, int]) -> dict[str, tuple[str, tuple[int, ...]]]:
    found = judge_seating(plan, seen(*pages), {1, 2})
    return {one.check: (one.level, one.seats) for one in found}


def test_a_report_says_which_machines_are_elsewhere_and_which_claim() -> None:
    fine = levels(bound(), ("one", 1), ("two", 2))
    assert {level for level, _ in fine.values()} == {"ok"}
    swapped = levels(bound(), ("one", 2), ("two", 1))
    assert swapped["seat-machine"] == ("warn", (1, 2))
    claimed = levels(bound(), ("one", 1), ("two", 2), ("three", 2))
    assert (claimed["seat-claim"], claimed["seat-machine"][0]) == (("warn", (2,)), "ok")


def test_of_what_nobody_has_drawn_or_bound_nothing_is_said() -> None:
    assert judge_seating(RoomPlan(), seen(("one", 1)), {1}) == ()
    assert levels(DRAWN, ("one", 1)) == {"seat-plan": ("ok", ())}
    (lost,) = judge_seating(DRAWN, [], {1, 99})
    assert (lost.check, lost.level, lost.seats) == ("seat-plan", "warn", (99,))


def test_rooms_reach_the_report_as_they_are_drawn() -> None:
    first, second = drawn(PLAN)
    assert (first.name, len(second.places)) == ("第一机房", 6)
    places = {place.seat: place for place in first.places}
    assert (places[6].row, places[6].column, places[6].spare) == (2, 4, True)
    assert not places[5].spare


def test_the_readiness_page_and_the_wall_tell_of_a_swap(site: Site, package: world.Package) -> None:
    open_room(site, package)
    site.rooms.change(0, "admin", "", lambda _: bound())
    for n, (mark, seat) in enumerate((("one", 2), ("two", 1)), start=1):
        browser(site).post(
            "/api/machine/seen",
            json={"marker": mark, "seat": seat},
            environ_overrides={"REMOTE_ADDR": f"10.0.0.{n}"},
        )
    chief = staff_browser(site, "chief")
    report: Any = chief.get("/api/readiness/am-1121").get_json()["report"]
    found = {one["check"]: one["level"] for one in report["findings"]}
    assert found["seat-machine"] == "warn"
    assert report["rooms"][0]["name"] == "第一机房"
    (notice,) = site.rooms.elsewhere()
    assert (notice["what"], notice["seat"], notice["other"]) == ("swapped", 1, 2)


def test_the_wall_looks_every_few_seconds_and_at_once_after_a_change() -> None:
    now, looked = [0], []

    def machines() -> list[Machine]:
        looked.append(now[0])
        return seen(("one", 2), ("two", 1))

    watching = Watching(machines, lambda: now[0])
    assert (watching.grave(1, DRAWN), looked) == ([], [])
    for now[0] in (1, LASTS_MS, LASTS_MS + 1):
        assert len(watching.grave(2, bound())) == 1
    right = bind(DRAWN, {m.seat: m for m in seen(("one", 2), ("two", 1))})
    assert watching.grave(3, right) == []
    assert looked == [1, LASTS_MS + 1, LASTS_MS + 1]


def shell(folder: Path, *given: str) -> Any:
    return CliRunner().invoke(main, ["--data", str(folder), "--lang", "en", "rooms", *given])


def test_the_shell_lists_exports_and_imports(site: Site, site_folder: Path, tmp_path: Path) -> None:
    site.close()
    sheet, bad = tmp_path / "rooms.xlsx", tmp_path / "bad.xlsx"
    sheet.write_bytes(plan_sheet(PLAN))
    assert "saved as version 1" in shell(site_folder, "import", str(sheet)).output
    again = tmp_path / "again.xlsx"
    assert shell(site_folder, "export", str(again)).exit_code == 0
    assert "第二机房" in shell(site_folder, "list").output
    bad.write_bytes(b"no sheet")
    refused = shell(site_folder, "import", str(bad))
    assert (refused.exit_code, "room-sheet-unreadable" in refused.output) == (6, True)
    reopened = Site(site_folder)
    try:
        assert Rooms(reopened.live).now().plan == PLAN
    finally:
        reopened.close()


@pytest.mark.parametrize("command", ["list", "export"])
def test_a_folder_without_a_site_has_no_plan(command: str, tmp_path: Path) -> None:
    given = [command, *([str(tmp_path / "x")] if command == "export" else [])]
    assert shell(tmp_path, *given).exit_code != 0
