"""Files that the spare must have: packages, and what candidates uploaded. Sent beside the commits.

A file goes ahead of the commit that speaks of it: who is about to commit waits in `secure` until
the spare has it on its disk. Pieces and commits take turns, so no large file holds up a save.
"""

import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from siteapp.store.live import Live
from siteapp.uploads.files import announced_as

PIECE = 1024 * 1024
LOOK_S = 0.05

_PACKAGE = re.compile(r"[0-9a-f]{64}\.package")
_WHOLE = re.compile(r"([0-9a-f]{32})\.[0-9a-f]{64}")
_UPLOAD = re.compile(r"[0-9a-f]{32}\.(json|part|[0-9a-f]{64})")


def place(folder: Path, name: str) -> Path | None:
    """Where the file of this name lies in a data folder; None for a name that is none of these."""
    if _PACKAGE.fullmatch(name):
        return folder / "packages" / name
    if _UPLOAD.fullmatch(name):
        return folder / "files" / name
    return None


def all_names(folder: Path, live: Live) -> list[str]:
    """All that a spare of this folder must have: packages first, whole files, late parts."""
    names = sorted(path.name for path in (folder / "packages").glob("*.package"))
    for path in sorted((folder / "files").glob("*.*")):
        if found := _WHOLE.fullmatch(path.name):
            names += [f"{found[1]}.json", path.name]
    for upload in _late(live):
        if (folder / "files" / f"{upload}.part").exists():
            names += [f"{upload}.json", f"{upload}.part"]
    return names


def _late(live: Live) -> Iterator[str]:
    for session in list(live.sessions.values()):
        for attempt in list(session.attempts.values()):
            for body in list(attempt.late_files):
                yield announced_as(session.plan.id, body).id


class Sending(NamedTuple):
    """How far a file has gone."""

    name: str
    offset: int
    digest: "hashlib._Hash"


class Luggage:
    """What is still to be sent; safe to use from any thread."""

    def __init__(self, folder: Path, now: Callable[[], float]) -> None:
        self._folder, self._now = folder, now
        self._due: dict[str, None] = {}
        self.lock = threading.Lock()
        self._waiting = 0
        self._moved_at = 0.0
        self._sending: Sending | None = None

    def pack(self, names: Iterable[str]) -> None:
        """These are to be sent, those that were due before first."""
        with self.lock:
            self._due.update(dict.fromkeys(names))

    def secure(
        self, names: Iterable[str], waits: Callable[[], bool], wake: Callable[[], None]
    ) -> None:
        """Return when the spare has these files, or when `waits` says that nobody waits for it.

        `wake` is called when they are due.
        """
        names = list(names)
        with self.lock:
            self._due.update(dict.fromkeys(names))
            if not self._waiting:
                self._moved_at = self._now()
            self._waiting += 1
        wake()
        try:
            while waits() and any(name in self._due for name in names):
                time.sleep(LOOK_S)
        finally:
            with self.lock:
                self._waiting -= 1

    def stalled_s(self) -> float:
        """For how long somebody has waited while nothing moved."""
        with self.lock:
            return self._now() - self._moved_at if self._waiting else 0.0

    @property
    def due(self) -> bool:
        """Something is still to be sent. Ask with `lock` held if a decision hangs on it."""
        return bool(self._due)

    @property
    def package_due(self) -> bool:
        """A package is still to be sent."""
        return any(_PACKAGE.fullmatch(name) for name in list(self._due))

    def start_anew(self) -> None:
        """The spare has dropped what it had of the file under way."""
        self._sending = None

    def piece(self) -> tuple[Sending, bytes] | None:
        """The next piece to send; empty bytes when its file is at its end. None: nothing is due."""
        while True:
            with self.lock:
                name = next(iter(self._due), None)
            if name is None:
                return None
            path = place(self._folder, name)
            if path is not None and path.exists():
                break
            # Given up meanwhile by its page.
            self._forget(name)
        if self._sending is None or self._sending.name != name:
            self._sending = Sending(name, 0, hashlib.sha256())
        with path.open("rb") as file:
            file.seek(self._sending.offset)
            return self._sending, file.read(PIECE)

    def went(self, piece: bytes) -> None:
        """The piece is on the spare's disk."""
        assert self._sending  # noqa: S101  (it was just sent)
        name, offset, digest = self._sending
        digest.update(piece)
        with self.lock:
            self._moved_at = self._now()
        self._sending = Sending(name, offset + len(piece), digest)

    def arrived(self, name: str) -> None:
        """The whole file has its place at the spare."""
        self._sending = None
        self._forget(name)

    def _forget(self, name: str) -> None:
        with self.lock:
            self._due.pop(name, None)
            self._moved_at = self._now()
