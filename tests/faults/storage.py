"""A real server on a disk that fails, and candidates who keep what it told them."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
from killed import EXAMSITE
from ledger import Ledger, attempt_of
from line import Line
from room import Page
from together import wait_until


def program(patch: str) -> list[str]:
    """The site's command with something in it changed first."""
    return ["-c", f"{patch}\nfrom siteapp import cli\ncli.main()"]


# The log goes into the file after a few pages, so that a short run has many checkpoints.
SHORT_LOG = """
from siteapp.store import checkpoint
checkpoint.Checkpoints.__init__.__defaults__ = (8,)
"""


# Takes the failed group back and calls it saved.
CARELESS = """
from siteapp.store import writer
writer.Writer._failed = lambda self, group, error: self._take_back(group)
"""

# Far more answers than a hand gives, for as long as a test of many rounds needs them.
NO_PACE = """
from siteapp.conduct import pace
pace.BURST_SAVES = pace.BUDGET_SAVES = 10**9
pace.BURST_BYTES = pace.BUDGET_BYTES = 2**40
"""


# No part of these tests takes longer on a machine that others use too.
PATIENCE_S = 240


class Service:
    """A server process, perhaps under strace, which then ends as the server does."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        self._process = process
        self.address = process.stdout.readline().partition(": ")[2].strip()

    @property
    def running(self) -> bool:
        """False once it has ended."""
        return self.status is None

    @property
    def status(self) -> int | None:
        """Its exit status, once it has ended."""
        return self._process.poll()

    @property
    def memory_kib(self) -> int:
        """What it holds in memory (resident)."""
        return self._told_kib("VmRSS")

    @property
    def peak_kib(self) -> int:
        """The most that it has held since `forget_peak`."""
        return self._told_kib("VmHWM")

    def forget_peak(self) -> None:
        """The peak is counted from here; a sign-in alone takes 64 MiB for a moment."""
        Path(f"/proc/{self._process.pid}/clear_refs").write_text("5")

    def _told_kib(self, what: str) -> int:
        lines = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(what))

    def wait(self) -> int:
        """Its exit status, which must come."""
        return self._process.wait(60)


@contextmanager
def service(
    folder: Path, run: list[str] = EXAMSITE, trace: list[str] | None = None
) -> Iterator[Service]:
    """The site in a process of its own, killed at the end; `trace` are options of strace."""
    command = [sys.executable, *run, "--data", str(folder), "--lang", "en", "serve", "--port", "0"]
    strace = ["strace", "-f", "--seccomp-bpf", *trace] if trace else []
    with subprocess.Popen(
        [*strace, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield Service(process)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            # Until the last of them has let go of it: under strace there are two.
            assert process.stdout
            process.stdout.read()


class Room:
    """Candidates who save one answer after another and send what is not acknowledged again."""

    def __init__(self, pages: list[Page]) -> None:
        self.pages = pages
        self.ledger: Ledger = {}
        self.told: Counter[tuple[int, str]] = Counter()

    def write(
        self, site: Service, over: Callable[[], bool] = lambda: False, most: int = 10**6
    ) -> None:
        """Everybody saves until it is over, the server ends, or each has so many more saved."""
        late = time.monotonic() + PATIENCE_S

        def ended() -> bool:
            return over() or not site.running or time.monotonic() > late

        threads = [
            threading.Thread(target=self._write, args=(page, site.address, ended, most))
            for page in self.pages
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _write(self, page: Page, address: str, over: Callable[[], bool], most: int) -> None:
        page.client = Line(address)
        page.client.http.timeout = 5
        until = page.sequence + most
        while page.sequence < until and not over():
            # As the page's outbox: what was not acknowledged keeps its number.
            with suppress(httpx.HTTPError):
                if not page.items:
                    self._begin(page)
                elif self._save(page):
                    continue
            time.sleep(0.02)
        page.client.http.close()

    def _begin(self, page: Page) -> None:
        if not page.token and self._refused(*page.sign_in()):
            return
        for act in ("confirm", "start"):
            if self._refused(*page.call("POST", act, {})):
                return
        status, paper = page.call("GET", "paper")
        if not self._refused(status, paper):
            page.items = [item for part in paper["parts"] for item in part["items"]]

    def _refused(self, status: int, body: Any) -> bool:
        # Too fast is no refusal: the page waits, as ours does, and sends the same again.
        if status not in (200, 429):
            self.told[status, body["error"]["code"]] += 1
        return status != 200

    def _save(self, page: Page) -> bool:
        number = page.sequence + 1
        place = number % len(page.items)
        status, body = page.save(place, option=number % 4, sequence=number)
        if self._refused(status, body):
            return False
        page.sequence = number
        self.ledger[page.instance, number] = attempt_of(page)
        return True


@contextmanager
def small_disk(folder: Path, mib: int, *kind: str) -> Iterator[Path]:
    """A file system of so many MiB on `folder`: memory, or with `kind` what a loop device holds."""
    folder.mkdir(exist_ok=True)
    what = kind or ("-t", "tmpfs", "-o", f"size={mib}m", "tmpfs")
    subprocess.run(["mount", *what, str(folder)], check=True)
    try:
        yield folder
    finally:
        wait_until(lambda: subprocess.run(["umount", str(folder)], check=False).returncode == 0)


def fill(folder: Path, leave: int) -> Path:
    """Write until only `leave` bytes are free; the file that takes the room."""
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        while (more := shutil.disk_usage(folder).free - leave) > 0:
            # Others may take room at the same moment.
            with suppress(OSError):
                os.posix_fallocate(file.fileno(), file.tell(), more)
            file.seek(0, os.SEEK_END)
    return ballast
