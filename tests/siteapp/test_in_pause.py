"""A script that answers while the clock stands is seen; an honest page is not accused."""

from collections.abc import Callable

import pytest
from conducted import MINUTE, Room
from deciding import AM, act, staff
from room import Page, journal

from siteapp.conduct import late, pausing
from siteapp.conduct.acts import NewEvent
from siteapp.conduct.in_pause import KNOWN_MS, MAX_ANSWERS, answered_in_pause
from siteapp.conduct.spans import Span
from siteapp.site import Site

ANSWER = [NewEvent("response", {})]
HEARD = late.Room({}, {})


@pytest.fixture
def room() -> Room:
    """The first candidate has begun, and is paused."""
    room = Room()
    room.open()
    room.begin(room.attempt())
    room.happen(pausing.pause([room.attempt()], room.now, "如厕", "wu"))
    return room


def seen(room: Room, heard: late.Room = HEARD, events: list[NewEvent] = ANSWER) -> list[NewEvent]:
    return answered_in_pause(room.session.plan.id, room.attempt(), "x", events, room.now, heard)


def test_answers_of_a_page_that_knows_of_the_pause_are_on_record(room: Room) -> None:
    room.now += 5 * MINUTE
    (one,) = seen(room, events=2 * ANSWER)
    assert (one.kind, one.body["what"], one.body["count"]) == ("noticed", "paused", 2)
    assert one.body["ms"] == 5 * MINUTE
    room.happen([one])
    assert room.attempt().noticed == {"paused": 2}
    assert room.replayed() == room.session


def test_what_was_on_its_way_or_held_back_by_a_page_that_was_not_heard_is_not(room: Room) -> None:
    since = room.now
    room.now += KNOWN_MS
    assert seen(room) == []
    room.now += 5 * MINUTE
    away = {(room.session.plan.id, room.attempt().id): [Span(since - 1_000, room.now)]}
    assert seen(room, late.Room({}, away)) == []
    # A silence that began only when the page knew, or ended long ago, excuses nothing.
    later = {key: [Span(since + KNOWN_MS + 1, room.now)] for key in away}
    assert seen(room, late.Room({}, later))
    room.now += 2 * MINUTE
    assert seen(room, late.Room({}, away))


def test_nothing_is_said_of_refusals_of_a_running_clock_or_beyond_the_limit(room: Room) -> None:
    room.now += 5 * MINUTE
    assert seen(room, events=[NewEvent("evidence", {})]) == []
    room.happen([one._replace(body=one.body | {"count": MAX_ANSWERS}) for one in seen(room)])
    assert seen(room) == []
    room.attempt().noticed.clear()
    room.happen(pausing.resume([room.attempt()], room.now, "wu"))
    room.now += 5 * MINUTE
    assert seen(room) == []


def test_the_answers_count_and_the_wall_shows_them(
    open_site: Site, pages: list[Page], pass_ms: Callable[[int], None]
) -> None:
    helper, _ = staff(open_site, "吴监考")
    who = {"admission": pages[0].candidate.admission, "reason": "如厕"}
    assert act(helper, "pause", **who)[0] == 200
    assert pages[0].save(0)[0] == 200
    assert journal(open_site, "noticed") == []
    for _ in range(4):
        pass_ms(KNOWN_MS // 3)
        pages[0].call("GET", "state")
    assert pages[0].save(1)[0] == 200
    tiles = helper.get(f"/api/room/{AM}").json["tiles"]
    (tile,) = [t for t in tiles if t["admission"] == who["admission"]]
    assert (tile["noticed"], tile["answered"]) == ({"paused": 1}, 2)
