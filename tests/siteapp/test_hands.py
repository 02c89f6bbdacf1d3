"""Raised hands: one event each way, a queue by who waits longest, nothing of it after the end."""

import pytest
from conducted import Room
from room import Page, browser, journal

from siteapp.conduct import hands
from siteapp.conduct.pace import BURST_SAVES
from siteapp.site import Site


def test_a_hand_goes_up_once_and_down_once_and_the_journal_alone_says_so() -> None:
    room = Room()
    room.open()
    room.begin(room.attempt())
    attempt = room.attempt()
    assert room.happen(hands.raise_hand(attempt, True, 7_000)) == ["hand"]
    assert hands.raise_hand(attempt, True, 8_000) == []
    assert [hand.since_ms for hand in hands.queue(room.replayed())] == [7_000]
    assert room.happen(hands.raise_hand(attempt, False, 9_000, "chief")) == ["hand"]
    assert hands.queue(room.replayed()) == []


def test_who_waits_longest_comes_first_and_nobody_who_has_handed_in() -> None:
    room = Room()
    room.open()
    for seat, since in ((1, 9_000), (2, 5_000), (3, 5_000)):
        room.begin(room.attempt(seat))
        room.happen(hands.raise_hand(room.attempt(seat), True, since))
    assert [hand.seat for hand in hands.queue(room.session)] == [2, 3, 1]
    room.attempt(3).phase = "handed-in"
    assert [hand.seat for hand in hands.queue(room.session)] == [2, 1]


def test_a_hand_needs_a_candidate_who_is_there() -> None:
    assert hands.raise_hand(Room().attempt(), True, 1) == []


def test_the_page_raises_its_own_hand_and_hears_that_it_is_up(
    open_site: Site, open_package
) -> None:
    page = Page(browser(open_site), open_package.plan.candidates[0])
    assert page.call("POST", "hand", {"raised": True})[0] == 401
    page.begin()
    for raised in (True, True, False):
        status, state = page.call("POST", "hand", {"raised": raised})
        assert (status, state["hand_raised"]) == (200, raised)
    assert page.call("POST", "hand", {"raised": "yes"})[0] == 400
    told = [(event["raised"], event["by"]) for event in journal(open_site, "hand")]
    assert told == [(True, hands.CANDIDATE), (False, hands.CANDIDATE)]


def test_a_page_that_waves_without_end_is_told_to_wait(
    open_site: Site, open_package, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page(browser(open_site), open_package.plan.candidates[0])
    page.begin()
    stands = open_site.live.clock.now()
    monkeypatch.setattr(open_site.live.clock, "now", lambda: stands)
    attempt = open_site.live.session("am-1121").current_attempt(page.candidate.admission)
    open_site.pace.saves("am-1121", attempt, BURST_SAVES - 1, 0, stands)
    assert page.call("POST", "hand", {"raised": True})[0] == 200
    assert page.call("POST", "hand", {"raised": False})[0] == 429
