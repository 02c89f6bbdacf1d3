"""Acts of the room over the API: what is journalled, who is named, two people at once."""

from collections.abc import Callable
from typing import Any

import pytest
import world
from readied import keep_ready
from room import Page, browser, journal, staff_browser
from together import AM, at_once, busy_writer, in_memory_as_on_disk, limit_pages, put, wait_until
from werkzeug.test import Client

from siteapp.site import Site

ONE, TWO = "2026000001", "2026000002"
Answer = tuple[int, dict[str, Any]]


def act(client: Client, name: str, key: str = "", session: str = AM, **given: object) -> Answer:
    """Status and body of one act, as the wall sends it."""
    headers = {"Idempotency-Key": key} if key else {}
    answer = client.post(f"/api/room/{session}/{name}", json=given, headers=headers)
    return answer.status_code, answer.json


@pytest.fixture
def chief(open_site: Site) -> Client:
    """The chief invigilator's browser."""
    return staff_browser(open_site, "chief", "周主考")


@pytest.fixture
def helper(open_site: Site) -> Client:
    """An invigilator's browser."""
    return staff_browser(open_site, "invigilator", "吴监考")


@pytest.fixture
def page(open_site: Site, open_package: world.Package) -> Page:
    """The first candidate, who is writing."""
    page = Page(browser(open_site), open_package.plan.candidates[0])
    page.begin()
    return page


ACTS: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("close", {"sitting": "live"}, "close", {"sitting": "live", "attempts": 3, "handed_in": 1}),
    (
        "move",
        {"admission": ONE, "seat": 77, "reason": "  键盘\n坏了 "},
        "move",
        {"from": 1, "to": 77, "reason": "键盘 坏了", "seat_term": 2},
    ),
    (
        "extend",
        {"admission": ONE, "minutes": 5, "reason": "停电"},
        "extension",
        {"ms": 300_000, "reason": "停电"},
    ),
    ("message", {"admission": ONE, "text": "请安静"}, "message", {"zh": "请安静", "en": "请安静"}),
    ("collect", {"admission": ONE, "reason": "病"}, "hand-in", {"how": "forced", "answered": 0}),
    (
        "incident",
        {"admission": "", "category": "power", "note": "停电"},
        "incident",
        {"attempt": "", "category": "power", "note": "停电"},
    ),
    ("violation", {"admission": ONE, "note": "传纸条"}, "violation", {"note": "传纸条"}),
    ("absent", {"admission": TWO}, "absent", {"attempt": f"live/{TWO}"}),
]


@pytest.mark.parametrize(("name", "given", "kind", "said"), ACTS, ids=[a[0] for a in ACTS])
def test_an_act_is_journalled_with_who_did_it_and_audited_once(
    open_site: Site, chief: Client, page: Page, name: str, given: dict, kind: str, said: dict
) -> None:
    status, wall = act(chief, name, **given)
    assert (status, wall["session"]) == (200, AM)
    (body,) = journal(open_site, kind)
    assert {member: body[member] for member in said} == said
    assert body.get("by", "周主考") == "周主考"
    (line,) = [row for row in open_site.staff.log() if row["act"] != "sign-in"]
    assert (line["who"], line["act"]) == ("周主考", name)
    assert in_memory_as_on_disk(open_site)


def test_opening_is_journalled_once_however_often_it_is_pressed(
    hq, site: Site, tmp_path, package: world.Package
) -> None:
    site.shelf.receive(package.path)
    chief = staff_browser(site, "chief")
    status, body = act(chief, "open", sitting="live")
    assert (status, body["error"]["code"]) == (409, "not-ready")
    site.shelf.unlock(site.live.session(AM), package.codes)
    keep_ready(site, AM)
    for _ in range(3):
        assert act(chief, "open", sitting="live")[0] == 200
    assert [e["by"] for e in journal(site, "open")] == ["chief"]
    assert [row["act"] for row in site.staff.log()] == ["open", "sign-in"]


