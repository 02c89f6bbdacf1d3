"""A server that was away: what the record says, who waits for a decision, what a reboot costs."""

from pathlib import Path

import pytest
import world
from conducted import MINUTE, OF, Room
from room import Page, browser, journal
from together import wait_until

from siteapp.clock import boottime_ms
from siteapp.conduct import acts
from siteapp.conduct.outage import SHORT_MS, noted
from siteapp.conduct.session import Session
from siteapp.site import Site
from siteapp.store.writer import Statement

AWAY = 10 * MINUTE


@pytest.fixture
def room() -> Room:
    """Seat 1 is writing, seat 2 has not come."""
    room = Room()
    room.open()
    room.begin(room.attempt(1))
    return room


def expire(room: Room) -> None:
    room.now = room.attempt(1).deadline_ms + 3 * acts.GRACE_MS


def test_an_attempt_is_not_collected_by_the_clock_before_an_outage_is_decided(room: Room) -> None:
    assert room.happen(noted(room.session, False, AWAY, AWAY)) == ["incident"]
    expire(room)
    assert room.collect() == []
    assert room.replayed().attempt(room.attempt(1).id).held
    room.happen(acts.extend([room.attempt(1)], AWAY, "停电", "chief"))
    assert room.save(room.attempt(1), (1, "q1", "a")) == (["response"], None)
    expire(room)
    assert room.collect() == ["hand-in"]


def test_who_decides_to_give_nothing_back_collects_or_closes(room: Room) -> None:
    room.happen(noted(room.session, False, AWAY, AWAY))
    expire(room)
    assert "hand-in" in room.happen(acts.collect(room.attempt(1), "无损失", "chief", OF))


@pytest.mark.parametrize(("rebooted", "away"), [(True, 0), (False, SHORT_MS - 1)])
def test_nobody_waits_for_a_decision_where_no_time_was_lost(
    room: Room, rebooted: bool, away: int
) -> None:
    room.happen(noted(room.session, rebooted, away, -3 * 60 * MINUTE))
    expire(room)
    assert room.collect() == ["hand-in"]


def test_a_reboot_is_in_the_record_of_those_who_were_writing_only(room: Room) -> None:
    events = noted(room.session, True, 0, -1_770_000_000_000)
    assert [(e.body["attempt"], e.body["category"]) for e in events] == [
        (room.attempt(1).id, "reboot")
    ]
    assert "-1770000000" in events[0].body["note"]


def stopped(folder: Path, package: world.Package, **anchor: str | int) -> tuple[Site, int]:
    """A site whose server went away while a candidate wrote: it again, and the time left before."""
    site = Site(folder)
    page = Page(browser(site), package.plan.candidates[0])
    page.begin()
    left = _left(site)
    site.live.keep_clock()
    for column, value in anchor.items():
        site.live.store(Statement(f"UPDATE clock SET {column} = ?", (value,)))
    site.close()
    again = Site(folder)
    again.start()
    return again, left


def _left(site: Site) -> int:
    started = [a for a in site.live.session("am-1121").attempts.values() if a.phase == "started"]
    return started[0].deadline_ms - site.live.clock.now()


@pytest.mark.parametrize("wall", [0, 4_000_000_000_000, 1_770_000_000_000])
def test_a_reboot_under_any_wall_clock_takes_no_time_of_a_real_site(
    open_folder: Path, open_package: world.Package, wall: int
) -> None:
    site, before = stopped(open_folder, open_package, boot="another-boot", wall_ms=wall)
    assert before - 5_000 < _left(site) <= before
    assert [body["category"] for body in journal(site, "incident")] == ["reboot"]
    site.close()


def looked_at(site: Site) -> list[str]:
    """The sessions at which the clock has looked to collect, from now on."""
    looks: list[str] = []
    collect = site._collect_from

    def looked(session: Session) -> None:
        collect(session)
        looks.append(session.plan.id)

    site._collect_from = looked  # type: ignore[method-assign]
    return looks


def test_after_hours_without_a_server_the_clock_collects_nobody_before_a_decision(
    open_folder: Path, open_package: world.Package
) -> None:
    ago = boottime_ms() - 3 * 60 * MINUTE
    site, before = stopped(open_folder, open_package, boottime_ms=ago)
    assert _left(site) < before - 2 * 60 * MINUTE
    looks = looked_at(site)
    wait_until(lambda: len(looks) >= 3)
    assert journal(site, "hand-in") == []
    # The negative control: with nothing that holds it, the same attempt is gone at once.
    for attempt in site.live.session("am-1121").attempts.values():
        attempt.held = False
    wait_until(lambda: [body["how"] for body in journal(site, "hand-in")] == ["time"])
    site.close()


def test_a_quiet_room_keeps_the_clock_on_disk(open_folder: Path, open_package: object) -> None:
    site = Site(open_folder)
    site.start()
    query = "SELECT clock_ms FROM clock"
    wait_until(lambda: site.live.rows(query) != [])
    first = site.live.rows(query)
    wait_until(lambda: site.live.rows(query) != first)
    site.close()
