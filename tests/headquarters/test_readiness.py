"""Readiness reports of sites at headquarters: the site's own, the newest, shown on its page."""

from pathlib import Path
from typing import Any

import pytest
from desk_world import NOW, Box, Desk, Page
from flask.testing import FlaskClient
from readied import said_report
from test_api import proof

from siteapp.web.machine import MOST_MACHINES
from sync.errors import ForOtherSite, SignatureRefused
from sync.headquarters.errors import UnknownSession
from sync.headquarters.intake import readiness
from sync.headquarters.intake.stick_desk import exchange
from sync.reports import AGAIN_S, MAX_REPORT, Reports, report_path
from sync.stick import StickTransport
from sync.wire.documents import sign
from sync.wire.files import write_durably
from sync.wire.keys import SigningKey
from sync.wire.readiness import CheckedMachine, Finding, Place, Room


@pytest.fixture(params=["published_desk", "published_on_postgresql"], ids=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """Here the session is published when a test begins."""
    found: Desk = request.getfixturevalue(request.param)
    return found


def report(key: SigningKey, at: int = NOW, **change: object) -> bytes:
    """A site's word on the session, signed."""
    said: dict[str, Any] = {"site": "site-01", "session": "morning", "at": at} | change
    return sign(said_report(**said, findings=(Finding("disk", "warn", 1, 2, "", ()),)), key)


def kept(desk: Desk) -> list[tuple[bool, int]]:
    return [(r.report.ready, r.report.at) for r in readiness.read_reports(desk.hq, "site-01", 9)]


def test_the_newest_report_of_a_session_is_kept_and_a_repeat_changes_nothing(desk: Desk) -> None:
    first, second = report(desk.box.sign, NOW - 2, ready=False), report(desk.box.sign, NOW - 1)
    told = [readiness.keep_report(desk.hq, r, "site-01", NOW) for r in (first, second, first)]
    assert (told, kept(desk)) == ([True, True, False], [(True, NOW - 1)])


def test_a_report_that_is_told_again_is_no_newer_than_it_was(desk: Desk) -> None:
    same = report(desk.box.sign, NOW * 2)
    told = [readiness.keep_report(desk.hq, same, "site-01", at) for at in (NOW, NOW + 9)]
    received = [one.received_at for one in readiness.read_reports(desk.hq, "site-01", 9)]
    assert (told, received) == ([True, False], [NOW])


def test_a_clock_that_was_ahead_does_not_outlast_the_same_clock_put_right(desk: Desk) -> None:
    readiness.keep_report(desk.hq, report(desk.box.sign, NOW * 2, ready=False), "site-01", NOW)
    readiness.keep_report(desk.hq, report(desk.box.sign, NOW + 5), "site-01", NOW + 9)
    assert kept(desk) == [(True, NOW + 5)]


def test_a_report_by_another_key_of_another_site_or_of_no_session_is_refused(desk: Desk) -> None:
    for wrong, error in (
        (report(Box().sign), SignatureRefused),
        (report(desk.box.sign, site="site-02"), ForOtherSite),
        (report(desk.box.sign, session="evening"), UnknownSession),
    ):
        with pytest.raises(error):
            readiness.keep_report(desk.hq, wrong, "site-01", NOW)
    assert kept(desk) == []


def test_a_site_sends_it_over_the_line_and_nobody_else(desk: Desk, client: FlaskClient) -> None:
    path, said = "/api/v1/readiness", report(desk.box.sign)
    assert client.post(path, data=said).status_code == 401
    assert (
        client.post(path, data=said, headers=proof(desk.box, path, method="POST")).status_code
        == 204
    )
    assert kept(desk) == [(True, NOW)]


def test_it_comes_by_stick_too_and_a_damaged_one_is_named(desk: Desk, tmp_path: Path) -> None:
    line = StickTransport(tmp_path, "site-01")
    line.report("morning", report(desk.box.sign))
    line.report("evening", b"{}")
    done = exchange(desk.hq, tmp_path, NOW)
    assert [name for name, _ in done.refused] == ["site-01.evening.json"]
    assert kept(desk) == [(True, NOW)]


def test_the_largest_report_that_a_site_can_make_is_taken(desk: Desk) -> None:
    seats = tuple(range(1, MOST_MACHINES + 1))
    full = {
        "rooms": (Room("301", True, 1, 1, 1, tuple(Place(n, 40, 40, False) for n in seats)),),
        "findings": tuple(Finding(f"c-{n}", "ok", 1, 2, "", seats) for n in range(40)),
        "machines": tuple(
            CheckedMachine(n, "unknown", "Chromium 999", 64, 16384, 3840, 2160, 999, 999_999, 9999)
            for n in seats
        ),
    }
    said = sign(said_report("site-01", "morning", at=NOW, **full), desk.box.sign)
    assert MAX_REPORT / 2 < len(said) < MAX_REPORT
    assert readiness.keep_report(desk.hq, said, "site-01", NOW)


def test_a_courier_tells_what_is_new_and_everything_again_after_a_while(tmp_path: Path) -> None:
    place, reports = report_path(tmp_path, "morning"), Reports(tmp_path)
    assert reports.due(0.0) == []
    place.parent.mkdir()
    for text in (b"one", b"two"):
        write_durably(place, text)
        assert reports.due(1.0) == [("morning", text)]
        reports.told("morning", text, 1.0)
        assert reports.due(AGAIN_S) == []
    assert reports.due(AGAIN_S + 1) == [("morning", b"two")]


def test_the_page_of_a_site_shows_its_word(desk: Desk, officer: Page) -> None:
    assert "尚未送来考前检查报告" in officer.get("/sites/site-01")
    readiness.keep_report(desk.hq, report(desk.box.sign), "site-01", NOW)
    assert "就绪" in officer.get("/sites/site-01")
    assert "0 / 1 / 0" in officer.get("/sites/site-01?lang=en")