@pytest.mark.parametrize(
    ("name", "given", "status"),
    [
        ("open", {"sitting": "nonsense"}, 404),
        ("close", {"sitting": 7}, 400),
        ("move", {"admission": ONE, "seat": 0, "reason": "x"}, 400),
        ("move", {"admission": ONE, "seat": 10_000, "reason": "x"}, 400),
        ("move", {"admission": ONE, "seat": True, "reason": "x"}, 400),
        ("move", {"admission": ONE, "seat": 77, "reason": " "}, 400),
        ("move", {"admission": ONE, "seat": 77}, 400),
        ("move", {"admission": "2026999999", "seat": 77, "reason": "x"}, 404),
        ("extend", {"admission": ONE, "minutes": 0, "reason": "x"}, 400),
        ("extend", {"admission": ONE, "minutes": -5, "reason": "x"}, 400),
        ("extend", {"admission": ONE, "minutes": 121, "reason": "x"}, 400),
        ("extend", {"admission": ONE, "minutes": 2.5, "reason": "x"}, 400),
        ("extend", {"admission": TWO, "minutes": 5, "reason": "x"}, 409),
        ("message", {"admission": "", "text": "\x07"}, 400),
        ("collect", {"admission": TWO, "reason": "x"}, 409),
        ("incident", {"admission": "", "category": "weather", "note": "x"}, 400),
        ("violation", {"admission": "", "note": "x"}, 404),
        ("absent", {"admission": ONE}, 409),
        ("lift", {"seat": -1}, 400),
    ],
)
def test_a_wrong_act_is_refused_in_words_and_leaves_no_trace(
    open_site: Site, chief: Client, page: Page, name: str, given: dict, status: int
) -> None:
    before = open_site.live.session(AM).next_seq
    found, body = act(chief, name, **given)
    assert found == status
    assert all(body["error"][part][lang] for part in ("message", "hint") for lang in ("zh", "en"))
    assert open_site.live.session(AM).next_seq == before
    assert [row["act"] for row in open_site.staff.log()] == ["sign-in"]


@pytest.mark.parametrize("name", [a[0] for a in ACTS] + ["open", "lift"])
def test_an_act_on_a_session_that_is_not_there_is_not_found(chief: Client, name: str) -> None:
    given = {a[0]: a[1] for a in ACTS} | {"open": {"sitting": "live"}, "lift": {"seat": 1}}
    status, body = act(chief, name, session="nowhere", **given[name])
    assert (status, body["error"]["code"]) == (404, "not-found")


def test_what_staff_say_and_grant_reaches_the_page_without_a_reload(
    chief: Client, page: Page
) -> None:
    before = page.call("GET", "state")[1]["remaining_ms"]
    assert act(chief, "extend", admission="", minutes=10, reason="停电")[0] == 200
    assert act(chief, "message", admission=ONE, text="<b>请检查</b>")[0] == 200
    state = page.call("GET", "state")[1]
    assert 0 < state["remaining_ms"] - before - 590_000 <= 10_000
    assert [m["zh"] for m in state["messages"]] == ["<b>请检查</b>"]
    assert act(chief, "collect", admission=ONE, reason="病")[0] == 200
    assert page.call("GET", "state")[1]["receipt"]
    status, body = act(chief, "message", admission=ONE, text="太晚了")
    assert (status, body["error"]["code"]) == (409, "not-ready")


def test_closing_collects_from_who_is_writing_and_tells_the_page(
    open_site: Site, chief: Client, page: Page
) -> None:
    page.save(0)
    _, wall = act(chief, "close", sitting="live")
    assert act(chief, "close", sitting="live")[0] == 200
    (sitting,) = [s for s in wall["sittings"] if s["id"] == "live"]
    assert (sitting["phase"], sitting["handed_in"]) == ("closed", 1)
    assert [(e["how"], e["answered"]) for e in journal(open_site, "hand-in")] == [("forced", 1)]
    assert len(journal(open_site, "close")) == 1
    state = page.call("GET", "state")[1]
    assert (state["phase"], state["open"]) == ("handed-in", False)
    assert page.save(1)[1]["error"]["code"] == "already-handed-in"


def together(site: Site, *presses: Callable[[], Answer]) -> list[Answer]:
    """The answers of presses that all wait for the writer at the same moment."""
    answers: list[Answer] = []
    with busy_writer(site):
        threads, outcomes = at_once([lambda p=p: answers.append(p()) for p in presses])
        wait_until(lambda: site.live.writer._waiting.qsize() >= len(presses))
    for thread in threads:
        thread.join()
    assert set(outcomes) == {"stored"}
    return answers


