"""Whatever is sent, sent twice: a reload, a double click, a way back. Every POST of the site."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
import world
from deciding import AM, staff
from room import Page, browser

from provisioning.openapi import build
from siteapp.alarms.rules import Alarm
from siteapp.site import Site
from siteapp.web.app import create_flask

ONE, TWO, THREE = (f"2026{seat:06d}" for seat in (1, 2, 3))
# Nothing else writes a journal but unlocking, which has its own tests.
JOURNALLED = ("/api/room/", "/api/candidate/")
# What the room's staff do in the course of a morning, in this order; each changes something once.
ACTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("check-in", {"admission": ONE}),
    ("any-browser", {"admission": TWO, "reason": "x"}),
    ("admit", {"admission": TWO, "reason": "x"}),
    ("lower-hand", {"admission": ONE}),
    ("pause", {"admission": ONE, "reason": "x"}),
    ("resume", {"admission": ONE}),
    ("message", {"admission": "", "text": "x"}),
    ("incident", {"admission": ONE, "category": "other", "note": "x"}),
    ("violation", {"admission": ONE, "note": "x"}),
    ("extend", {"admission": ONE, "minutes": 5, "reason": "x"}),
    ("move", {"admission": TWO, "seat": 9, "reason": "x"}),
    ("absent", {"admission": THREE}),
    ("collect", {"admission": ONE, "reason": "x"}),
    ("close", {"sitting": "live"}),
)


def effect(site: Site) -> tuple[int, list[Any]]:
    """All that is on record: events of the journal, lines of the audit."""
    return site.live.session(AM).next_seq, site.staff.log()


@pytest.mark.parametrize("kind", ["candidate", "chief"])
def test_no_route_puts_the_same_nothing_on_record_twice(
    open_site: Site, open_package: world.Package, kind: Literal["candidate", "chief"]
) -> None:
    page = Page(browser(open_site), open_package.plan.candidates[0])
    page.begin()
    client = browser(open_site) if kind == "candidate" else staff(open_site, "某", kind)[0]
    headers = {"Authorization": f"Bearer {page.token}", "Idempotency-Key": "click"}
    asked, doubled = 0, []
    for rule in create_flask(open_site).url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or not rule.rule.startswith(JOURNALLED):
            continue
        address = re.sub(r"<(?:\w+:)?(\w+)>", r"\1", rule.rule.replace("<session_id>", AM))
        client.post(address, json={}, headers=headers)
        before = open_site.live.session(AM).next_seq
        assert client.post(address, json={}, headers=headers).status_code != 500, address
        doubled += [address] if open_site.live.session(AM).next_seq != before else []
        asked += 1
    assert (doubled, asked > 25) == ([], True)


def day(site: Site, package: world.Package) -> Iterator[tuple[str, list[int], bool, bool]]:
    """Each act of a morning sent twice: statuses, whether the first and the second changed much."""
    page = Page(browser(site), package.plan.candidates[0])
    page.begin()
    page.call("POST", "hand", {"raised": True})
    Page(browser(site), package.plan.candidates[1], "b2").sign_in()
    client, _ = staff(site, "主监考", "chief")
    for number, (name, body) in enumerate(ACTS):
        path, headers = f"/api/room/{AM}/{name}", {"Idempotency-Key": f"click{number}"}
        found = [effect(site)]
        statuses = []
        for _ in range(2):
            statuses.append(client.post(path, json=body, headers=headers).status_code)
            found.append(effect(site))
        yield name, statuses, found[1] != found[0], found[2] != found[1]


def test_an_act_of_the_room_sent_twice_is_one_event_and_one_line(
    open_site: Site, open_package: world.Package
) -> None:
    told = list(day(open_site, open_package))
    assert [one for one in told if one[1:] != ([200, 200], True, False)] == []
    assert len(told) == len(ACTS)


def test_without_its_key_a_message_would_count_twice(
    open_site: Site, open_package: world.Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_site.done_acts, "first_time", lambda _key: True)
    doubled = {name for name, _, _, again in day(open_site, open_package) if again}
    assert {"message", "incident", "extend", "violation"} <= doubled


def test_what_a_candidate_s_page_sends_twice_is_on_record_once(
    open_site: Site, open_package: world.Package
) -> None:
    page = Page(browser(open_site), open_package.plan.candidates[0])
    page.sign_in()
    bodies: dict[str, Any] = {"confirm": {}, "start": {}, "hand": {"raised": True}}
    for name, body in bodies.items():
        assert sent_twice(open_site, page, name, body) == ([200, 200], 1)
    parts = page.call("GET", "paper")[1]["parts"]
    item = parts[0]["items"][0]
    save = {"sequence": 1, "item": item["ref"], "response": [item["options"][0]["ref"]]}
    saves = {"instance": page.instance, "saves": [save]}
    over = {"instance": page.instance, "last_sequence": 1, "how": "candidate"}
    flag = {"item": item["ref"], "flagged": True}
    for name, body in (("flag", flag), ("responses", saves), ("hand-in", over)):
        assert sent_twice(open_site, page, name, body) == ([200, 200], 1), name


def sent_twice(site: Site, page: Page, name: str, body: Any) -> tuple[list[int], int]:
    """Statuses, and how many events both made."""
    before = site.live.session(AM).next_seq
    statuses = [page.call("POST", name, body)[0] for _ in range(2)]
    return statuses, site.live.session(AM).next_seq - before


# What each member of a room act is in this room; by its type where it is not named.
GIVEN: dict[str, Any] = {
    "admission": ONE,
    "attempt": f"live/{ONE}",
    "sitting": "live",
    "category": "other",
    "how": "absent",
    "minutes": 5,
    "seat": 9,
    "challenge": "123456",
    "second": "乙",
}
BY_TYPE: dict[str, Any] = {"string": "x", "integer": 1, "boolean": True}


def posts() -> dict[str, Any]:
    """Path → body's schema, of every POST of the site, out of the table of routes."""
    paths = json.loads(build.examsite())["paths"]
    found = {path: one["post"] for path, one in paths.items() if "post" in one}
    return {path: one.get("requestBody", {}).get("content", {}) for path, one in found.items()}


