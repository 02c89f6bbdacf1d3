"""The room plan through the site's pages: a version, numbers, many at once, undo."""

from typing import Any

import msgspec
import pytest
import world
from planned import PLAN
from room import browser, open_room, staff_browser
from werkzeug.test import Client

from siteapp.rooms.numbers import LASTS_MS, MOST, Numbers
from siteapp.site import Site

GIVEN = msgspec.json.decode(msgspec.json.encode(PLAN)) | {"machines": []}


@pytest.fixture
def admin(site: Site) -> Client:
    """The administrator, with a plan of two rooms and no machine bound."""
    client = staff_browser(site, "administrator")
    assert post(client, "plan", version=0, plan=GIVEN)["version"] == 1
    return client


def post(client: Client, path: str, status: int = 200, **body: Any) -> Any:
    answer = client.post(f"/api/rooms/{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.get_json()


def comes(site: Site, mark: str, address: str, seat: int = 0) -> Any:
    """A machine's page says that it is open; what it is to show."""
    return (
        browser(site)
        .post(
            "/api/machine/seen",
            json={"marker": mark, "seat": seat},
            environ_overrides={"REMOTE_ADDR": address},
        )
        .get_json()
    )


def state(client: Client) -> Any:
    return client.get("/api/rooms").get_json()


def bound(said: Any) -> list[tuple[int, str]]:
    return [(one["seat"], one["mark"]) for one in said["plan"]["machines"]]


def test_a_machine_shows_a_number_and_then_the_seat_that_it_was_bound_to(
    site: Site, admin: Client
) -> None:
    assert comes(site, "aaa", "10.0.0.1") == {"number": 0, "seat": 0}
    post(admin, "numbers", show=True)
    numbers = [comes(site, mark, f"10.0.0.{n}")["number"] for n, mark in enumerate(("aaa", "bbb"))]
    assert numbers == [1, 2]
    (machine,) = [one for one in state(admin)["machines"] if one["number"] == 2]
    said = post(admin, "bind", version=1, seat=5, machine=machine["key"])
    assert bound(said) == [(5, "bbb")]
    assert comes(site, "bbb", "10.0.0.1") == {"number": 2, "seat": 5}
    post(admin, "numbers", show=False)
    assert comes(site, "bbb", "10.0.0.1") == {"number": 0, "seat": 0}


def test_no_number_lies_over_a_paper(site: Site, admin: Client, package: world.Package) -> None:
    post(admin, "numbers", show=True)
    assert comes(site, "aaa", "10.0.0.1")["number"] == 1
    open_room(site, package)
    assert comes(site, "aaa", "10.0.0.1") == {"number": 0, "seat": 0}


def test_numbers_end_by_themselves_and_a_script_cannot_use_them_up() -> None:
    numbers = Numbers()
    numbers.show(0)
    assert [numbers.number("a", str(n), 1) for n in range(MOST + 1)][-2:] == [MOST, 0]
    assert numbers.number("a", "0", LASTS_MS) == 1
    assert numbers.number("a", "0", LASTS_MS + 1) == 0
    numbers.show(LASTS_MS + 2)
    assert numbers.number("a", "later", LASTS_MS + 3) == 1


def test_what_was_proposed_is_what_is_bound_and_can_be_taken_back(
    site: Site, admin: Client
) -> None:
    for n, mark in ((10, "ten"), (9, "nine"), (100, "hundred")):
        comes(site, mark, f"10.0.0.{n}")
    asked = {"order": "address", "way": "snake", "session": "", "only_free": True}
    pairs = post(admin, "propose", **asked)["pairs"]
    assert [(one["seat"], one["address"]) for one in pairs] == [
        (1, "10.0.0.9"), (2, "10.0.0.10"), (3, "10.0.0.100"),
    ]  # fmt: skip
    assert state(admin)["version"] == 1
    said = post(admin, "bulk", version=1, pairs=[[one["seat"], one["machine"]] for one in pairs])
    assert bound(said) == [(1, "nine"), (2, "ten"), (3, "hundred")]
    assert post(admin, "propose", **asked)["pairs"] == []
    assert bound(post(admin, "undo", version=2)) == []


def test_the_roster_gets_its_seats_first_and_a_seat_that_two_name_goes_to_nobody(
    site: Site, admin: Client, package: world.Package
) -> None:
    site.shelf.receive(package.path)
    (session,) = state(admin)["sessions"]
    assert session["seats"] and set(session["unplaced"]) <= set(session["seats"])
    for n, seat in ((1, 4), (2, 4), (3, 102)):
        comes(site, f"m{n}", f"10.0.0.{n}", seat)
    asked = {"way": "rows", "session": session["id"], "only_free": True}
    roster = post(admin, "propose", order="roster", **asked)["pairs"]
    placed = [seat for seat in session["seats"] if seat not in session["unplaced"]]
    assert [one["seat"] for one in roster] == [*placed, *({1, 2, 3} - set(placed))][:3]
    named = post(admin, "propose", order="named", **asked)["pairs"]
    assert [(one["seat"], one["address"]) for one in named] == [(102, "10.0.0.3")]


def test_a_swap_is_shown_and_accepted(site: Site, admin: Client) -> None:
    keys = {}
    for n, mark in ((1, "one"), (2, "two")):
        comes(site, mark, f"10.0.0.{n}", n)
        keys[n] = next(m["key"] for m in state(admin)["machines"] if m["address"] == f"10.0.0.{n}")
    post(admin, "bulk", version=1, pairs=[[1, keys[1]], [2, keys[2]]])
    assert state(admin)["notices"] == []
    comes(site, "one", "10.0.0.1", 2)
    comes(site, "two", "10.0.0.2", 1)
    (notice,) = state(admin)["notices"]
    assert (notice["what"], notice["seat"], notice["other"]) == ("swapped", 1, 2)
    pairs = [[1, notice["machine"]], [2, state(admin)["at"]["1"]]]
    assert bound(post(admin, "bulk", version=2, pairs=pairs)) == [(1, "two"), (2, "one")]
    assert state(admin)["notices"] == []


def test_a_page_with_an_older_version_overwrites_nothing(site: Site, admin: Client) -> None:
    other = staff_browser(site, "chief")
    less = GIVEN | {"rooms": GIVEN["rooms"][:1]}
    assert post(other, "plan", version=1, plan=less)["version"] == 2
    refused = post(admin, "plan", status=409, version=1, plan=GIVEN)
    assert refused["error"]["code"] == "room-plan-changed"
    assert len(state(admin)["plan"]["rooms"]) == 1


BAD = {
    "plan": {"version": 1, "plan": {"format": 1, "rooms": [{"name": "x"}]}},
    "bulk": {"version": 1, "pairs": [[1]]},
    "propose": {"order": "x", "way": "rows", "session": "", "only_free": True},
    "bind": {"version": 1, "seat": 1, "machine": "mac-nobody"},
    "undo": {"version": "1"},
    "numbers": {"show": 1},
}


def test_what_no_page_sends_is_refused_and_changes_nothing(site: Site, admin: Client) -> None:
    for path, body in BAD.items():
        answer = admin.post(f"/api/rooms/{path}", json=body)
        assert answer.status_code in (400, 404, 422), path
    assert state(admin)["version"] == 1


def test_invigilators_and_candidates_change_no_plan(site: Site, admin: Client) -> None:
    for client, status in ((browser(site), 401), (staff_browser(site, "invigilator"), 403)):
        assert client.get("/api/rooms").status_code == status
        post(client, "undo", status=status, version=1)
    assert state(admin)["version"] == 1


def test_a_sheet_goes_out_and_comes_back_as_the_same_plan(site: Site, admin: Client) -> None:
    sheet = admin.get("/admin/rooms/sheet")
    assert sheet.headers["Content-Disposition"].endswith('"rooms.xlsx"')
    read = admin.post("/api/rooms/sheet", data=sheet.data).get_json()["plan"]
    assert read["rooms"] == GIVEN["rooms"]
    bad = admin.post("/api/rooms/sheet", data=b"no sheet")
    assert (bad.status_code, bad.get_json()["error"]["code"]) == (422, "room-sheet-unreadable")
