"""Signing in at a seat: what is accepted, what is refused, who waits and who does not."""

from pathlib import Path
from typing import Any

import pytest
import world
from room import Page, browser, close_sitting, journal, open_sitting, staff_browser
from werkzeug.test import Client

from siteapp.site import Site

AM, PM = "am-1121", "pm-1121"


@pytest.fixture
def page(open_site: Site, open_package: world.Package) -> Page:
    """The first candidate's browser, not signed in."""
    return Page(browser(open_site), open_package.plan.candidates[0])


def code(answer: tuple[int, Any]) -> str:
    return answer[1]["error"]["code"]


def try_at(client: Client, seat: int, machine: str, admission: str, secret: str) -> Any:
    """One try of a machine; its answer."""
    given = {"admission": admission, "secret": secret, "seat": seat, "instance": "abc"}
    return client.post(
        "/api/candidate/sign-in", json=given, environ_overrides={"REMOTE_ADDR": machine}
    )


def test_what_the_ticket_says_leads_to_the_own_attempt(page: Page, open_site: Site) -> None:
    status, body = page.sign_in()
    assert status == 200
    assert body["attempt"] == f"live/{page.candidate.admission}"
    assert body["candidate"]["name"] == page.candidate.name
    (signed,) = journal(open_site, "sign-in")
    assert (signed["seat"], signed["instance"]) == (page.candidate.seat, "abc123")
    assert page.token not in str(open_site.live.events(AM))


def test_an_unknown_number_and_a_wrong_secret_get_the_same_words(page: Page) -> None:
    wrong = page.sign_in(secret="000000")
    page.candidate = world.candidates("live", 77, 1)[0]
    assert page.sign_in() == wrong
    assert (wrong[0], code(wrong)) == (403, "wrong-sign-in")


def test_another_candidates_six_digits_do_not_open_an_attempt(page: Page, open_package) -> None:
    other = open_package.plan.candidates[1]
    assert code(page.sign_in(secret=other.identity[-6:])) == "wrong-sign-in"


def test_the_wrong_seat_says_the_right_one_and_gives_no_token(page: Page, open_site: Site) -> None:
    status, body = page.sign_in(seat=2)
    assert (status, body["error"]["code"]) == (403, "wrong-seat")
    assert "1" in body["error"]["message"]["zh"]
    assert page.token == ""
    assert journal(open_site, "sign-in") == []


def ending_in_x() -> tuple[str, int]:
    """An identity number with the check letter X, and whose it would be."""
    numbers = ((world.identity_number(n), n) for n in range(1, 200))
    return next((number, n) for number, n in numbers if number.endswith("X"))


def wide(text: str) -> str:
    """As a Chinese input method types it."""
    return "".join(chr(ord(c) + 0xFEE0) for c in text)


@pytest.mark.parametrize("typed", ["last", "whole", "lower", "wide", "wide-lower", "spaces"])
def test_the_check_letter_x_is_taken_however_it_is_typed(hq, site, tmp_path, typed: str) -> None:
    number, seat = ending_in_x()
    package = world.make_package(hq, site.identity.certificate, tmp_path, live=seat, media=0)
    site.shelf.receive(package.path)
    page = Page(browser(site), package.plan.candidates[seat - 1])
    assert page.candidate.identity == number
    forms = {
        "last": number[-6:],
        "whole": number,
        "lower": number[-6:].lower(),
        "wide": wide(number),
        "wide-lower": wide(number[-6:].lower()),
        "spaces": f" {number[-6:]}　",
    }
    assert page.sign_in(secret=forms[typed])[0] == 200


def test_an_admission_number_in_full_width_digits_is_taken(page: Page) -> None:
    given = {"admission": wide(page.candidate.admission), "secret": page.candidate.identity[-6:]}
    status, body = page.call(
        "POST", "sign-in", given | {"seat": page.candidate.seat, "instance": "a"}
    )
    assert (status, body["candidate"]["admission"]) == (200, page.candidate.admission)


@pytest.mark.parametrize(
    "changed",
    [{"seat": "1"}, {"seat": True}, {"instance": "a/b"}, {"instance": "a" * 33}, {"secret": None}],
)
def test_a_malformed_sign_in_is_refused_and_costs_no_try(page: Page, changed: dict) -> None:
    given = {"admission": page.candidate.admission, "secret": page.candidate.identity[-6:]}
    given |= {"seat": 1, "instance": "abc"}
    for _ in range(7):
        answer = page.call("POST", "sign-in", given | changed)
        assert (answer[0], code(answer)) == (400, "request-refused")
    assert page.sign_in()[0] == 200


