"""The report on the page and on paper: each room as it stands; on paper only what was signed."""

import hashlib
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from readied import keep_ready, report, said_report
from room import browser, staff_browser

from siteapp.cli import main
from siteapp.commands import check
from siteapp.rooms.plan import Cell, RoomGrid, RoomPlan
from siteapp.site import Site
from siteapp.web import readiness
from sync.printing.page import Tongue
from sync.readiness import plots, view
from sync.readiness.drawn import paper
from sync.reports import report_path
from sync.wire.readiness import Camera, CheckedMachine, Finding, Place, Room

AM = "am-1121"


@pytest.fixture
def unlocked(unlocked: Site) -> Site:
    """A session with five seats, and machines at six."""
    client = browser(unlocked)
    for seat in range(1, 7):
        report(client, at=f"10.0.0.{seat}", seat=seat, marker=f"m{seat}")
    return unlocked


def draw(site: Site) -> None:
    """Two rooms: seats 1–3 and 4–6, the last of each a spare, an aisle in the first."""
    west = [Cell(1, 1, "seat", 1), Cell(1, 2, "aisle"), Cell(1, 3, "seat", 2)]
    west.append(Cell(2, 1, "spare", 3))
    east = [Cell(1, 1, "seat", 4), Cell(1, 2, "seat", 5), Cell(1, 3, "spare", 6)]
    rooms = (RoomGrid("<i>西</i>", 2, 3, tuple(west)), RoomGrid("东", 1, 3, tuple(east)))
    site.rooms.change(0, "admin", "drawn", lambda _: RoomPlan(rooms=rooms))


def test_each_room_of_the_plan_stands_with_its_own_seats_and_nothing_in_it_is_html(
    unlocked: Site,
) -> None:
    draw(unlocked)
    said = staff_browser(unlocked, "administrator").get(f"/api/readiness/{AM}").json
    rooms = said["report"]["rooms"]
    assert [(r["name"], r["candidates"], r["ready"]) for r in rooms] == [
        ("<i>西</i>", 3, False),
        ("东", 2, True),
    ]
    assert said["report"]["premises"]["rooms"] == 2
    assert said["drawn"].count("<svg") == 3
    assert "&lt;i&gt;西" in said["drawn"]
    assert "<i>" not in said["drawn"]


@pytest.mark.parametrize(("drawn", "status"), [(False, 200), (True, 409)])
def test_one_room_that_is_not_ready_asks_the_chief_before_the_start(
    unlocked: Site, drawn: bool, status: int
) -> None:
    # Undrawn they are one room, and its spare stands in for any seat.
    if drawn:
        draw(unlocked)
    admin, chief = staff_browser(unlocked, "administrator"), staff_browser(unlocked, "chief")
    assert admin.post(f"/api/readiness/{AM}/sign").json == {"ready": not drawn}
    assert admin.get(f"/api/readiness/{AM}").json["counts"] is not drawn
    assert chief.post(f"/api/room/{AM}/open", json={"sitting": "live"}).status_code == status


def test_only_what_was_signed_is_printed(unlocked: Site, monkeypatch: Any) -> None:
    monkeypatch.setattr(readiness, "pdf", lambda html: b"%PDF-" + html.encode())
    admin, path = staff_browser(unlocked, "administrator"), f"/admin/readiness/{AM}/paper"
    assert admin.get(path).status_code == 404
    assert admin.get(f"{path}.pdf").status_code == 404
    keep_ready(unlocked, AM)
    digest = hashlib.sha256(report_path(unlocked.folder / "spool", AM).read_bytes()).hexdigest()
    for address in (path, f"{path}.pdf"):
        assert digest in admin.get(address).get_data(as_text=True)
    assert "default-src 'none'" in admin.get(path).headers["Content-Security-Policy"]
    assert staff_browser(unlocked, "invigilator").get(path).status_code == 403


def test_a_paper_has_the_pictures_of_cameras_in_itself_if_they_are_whole(unlocked: Site) -> None:
    still = b"\xff\xd8picture"
    digest = hashlib.sha256(still).hexdigest()
    stills = unlocked.cameras.stills
    stills.folder.mkdir(exist_ok=True)
    path = stills.folder / f"front_{1:013d}_{digest}.jpg"
    path.write_bytes(still)
    said = said_report("site-01", AM, cameras=(Camera("前门", "camera", "ok", digest, (1,)),))
    printed = paper(said, "学校", Tongue("zh"), still=stills.inline)
    assert f'src="data:image/jpeg;base64,{b64encode(still).decode()}"' in printed
    path.write_bytes(b"another")
    assert "data:image" not in paper(said, "学校", Tongue("zh"), still=stills.inline)


def test_the_shell_writes_a_pdf_and_says_of_each_room(
    unlocked: Site, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(check, "keep_pdf", lambda path, html: path.write_text(html, "utf-8"))
    draw(unlocked)
    out = tmp_path / "report.pdf"
    words = ["--data", str(unlocked.folder), "--lang", "en", "check", "--pdf", str(out)]
    done = CliRunner().invoke(main, words)
    assert "草稿：未签名" in out.read_text("utf-8")
    assert "东: Ready for 2 candidates, 1 spares" in done.stdout


def test_a_finding_stands_in_the_room_whose_seats_it_names() -> None:
    places = (Place(1, 1, 1, False), Place(2, 1, 2, False))
    rooms = (Room("东", False, 1, 0, 0, places[:1]), Room("东 2", True, 1, 1, 0, places[1:]))
    found = (
        Finding("screen", "fail", 800, 1366, "", (1, 2)),
        Finding("seats", "fail", 0, 1, "东:", (1,)),
        Finding("spares", "fail", 0, 1, "东 2: 0 - 0", ()),
        Finding("disk", "ok", 9, 1, "", ()),
    )
    from_site = said_report("site-01", AM, rooms=rooms, findings=found)
    shown = view.rooms_of(from_site)
    assert [[(line.title.en, line.seats) for line in room.lines] for room in shown] == [
        [("Screen", "1"), ("Machines at candidates' seats", "1")],
        [("Screen", "2"), ("Spare machines", "")],
    ]
    assert [line.title.en for line in view.lines_of_site(from_site)] == ["Server: free disk"]


@pytest.mark.parametrize(
    ("kbit", "colour"),
    [(None, plots.NONE), (2499, 0), (2500, 1), (9999, 1), (10_000, 2), (49_999, 2), (50_000, 3)],
)
def test_the_colour_of_a_seat_is_its_speed_against_the_limit(kbit: Any, colour: Any) -> None:
    wanted = colour if isinstance(colour, str) else plots.SHADES[colour]
    assert plots.shade(kbit, 10_000) == wanted
    machine = CheckedMachine(1, "fail", "", None, None, 1, 1, None, kbit, None)
    room = Room("", True, 1, 1, 0, (Place(1, 2, 3, True),))
    drawn = plots.heat_map(room, {1: machine}, 10_000, "a")
    assert f'fill="{wanted}" stroke="{plots.BAD}"' in drawn
    assert 'x="104" y="44"' in drawn


@pytest.mark.parametrize(("limit", "at"), [(50, "300.0"), (75, "330.0"), (2, "60.0"), (None, "")])
def test_the_limit_of_round_trips_stands_where_it_lies(limit: Any, at: str) -> None:
    drawn = plots.trips_plot((1, 0, 0, 0, 4, 2, 0, 0), limit, "a")
    assert (f'd="M{at} 4V' in drawn) == (limit is not None)
    assert drawn.count(plots.OVER) == {50: 3, 75: 2, 2: 7, None: 0}[limit]