def body_of(schema: dict[str, Any], password: str) -> dict[str, Any]:
    """One that the route takes for a real one."""
    members = schema["application/json"]["schema"]["properties"]
    known = GIVEN | {"password": password}
    return {name: known.get(name, BY_TYPE[of["type"]]) for name, of in members.items()}


def test_every_act_of_the_room_counts_once_a_click(
    open_site: Site, open_package: world.Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        open_site.settings, "_values", {**open_site.settings._values, "readmit": "on"}
    )
    Page(browser(open_site), open_package.plan.candidates[0]).begin()
    client, _ = staff(open_site, "主监考", "chief")
    _, password = staff(open_site, "乙", "chief")
    asked: list[str] = []
    # Every click is one that was there before.
    monkeypatch.setattr(open_site.done_acts, "first_time", lambda key: asked.append(key[2]))
    before, acts = effect(open_site), []
    for path, schema in posts().items():
        if path.startswith("/api/room/") and path not in NO_RECORD:
            acts.append(path)
            body, headers = body_of(schema, password), {"Idempotency-Key": path}
            client.post(path.replace("{session_id}", AM), json=body, headers=headers)
    assert sorted(asked) == sorted(acts)
    assert effect(open_site) == before
    assert len(acts) > 20


# Acts of the room that ask for no key: what they do, and how often, makes no difference.
NO_RECORD = {
    "/api/room/{session_id}/lift": "a wait that was lifted is lifted",
    "/api/room/{session_id}/readmit": "no machine asks here; a code is good once (test_readmit.py)",
    "/api/room/{session_id}/rescue": "saves are told apart by their own numbers (test_rescue.py)",
}
# Forms of the staff's pages, which have no key of a click: sent again they change nothing.
FORMS: dict[str, tuple[Literal["chief", "administrator"], dict[str, str]]] = {
    "/admin/alarms/{alarm}": ("chief", {"reason": "已处理"}),
    "/admin/users": ("administrator", {"name": "丙", "role": "chief"}),
    "/admin/users/remove": ("administrator", {"name": "丙"}),
    "/admin/sessions/{session_id}/papers/all": ("administrator", {}),
}
# Sent again these are something anew, on record as often as it was done; or they change nothing.
ANEW = {
    "/admin/browser/file": "a download",
    "/admin/machines/token": "a download",
    "/admin/retention/{session_id}/export": "a download, by two people each time",
    "/admin/users/reset": "another password each time, by two people",
    "/staff/sign-in": "somebody signs in",
    "/staff/sign-out": "somebody leaves",
    "/api/candidate/sign-in": "somebody signs in: the newest page counts",
    "/api/staff/here": "keeps the page awake",
    "/api/staff/unlock": "the password again",
    "/api/candidate/noticed": "what the page noticed since it told last",
    "/api/candidate/usable": "what the page was usable for: spans, which say nothing twice",
    "/api/candidate/rescue/offer": "a question",
    "/api/check/up": "bytes to measure with",
    "/api/check/result": "what a machine says of itself: the newest counts",
    "/api/machine/marker": "what a machine says of itself: the newest counts",
    "/api/machine/seen": "what a machine says of itself: the newest counts",
    "/api/machines/sweep": "looks at the network",
    "/api/cameras/check": "looks at the cameras",
    "/api/cameras/discover": "looks for cameras",
    "/api/cameras/{camera}": "the same camera as before",
    "/api/readiness/{session_id}/pull": "measures",
    "/api/readiness/{session_id}/sign": "measures and signs anew",
    "/api/rooms/numbers": "shows numbers at machines, or does not",
    "/api/rooms/propose": "a question",
    "/api/rooms/sheet": "a question",
    "/api/drill/start": "a drill begins anew",
    "/api/drill/finish": "what it showed stays",
    "/api/drill/steps/{step}/begin": "a step of the drill may be done again",
    "/api/drill/steps/{step}/end": "a step of the drill may be done again",
    "/api/drill/steps/{step}/skip": "a step of the drill may be done again",
    "/api/drill/join": "a page of the drill",
    "/api/drill/told": "a page of the drill",
    "/api/drill/responses": "a page of the drill",
}
# Where the repeat of the others is tried: file and beginning of the test's name.
TRIED = {
    "/admin/packages": "siteapp/test_staff_pages.py test_a_package_from_the_page_is_verified",
    "/admin/retention/{session_id}": "siteapp/test_retention.py test_two_people_are_asked_on_the",
    "/admin/sessions/{session_id}/unlock": "siteapp/test_staff_pages.py test_a_wrong_code_is_named",
    "/api/cameras": "siteapp/test_sent_twice.py test_a_camera_that_is_sent_twice",
    "/api/cameras/{camera}/remove": "siteapp/test_sent_twice.py test_a_camera_that_is_sent_twice",
    "/api/candidate/confirm": "siteapp/test_sent_twice.py test_what_a_candidate_s_page",
    "/api/candidate/flag": "siteapp/test_sent_twice.py test_what_a_candidate_s_page",
    "/api/candidate/hand": "siteapp/test_sent_twice.py test_what_a_candidate_s_page",
    "/api/candidate/hand-in": "siteapp/test_sent_twice.py test_what_a_candidate_s_page",
    "/api/candidate/start": "siteapp/test_sent_twice.py test_what_a_candidate_s_page",
    "/api/candidate/responses": "siteapp/test_sent_twice.py test_what_a_candidate_s_page",
    "/api/candidate/rescue": "siteapp/test_rescue.py test_a_sealed_copy_refills_a_server",
    "/api/candidate/uploads": "siteapp/uploads/test_uploads.py test_ends_asked_at_the_same_moment",
    "/api/candidate/uploads/{upload}/finish": (
        "siteapp/uploads/test_uploads.py test_an_end_asked_again"
    ),
    "/api/rooms/plan": "siteapp/test_room_plan.py test_of_two_administrators_the_second_is_told",
    "/api/rooms/bind": "siteapp/test_room_plan.py test_of_two_administrators_the_second_is_told",
    "/api/rooms/bulk": "siteapp/test_room_plan.py test_of_two_administrators_the_second_is_told",
    "/api/rooms/undo": "siteapp/test_room_plan.py test_of_two_administrators_the_second_is_told",
    "/api/server/promotion": "siteapp/test_taking_over.py test_",
    "/api/standby": "siteapp/test_said_again.py test_what_was_heard_since_the_beginning",
    "/api/standby/pair": "siteapp/test_pairing.py test_guesses_at_the_same_moment",
}


