"""The rows of alarms that are on; also read by a command while the service runs."""

from typing import Any, NamedTuple

from siteapp.store.checked import Rows
from siteapp.store.writer import Statement


class Kept(NamedTuple):
    """An alarm that is on since `since` (wall time, ms); `by` and `reason` if somebody saw it."""

    id: str
    level: str
    said: str
    since: int
    by: str = ""
    reason: str = ""


def all_alarms(rows: Rows) -> list[Kept]:
    """Every alarm that is on, the grave first, then the oldest."""
    found = rows("SELECT * FROM alarm ORDER BY level, since, id", [])
    return [Kept(**row) for row in found]


def keep(one: Kept) -> Statement:
    """As it is now."""
    return Statement("INSERT OR REPLACE INTO alarm VALUES (?, ?, ?, ?, ?, ?)", tuple(one))


def forget(alarm: str) -> Statement:
    """Its cause is gone."""
    return Statement("DELETE FROM alarm WHERE id = ?", (alarm,))


def to_json(one: Kept) -> dict[str, Any]:
    """For machines."""
    return one._asdict()
