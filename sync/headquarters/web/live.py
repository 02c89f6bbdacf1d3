"""The board as a poll sees it: looked up at most every few seconds, and only what has changed."""

import secrets
import threading
from collections.abc import Callable, Sequence
from typing import Any

from sync.headquarters.watch.board import MINUTE_MS, Standing

# One look at the database serves everybody who watches the day.
LOOK_MS = 4_000
MOST_DAYS = 8
Look = Callable[[], Sequence[Standing]]


class Day:
    """The rows of one day; each knows the version in which it changed last."""

    def __init__(self) -> None:
        self._boot = secrets.token_hex(4)
        self._number = 0
        self._rows: dict[str, tuple[int, list[Any]]] = {}
        self._gone: dict[str, int] = {}
        self._looked: int | None = None
        self._standings: Sequence[Standing] = ()
        self._lock = threading.Lock()

    @property
    def version(self) -> str:
        """Another one after every change, and after a restart."""
        return f"{self._boot}-{self._number}"

    def since(self, version: str, look: Look, now: int) -> tuple[dict[str, Any], bool]:
        """What changed after `version`, and whether that is everything there is."""
        with self._lock:
            if self._looked is None or not 0 <= now - self._looked < LOOK_MS:
                self._take(look())
                self._looked = now
            after = self._known(version)
            rows = {key: row for key, (number, row) in self._rows.items() if number > after}
            gone = [key for key, number in self._gone.items() if number > after >= 0]
            told = {"version": self.version, "rows": rows} | ({"gone": gone} if gone else {})
            return told, after < 0

    def standings(self) -> Sequence[Standing]:
        """What the last look saw."""
        return self._standings

    def _known(self, version: str) -> int:
        boot, _, number = version.partition("-")
        known = boot == self._boot and number.isascii() and number.isdecimal()
        return int(number[:9]) if known else -1

    def _take(self, seen: Sequence[Standing]) -> None:
        self._standings = seen
        following = self._number + 1
        rows = {one.facts.session: row_of(one) for one in seen}
        for key, row in rows.items():
            before = self._rows.get(key)
            if before is None or before[1] != row:
                self._rows[key] = (following, row)
                self._gone.pop(key, None)
                self._number = following
        for key in self._rows.keys() - rows.keys():
            del self._rows[key]
            self._gone[key] = self._number = following


class Boards:
    """The days that somebody watches."""

    def __init__(self) -> None:
        self._days: dict[str, Day] = {}
        self._lock = threading.Lock()

    def day(self, name: str) -> Day:
        """The one of that name; the one asked for longest ago makes room."""
        with self._lock:
            found = self._days.pop(name, None) or Day()
            self._days[name] = found
            while len(self._days) > MOST_DAYS:
                del self._days[next(iter(self._days))]
            return found


def row_of(one: Standing) -> list[Any]:
    """What changes of a session, as short as JSON has it; board.js reads it by place."""
    facts = one.facts
    last = None if facts.word is None else facts.word // MINUTE_MS
    counts = [facts.registered, facts.absent, facts.present, facts.handed_in]
    return [
        one.phase,
        *counts,
        facts.batches,
        facts.archived,
        last,
        list(one.problems),
        facts.software or "",
    ]
