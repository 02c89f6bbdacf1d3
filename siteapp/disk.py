"""The site's disk: who gives way when it runs full, and the bytes that are kept for answers.

free space          below 2 × reserve_mib   everyday log lines stop
                    below 1 ×               imports, packages and uploads are refused
                    below ¼ ×               no more batches are cut
none at all         DATA/reserve is given back, a piece at a time, for answers
that eaten too      507: answers stay in the pages, which go on trying
"""

import logging
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from siteapp.conduct.session import Session
from siteapp.config import Settings
from siteapp.store.checkpoint import LOG_BYTES
from sync.disk import MIB, free_bytes, is_full, sync

log = logging.getLogger("examsite.disk")

Work = Literal["logs", "intake", "cutting"]
# In the order in which they give way: percent of `reserve_mib` that must be free.
GIVES_WAY: dict[Work, int] = {"logs": 200, "intake": 100, "cutting": 25}
# Measured, and rounded up: docs/design/storage.md.
EVENT_BYTES = 512
# What an answer's group needs at a time, and what a service needs to come up.
PIECE = MIB
# Taken at once, so that nobody waits long for the lock.
STRIDE = 16 * MIB


def needed_bytes(sessions: Iterable[Session], each: int) -> int:
    """What answers may still take: `each` bytes an attempt, less what is in the journal."""
    open_ones = [s for s in sessions if not s.closed]
    answers = sum(max(0, len(s.attempts) * each - s.next_seq * EVENT_BYTES) for s in open_ones)
    return answers + LOG_BYTES if open_ones else 0


class Reserve:
    """A file of allocated bytes that nobody else can have; for any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changing = threading.Lock()

    @property
    def held(self) -> int:
        """Bytes that it holds now."""
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0

    def grow(self, to: int, leave: int) -> None:
        """Hold so many bytes, or as many as leave `leave` bytes free."""
        while (held := self.held) < to:
            more = min(to - held, STRIDE, free_bytes(self._path.parent) - leave)
            if more < min(PIECE, to - held):
                return
            with self._changing, self._path.open("ab") as file:
                try:
                    # Allocated for certain: a sparse file would be room that is not there.
                    os.posix_fallocate(file.fileno(), file.tell(), more)
                except OSError as error:
                    if not is_full(error):
                        raise
                    return

    def shrink(self, to: int) -> bool:
        """Give back what is above `to`; True if there was any."""
        with self._changing:
            if self.held <= max(to, 0):
                return False
            with self._path.open("r+b") as file:
                file.truncate(max(to, 0))
                # On ext4 the room is there for others once this is in its journal.
                sync(file.fileno())
            return True

    def give(self) -> bool:
        """Give back one piece; False if there is none left."""
        return self.shrink(self.held - PIECE)


class Disk:
    """What the pages show of the disk, and what may still be done on it."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.reserve = Reserve(folder / "reserve")
        self._keep = settings.number("reserve_mib") * MIB
        self._each = settings.number("candidate_reserve_kib") * 1024
        self._said: tuple[str, ...] = ()

    def needed(self, sessions: Iterable[Session]) -> int:
        """The bytes that these sessions' answers may still take."""
        return needed_bytes(sessions, self._each)

    def stops(self, work: Work) -> bool:
        """True if there is too little room for that."""
        return free_bytes(self.folder) < self._keep * GIVES_WAY[work] // 100

    def room_for(self, copies: int) -> int:
        """How many bytes may come that lie here so many times; what is kept for answers stays."""
        return max(0, free_bytes(self.folder) - self._keep) // copies

    def wake(self) -> None:
        """Make room for a service to come up on a full disk."""
        while free_bytes(self.folder) < PIECE and self.reserve.give():
            pass

    def tend(self, sessions: Iterable[Session]) -> int:
        """Hold what the sessions need, if there is room; the bytes that are missing."""
        needed = self.needed(sessions)
        if self.reserve.held > needed + STRIDE or not needed:
            self.reserve.shrink(needed)
        self.reserve.grow(needed, self._keep * GIVES_WAY["cutting"] // 100)
        self._tell()
        return max(0, needed - self.reserve.held)

    def _tell(self) -> None:
        stopped = tuple(work for work in GIVES_WAY if self.stops(work))
        if stopped != self._said:
            self._said = stopped
            free = free_bytes(self.folder) // MIB
            # Critical is what still gets through when logs have given way.
            log.critical("disk: %d MiB free; given way: %s", free, ", ".join(stopped) or "nothing")

    def missing_mib(self, sessions: Iterable[Session]) -> int:
        """Hold what the sessions need; how much of it cannot be had."""
        return -(-self.tend(list(sessions)) // MIB)

    def state(self, sessions: Iterable[Session]) -> dict[str, Any]:
        """For the screens, in MiB; `gives_way` names what has stopped."""
        needed, held, free = self.needed(sessions), self.reserve.held, free_bytes(self.folder)
        return {
            "free_mib": free // MIB,
            "gives_way": [work for work in GIVES_WAY if self.stops(work)],
            "needed_mib": -(-needed // MIB),
            "missing_mib": -(-max(0, needed - held) // MIB),
            "answers_fit": held > 0 or free >= PIECE,
        }


class QuietWhenFull(logging.Filter):
    """Log lines give way first: only what is critical is written on a disk that runs full."""

    def __init__(self, disk: Disk) -> None:
        super().__init__()
        self._disk = disk

    def filter(self, record: logging.LogRecord) -> bool:
        """As logging asks."""
        return record.levelno >= logging.CRITICAL or not self._disk.stops("logs")
