"""How batches are cut while a sitting goes on: what is new, in pieces, and beside the deadline."""

import threading
from pathlib import Path

import pytest
import world
from batched import batches, check_chain, close_all, cut
from conducted import MINUTE
from room import Page, browser, journal
from together import AM, put, wait_until

import siteapp.results
from siteapp.site import Site
from sync.exam.journal import Event


def events_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many events each question to the journal brings from now on."""
    counts: list[int] = []
    read = site.live.events

    def counted(session: str, first: int = 0, most: int = -1) -> list[Event]:
        found = read(session, first, most)
        counts.append(len(found))
        return found

    monkeypatch.setattr(site.live, "events", counted)
    return counts


def test_a_cut_reads_what_is_new_and_nothing_again(
    hq, open_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = events_read(open_site, monkeypatch)
    for number in range(5):
        put(open_site, str(number))
        cut(open_site)
    assert sum(counts) == open_site.live.session(AM).next_seq
    # Control: with what is kept between cuts gone, the whole journal is read again.
    open_site.packer._covered.clear()
    put(open_site, "control")
    cut(open_site)
    assert sum(counts) == 2 * open_site.live.session(AM).next_seq - 1
    monkeypatch.undo()
    check_chain(open_site, batches(open_site, hq.seal))


def test_a_restart_goes_on_with_the_same_tree(hq, open_folder: Path) -> None:
    for number in range(3):
        site = Site(open_folder)
        put(site, str(number))
        cut(site)
        found = batches(site, hq.seal)
        assert check_chain(site, found) == site.live.events(AM)
        site.close()
    assert len(found) == 3


@pytest.mark.parametrize(("limit", "value"), [("MAX_EVENTS", 7), ("MAX_BYTES", 900)])
def test_what_is_too_much_for_one_batch_is_cut_into_several(
    hq, open_site: Site, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    for number in range(40):
        put(open_site, str(number))
    close_all(open_site)
    monkeypatch.setattr(siteapp.results, limit, value)
    last = cut(open_site)
    found = batches(open_site, hq.seal)
    assert check_chain(open_site, found) == open_site.live.events(AM)
    assert (found[-1][0], len(found) > 4) == (last, True)
    assert [b.header.final for _, b in found] == [False] * (len(found) - 1) + [True]


@pytest.fixture(params=[True, False], ids=["two threads", "control: one thread"])
def apart(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether collecting has a thread of its own, as it is, or shares that of the cutting."""
    if not request.param:

        def both(site: Site) -> None:
            while not site._stopping.wait(0.1):
                site._each(site.packer.cut)
                site._each(site._collect_from)

        monkeypatch.setattr(Site, "_cut", both)
        monkeypatch.setattr(Site, "_collect", lambda site: None)
    return bool(request.param)


def test_a_cut_that_hangs_delays_no_deadline(
    open_site: Site, open_package: world.Package, monkeypatch: pytest.MonkeyPatch, apart: bool
) -> None:
    page = Page(browser(open_site), open_package.plan.candidates[0])
    page.begin()
    # The folder may be a copy of one opened long ago; an outage would hold the collection.
    monkeypatch.setattr(open_site.live.clock, "outage", None)
    entered, release = threading.Event(), threading.Event()
    monkeypatch.setattr(open_site.packer, "cut", lambda _: (entered.set(), release.wait(30)))
    now = open_site.live.clock.now
    monkeypatch.setattr(open_site.live.clock, "now", lambda: now() + 600 * MINUTE)
    open_site.start()
    try:
        assert entered.wait(10)
        if apart:
            wait_until(lambda: journal(open_site, "hand-in") != [])
        else:
            assert not threading.Event().wait(2)
            assert journal(open_site, "hand-in") == []
    finally:
        release.set()
