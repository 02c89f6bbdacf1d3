"""The cameras while the site runs: looked at side by side when somebody asks, never by themselves.

While somebody watches the strip beside the wall they are looked at again every few minutes.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from siteapp.cameras.book import Book
from siteapp.cameras.look import look_at
from siteapp.cameras.model import Camera, Look
from siteapp.cameras.stills import Stills
from siteapp.config import Settings
from siteapp.errors import CamerasBusy
from siteapp.identity import Identity
from sync.wire.keys import OpeningKey

log = logging.getLogger("examsite.cameras")

# Children of fifty MiB each; while somebody writes answers, one at a time.
AT_ONCE, AT_ONCE_IN_A_SITTING = 8, 1
Progress = Callable[[int, int], None]


class Round(NamedTuple):
    """How far a round is."""

    done: int
    of: int


def wall_ms() -> int:
    """The wall clock."""
    return int(time.time() * 1000)


class Cameras:
    """One per data folder; for any thread."""

    def __init__(self, data: Path, site: str, key: OpeningKey, settings: Settings) -> None:
        self.book = Book(data, site, key)
        self.stills = Stills(data, settings.number("stills_kept"), settings.number("stills_days"))
        self._pause_s = settings.number("check_camera_pause_s")
        self._seconds = settings.number("check_camera_s")
        self._every_ms = settings.number("stills_every_s") * 1000
        self._going, self._state, self._finding = (threading.Lock() for _ in range(3))
        self._round: Round | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    @property
    def round(self) -> Round | None:
        """How far the round is that goes on now."""
        return self._round

    def check(
        self,
        names: Iterable[str] = (),
        progress: Progress = lambda done, of: None,
        at_once: int = AT_ONCE,
    ) -> list[Look]:
        """Look at these cameras (all), side by side, and keep what was found; CamerasBusy."""
        if not self._going.acquire(blocking=False):
            raise CamerasBusy
        try:
            return self._check(set(names), progress, at_once)
        finally:
            self._round = None
            self._going.release()

    def _check(self, names: set[str], progress: Progress, at_once: int) -> list[Look]:
        listed = self.book.cameras()
        chosen = [one for one in listed if not names or one.id in names]
        found: list[Look] = []
        self._round = Round(0, len(chosen))
        with ThreadPoolExecutor(max(1, min(at_once, len(chosen)))) as pool:
            for done in as_completed([pool.submit(self._one, one) for one in chosen]):
                result = done.result()
                if result is not None:
                    self.stills.keep([result])
                    found.append(result[0])
                self._round = Round(self._round.done + 1, len(chosen))
                progress(*self._round)
        self.stills.prune([one.id for one in listed], wall_ms())
        return found

    def _one(self, camera: Camera) -> tuple[Look, bytes] | None:
        if self._stopping.is_set():
            return None
        secret = self.book.secret(camera)
        return look_at(camera, secret, self._pause_s, self._seconds, wall_ms())

    def begin(self, names: Iterable[str] = (), at_once: int = AT_ONCE) -> None:
        """As `check`, in a thread; CamerasBusy if a round goes on."""
        with self._state:
            if self._round is not None or (self._thread and self._thread.is_alive()):
                raise CamerasBusy
            if self._stopping.is_set():
                return
            self._thread = threading.Thread(
                target=self._alone, args=(list(names), at_once), name="cameras", daemon=True
            )
            self._thread.start()

    def _alone(self, names: list[str], at_once: int) -> None:
        try:
            self.check(names, at_once=at_once)
        except Exception:
            # Shown as an old time of the last look; the sitting goes on.
            log.exception("the cameras could not be looked at")

    @contextmanager
    def discovering(self) -> Iterator[bool]:
        """Whether nobody else is looking for cameras; one at a time."""
        free = self._finding.acquire(blocking=False)
        try:
            yield free
        finally:
            if free:
                self._finding.release()

    def watched(self, now: int, at_once: int = AT_ONCE) -> None:
        """Somebody watches: look again if the last round is old."""
        looks = self.stills.looks().values()
        oldest = min((look.at for look in looks), default=0)
        if looks and abs(now - oldest) >= self._every_ms and self._round is None:
            try:
                self.begin(at_once=at_once)
            except CamerasBusy:
                return

    def stop(self) -> None:
        """End; a look that goes on ends by its own time, and nobody waits for it long."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=5)


def of_site(data: Path, identity: Identity, settings: Settings) -> Cameras:
    """The cameras of this site; passwords are sealed to its own key."""
    return Cameras(data, identity.site, identity.seal, settings)
