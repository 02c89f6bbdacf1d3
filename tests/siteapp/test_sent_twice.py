"""Whatever is sent, sent twice: a reload, a double click, a way back. Every POST of the site."""

import re
from collections.abc import Iterator
from typing import Any, Literal

import pytest
import world
from deciding import AM, staff
from room import Page, browser

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
