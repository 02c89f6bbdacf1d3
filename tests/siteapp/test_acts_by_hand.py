"""The room's acts as the wall sends them: who may, what is journalled, what is harmless twice."""

from pathlib import Path

import pytest
import world
from room import Page, browser, close_sitting, open_room
from werkzeug.test import Client

from siteapp.conduct import acts
from siteapp.site import Site
from siteapp.store.writer import Decision, Job


@pytest.fixture
def site_folder(open_folder: Path) -> Path:
    """Every test here begins in an open room."""
    return open_folder


@pytest.fixture
def package(open_package: world.Package) -> world.Package:
    """Its package."""
    return open_package


@pytest.fixture
def chief(site: Site) -> Client:
    """The chief invigilator's browser in an open room."""
    return signed_in(site, "chief", "chief")


def signed_in(site: Site, name: str, role: str) -> Client:
    client = browser(site)
    password = site.staff.add(name, role)
    client.post("/staff/sign-in", data={"name": name, "password": password})
    return client


def act(client: Client, name: str, key: str = "", **given: object) -> tuple[int, dict]:
    headers = {"Idempotency-Key": key} if key else {}
    answer = client.post(f"/api/room/am-1121/{name}", json=given, headers=headers)
    return answer.status_code, answer.json


def events(site: Site, kind: str) -> list[dict]:
    return [e.body for e in site.live.events("am-1121") if e.kind == kind]


def test_make_up_time_sent_twice_by_one_click_counts_once(chief, site, package) -> None:
    page = Page(browser(site), package.plan.candidates[0])
    page.begin()
    given = {"admission": page.candidate.admission, "minutes": 10, "reason": "停电"}
    assert act(chief, "extend", key="click-1", **given)[0] == 200
    assert act(chief, "extend", key="click-1", **given)[0] == 200
    assert [e["ms"] for e in events(site, "extension")] == [600_000]
    assert act(chief, "extend", key="click-2", **given)[0] == 200
    assert len(events(site, "extension")) == 2


def test_a_refused_act_may_be_sent_again_with_the_same_key(chief, site, package) -> None:
    one, two = package.plan.candidates[:2]
    given = {"admission": one.admission, "reason": "坏机"}
    assert act(chief, "move", key="k", seat=two.seat, **given)[0] == 409
    assert act(chief, "move", key="k", seat=77, **given)[0] == 200


def test_moving_twice_to_the_same_seat_does_not_fence_the_page_there(chief, site, package) -> None:
    candidate = package.plan.candidates[0]
    given = {"admission": candidate.admission, "seat": 77, "reason": "坏机"}
    assert act(chief, "move", **given)[0] == 200
    page = Page(browser(site), candidate)
    assert page.sign_in(seat=77)[0] == 200
    assert act(chief, "move", **given)[0] == 200
    assert page.call("GET", "state")[0] == 200


NO_PAGE_SENDS, MISTYPED = "request-refused", "entry-refused"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a\x00b", NO_PAGE_SENDS),
        ("\ud800", NO_PAGE_SENDS),
        ("", MISTYPED),
        ("   ", MISTYPED),
        ("长" * 501, MISTYPED),
    ],
)
def test_notes_that_no_document_can_carry_are_refused(chief, site, text, code) -> None:
    status, body = act(chief, "message", admission="", text=text)
    assert (status, body["error"]["code"]) == (400, code)
    assert events(site, "message") == []


def test_an_act_that_cannot_be_journalled_takes_no_save_of_its_group_with_it(site, package) -> None:
    page = Page(browser(site), package.plan.candidates[0])
    page.begin()
    before = site.live.session("am-1121").next_seq
    bad = [acts.NewEvent("open", {"by": "\ud800", "sitting": "live"})]
    session = site.live.session("am-1121")
    good, broken = Job(session, lambda: Decision()), Job(session, lambda: Decision(bad))
    save = Job(session, lambda: Decision([acts.NewEvent("open", {"by": "c", "sitting": "live"})]))
    site.live.writer._commit([good, broken, save])
    assert broken.error is not None
    assert save.error is None
    assert site.live.session("am-1121").next_seq == before + 1
    assert len(site.live.events("am-1121")) == before + 1


def test_a_sign_in_with_a_lone_surrogate_is_a_wrong_request_not_a_crash(site, package) -> None:
    page = Page(browser(site), package.plan.candidates[0])
    assert page.sign_in(secret="\ud800")[0] == 400


def test_digits_typed_with_a_chinese_input_method_are_taken(site, package) -> None:
    page = Page(browser(site), package.plan.candidates[0])
    wide = "".join(chr(ord(c) + 0xFEE0) for c in page.candidate.identity[-6:])
    assert page.sign_in(secret=wide)[0] == 200
    assert page.sign_in(secret=page.candidate.identity.lower())[0] == 200


def test_an_absent_candidate_is_shown_so_until_he_comes(chief, site, package) -> None:
    candidate = package.plan.candidates[1]
    for _ in range(2):
        _, wall = act(chief, "absent", admission=candidate.admission)
    tile = next(t for t in wall["tiles"] if t["admission"] == candidate.admission)
    assert (tile["state"], len(events(site, "absent"))) == ("absent", 1)
    Page(browser(site), candidate).begin()
    status, body = act(chief, "absent", admission=candidate.admission)
    assert (status, body["error"]["code"]) == (409, "not-ready")


def test_the_same_attempt_in_two_sessions_has_two_papers(hq, site, package, tmp_path) -> None:
    later = world.make_package(hq, site.identity.certificate, tmp_path, session="pm-1121")
    morning = Page(browser(site), package.plan.candidates[0])
    morning.begin()
    close(site, "am-1121")
    open_room(site, later)
    afternoon = Page(browser(site), later.plan.candidates[0])
    afternoon.begin()
    assert site.live.session("pm-1121").attempt("live/2026000001").form == "pm-1121-live-a"
    assert {i["ref"] for i in morning.items}.isdisjoint({i["ref"] for i in afternoon.items})


def close(site: Site, session: str) -> None:
    for sitting in ("live", "media"):
        close_sitting(site, session, sitting)


def test_wrong_passwords_elsewhere_do_not_make_the_chief_wait(chief, site) -> None:
    stranger = browser(site)
    for _ in range(12):
        answer = stranger.post(
            "/staff/sign-in",
            data={"name": "chief", "password": "x"},
            environ_overrides={"REMOTE_ADDR": "10.0.0.99"},
        )
    assert answer.status_code == 429
    assert signed_in(site, "deputy", "chief").get("/room").status_code == 200


def test_an_invigilator_neither_opens_nor_closes_a_sitting(site, package) -> None:
    client = signed_in(site, "helper", "invigilator")
    for name in ("open", "close", "violation"):
        status, body = act(client, name, sitting="live", admission="2026000001", note="x")
        assert (status, body["error"]["code"]) == (403, "role-needed")


def test_the_audit_log_says_who_did_what(chief, site, package) -> None:
    act(chief, "message", admission="", text="还有十分钟")
    row = site.staff.log()[0]
    assert (row["who"], row["act"], row["what"]) == ("chief", "message", "am-1121 *")


def test_a_machine_that_claims_another_seat_cannot_make_it_wait(site, package) -> None:
    victim = package.plan.candidates[0]
    attacker = browser(site)
    for _ in range(12):
        answer = attacker.post(
            "/api/candidate/sign-in",
            json={
                "admission": victim.admission,
                "secret": "x",
                "seat": victim.seat,
                "instance": "a",
            },
            environ_overrides={"REMOTE_ADDR": "10.0.0.66"},
        )
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert Page(browser(site), victim).sign_in()[0] == 200
