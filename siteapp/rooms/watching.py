"""What the wall is told of machines that are not where they belong: looked at every few seconds."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from siteapp.lan.sightings import Machine
from siteapp.rooms.binding import GRAVE, changes
from siteapp.rooms.plan import RoomPlan

# Walls ask every second; joining what was seen of three hundred machines takes a while.
LASTS_MS = 5_000


class Watching:
    """For any thread. `machines` is the list as it is now, `now` the site's clock."""

    def __init__(self, machines: Callable[[], Sequence[Machine]], now: Callable[[], int]) -> None:
        self._machines, self._now = machines, now
        self._looking = threading.Lock()
        self._made: tuple[int, int] | None = None
        self._found: list[dict[str, Any]] = []

    def grave(self, version: int, plan: RoomPlan) -> list[dict[str, Any]]:
        """Swapped, claimed, replaced and moved machines, as of some seconds ago."""
        if not plan.machines:
            return []
        with self._looking:
            now = self._now()
            made = self._made
            if made is None or made[0] != version or not 0 <= now - made[1] < LASTS_MS:
                found = changes(plan, self._machines())
                self._found = [one._asdict() for one in found if one.what in GRAVE]
                self._made = version, now
            return self._found
