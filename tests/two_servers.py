"""Two real servers on two loopback addresses: paired by their own commands, killed, promoted."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import world
from line import NO_TLS, Line
from room import Page
from together import wait_until

from siteapp.config import Settings
from siteapp.follow import spare_loop
from siteapp.site import Site
from siteapp.staff import Role
from siteapp.standby.folder import PairFolder, Peer
from siteapp.standby.leader import Leader
from siteapp.standby.spare import Spare

EXAMSITE = ["-m", "siteapp.cli"]
# A link on which every confirmation takes a while: what is answered before it shows.
SLOW = """
import time
from siteapp import cli
from siteapp.standby import leader
from siteapp.standby.ring import Ring

send = leader.Leader._send_frames

def slowly(self, frames):
    time.sleep(0.2)
    send(self, frames)

leader.Leader._send_frames = slowly
{more}
cli.main()
"""
# A primary that answers when its own disk has it: what the tests must be able to notice.
HASTY = """
def kept(self, answer):
    keep(self, lambda: None)
    answer()

keep, Ring.kept = Ring.kept, kept
"""
SECRET = bytes(range(32))
PRIMARY, SPARE = "127.0.0.1", "127.0.0.2"


def command(folder: Path, *words: str, program: list[str] = EXAMSITE) -> list[str]:
    return [sys.executable, *program, "--data", str(folder), "--lang", "en", *words]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Process:
    """A program of ours that prints a line when it is ready."""

    arguments: list[str]
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            self.arguments, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        with suppress(ValueError):
            for line in self.process.stdout:
                self.lines.append(line.strip())

    def said(self, words: str) -> str:
        """Wait for a line with these words; what stands after the colon."""
        wait_until(lambda: any(words in line for line in self.lines))
        line = next(line for line in self.lines if words in line)
        return line.partition(words)[2].removeprefix(": ").split(" (")[0]

    def kill(self) -> None:
        """Without warning."""
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.reader.join()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe
            pipe.close()

    def end(self) -> None:
        """As systemd does it."""
        self.process.terminate()
        self.process.wait(60)


@dataclass
class Pair:
    """A primary and its spare, each with its folder, address and process."""

    primary_folder: Path
    spare_folder: Path
    program: list[str] = field(default_factory=lambda: EXAMSITE)
    passwords: dict[str, str] = field(default_factory=dict)
    running: list[Process] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ports, self.hosts = (free_port(), free_port()), (PRIMARY, SPARE)
        self.a = f"http://{PRIMARY}:{self.ports[0]}"
        self.b = f"http://{SPARE}:{self.ports[1]}"

    def run(self, folder: Path, *words: str, program: list[str] = EXAMSITE) -> Process:
        self.running.append(self.start(command(folder, *words, program=program)))
        return self.running[-1]

    def start(self, arguments: list[str]) -> Process:
        """A program where the folder's server stands."""
        return Process(arguments)

    def close(self) -> None:
        """End all of it."""
        for process in self.running:
            process.kill()
        for line in self.lines:
            line.http.close()

    def serve(self) -> Process:
        words = ("serve", "--host", self.hosts[0], "--port", str(self.ports[0]))
        process = self.run(self.primary_folder, *words, program=self.program)
        process.said("The site is up")
        return process

    def follow(self) -> Process:
        words = ("standby", "run", "--host", self.hosts[1], "--port", str(self.ports[1]))
        process = self.run(self.spare_folder, *words)
        process.said("The spare is up")
        return process

    def staff(self) -> None:
        """A chief and an invigilator, before anything is served."""
        site = Site(self.primary_folder)
        roles: dict[str, Role] = {"chief": "chief", "second": "invigilator"}
        self.passwords = {name: site.staff.add(name, role) for name, role in roles.items()}
        site.close()

    def pair(self) -> None:
        """By the commands that people use."""
        offer = self.run(self.primary_folder, "standby", "offer", "--yes")
        code = offer.said("Pairing code")
        words = ("standby", "pair", self.a, "--address", self.b)
        asking = self.run(self.spare_folder, *words)
        assert asking.process.stdin
        asking.process.stdin.write(code + "\n")
        asking.process.stdin.flush()
        assert asking.process.wait(30) == offer.process.wait(30) == 0
        assert offer.said("Fingerprint") == asking.said("Fingerprint")

    def promote(self, chief: str = "chief", second: str = "second") -> tuple[int, str]:
        """Exit status and words of the act."""
        words = ("standby", "promote", "--chief", chief, "--second", second)
        more = ("--reason", "primary dead", "--address", self.b)
        given = "\n".join(self.passwords.get(name, "wrong") for name in (chief, second)) + "\n"
        done = subprocess.run(
            command(self.spare_folder, *words, *more),
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def servers(self, page: httpx.Client) -> dict[str, Any]:
        """What the wall says of the two servers."""
        found: dict[str, Any] = page.get(f"{self.a}/api/room/am-1121").json()["servers"]
        return found

    def chief(self, base: str) -> httpx.Client:
        """The chief's browser."""
        client = httpx.Client(trust_env=False, timeout=30, verify=NO_TLS)
        given = {"name": "chief", "password": self.passwords["chief"]}
        client.post(f"{base}/staff/sign-in", data=given)
        return client

    def both(self) -> None:
        """Wait until everything is on both disks."""
        with closing(self.chief(self.a)) as client:
            wait_until(lambda: (self.servers(client) or {}).get("state") == "both")


@contextmanager
def paired(primary: Path, spare: Path, program: list[str] = EXAMSITE) -> Iterator[Pair]:
    """Two servers, paired; the primary serves, the spare follows and has caught up."""
    pair = Pair(primary, spare, program)
    try:
        pair.staff()
        pair.serve()
        pair.pair()
        pair.follow()
        pair.both()
        yield pair
    finally:
        pair.close()


def save_on(page: Page, acknowledged: list[tuple[str, str, int]]) -> None:
    """Save one item after another until the server is gone; note what it acknowledged."""
    with suppress(httpx.HTTPError):
        while True:
            number = page.sequence % len(page.items)
            status, body = page.save(number, option=page.sequence % 4)
            if status != 200:
                break
            seat = "live" if page.candidate.seat < 4 else "media"
            attempt = f"{seat}/{page.candidate.admission}"
            acknowledged += [(attempt, page.instance, n) for n in body["saved"]]


def load(pages: list[Page], acknowledged: list[tuple[str, str, int]]) -> list[threading.Thread]:
    """All pages save at once, each as fast as it is answered."""
    threads = [threading.Thread(target=save_on, args=(p, acknowledged)) for p in pages]
    for thread in threads:
        thread.start()
    return threads


def pages_of(pair: Pair, package: world.Package) -> list[Page]:
    """Every candidate in the middle of the exam."""
    pair.lines += [Line(pair.a) for _ in package.plan.candidates]
    people = zip(pair.lines, package.plan.candidates, strict=True)
    pages = [Page(line, candidate, "round0") for line, candidate in people]
    for page in pages:
        page.begin()
    return pages


class Second:
    """A spare that answers on a port, in this process; the folder's site is its primary."""

    def __init__(self, site_folder: Path, folder: Path) -> None:
        for name in ("keys", "certificate.json", "root.txt"):
            copy = shutil.copytree if name == "keys" else shutil.copy
            copy(site_folder / name, folder / name)
        PairFolder(folder).pair(Peer("spare", "http://127.0.0.1:1"), SECRET)
        self.spare = Spare(folder)
        self.loop = spare_loop(self.spare, "127.0.0.1", 0, Settings({}))
        PairFolder(site_folder).pair(Peer("primary", self.loop.address), SECRET)
        self.thread = threading.Thread(target=self.loop.run)
        self.thread.start()

    def close(self) -> None:
        self.loop.stop()
        self.thread.join()
        self.spare.close()


def told(site: Site) -> dict[str, Any]:
    return site.standby.told() or {}


def failures(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """What waits until a primary's talk with its spare has begun anew and failed again, twice."""
    reasons: list[str] = []
    failed = Leader._failed

    def noted(self: Leader, error: Exception) -> None:
        failed(self, error)
        reasons.append(str(error))

    def again() -> None:
        before = len(reasons)
        wait_until(lambda: len(reasons) >= before + 2)

    monkeypatch.setattr(Leader, "_failed", noted)
    return again
