"""Whose turn it is to work on files: one at a time of an attempt, few of all, at one rate.

So a candidate with many connections keeps no other from sending, and a crowd of uploads leaves the
threads to other requests.
"""

import threading
import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from siteapp.errors import Overloaded, TooFast

# For each place at the disk so many attempts may be at work or wait for their turn.
WAITING = 4


class Turns:
    """Safe to use from any thread."""

    def __init__(self, places: int, bytes_per_s: float) -> None:
        self._places = threading.BoundedSemaphore(places)
        self._crowd = threading.BoundedSemaphore(WAITING * places)
        self._bytes_per_s = bytes_per_s
        self._changing = threading.Lock()
        self._busy: set[Hashable] = set()
        self._due = 0.0

    @contextmanager
    def own(self, attempt: Hashable) -> Iterator[None]:
        """The one turn that an attempt has at a time; TooFast for another request of the same."""
        with self._changing:
            if attempt in self._busy:
                raise TooFast(seconds=1)
            self._busy.add(attempt)
        try:
            yield
        finally:
            with self._changing:
                self._busy.remove(attempt)

    @contextmanager
    def among_few(self) -> Iterator[None]:
        """One of those that may hold a thread for files; Overloaded when there are enough."""
        if not self._crowd.acquire(blocking=False):
            raise Overloaded
        try:
            yield
        finally:
            self._crowd.release()

    def place(self) -> threading.BoundedSemaphore:
        """One of the places for work on the disk, which is waited for; hold it for nothing else."""
        return self._places

    def spread(self, size: int) -> None:
        """Wait until so many more bytes may be answered for: uploads share one bounded rate.

        A page sends its next part when the last is answered, so this holds back what comes in; and
        as each attempt has one turn at a time, who sends gets the same share. Keeps no place.
        """
        with self._changing:
            now = time.monotonic()
            self._due = max(now, self._due) + size / self._bytes_per_s
            wait = self._due - now
        time.sleep(wait)
