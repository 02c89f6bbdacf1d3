"""Large numbers on the machines' pages, while somebody walks through the room to bind them."""

import threading

from siteapp.lan.sightings import Machine

# Forgotten by whoever asked for it, it ends by itself.
LASTS_MS = 15 * 60_000
# More than any room has; a script that makes up marks gets no number after that.
MOST = 2_000


class Numbers:
    """For any thread, in memory only. A page keeps its number until the numbers end."""

    def __init__(self) -> None:
        self._until = -1
        self._given: dict[tuple[str, str], int] = {}
        self._lock = threading.Lock()

    def show(self, now: int) -> None:
        """From now on every page that asks gets a number."""
        with self._lock:
            if now > self._until:
                self._given.clear()
            self._until = now + LASTS_MS

    def hide(self) -> None:
        """No page shows a number any more."""
        with self._lock:
            self._until = -1

    def showing(self, now: int) -> bool:
        """True while pages show numbers."""
        return now <= self._until

    def number(self, address: str, mark: str, now: int) -> int:
        """What the page of this mark shows; 0: nothing."""
        with self._lock:
            if now > self._until:
                return 0
            key = (address, mark)
            if key not in self._given and len(self._given) < MOST:
                self._given[key] = len(self._given) + 1
            return self._given.get(key, 0)

    def of(self, machine: Machine, now: int) -> int:
        """The number that this machine shows; 0: none."""
        keys = ((address, mark) for mark in machine.marks for address in machine.addresses)
        with self._lock:
            if now > self._until:
                return 0
            return next((self._given[key] for key in keys if key in self._given), 0)
