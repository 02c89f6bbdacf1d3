"""The gate of a receiver: it counts who is inside."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sync.headquarters.errors import IntakeBusy

# What one receiver takes in at once; waitress has more threads than that, to say so.
MAX_WAITING = 32


class Gate:
    """Places for so many."""

    def __init__(self, room: int = MAX_WAITING) -> None:
        self._places = threading.BoundedSemaphore(room)

    def enter(self) -> bool:
        """Take a place if there is one."""
        return self._places.acquire(blocking=False)

    def leave(self) -> None:
        """Give it back."""
        self._places.release()

    @contextmanager
    def inside(self) -> Iterator[None]:
        """A place as long as the block lasts; IntakeBusy if there is none."""
        if not self.enter():
            raise IntakeBusy
        try:
            yield
        finally:
            self.leave()
