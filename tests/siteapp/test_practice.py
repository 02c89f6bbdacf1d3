"""Rehearsal and practice: taken again; keys and score after a practice, and never anywhere else."""

import json
from pathlib import Path

import msgspec
import pytest
import world
from conducted import MINUTE, Room, make_plan, said
from deciding import code
from room import Page, browser, close_sitting, journal, open_room

from siteapp.conduct import acts
from siteapp.conduct.lockdown import let_in
from siteapp.conduct.reconcile import reconcile
from siteapp.errors import AlreadyHandedIn
from siteapp.papers import check_forms
from siteapp.site import Site
from sync.errors import DocumentAltered
from sync.exam.journal import decode
from sync.exam.sitting import SessionKind

KINDS: tuple[SessionKind, ...] = ("examination", "rehearsal", "practice")


def at_the_end(kind: SessionKind, *, any_browser: bool = False) -> Room:
    """The first candidate has handed in one answer."""
    room = Room(msgspec.structs.replace(make_plan(), kind=kind))
    room.open()
    mine = room.attempt()
    room.begin(mine)
    if any_browser:
        room.happen(let_in(mine, "Linux", "chief"))
    room.now += 40 * MINUTE
    room.save(mine, (1, "q1", "a"))
    room.hand_in(mine, 1)
    return room


@pytest.mark.parametrize("kind", ["rehearsal", "practice"])
def test_a_rehearsal_or_practice_is_taken_again_from_the_start(kind: SessionKind) -> None:
    room = at_the_end(kind)
    mine = room.attempt()
    room.begin(mine, "y")
    assert (mine.phase, mine.runs, mine.seat_term, said(mine)) == ("started", 1, 2, {})
    assert mine.remaining_ms(room.now) == 60 * MINUTE
    # The page of before is fenced.
    assert room.save(mine, (2, "q1", "b"), seat_term=1) == (["evidence"], "seat-moved")
    assert room.replayed() == room.session


def test_who_was_let_in_without_the_exam_browser_need_not_ask_again_for_the_next_run() -> None:
    room = at_the_end("rehearsal", any_browser=True)
    mine = room.attempt()
    room.begin(mine, "y")
    assert (mine.runs, mine.any_browser) == (1, True)
    assert room.replayed() == room.session


def test_an_examination_is_taken_once() -> None:
    room = at_the_end("examination")
    with pytest.raises(AlreadyHandedIn):
        room.begin(room.attempt(), "y")


def test_neighbouring_forms_take_turns_from_run_to_run() -> None:
    room = at_the_end("practice")
    first = room.attempt().form
    room.begin(room.attempt(), "y")
    assert {first, room.attempt().form} == {"live-a", "live-b"}


def test_a_run_that_got_no_further_is_no_gap_at_the_end_of_the_session() -> None:
    room = at_the_end("rehearsal")
    mine = room.attempt()
    room.begin(mine, "y")
    room.now += 61 * MINUTE
    room.collect()
    room.happen(acts.sign_in(room.session, mine, "z"))
    rows = reconcile(room.session, ())["rows"]
    assert (mine.phase, mine.runs) == ("signed-in", 2)
    assert mine.id not in {row["attempt"] for row in rows}
    room.close()
    assert decode(room.journal[-1]).body["handed_in"] == 1


@pytest.fixture
def practice(
    site: Site, hq: world.Headquarters, tmp_path: Path
) -> tuple[Site, Page, world.Package]:
    """A practice whose first candidate is writing."""
    package = world.make_package(hq, site.identity.certificate, tmp_path, kind="practice", live=1)
    open_room(site, package)
    page = Page(browser(site), package.plan.candidates[0])
    page.begin()
    return site, page, package


def test_after_a_practice_the_page_gets_score_key_and_reason_and_before_it_nothing(
    practice: tuple[Site, Page, world.Package],
) -> None:
    _, page, _ = practice
    for number in range(3):
        page.save(number)
    assert code(page.call("GET", "review")) == (409, "not-open")
    page.hand_in()
    status, told = page.call("GET", "review")
    items = [item for part in told["parts"] for item in part["items"]]
    assert (status, told["of"], len(items)) == (200, 100, len(page.items))
    assert told["marks"] == sum(item["marks"] for item in items)
    for item in items[:3]:
        assert len(item["taken"]) == 1
        assert set(item["key"]) <= {one["ref"] for one in item["options"]}
        assert item["marks"] == (item["of"] if item["taken"] == item["key"] else 0)
        assert (item["reason"], set(item["why"].values())) == ("示例", {"常见误解"})
    # Once more: the same journal, another run, other references.
    page.instance, page.sequence, before = "again1", 0, page.items[0]["ref"]
    page.begin()
    assert before not in {item["ref"] for item in page.items}
    assert [body["seat_term"] for body in journal(practice[0], "again")] == [2]


def test_a_practice_that_is_closed_is_over(practice: tuple[Site, Page, world.Package]) -> None:
    site, page, _ = practice
    page.hand_in()
    close_sitting(site, "am-1121", "live")
    assert code(page.sign_in()) == (409, "already-handed-in")


@pytest.mark.parametrize("kind", ["examination", "rehearsal"])
def test_an_examination_and_a_rehearsal_have_nothing_to_review(
    site: Site, hq: world.Headquarters, tmp_path: Path, kind: SessionKind
) -> None:
    package = world.make_package(hq, site.identity.certificate, tmp_path, kind=kind, live=1)
    open_room(site, package)
    page = Page(browser(site), package.plan.candidates[0])
    page.begin()
    page.hand_in()
    assert page.call("GET", "review")[0] == 404
    assert package.papers.keys == {}
    held = json.dumps(msgspec.to_builtins(package.papers), ensure_ascii=False)
    assert not any(word in held for word in ('"key":', '"reason"', '"why"', "示例"))


@pytest.mark.parametrize("kind", ["examination", "rehearsal"])
def test_keys_are_neither_sealed_nor_taken_in_but_with_a_practice(
    hq: world.Headquarters, site: Site, tmp_path: Path, kind: SessionKind
) -> None:
    made = world.make_package(hq, site.identity.certificate, tmp_path, kind="practice")
    plan = msgspec.structs.replace(made.plan, kind=kind)
    with pytest.raises(DocumentAltered):
        check_forms(plan, made.papers)
    target = tmp_path / "other.package"
    about = (target, plan, made.papers, site.identity.certificate, made.codes, hq.release)
    with pytest.raises(DocumentAltered):
        world.write_package(*about)
    assert not target.exists()
    # Control: the same papers with their own plan are taken.
    check_forms(made.plan, made.papers)
