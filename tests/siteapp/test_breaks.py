"""Papers of one candidate: in the plan's order, no way back, rest between them."""

from pathlib import Path

import msgspec
import pytest
import world
from conducted import MINUTE, Room, make_plan
from room import Page, browser, open_room
from two_papers import two_papers

from siteapp.conduct.entering import Rules, is_late
from siteapp.conduct.papers import following, rest_ms
from siteapp.site import Site

REST = 20


def room_with_rest() -> Room:
    """Everybody has two papers; before the second one they rest."""
    plan = make_plan()
    first, second = plan.sittings
    rested = msgspec.structs.replace(second, break_minutes=REST)
    return Room(msgspec.structs.replace(plan, sittings=(first, rested)))


@pytest.mark.parametrize(
    ("wall_minutes", "left"), [(0, REST), (5, REST - 5), (REST, 0), (99, 0), (-600, REST)]
)
def test_a_break_ends_by_itself_and_no_clock_makes_it_longer(wall_minutes: int, left: int) -> None:
    room = room_with_rest()
    first, second = room.attempt(), room.attempt(sitting="media")
    ended = 1_000 * MINUTE
    first.phase, first.ended_at = "handed-in", ended
    assert rest_ms(room.session, second, ended + wall_minutes * MINUTE) == left * MINUTE


def test_who_has_handed_in_nothing_rests_from_nothing() -> None:
    room = room_with_rest()
    assert rest_ms(room.session, room.attempt(sitting="media"), 0) == 0
    assert rest_ms(room.session, room.attempt(), 0) == 0


def test_after_the_last_paper_nothing_follows() -> None:
    room = room_with_rest()
    first, second = room.attempt(), room.attempt(sitting="media")
    first.phase = "handed-in"
    after = following(room.session, first, 0)
    assert after is not None and (after["minutes"], after["rest_ms"]) == (60, REST * MINUTE)
    second.phase = "handed-in"
    assert following(room.session, second, 0) is None
    second.phase = "expected"
    room.session.sittings["media"] = "closed"
    assert following(room.session, first, 0) is None


def test_who_comes_from_an_earlier_paper_is_not_late_for_the_next() -> None:
    room = room_with_rest()
    one, other = room.attempt(1, "media"), room.attempt(2, "media")
    one.started_ms, one.allowance_ms, one.phase = 1, MINUTE, "started"
    rules = Rules(15 * MINUTE, False)
    assert is_late(room.session, other, 60 * MINUTE, rules)
    room.attempt(2).phase = "handed-in"
    assert not is_late(room.session, other, 60 * MINUTE, rules)


@pytest.fixture
def both(hq, site: Site, tmp_path: Path) -> world.Package:
    """A session in which the first candidate has both papers, with rest before the second."""
    package = two_papers(hq, site.identity.certificate, tmp_path, REST)
    open_room(site, package)
    return package


def test_the_next_paper_waits_for_the_break_and_the_first_one_is_shut(
    both: world.Package, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page(browser(site), both.plan.candidates[0])
    page.begin()
    page.save(0)
    over = page.hand_in()[1]
    assert over["next"]["rest_ms"] > (REST - 1) * MINUTE
    assert page.call("GET", "paper")[1]["error"]["code"] == "already-handed-in"
    page.instance, page.sequence = "second1", 0
    assert page.sign_in()[1]["sitting"]["id"] == "media"
    assert page.call("POST", "confirm", {})[1]["rest_ms"] > 0
    assert page.call("POST", "start", {})[1]["error"]["code"] == "still-resting"
    wall = site.live.clock.wall()
    monkeypatch.setattr(site.live.clock, "wall", lambda: wall + REST * MINUTE)
    assert page.call("POST", "start", {})[0] == 200
    assert page.call("GET", "state")[1]["rest_ms"] == 0
