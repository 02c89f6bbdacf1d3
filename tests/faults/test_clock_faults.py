"""Wall clocks that jump and machines that boot anew, under the real program.

libfaketime sets the wall clock of the process alone; the kernel's time since boot stays real, as it
does when somebody sets a clock. A time namespace gives another boot its own time since boot.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import world
from line import Line, get
from room import Page, journal
from together import wait_until

from siteapp.clock import boot_id
from siteapp.site import Site

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
HOUR = 3_600
YEAR_1970 = -1_795_000_000
JUMPS = [3 * HOUR, -3 * HOUR, YEAR_1970]
ANOTHER_BOOT = "11111111-1111-4111-8111-111111111111"
BOOT_ID = "/proc/sys/kernel/random/boot_id"
SECOND = 1_000


def in_short(jumps: list[int]) -> list[Any]:
    """In the short form the last of them, the farthest."""
    return [*(pytest.param(jump, marks=pytest.mark.long) for jump in jumps[:-1]), jumps[-1]]


pytestmark = pytest.mark.skipif(not FAKETIME.exists(), reason="libfaketime is not installed")

# A clock that follows the wall, as a naive one would: what every test here must be able to notice.
NAIVE = """
from siteapp import cli, clock
class Naive(clock.Clock):
    def __init__(self, anchor, **given):
        super().__init__(None, **given)
        self.outage = None
    def now(self):
        return self.wall()
import siteapp.store.live as live
live.Live.__init__.__defaults__ = (*live.Live.__init__.__defaults__[:-1], Naive)
cli.main()
"""
REAL = ["-m", "siteapp.cli"]


class Machine:
    """One site's machine: its wall clock, its boot, and the program that runs on it."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        self.folder, self.boot_id = folder, scratch / "boot_id"
        self.wall = scratch / "wall"
        self.set_wall(0)
        self.prefix: list[str] = []
        self.lines: list[Line] = []

    def set_wall(self, seconds: int) -> None:
        """The wall clock is off by so much from now on."""
        self.wall.write_text(f"{seconds:+d}\n")

    def boot(self, up_s: int, boot_id: str) -> None:
        """The next program runs after another boot, `up_s` seconds further on by its clock."""
        self.boot_id.write_text(f"{boot_id}\n")
        bind = f'mount --bind {self.boot_id} {BOOT_ID} && exec "$@"'
        unshare = ["unshare", "-m", "-T", "--boottime", str(up_s), "--fork", "--kill-child"]
        self.prefix = [*unshare, "sh", "-c", bind, "sh"]

    @contextmanager
    def running(self, program: list[str]) -> Iterator[str]:
        """The site's address while its program runs; the end is a kill without warning."""
        faked = {
            "LD_PRELOAD": str(FAKETIME),
            "FAKETIME_TIMESTAMP_FILE": str(self.wall),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }
        serve = ["--data", str(self.folder), "--lang", "en", "serve", "--port", "0"]
        command = [*self.prefix, "env", *(f"{n}={v}" for n, v in faked.items()), sys.executable]
        with subprocess.Popen(
            [*command, *program, *serve], stdout=subprocess.PIPE, text=True
        ) as it:
            try:
                assert it.stdout
                yield it.stdout.readline().partition(": ")[2].strip()
            finally:
                os.kill(it.pid, signal.SIGKILL)
        # Behind `unshare` the program is a child, which ends a moment later.
        wait_until(self._free)

    def _free(self) -> bool:
        with (self.folder / "lock").open("w") as lock, suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False

    def line(self, address: str) -> Line:
        """A connection to the program at this address."""
        self.lines.append(Line(address))
        return self.lines[-1]


@pytest.fixture
def machine(open_folder: Path, tmp_path: Path) -> Iterator[Machine]:
    """A site whose room is open."""
    made = Machine(open_folder, tmp_path)
    yield made
    for line in made.lines:
        line.http.close()


def begin(machine: Machine, package: world.Package, address: str) -> Page:
    page = Page(machine.line(address), package.plan.candidates[0])
    page.begin()
    return page


