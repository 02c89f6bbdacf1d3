"""Turns at work on files: one an attempt, few of all, one rate; nobody pays for a neighbour."""

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any

import pytest
from practical import MIB, Uploader
from together import PATIENCE_S, at_once, wait_until

from siteapp.conduct import pace
from siteapp.site import Site
from siteapp.uploads import files, turns

DATA = bytes(range(256)) * 6000
CROWD = 16


@contextmanager
def many_connections(
    site: Site, page: Uploader, monkeypatch: pytest.MonkeyPatch, under_way: int
) -> Iterator[list[Any]]:
    """One candidate sends many files at once, and the disk takes long; what was answered so far."""
    wait, written, told = files.sync, threading.Event(), []
    taken: list[None] = []
    place = site.files.turns.place

    def slow(handle: int) -> None:
        if os.fstat(handle).st_size == 1:
            written.wait(PATIENCE_S)
        wait(handle)

    monkeypatch.setattr(files, "sync", slow)
    monkeypatch.setattr(site.files.turns, "place", lambda: taken.append(None) or place())
    uploads = [page.announce(b"x", n)[1]["upload"] for n in range(1, CROWD + 1)]
    threads, _ = at_once([lambda u=u: told.append(page.part(u, 0, b"x")) for u in uploads])
    wait_until(lambda: len(taken) == under_way and len(told) == CROWD - under_way)
    yield told
    written.set()
    for thread in threads:
        thread.join()


def test_one_attempt_with_many_connections_leaves_the_places_to_others(
    site: Site, pages: list[Uploader], monkeypatch: pytest.MonkeyPatch
) -> None:
    flooding, neighbour = pages
    with many_connections(site, flooding, monkeypatch, 1) as told:
        assert [status for status, _ in told] == [429] * (CROWD - 1)
        assert neighbour.send(neighbour.announce(DATA)[1]["upload"], DATA)[0] == 200
    assert sorted(status for status, _ in told) == [200] + [429] * (CROWD - 1)


def test_without_a_turn_of_its_own_an_attempt_would_take_them_all(
    site: Site, pages: list[Uploader], monkeypatch: pytest.MonkeyPatch
) -> None:
    flooding, neighbour = pages
    monkeypatch.setattr(site.files.turns, "own", nullcontext)
    with many_connections(site, flooding, monkeypatch, CROWD):
        upload = neighbour.announce(DATA)[1]["upload"]
        assert neighbour.send(upload, DATA)[0] == 503


def test_a_crowd_is_told_to_come_again(site: Site, pages: list[Uploader]) -> None:
    upload = pages[0].announce(DATA)[1]["upload"]
    with ExitStack() as crowd:
        for _ in range(CROWD - 1):
            crowd.enter_context(site.files.turns.among_few())
        assert pages[0].part(upload, 0, DATA[:10])[0] == 200
        crowd.enter_context(site.files.turns.among_few())
        status, body = pages[0].part(upload, 10, DATA[10:20])
        assert (status, body["error"]["code"]) == (503, "overloaded")
    assert pages[0].part(upload, 10, DATA[10:20])[0] == 200


def test_parts_of_all_candidates_are_spread_over_one_rate_and_keep_no_place_meanwhile(
    site: Site, pages: list[Uploader], monkeypatch: pytest.MonkeyPatch
) -> None:
    now, slept, places = [100.0], [], []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 6))
        place = site.files.turns.place()
        free = [place.acquire(blocking=False) for _ in range(5)]
        places.append(sum(free))
        place.release(sum(free))

    monkeypatch.setattr(turns.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(turns.time, "sleep", sleep)
    upload = pages[0].announce(DATA)[1]["upload"]
    # 20 MiB a second; who comes while another still waits, waits for that one too.
    assert pages[0].part(upload, 0, DATA[:MIB])[0] == 200
    site.files.turns.spread(MIB)
    assert slept == [0.05, 0.1]
    now[0] += 60
    site.files.turns.spread(MIB)
    assert slept[2:] == [0.05]
    assert places == [4] * 3


def announced_and_given_up(page: Uploader, times: int) -> list[int]:
    """What was answered to so many pairs of both."""
    told: list[int] = []
    for number in range(times):
        status, body = page.announce(str(number).encode())
        told.append(status)
        if status == 200:
            told.append(page.call("DELETE", f"uploads/{body['upload']}")[0])
    return told


def test_who_announces_and_gives_up_without_end_is_told_to_wait_and_no_other_is(
    site: Site, pages: list[Uploader], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = site.live.clock.now()
    monkeypatch.setattr(site.live.clock, "now", lambda: now)
    told = announced_and_given_up(pages[0], 40)
    assert told == [200] * pace.BURST_FILES + [429] * 15
    assert pages[0].call("GET", "state")[0] == 200
    assert pages[1].announce(DATA)[0] == 200
    # The control: without it nothing holds them back.
    monkeypatch.setattr(site.pace, "file", lambda *_: None)
    assert announced_and_given_up(pages[0], 40) == [200] * 80
