"""Pause and resume, a hand-in taken back, much time given: nobody loses time, two people decide."""

import pytest
import world
from conducted import MINUTE, Room, said
from deciding import Pass, act, code, staff
from room import Page, journal

from siteapp.conduct import by_two, pausing
from siteapp.conduct.lost import proposals
from siteapp.conduct.spans import Span
from siteapp.errors import Paused, SecondNeeded
from siteapp.site import Site
from sync.errors import NotReady


@pytest.fixture
def room() -> Room:
    """The first candidate has begun."""
    room = Room()
    room.open()
    room.begin(room.attempt())
    return room


def test_no_time_passes_in_a_pause_however_often_it_is_pressed(room: Room) -> None:
    mine = room.attempt()
    room.now += 10 * MINUTE
    for _ in range(2):
        room.happen(pausing.pause([mine], room.now, "停电", "chief"))
        room.now += 30 * MINUTE
    assert mine.remaining_ms(room.now) == 50 * MINUTE
    assert (room.collect(), mine.phase) == ([], "started")
    for _ in range(2):
        room.happen(pausing.resume([mine], room.now, "chief"))
    assert mine.deadline_ms == room.now + 50 * MINUTE
    assert room.replayed().attempts == room.session.attempts


def test_control_a_clock_that_is_not_paused_collects(room: Room) -> None:
    room.now += 71 * MINUTE
    assert room.collect() == ["hand-in"]


def test_silence_in_a_pause_is_no_lost_time_and_saves_in_it_count(room: Room) -> None:
    mine = room.attempt()
    room.happen(pausing.pause([mine], room.now, "停电", "chief"))
    since = room.now
    assert room.save(mine, (1, "q1", "a"))[1] is None
    with pytest.raises(Paused):
        room.hand_in(mine, 1)
    room.now += 5 * MINUTE
    mine.silences.append(Span(since, room.now))
    assert proposals(room.session)
    room.happen(pausing.resume([mine], room.now, "chief"))
    assert (proposals(room.session), said(mine)) == ([], {"q1": "a"})


def test_who_begins_while_the_whole_room_is_paused_is_paused_too(room: Room) -> None:
    late = room.attempt(2)
    room.happen(pausing.pause_room(room.session, room.now, "消防", "chief"))
    room.begin(late)
    room.now += 20 * MINUTE
    assert (late.paused, late.remaining_ms(room.now)) == (True, 60 * MINUTE)
    room.happen(pausing.resume_room(room.session, room.now, "chief"))
    assert (late.paused, room.attempt().remaining_ms(room.now)) == (False, 60 * MINUTE)
    next_one = room.attempt(3)
    room.begin(next_one)
    assert not next_one.paused
    assert room.replayed() == room.session


def test_control_who_begins_while_only_a_neighbour_is_paused_is_not(room: Room) -> None:
    room.happen(pausing.pause([room.attempt()], room.now, "坏机", "chief"))
    room.begin(room.attempt(2))
    assert not room.attempt(2).paused


def test_a_hand_in_taken_back_while_the_room_is_paused_waits_with_it(room: Room) -> None:
    mine = room.attempt()
    room.now += 40 * MINUTE
    room.hand_in(mine, 0)
    room.happen(pausing.pause_room(room.session, room.now, "消防", "chief"))
    room.happen(by_two.reopen(room.session, mine, 0, ("误交", "chief", "wu"), room.now))
    assert (mine.phase, mine.paused) == ("started", True)


def test_a_hand_in_taken_back_goes_on_with_its_answers_and_ends_with_another_receipt(
    room: Room,
) -> None:
    mine, two = room.attempt(), ("误交", "chief", "wu")
    with pytest.raises(NotReady):
        by_two.reopen(room.session, mine, 0, two, room.now)
    room.now += 40 * MINUTE
    room.save(mine, (1, "q1", "a"))
    room.hand_in(mine, 1)
    first = mine.receipt
    room.happen(by_two.reopen(room.session, mine, 0, two, room.now))
    assert (mine.phase, mine.receipt, mine.remaining_ms(room.now)) == ("started", "", 20 * MINUTE)
    room.save(mine, (2, "q2", "b"))
    room.hand_in(mine, 2)
    assert (said(mine), mine.receipt != first) == ({"q1": "a", "q2": "b"}, True)
    room.now += 21 * MINUTE
    with pytest.raises(NotReady):
        by_two.reopen(room.session, mine, 0, two, room.now)
    assert by_two.reopen(room.session, mine, 5 * MINUTE, two, room.now)


def test_time_by_hand_adds_up_to_what_needs_a_second_person(room: Room) -> None:
    mine, limit = [room.attempt()], 30 * MINUTE
    for _ in range(2):
        room.happen(by_two.give(mine, 15 * MINUTE, "x", "chief", "", limit))
    with pytest.raises(SecondNeeded):
        by_two.give(mine, MINUTE, "x", "chief", "", limit)
    kinds = room.happen(by_two.give(mine, MINUTE, "x", "chief", "wu", limit))
    assert (kinds, mine[0].granted_ms) == (["vouched", "extension"], 31 * MINUTE)


def test_the_page_hears_of_the_pause_and_of_its_end(
    open_site: Site, pages: list[Page], pass_ms: Pass
) -> None:
    chief, _ = staff(open_site, "周主考", "chief")
    assert act(chief, "pause", admission="", reason="消防")[0] == 200
    before = pages[0].call("GET", "state")[1]
    pass_ms(10 * MINUTE)
    state = pages[0].call("GET", "state")[1]
    assert (state["paused"], state["remaining_ms"]) == (True, before["remaining_ms"])
    assert code(pages[0].hand_in()) == (409, "paused")
    assert act(chief, "resume", admission=pages[0].candidate.admission)[0] == 200
    told = [page.call("GET", "state")[1]["paused"] for page in pages]
    assert told == [False, True]
    # The whole room, and the two who were writing.
    paused = journal(open_site, "pause")
    assert [bool(body["attempt"]) for body in paused] == [False, True, True]
    assert {body["by"] for body in paused} == {"周主考"}


def test_reopening_and_much_time_ask_for_a_second_password(
    open_site: Site, open_package: world.Package, pages: list[Page]
) -> None:
    chief, _ = staff(open_site, "周主考", "chief")
    _, password = staff(open_site, "吴监考")
    much = {"admission": pages[0].candidate.admission, "minutes": 31, "reason": "停电"}
    assert code(act(chief, "extend", **much)) == (403, "second-person-needed")
    two = {"second": "吴监考", "password": password}
    assert code(act(chief, "extend", **much, **two | {"password": "no"}))[0] == 403
    assert act(chief, "extend", **much, **two)[0] == 200
    pages[1].hand_in()
    back = {"attempt": f"live/{pages[1].candidate.admission}", "minutes": 0, "reason": "误交"}
    assert code(act(chief, "reopen", **back, **two | {"second": "周主考"})) == (403, "not-allowed")
    assert act(chief, "reopen", **back, **two)[0] == 200
    assert pages[1].sign_in()[1]["phase"] == "started"
    (vouched,), (reopened,) = journal(open_site, "vouched"), journal(open_site, "reopen")
    assert (vouched["second"], reopened["second"], reopened["by"]) == ("吴监考", "吴监考", "周主考")