def test_too_many_tries_wait_and_the_neighbours_do_not(open_site: Site, open_package) -> None:
    mine, neighbour = open_package.plan.candidates[:2]
    client = browser(open_site)
    for _ in range(5):
        assert try_at(client, 1, "10.0.0.1", mine.admission, "x").status_code == 403
    waiting = try_at(client, 1, "10.0.0.1", mine.admission, mine.identity[-6:])
    assert (waiting.status_code, waiting.json["error"]["code"]) == (429, "too-many-tries")
    assert 0 < int(waiting.headers["Retry-After"]) <= 10
    near = try_at(client, 2, "10.0.0.2", neighbour.admission, neighbour.identity[-6:])
    elsewhere = try_at(client, 1, "10.0.0.3", mine.admission, mine.identity[-6:])
    assert (near.status_code, elsewhere.status_code) == (200, 200)


def test_an_invigilator_lifts_the_wait_of_one_seat(open_site: Site, open_package) -> None:
    one, two = open_package.plan.candidates[:2]
    client, invigilator = browser(open_site), staff_browser(open_site, "invigilator")
    for person, machine in ((one, "10.0.0.1"), (two, "10.0.0.2")):
        for _ in range(6):
            try_at(client, person.seat, machine, person.admission, "x")
    assert invigilator.post(f"/api/room/{AM}/lift", json={"seat": one.seat}).status_code == 200
    right = [
        try_at(client, person.seat, machine, person.admission, person.identity[-6:]).status_code
        for person, machine in ((one, "10.0.0.1"), (two, "10.0.0.2"))
    ]
    assert right == [200, 429]
    assert open_site.staff.log()[0]["act"] == "lift"


@pytest.mark.parametrize(("session", "seat", "status"), [("none", 1, 404), (AM, 0, 400)])
def test_a_lift_of_nothing_is_refused_and_not_noted(
    open_site: Site, session: str, seat: int, status: int
) -> None:
    invigilator = staff_browser(open_site, "invigilator")
    answer = invigilator.post(f"/api/room/{session}/lift", json={"seat": seat})
    assert answer.status_code == status
    assert open_site.staff.log()[0]["act"] == "sign-in"


def test_who_has_handed_in_is_told_the_receipt_and_gets_no_token(page: Page) -> None:
    page.begin()
    receipt = page.hand_in()[1]["receipt"]
    again = Page(page.client, page.candidate, "def456")
    status, body = again.sign_in()
    assert (status, body["error"]["code"], again.token) == (409, "already-handed-in", "")
    assert receipt in body["error"]["message"]["zh"]


def test_a_closed_sitting_takes_nobody_in(page: Page, open_site: Site) -> None:
    close_sitting(open_site, AM, "live")
    assert code(page.sign_in()) == "not-open"
    assert page.token == ""


def two_sessions(hq: world.Headquarters, site: Site, folder: Path) -> list[world.Package]:
    """The same people on the rosters of a morning and an afternoon, both unlocked."""
    packages = []
    for name in (AM, PM):
        package = world.make_package(hq, site.identity.certificate, folder, session=name)
        site.shelf.receive(package.path)
        site.shelf.unlock(site.live.session(name), package.codes)
        packages.append(package)
    return packages


@pytest.mark.parametrize("name", [AM, PM])
def test_who_is_on_two_rosters_is_led_to_the_session_that_is_open(
    hq, site: Site, tmp_path: Path, name: str
) -> None:
    package, _ = two_sessions(hq, site, tmp_path)
    open_sitting(site, name, "live")
    page = Page(browser(site), package.plan.candidates[0])
    assert page.sign_in()[0] == 200
    assert len(journal(site, "sign-in", name)) == 1
    assert site.live.whom(page.token).session == name


def test_after_the_morning_is_handed_in_the_afternoon_opens(hq, site: Site, tmp_path: Path) -> None:
    package, _ = two_sessions(hq, site, tmp_path)
    open_sitting(site, AM, "live")
    morning = Page(browser(site), package.plan.candidates[0])
    morning.begin()
    morning.hand_in()
    close_sitting(site, AM, "live")
    afternoon = Page(morning.client, morning.candidate, "def456")
    assert afternoon.sign_in()[0] == 200
    assert site.live.whom(afternoon.token).session == PM
    assert afternoon.call("GET", "state")[1]["phase"] == "signed-in"


def test_two_sessions_never_share_a_paper_for_the_same_attempt(
    hq, site: Site, tmp_path: Path
) -> None:
    packages = two_sessions(hq, site, tmp_path)
    shown = []
    for name, package in zip((AM, PM), packages, strict=True):
        open_sitting(site, name, "live")
        page = Page(browser(site), package.plan.candidates[0], name[:2])
        page.begin()
        own = {item.stem for item in package.papers.forms[0].items()}
        assert {item["stem"] for item in page.items} == own
        shown.append({item["ref"] for item in page.items})
        page.hand_in()
    assert not shown[0] & shown[1]