def left_ms(page: Page, line: Line | None = None) -> int:
    """What the server says is left, asked over this line."""
    page.client = line or page.client
    return int(page.call("GET", "state")[1]["remaining_ms"])


def categories(machine: Machine) -> list[str]:
    site = Site(machine.folder)
    try:
        return [body["category"] for body in journal(site, "incident")]
    finally:
        site.close()


def now_ms() -> int:
    """A clock that nobody sets."""
    return int(time.monotonic() * SECOND)


def unchanged(before: int, after: int, began: int) -> bool:
    """Nothing was taken but what passed since `began`, no more given than a power cut may give."""
    return before - (now_ms() - began) - 5 * SECOND < after <= before + 6 * SECOND


@pytest.mark.parametrize("jump", in_short(JUMPS))
def test_a_wall_clock_that_is_set_while_the_site_runs_takes_no_time_and_is_on_record(
    machine: Machine, open_package: world.Package, jump: int
) -> None:
    with machine.running(REAL) as address:
        page = begin(machine, open_package, address)
        before, began = left_ms(page), now_ms()
        machine.set_wall(jump)
        time.sleep(2)
        assert unchanged(before, left_ms(page), began)
    assert categories(machine) == ["clock"]


@pytest.mark.parametrize("jump", in_short(JUMPS))
def test_a_wall_clock_that_is_set_while_the_site_is_off_takes_no_time_and_is_on_record(
    machine: Machine, open_package: world.Package, jump: int
) -> None:
    with machine.running(REAL) as address:
        page = begin(machine, open_package, address)
        before, began = left_ms(page), now_ms()
    machine.set_wall(jump)
    with machine.running(REAL) as address:
        assert unchanged(before, left_ms(page, machine.line(address)), began)
    # A machine that is slow to start notes that it was away, too.
    assert [found for found in categories(machine) if found != "outage"] == ["clock"]


def test_a_clock_that_follows_the_wall_would_be_noticed(
    machine: Machine, open_package: world.Package
) -> None:
    with machine.running(["-c", NAIVE]) as address:
        page = begin(machine, open_package, address)
        before = left_ms(page)
        machine.set_wall(-3 * HOUR)
        assert left_ms(page) > before + 2 * HOUR * SECOND


@pytest.mark.long
def test_a_clock_that_is_left_alone_is_not_on_record(
    machine: Machine, open_package: world.Package
) -> None:
    for _ in range(2):
        with machine.running(REAL) as address:
            get(f"{address}/health")
            begin(machine, open_package, address)
            time.sleep(1.5)
    assert categories(machine) == []


LONG_UP_S = 30_000


def reboots() -> Iterator[Any]:
    """Every wall clock with every kernel's time; in the short form the kernel's alone."""
    for jump in [0, *JUMPS]:
        for up_s in [-20_000, 90_000]:
            yield pytest.param(jump, up_s, marks=[pytest.mark.long] if jump else [])


@pytest.mark.parametrize(("jump", "up_s"), [*reboots()])
def test_over_a_reboot_exam_time_stands_still_whatever_any_clock_says(
    machine: Machine, open_package: world.Package, up_s: int, jump: int
) -> None:
    # No clock can be set back by more than this machine has run, which may be minutes.
    machine.boot(LONG_UP_S, boot_id())
    with machine.running(REAL) as address:
        page = begin(machine, open_package, address)
        before, began = left_ms(page), now_ms()
    machine.set_wall(jump)
    machine.boot(LONG_UP_S + up_s, ANOTHER_BOOT)
    with machine.running(REAL) as address:
        assert unchanged(before, left_ms(page, machine.line(address)), began)
    assert categories(machine) == ["reboot"]


def test_within_one_boot_the_time_that_passed_is_counted(
    machine: Machine, open_package: world.Package
) -> None:
    # The control of the reboot: the same leap of the kernel's time under the same boot.
    with machine.running(REAL) as address:
        page = begin(machine, open_package, address)
        before, began = left_ms(page), now_ms()
    machine.boot(600, boot_id())
    with machine.running(REAL) as address:
        assert unchanged(before - 600 * SECOND, left_ms(page, machine.line(address)), began)
    assert categories(machine) == ["outage", "clock"]
