"""Newer software over the line: the word of two officers, then the file in parts.

Deliveries come first, sittings before all: in their hours nothing of it is asked for. What it may
take of the line has a bound, and each part ends soon, for codes and batches come between the parts.
"""

import logging
import secrets
import time
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Protocol

from sync.disk import require_room
from sync.updates import Updates
from sync.wire.register import KeyRegister
from sync.wire.update import Update

# How often the word is asked for: sites are many, and nobody installs within the hour.
LOOK_S = 600.0
# A part takes no longer, also on a thin line.
PART_S = 10.0
# How often it is seen whether something is to be delivered.
YIELD_S = 1.0
KIB = 1024

_CHANCE = secrets.SystemRandom()
log = logging.getLogger(__name__)


class UpdateSource(Protocol):
    """A line to headquarters."""

    def update_word(self) -> bytes | None:
        """The newest word; None if there is none."""

    def update_part(self, digest: str, start: int, until: int) -> Generator[bytes]:
        """The bytes of a file from `start` to before `until`."""


class Updating:
    """`updates` gives what the site keeps, by the newest register; `sat` says whether to wait."""

    def __init__(
        self,
        source: UpdateSource,
        updates: Callable[[KeyRegister | None], Updates],
        sat: Callable[[], bool],
        kib_per_s: int,
        *,
        ticks: Callable[[], float] = time.monotonic,
        random: Callable[[], float] = _CHANCE.random,
        pause: Callable[[Event, float], object] = Event.wait,
    ) -> None:
        self._source, self._updates, self._sat = source, updates, sat
        self._rate, self._ticks, self._random, self._pause = kib_per_s * KIB, ticks, random, pause
        self._look_at = ticks()

    def step(self, register: KeyRegister | None, stop: Event, waits: Callable[[], bool]) -> bool:
        """The word if it is time, and a part of the file; whether headquarters was heard.

        What is refused is raised, and what is held stays. `waits`: something is to be delivered.
        """
        if self._sat():
            return False
        updates, heard = self._updates(register), False
        if self._ticks() >= self._look_at:
            self._look_at = self._ticks() + LOOK_S * (0.5 + self._random())
            word = self._source.update_word()
            heard = word is not None
            if word is not None:
                updates.believe(word)
        update = updates.wanted()
        if update is None or waits():
            return heard
        return self._fetch(updates, update, stop, waits) or heard

    def _fetch(
        self, updates: Updates, update: Update, stop: Event, waits: Callable[[], bool]
    ) -> bool:
        part = updates.part_of(update)
        start = part.stat().st_size if part.exists() else 0
        if start < update.size:
            require_room(part.parent, update.size - start)
            until = min(update.size, start + max(1, int(self._rate * PART_S)))
            self._gather(part, update.digest, (start, until), stop, waits)
        if part.exists() and part.stat().st_size >= update.size:
            path = updates.complete(update)
            log.info("update %s is here: %s", update.version, path.name)
        return True

    def _gather(
        self,
        part: Path,
        digest: str,
        span: tuple[int, int],
        stop: Event,
        waits: Callable[[], bool],
    ) -> None:
        """Append what comes until somebody else needs the line; the rest comes in another round."""
        began = looked = self._ticks()
        written = 0
        blocks = self._source.update_part(digest, *span)
        with part.open("ab") as file, closing(blocks) as coming:
            for block in coming:
                file.write(block)
                written += len(block)
                ahead = written / self._rate - (self._ticks() - began)
                if ahead > 0:
                    self._pause(stop, ahead)
                now = self._ticks()
                if stop.is_set() or now - began > PART_S:
                    return
                if now - looked >= YIELD_S:
                    looked = now
                    if self._sat() or waits():
                        return
