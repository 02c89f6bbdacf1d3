"""The rows of the room plan: every version is kept for a while, so that a change can be undone."""

from typing import NamedTuple

from siteapp.store.checked import Rows
from siteapp.store.writer import Statement

# As many changes can be undone; the rest goes.
MOST_VERSIONS = 100


class Version(NamedTuple):
    """One version of the plan. `before`: the version that undoing leads back to, 0 if none."""

    version: int
    before: int
    at: int
    who: str
    document: str


def newest(rows: Rows) -> Version | None:
    """The plan as it is, if there ever was one."""
    found = rows("SELECT * FROM room_plan ORDER BY version DESC LIMIT 1", [])
    return Version(**found[0]) if found else None


def at_version(rows: Rows, version: int) -> Version | None:
    """An earlier version, if it is still kept."""
    found = rows("SELECT * FROM room_plan WHERE version = ?", [version])
    return Version(**found[0]) if found else None


def keep(one: Version) -> tuple[Statement, Statement]:
    """A new version, and the oldest ones go."""
    return (
        Statement("INSERT INTO room_plan VALUES (?, ?, ?, ?, ?)", tuple(one)),
        Statement("DELETE FROM room_plan WHERE version <= ?", (one.version - MOST_VERSIONS,)),
    )
