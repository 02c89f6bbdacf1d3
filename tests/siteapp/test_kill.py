"""A kill without warning under load: everything that was acknowledged is on the disk."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import world
from room import Page, journal
from together import in_memory_as_on_disk, wait_until
from werkzeug.wrappers import Response

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


class Line:
    """A browser at the other end of a socket, for `Page`."""

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(base_url=address, trust_env=False, timeout=30)

    def open(self, path: str, *, method: str, json: Any, headers: dict[str, str]) -> Response:
        """As of werkzeug's test client."""
        answer = self.http.request(method, path, json=json, headers=headers)
        return Response(answer.content, answer.status_code)


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


def save_on(page: Page, acknowledged: list[tuple[str, str, int]]) -> None:
    """Save one item after another until the server is gone; note what it acknowledged."""
    with suppress(httpx.HTTPError):
        while True:
            number = page.sequence % len(page.items)
            status, body = page.save(number, option=page.sequence % 4)
            assert status == 200
            attempt = f"{'live' if page.candidate.seat < 4 else 'media'}/{page.candidate.admission}"
            acknowledged += [(attempt, page.instance, n) for n in body["saved"]]
    page.client.http.close()


def load_and_kill(
    folder: Path, package: world.Package, program: list[str], instance: str
) -> list[tuple[str, str, int]]:
    """Everything that was acknowledged before the server was killed under load."""
    acknowledged: list[tuple[str, str, int]] = []
    with served(folder, program) as (address, kill):
        pages = [Page(Line(address), c, instance) for c in package.plan.candidates]
        for page in pages:
            page.begin()
        threads = [threading.Thread(target=save_on, args=(p, acknowledged)) for p in pages]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(acknowledged) >= 40)
        kill()
        for thread in threads:
            thread.join()
    return acknowledged


def lost(folder: Path, acknowledged: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """What was acknowledged and is not in the journal."""
    site = Site(folder)
    kept = {(e["attempt"], e["instance"], e["sequence"]) for e in journal(site, "response")}
    assert in_memory_as_on_disk(site)
    site.close()
    return [one for one in acknowledged if one not in kept]


def test_what_was_acknowledged_outlives_a_kill_under_load(
    open_folder: Path, open_package: world.Package
) -> None:
    every: list[tuple[str, str, int]] = []
    for number in range(5):
        acknowledged = load_and_kill(open_folder, open_package, EXAMSITE, f"round{number}")
        every += acknowledged
        assert lost(open_folder, every) == []


def test_an_acknowledgement_before_the_commit_would_be_noticed(
    open_folder: Path, open_package: world.Package
) -> None:
    acknowledged = load_and_kill(open_folder, open_package, ["-c", EARLY], "early")
    assert lost(open_folder, acknowledged) != []
