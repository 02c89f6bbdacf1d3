"""What the site has in memory while a room is checked: paces, the common pull, facts."""

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from siteapp.conduct.pace import Bucket
from siteapp.conduct.session import Session
from siteapp.config import Settings
from siteapp.disk import needed_bytes
from siteapp.readiness import server
from siteapp.readiness.checks import ServerFacts, Spare
from siteapp.readiness.ends import Ends
from sync.disk import MIB
from sync.errors import ExamError

# Pages ask every two seconds: by then all of them know of it.
AHEAD_MS = 8_000
# A page that comes later than this pulls alone, which would measure nothing.
LATE_MS = 2_000
# A room behind one address comes all at once.
BURST_PULLS, PULLS_A_SECOND = 600, 5.0
BURST_ASKS, ASKS_A_SECOND = 20_000, 400.0
FACTS_LAST_MS = 60_000


class Pull(NamedTuple):
    """All machines pull at once: the number of that round, and when by the site's clock."""

    round: int
    due_ms: int


class Package(NamedTuple):
    """Whether a session's package was verified just now, and what it was called."""

    good: bool | None
    said: str


class Readiness:
    """For any thread; nothing in it must outlive a restart."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._folder, self._settings = folder, settings
        self._pulls, self._asks = Bucket(BURST_PULLS), Bucket(BURST_ASKS)
        self._pull = Pull(0, -1)
        self._looking = threading.Lock()
        self._facts: tuple[str, int, ServerFacts] | None = None
        self._ends: tuple[int, Ends] | None = None
        # Random: nothing on the way can make it shorter.
        self.blob = os.urandom(settings.number("check_blob_kib") * 1024)

    def ask(self, address: str, now: int) -> None:
        """Let a small request pass, or TooFast."""
        self._asks.take_one(address, ASKS_A_SECOND, now)

    def pull(self, address: str, now: int) -> bytes:
        """What a machine pulls, or TooFast."""
        self._pulls.take_one(address, PULLS_A_SECOND, now)
        return self.blob

    def pull_together(self, now: int) -> Pull:
        """From now on pages are told to pull, all at the same moment."""
        self._pull = Pull(self._pull.round + 1, now + AHEAD_MS)
        return self._pull

    def coming(self, now: int) -> Pull | None:
        """The common pull that a page may still join."""
        return self._pull if self._pull.round and now <= self._pull.due_ms + LATE_MS else None

    def facts(
        self,
        session: str,
        now: int,
        find: Callable[[], ServerFacts],
        anew: bool = False,
    ) -> ServerFacts:
        """The server's facts, not older than a minute; measured by one thread at a time."""
        with self._looking:
            if self._facts and not anew:
                of, at, facts = self._facts
                if of == session and 0 <= now - at < FACTS_LAST_MS:
                    return facts
            self._facts = session, now, (found := find())
            return found

    def ends(self, now: int, find: Callable[[], Ends]) -> Ends:
        """What ends when, not older than a minute; `now` may be any clock that goes on."""
        with self._looking:
            if self._ends is None or not 0 <= now - self._ends[0] < FACTS_LAST_MS:
                self._ends = now, find()
            return self._ends[1]


def find_facts(
    folder: Path,
    settings: Settings,
    sessions: Sequence[Session],
    reserved: int,
    verify: Callable[[], str],
    spare: Spare,
    about: tuple[str, bool],
) -> ServerFacts:
    """Measure the server. `about`: SQLite's version, and whether that is a good one.

    `verify` gives the package's digest, or raises what is wrong with it.
    """
    each = settings.number("candidate_reserve_kib") * 1024
    needed = max(0, needed_bytes(sessions, each) - reserved)
    usual, worst = server.sync_times(folder)
    machine = server.look()
    package = _verified(verify)
    sqlite, good = about
    return ServerFacts(
        free_mib=server.free_mib(folder),
        disk_mib=server.disk_mib(folder),
        needed_mib=-(-needed // MIB) + settings.number("reserve_mib"),
        sync_usual_ms=usual,
        sync_worst_ms=worst,
        sqlite=sqlite,
        sqlite_good=good,
        package=package.good,
        package_said=package.said,
        spare=spare,
        **machine._asdict(),
    )


def _verified(verify: Callable[[], str]) -> Package:
    try:
        return Package(True, verify()[:16])
    except ExamError as error:
        return Package(False, error.code)
    except (KeyError, FileNotFoundError):
        return Package(False, "not-found")
