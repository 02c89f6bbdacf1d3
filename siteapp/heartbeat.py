"""The writer's own heartbeat, for the watchdog of systemd; and which sessions are being sat.

DATA/running.json         the sessions of which a sitting is open; an upgrade reads it
DATA/spool/windows.json   the hours of sittings, those to come too; the courier reads it
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from siteapp.conduct.session import Session
from siteapp.store.writer import Decision, Writer
from sync.errors import ExamError
from sync.exam.sitting import is_start, starts_ms
from sync.notify import Notifier
from sync.windows import Windows, around, tell_windows
from sync.wire.files import write_durably

log = logging.getLogger("examsite.heartbeat")
FILE = "running.json"
LOOK_S = 1.0


def being_sat(sessions: Iterable[Session]) -> list[str]:
    """The sessions that an upgrade would disturb: a sitting of theirs is open."""
    return sorted(s.plan.id for s in sessions if "open" in s.sittings.values())


def windows_of(sessions: Collection[Session]) -> Windows:
    """The hours in which the courier leaves the line alone: of all that is not over."""
    waiting = [s.plan.starts_at for s in sessions if "waiting" in s.sittings.values()]
    starts = [starts_ms(text) for text in waiting if is_start(text)]
    return Windows(bool(being_sat(sessions)), around(starts))


class Heartbeat:
    """Beats when the writer's thread has turned to what this asked of it, and only then.

    A thread of its own would beat on beside a writer that hangs in a sync, and nobody would know.
    """

    def __init__(
        self, writer: Writer, notifier: Notifier, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._writer, self._notifier, self._clock = writer, notifier, clock
        self._asked, self._due = False, clock()

    def turn(self) -> None:
        """Ask the writer for the next beat, if it is due and none is on its way."""
        every = self._notifier.every
        if every is None or self._asked or self._clock() < self._due:
            return
        self._asked, self._due = True, self._clock() + every
        try:
            self._writer.enqueue(None, self._here, lambda refusal: None)
        except ExamError:
            # As many wait as may: the next look asks again, when the writer has worked some off.
            self._asked, self._due = False, self._clock()

    def _here(self) -> Decision:
        """In the writer's thread."""
        self._asked = False
        self._notifier.beat()
        return Decision()


class Running:
    """The file that says which sessions are being sat; where it cannot be written there is none."""

    def __init__(self, folder: Path) -> None:
        self._path, self._spool = folder / FILE, folder / "spool"
        self._told: list[str] | None = None
        self._windows: Windows | None = None

    def tell(self, sessions: list[str]) -> None:
        """Written when it changes."""
        if sessions == self._told:
            return
        try:
            write_durably(self._path, msgspec.json.encode({"sessions": sessions}))
            self._told = sessions
        except OSError as error:
            log.warning("%s was not written: %s", self._path, error)
            # Who reads takes no file for "not known", and an old one for the truth.
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def tell_hours(self, windows: Windows) -> None:
        """Written when it changes, tried again if it could not be."""
        if windows == self._windows:
            return
        try:
            tell_windows(self._spool, windows)
            self._windows = windows
        except OSError as error:
            log.warning("%s was not written: %s", self._spool, error)


class Watch:
    """The thread that looks once a second."""

    def __init__(self, heartbeat: Heartbeat, tell: Callable[[], None]) -> None:
        self._heartbeat, self._tell = heartbeat, tell
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin; what is being sat is in the file when this returns."""
        self._tell()
        self._thread.start()

    def stop(self) -> None:
        """End it; the file stays as it is: who is being sat is not over by this."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_S):
            self._heartbeat.turn()
            self._tell()
