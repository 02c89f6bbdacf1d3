"""Wrong codes wait and are remembered, an early clock asks why; neither blocks the start.

Each real try stretches two codes (about 0.3 s of a core), so there are few.
"""

from pathlib import Path

import pytest
import world
from room import staff_browser

from siteapp.conduct.unlocking import (
    FREE_TRIES,
    LONGEST_WAIT_MS,
    UnlockTries,
    early_s,
)
from siteapp.errors import ReasonForEarly, UnlockWait
from siteapp.site import Site
from sync.errors import WrongUnlockCode
from sync.exam.sitting import UNLOCK_AHEAD_MS
from sync.wire.unlock import UnlockCode

AM = "am-1121"
ADDRESS = f"/admin/sessions/{AM}/unlock"
# A quarter of an hour before the start of `world.make_package`.
DUE_MS = 1_732_320_900_000


@pytest.fixture
def received(site: Site, package: world.Package) -> world.Package:
    """The package, taken in and sealed."""
    site.shelf.receive(package.path)
    return package


def events(site: Site, kind: str) -> list[dict]:
    return [e.body for e in site.live.events(AM) if e.kind == kind]


def guess(site: Site, package: world.Package) -> None:
    """One right code and one wrong one, as somebody has who was told one."""
    with pytest.raises(WrongUnlockCode):
        site.shelf.unlock(site.live.session(AM), (package.codes[0], UnlockCode.generate(2)))


def set_clock(site: Site, monkeypatch: pytest.MonkeyPatch, wall_ms: int) -> None:
    monkeypatch.setattr(site.live.clock, "wall", lambda: wall_ms)


def test_waits_begin_after_a_few_and_grow_to_a_minute_at_most() -> None:
    tries, waits = UnlockTries(), []
    for at in range(12):
        waits.append(tries.wait_ms(at))
        tries.note(at)
    assert waits[:FREE_TRIES] == [0] * FREE_TRIES
    assert waits[FREE_TRIES:] == sorted(waits[FREE_TRIES:])
    assert 0 < waits[FREE_TRIES] < waits[-1] <= LONGEST_WAIT_MS
    assert tries.wait_ms(11 + LONGEST_WAIT_MS) == 0
    # On a copy that was put back the clock lies behind: no longer wait for that.
    assert tries.wait_ms(-(10**9)) == LONGEST_WAIT_MS


def test_wrong_codes_wait_over_a_restart_and_the_right_ones_open_then(
    site_folder: Path, site: Site, received: world.Package
) -> None:
    for _ in range(FREE_TRIES):
        guess(site, received)
    site.close()
    again = Site(site_folder)
    try:
        session = again.live.session(AM)
        with pytest.raises(UnlockWait) as refused:
            again.shelf.unlock(session, received.codes)
        assert 1 <= int(str(refused.value.facts["seconds"])) <= 60
        assert [e["by"] for e in events(again, "unlock-refused")] == ["examsite"] * FREE_TRIES
        # The control: what holds them off is the wait alone.
        session.unlock_tries.last_ms -= LONGEST_WAIT_MS
        again.shelf.unlock(session, received.codes)
        assert session.unlocked
    finally:
        again.close()


def test_a_try_that_waits_is_not_stretched_nor_journalled(
    site: Site, received: world.Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = site.live.session(AM)
    session.unlock_tries = UnlockTries(50, site.live.clock.now())
    monkeypatch.setattr(type(site.shelf), "package", lambda *_: pytest.fail("it was tried"))
    with pytest.raises(UnlockWait):
        site.shelf.unlock(session, received.codes)
    assert events(site, "unlock-refused") == []


@pytest.mark.parametrize(
    ("wall_ms", "seconds"), [(DUE_MS, 0), (DUE_MS + 9 * UNLOCK_AHEAD_MS, 0), (DUE_MS - 90_000, 90)]
)
def test_it_is_early_until_a_quarter_of_an_hour_before_the_start(
    received: world.Package, wall_ms: int, seconds: int
) -> None:
    assert early_s(received.plan.starts_at, wall_ms) == seconds


@pytest.mark.parametrize("starts_at", ["tomorrow", "", "2026-11-23 8:30", "2036-11-23T08:30:00"])
def test_a_start_that_is_no_time_is_never_early(starts_at: str) -> None:
    assert early_s(starts_at, 0) == 0


def test_a_clock_of_1970_asks_for_a_reason_and_then_opens(
    site: Site, received: world.Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(site, monkeypatch, 0)
    session = site.live.session(AM)
    with pytest.raises(ReasonForEarly):
        site.shelf.unlock(session, received.codes, reason=" ")
    site.shelf.unlock(session, received.codes, "李老师", "时钟电池没电")
    assert events(site, "unlock-early") == [
        {"seconds": DUE_MS // 1000, "reason": "时钟电池没电", "by": "李老师"}
    ]
    kinds = [event.kind for event in site.live.events(AM)]
    assert kinds[-2:] == ["unlock-early", "unlock"]


def test_in_time_no_reason_is_asked_and_none_is_journalled(
    site: Site, received: world.Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(site, monkeypatch, DUE_MS)
    site.shelf.unlock(site.live.session(AM), received.codes)
    assert events(site, "unlock-early") == []


def test_the_page_asks_the_chief_for_the_reason_and_keeps_what_was_typed(
    site: Site, received: world.Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(site, monkeypatch, DUE_MS - 3_600_000)
    chief = staff_browser(site, "chief")
    assert 'name="reason"' in chief.get(ADDRESS).text
    typed = dict(zip(("code1", "code2"), (c.spoken for c in received.codes), strict=True))
    asked = chief.post(ADDRESS, data=typed)
    assert (asked.status_code, "60 分钟" in asked.text) == (409, True)
    assert typed["code1"] in asked.text
    typed |= {"reason": "提前布置"}
    two = typed | {"second": "周监考", "password": site.staff.add("周监考", "invigilator")}
    alone = typed | {"second": "chief", "password": "x"}
    assert chief.post(ADDRESS, data=alone).status_code == 403
    assert chief.post(ADDRESS, data=two | {"password": "x"}).status_code == 403
    assert events(site, "unlock-early") == []
    assert chief.post(ADDRESS, data=two).status_code == 303
    assert [e["second"] for e in events(site, "vouched")] == ["周监考"]
    assert [e["reason"] for e in events(site, "unlock-early")] == ["提前布置"]
    assert site.live.session(AM).unlocked


def test_in_time_the_page_asks_for_no_reason(
    site: Site, received: world.Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(site, monkeypatch, DUE_MS)
    assert 'name="reason"' not in staff_browser(site, "chief").get(ADDRESS).text
