"""Kills without warning under load, round after round: what was acknowledged is on the disk.

Five rounds in `make test`, two hundred in `make test-faults`.
"""

import threading
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
import world
from killed import EARLY, EXAMSITE, served
from ledger import Ledger, attempt_of, lost, pages_of
from line import Line, get
from room import Page
from together import wait_until


def save_on(page: Page, ledger: Ledger) -> None:
    """Save one item after another until the server is gone; note what it acknowledged.

    The first is the last one again: whether it was taken before the kill, nobody here knows.
    """
    with suppress(httpx.HTTPError):
        page.sequence = max(page.sequence - 1, 0)
        while True:
            place = page.sequence
            status, body = page.save(place % len(page.items), option=place % 4)
            assert status == 200
            ledger.update({(page.instance, n): attempt_of(page) for n in body["saved"]})


def load_and_kill(folder: Path, pages: list[Page], program: list[str], ledger: Ledger) -> float:
    """One round: start, load, kill with saves in flight; seconds from the start to ready.

    A page signs in only in its first round: afterwards its token must still be good.
    """
    began, before = time.monotonic(), len(ledger)
    with served(folder, program) as (address, kill):
        assert get(f"{address}/health").status_code == 200
        ready = time.monotonic() - began
        for page in pages:
            page.client = Line(address)
            if not page.token:
                page.begin()
        threads = [threading.Thread(target=save_on, args=(p, ledger)) for p in pages]
        for thread in threads:
            thread.start()
        try:
            wait_until(lambda: len(ledger) >= before + 40)
        finally:
            kill()
            for thread in threads:
                thread.join()
    for page in pages:
        page.client.http.close()
    return ready


@pytest.mark.parametrize("rounds", [5, pytest.param(200, marks=pytest.mark.long)])
def test_what_was_acknowledged_outlives_kills_under_load(
    open_folder: Path, open_package: world.Package, rounds: int
) -> None:
    ledger: Ledger = {}
    pages, ready = pages_of(open_package), []
    for _ in range(rounds):
        ready.append(load_and_kill(open_folder, pages, EXAMSITE, ledger))
        assert lost(open_folder, ledger) == {}
    middle, last = sorted(ready)[rounds // 2], max(ready)
    print(f"{rounds} kills, {len(ledger)} acknowledged; ready in {middle:.2f} s, {last:.2f} s")
    assert last < 30


def test_an_acknowledgement_before_the_commit_would_be_noticed(
    open_folder: Path, open_package: world.Package
) -> None:
    ledger: Ledger = {}
    load_and_kill(open_folder, pages_of(open_package), ["-c", EARLY], ledger)
    assert lost(open_folder, ledger) != {}


def test_an_answer_credited_to_another_would_be_noticed(
    open_folder: Path, open_package: world.Package
) -> None:
    ledger: Ledger = {}
    load_and_kill(open_folder, pages_of(open_package), EXAMSITE, ledger)
    swapped = {key: "live/2026000001" for key in ledger if key[0] == "c2"}
    assert lost(open_folder, swapped) == swapped != {}
