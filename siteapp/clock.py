"""One clock that runs on through restarts and does not follow a wall clock that is set."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# Longer than this a powered-off site is not resuming a sitting; no time is counted.
MAX_GAP_MS = 6 * 3600 * 1000


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


class Clock:
    """The site's clock: `now()` in ms, continued from the anchor of an earlier run.

    Within one boot it follows CLOCK_BOOTTIME. Over a reboot it adds what the wall clock says
    passed, unless that is negative or longer than six hours: then nothing is added.
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
        if anchor is None:
            passed, base = 0, 0
        elif anchor.boot == self._boot:
            passed, base = reading - anchor.boottime_ms, anchor.clock_ms
        else:
            gap = wall() - anchor.wall_ms
            passed, base = (gap if 0 <= gap <= MAX_GAP_MS else 0), anchor.clock_ms
        self._offset = base + max(0, passed) - reading

    def now(self) -> int:
        """The site's clock in ms."""
        return self._boottime() + self._offset

    def anchor(self) -> Anchor:
        """What to keep on disk so that a later run continues."""
        return Anchor(self._boot, self._boottime(), self.wall(), self.now())
