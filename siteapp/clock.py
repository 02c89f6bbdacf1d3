"""One clock: it runs through restarts, stands still over a reboot, follows no wall clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Anchor:
    """The last reading that reached the disk; all in ms but `boot`, the kernel's boot id."""

    boot: str
    boottime_ms: int
    wall_ms: int
    clock_ms: int


def boot_id() -> str:
    """The identifier of this boot of the machine (Linux)."""
    return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()


def boottime_ms() -> int:
    """Milliseconds since boot, suspension included; never set by anyone."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def wall_ms() -> int:
    """Milliseconds since 1970 by the wall clock, which people and NTP may set."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Outage:
    """The time between the last reading on disk and this run.

    `counted_ms` ran on the site's clock. `wall_ms` is what the wall clock claims passed: evidence
    for people, never counted.
    """

    rebooted: bool
    counted_ms: int
    wall_ms: int


class Clock:
    """The site's clock: `now()` in ms, continued from the anchor of an earlier run.

    Within one boot it follows CLOCK_BOOTTIME. Over a reboot nothing is added: only the wall clock
    could say what passed, and a wrong one must not take a candidate's time.
    """

    def __init__(
        self,
        anchor: Anchor | None,
        boot: Callable[[], str] = boot_id,
        boottime: Callable[[], int] = boottime_ms,
        wall: Callable[[], int] = wall_ms,
    ) -> None:
        self._boot, self._boottime, self.wall = boot(), boottime, wall
        reading = boottime()
        self.outage: Outage | None = None
        base = 0
        if anchor is not None:
            # Within one boot the kernel's time cannot run back, whatever its id says.
            rebooted = anchor.boot != self._boot or reading < anchor.boottime_ms
            passed = 0 if rebooted else reading - anchor.boottime_ms
            base = anchor.clock_ms + passed
            self.outage = Outage(rebooted, passed, wall() - anchor.wall_ms)
        self._offset = base - reading

    def now(self) -> int:
        """The site's clock in ms."""
        return self._boottime() + self._offset

    def anchor(self) -> Anchor:
        """What to keep on disk so that a later run continues."""
        return Anchor(self._boot, self._boottime(), self.wall(), self.now())


class WallWatch:
    """Notices that somebody set the wall clock; a clock that is slewed is not set."""

    JUMP_MS = 2_000

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = clock.wall() - clock.now()

    def jump(self) -> int:
        """By how much it was set since the last question, in ms; 0 if it was not."""
        ahead = self._clock.wall() - self._clock.now()
        moved, self._ahead = ahead - self._ahead, ahead
        return moved if abs(moved) >= self.JUMP_MS else 0