def test_two_people_moving_two_candidates_to_one_seat_at_once(open_site, chief, helper) -> None:
    answers = together(
        open_site,
        lambda: act(chief, "move", admission=ONE, seat=77, reason="x"),
        lambda: act(helper, "move", admission=TWO, seat=77, reason="x"),
    )
    assert sorted(status for status, _ in answers) == [200, 409]
    (refused,) = [body for status, body in answers if status == 409]
    (moved,) = journal(open_site, "move")
    assert refused["error"]["code"] == "seat-taken"
    person = open_site.live.session(AM).candidates[moved["attempt"].partition("/")[2]]
    assert person.name in refused["error"]["message"]["zh"]


def test_two_people_moving_one_candidate_at_once_leave_one_page_in_force(
    open_site, chief, helper, page
) -> None:
    answers = together(
        open_site,
        lambda: act(chief, "move", admission=ONE, seat=77, reason="x"),
        lambda: act(helper, "move", admission=ONE, seat=78, reason="x"),
    )
    assert [status for status, _ in answers] == [200, 200]
    first, second = journal(open_site, "move")
    assert (first["seat_term"], second["seat_term"], second["from"]) == (2, 3, first["to"])
    again = Page(page.client, page.candidate, "def456")
    assert again.sign_in(seat=first["to"])[0] == 403
    assert again.sign_in(seat=second["to"])[0] == 200
    assert page.call("GET", "state")[1]["error"]["code"] == "seat-moved"


def test_two_people_collecting_one_paper_at_once_collect_it_once(
    open_site, chief, helper, page
) -> None:
    answers = together(
        open_site,
        lambda: act(chief, "collect", admission=ONE, reason="x"),
        lambda: act(helper, "collect", admission=ONE, reason="y"),
        page.hand_in,
    )
    assert {status for status, _ in answers} == {200}
    assert len(journal(open_site, "hand-in")) == 1
    assert len(journal(open_site, "incident")) <= 1


def test_a_click_sent_twice_at_once_counts_and_is_audited_once(open_site, chief, page) -> None:
    given = {"admission": "", "minutes": 10, "reason": "停电"}
    press = lambda: act(chief, "extend", key="click", **given)  # noqa: E731
    assert {status for status, _ in together(open_site, press, press, press)} == {200}
    assert len(journal(open_site, "extension")) == 1
    assert [row["act"] for row in open_site.staff.log()].count("extend") == 1


def test_the_same_key_of_another_person_is_another_click(open_site, chief, helper, page) -> None:
    for client in (chief, helper):
        assert act(client, "extend", key="k", admission=ONE, minutes=1, reason="x")[0] == 200
    assert [e["by"] for e in journal(open_site, "extension")] == ["周主考", "吴监考"]


def test_a_repeat_that_fails_on_a_full_disk_lets_no_third_one_count(open_site, chief, page) -> None:
    given = {"admission": ONE, "minutes": 10, "reason": "停电"}
    assert act(chief, "extend", key="click", **given)[0] == 200
    limit_pages(open_site, 1)
    with busy_writer(open_site):
        answers: list[Answer] = []
        works = [
            lambda: answers.append(act(chief, "extend", key="click", **given)),
            lambda: put(open_site, "x" * 200_000),
        ]
        threads, outcomes = at_once(works)
        wait_until(lambda: open_site.live.writer._waiting.qsize() >= 2)
    for thread in threads:
        thread.join()
    assert (answers[0][0], outcomes[1]) == (507, "DiskTooFull")
    limit_pages(open_site, None)
    assert act(chief, "extend", key="click", **given)[0] == 200
    assert len(journal(open_site, "extension")) == 1


def test_an_act_that_found_the_disk_full_may_be_pressed_again(open_site, chief, page) -> None:
    given = {"admission": ONE, "key": "click", "text": "请检查" * 100}
    limit_pages(open_site, 0)
    statuses = [act(chief, "message", **given | {"key": f"k{n}"})[0] for n in range(30)]
    assert 507 in statuses
    stopped = statuses.index(507)
    limit_pages(open_site, None)
    assert act(chief, "message", **given | {"key": f"k{stopped}"})[0] == 200
    assert act(chief, "message", **given | {"key": f"k{stopped}"})[0] == 200
    assert len(journal(open_site, "message")) == statuses.count(200) + 1
    assert in_memory_as_on_disk(open_site)


def test_marks_in_notes_and_names_are_data_on_the_wall(open_site: Site, chief: Client) -> None:
    evil = "<script>alert(1)</script>"
    answer = chief.post(f"/api/room/{AM}/violation", json={"admission": ONE, "note": evil})
    assert answer.mimetype == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert journal(open_site, "violation")[0]["note"] == evil
    assert evil not in chief.get("/admin/audit").text