def test_every_route_that_takes_something_is_tried_twice_or_says_why_not() -> None:
    forms = {path for path in posts() if not path.startswith("/api/room/")}
    assert forms == FORMS.keys() | ANEW.keys() | TRIED.keys()
    tests = Path(__file__).parents[1]
    for where in TRIED.values():
        file, _, name = where.partition(" ")
        assert f"def {name}" in (tests / file).read_text("utf-8"), where


@pytest.mark.parametrize("path", FORMS)
def test_a_form_of_the_staff_sent_twice_is_on_record_once(unlocked: Site, path: str) -> None:
    who, form = FORMS[path]
    client, _ = staff(unlocked, "甲", who)
    _, password = staff(unlocked, "乙", "chief")
    unlocked.staff.add("丙", "invigilator") if path.endswith("remove") else None
    for _ in range(2):
        unlocked.alarms.tell([Alarm("temperature", "warn", "90 / 85")])
    (alarm,) = unlocked.alarms.on()
    body = form | {"since": str(alarm.since), "second": "乙", "password": password}
    address = path.replace("{session_id}", AM).replace("{alarm}", "temperature")
    statuses, found = [], [effect(unlocked)]
    for _ in range(2):
        statuses.append(client.post(address, data=body).status_code)
        found.append(effect(unlocked))
    assert max(statuses) < 500
    assert (found[1] != found[0], found[2] != found[1]) == (True, False), statuses


def test_a_camera_that_is_sent_twice_is_listed_once(site: Site) -> None:
    client, _ = staff(site, "甲", "administrator")
    texts = {"label": "前门", "kind": "camera", "host": "10.0.0.7", "path": "/1", "room": ""}
    body = texts | {"seats": "1-3", "user": "", "password": "", "port": 554, "onvif_port": 80}
    assert [client.post("/api/cameras", json=body).status_code for _ in range(2)] == [200, 422]
    other = client.post("/api/cameras", json=body | {"path": "/2"})
    assert (other.status_code, len(site.cameras.book.cameras())) == (200, 2)
    gone = [client.post("/api/cameras/cam-1/remove").status_code for _ in range(2)]
    assert (gone, len(site.cameras.book.cameras())) == ([200, 404], 1)
