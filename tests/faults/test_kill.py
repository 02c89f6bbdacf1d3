"""Kills without warning under load, round after round: what was acknowledged is on the disk.

Five rounds in `make test`, two hundred in `make test-faults`.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
import world
from line import Line
from room import Page, journal
from together import in_memory_as_on_disk, wait_until

from siteapp.site import Site

# A writer that answers before the commit: what the tests below must be able to notice.
EARLY = """
import time
from siteapp import cli
from siteapp.store import live, writer

class Early(writer.Writer):
    def _commit(self, group):
        decided = self._decide(group)
        for job in group:
            job.finish()
        time.sleep(0.15)
        self._store(*decided)

live.Writer = Early
cli.main()
"""
EXAMSITE = ["-m", "siteapp.cli"]


@contextmanager
def served(folder: Path, program: list[str]) -> Iterator[tuple[str, Callable[[], None]]]:
    """A site in a process of its own: its address, and what kills it without a warning."""
    command = [sys.executable, *program, "--data", str(folder), "--lang", "en", "serve"]
    with subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            address = process.stdout.readline().partition(": ")[2].strip()
            yield address, lambda: os.kill(process.pid, signal.SIGKILL)
        finally:
            process.kill()


Ledger = dict[tuple[str, int], str]


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


def attempt_of(page: Page) -> str:
    return f"{'live' if page.candidate.seat < 4 else 'media'}/{page.candidate.admission}"


def load_and_kill(folder: Path, pages: list[Page], program: list[str], ledger: Ledger) -> float:
    """One round: start, load, kill with saves in flight; seconds from the start to ready.

    A page signs in only in its first round: afterwards its token must still be good.
    """
    began, before = time.monotonic(), len(ledger)
    with served(folder, program) as (address, kill):
        assert httpx.get(f"{address}/health", trust_env=False).status_code == 200
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


def lost(folder: Path, ledger: Ledger) -> Ledger:
    """What was acknowledged and is not in the journal as its own candidate's, exactly once."""
    site = Site(folder)
    events = journal(site, "response")
    kept = {(e["instance"], e["sequence"]): e["attempt"] for e in events}
    assert len(kept) == len(events)
    assert in_memory_as_on_disk(site)
    site.close()
    return {key: attempt for key, attempt in ledger.items() if kept.get(key) != attempt}


def pages_of(package: world.Package) -> list[Page]:
    """One page a candidate, each with an instance of its own."""
    return [Page(None, c, f"c{c.seat}") for c in package.plan.candidates]  # type: ignore[arg-type]


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
