"""Rests: no time passes in one, it ends by itself, what nobody approved needs two."""

import msgspec
import pytest
from conducted import MINUTE, Room, make_plan
from deciding import Pass, act, code, staff
from room import Page, journal

from siteapp.conduct import pausing
from siteapp.conduct.lost import proposals
from siteapp.conduct.resting import Given, approved, rest, rests_over
from siteapp.conduct.spans import Span
from siteapp.errors import NotOpenYet, Paused, SecondNeeded
from siteapp.forms.record import record
from siteapp.site import Site
from sync.exam.journal import decode
from sync.exam.sitting import check_plan

ALONE = 5 * MINUTE


@pytest.fixture
def room() -> Room:
    """The first candidate, of two approved rests of ten minutes, has begun."""
    plan = make_plan()
    first = msgspec.structs.replace(plan.candidates[0], rests=2, rest_minutes=10)
    plan = msgspec.structs.replace(plan, candidates=(first, *plan.candidates[1:]))
    room = Room(check_plan(plan))
    room.open()
    room.begin(room.attempt())
    return room


def begin(room: Room, minutes: int, second: str = "", seat: int = 1) -> list[str]:
    given = Given(minutes * MINUTE, "如厕", "chief", second)
    return room.happen(rest(room.session, room.attempt(seat), given, room.now, ALONE))


def over(room: Room) -> list[str]:
    return room.happen(rests_over(room.session, room.now))


def test_a_rest_takes_no_time_and_ends_by_itself_at_its_end_however_late_that_is_seen(
    room: Room,
) -> None:
    mine = room.attempt()
    room.now += 20 * MINUTE
    begin(room, 10)
    room.now += 9 * MINUTE
    assert (over(room), mine.resting, mine.remaining_ms(room.now)) == ([], True, 40 * MINUTE)
    room.now += 4 * MINUTE
    assert (over(room), mine.remaining_ms(room.now)) == (["resume"], 37 * MINUTE)
    assert room.replayed() == room.session


def test_a_rest_ended_early_gives_no_more_than_it_took_and_silence_in_it_is_no_loss(
    room: Room,
) -> None:
    mine, since = room.attempt(), room.now
    begin(room, 10)
    room.now += 4 * MINUTE
    mine.silences.append(Span(since, room.now))
    room.happen(pausing.resume([mine], room.now, "chief"))
    assert (mine.remaining_ms(room.now), over(room)) == (60 * MINUTE, [])
    assert proposals(room.session) == []


def test_approved_rests_are_counted_and_one_person_gives_little_more(room: Room) -> None:
    mine = room.attempt()
    for left in (1, 0):
        begin(room, 10)
        room.now += 10 * MINUTE
        over(room)
        assert approved(room.session, mine).rests == left
    assert begin(room, 5) == ["rest"]
    room.happen(pausing.resume([mine], room.now, "chief"))
    with pytest.raises(SecondNeeded):
        begin(room, 1)
    assert begin(room, 1, "wu") == ["vouched", "rest"]


def test_a_longer_rest_than_was_approved_is_not_an_approved_one(room: Room) -> None:
    with pytest.raises(SecondNeeded):
        begin(room, 11)
    begin(room, 11, "wu")
    assert approved(room.session, room.attempt()).rests == 2


def test_who_has_no_arrangement_and_who_does_not_write_gets_no_rest_by_one_alone(
    room: Room,
) -> None:
    with pytest.raises(NotOpenYet):
        begin(room, 5, seat=2)
    room.begin(room.attempt(2))
    with pytest.raises(SecondNeeded):
        begin(room, 6, seat=2)
    begin(room, 5, seat=2)
    with pytest.raises(Paused):
        begin(room, 5, "wu", seat=2)


def test_a_rest_that_ends_while_the_room_is_paused_goes_over_into_the_pause(room: Room) -> None:
    mine = room.attempt()
    begin(room, 10)
    room.now += 5 * MINUTE
    room.happen(pausing.pause_room(room.session, room.now, "消防", "chief"))
    room.now += 20 * MINUTE
    assert over(room) == ["resume", "pause"]
    assert (mine.paused, mine.resting, mine.remaining_ms(room.now)) == (True, False, 60 * MINUTE)
    room.happen(pausing.resume_room(room.session, room.now, "chief"))
    assert mine.deadline_ms == room.now + 60 * MINUTE


def test_resuming_the_whole_room_ends_nobodys_rest(room: Room) -> None:
    begin(room, 10)
    room.happen(pausing.resume_room(room.session, room.now, "chief"))
    assert room.attempt().resting


def test_the_room_record_says_the_rest(room: Room) -> None:
    begin(room, 10)
    entries = record(room.session.plan, (decode(line) for line in room.journal)).entries
    assert [one.what.zh for one in entries if "休息" in one.what.zh] == ["休息 10 分钟（已批准）"]


def test_the_page_hears_how_long_the_rest_lasts_and_the_wall_that_there_is_one(
    open_site: Site, pages: list[Page], pass_ms: Pass
) -> None:
    chief, _ = staff(open_site, "周主考", "chief")
    who = pages[0].candidate.admission
    long = {"admission": who, "minutes": 6, "reason": "不适"}
    assert code(act(chief, "rest", **long)) == (403, "second-person-needed")
    status, wall = act(chief, "rest", **long | {"minutes": 5})
    tile = next(t for t in wall["tiles"] if t["admission"] == who)
    assert (status, tile["state"], tile["rests_left"]) == (200, "resting", 0)
    pass_ms(2 * MINUTE)
    state = pages[0].call("GET", "state")[1]
    assert state["paused"]
    assert 0 < state["resting_ms"] <= 3 * MINUTE
    assert [body["approved"] for body in journal(open_site, "rest")] == [False]


@pytest.mark.parametrize("minutes", [0, -5, 61])
def test_a_rest_of_no_measure_is_refused(open_site: Site, pages: list[Page], minutes: int) -> None:
    chief, _ = staff(open_site, "周主考", "chief")
    given = {"admission": pages[0].candidate.admission, "minutes": minutes, "reason": "x"}
    assert code(act(chief, "rest", **given)) == (400, "entry-refused")
