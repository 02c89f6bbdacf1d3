"""The rows of sessions that were destroyed: that they were, by whom and why, and nothing else."""

from typing import NamedTuple

from siteapp.store.checked import Rows
from siteapp.store.lines import destroy_key
from siteapp.store.writer import Statement


class Destroyed(NamedTuple):
    """What is left of a session; `documents` headquarters has, `events` nobody here can read."""

    session: str
    package: str
    name: str
    at: int
    events: int
    documents: int
    who: str
    second: str
    reason: str


def all_destroyed(rows: Rows) -> list[Destroyed]:
    """All of them, the newest first."""
    return [Destroyed(**row) for row in rows("SELECT * FROM destroyed ORDER BY at DESC", [])]


def destroy(one: Destroyed, plan: str) -> list[Statement]:
    """Keys, sign-in secrets and names go in one commit; `plan` is what stays of the plan.

    Events stay as they lie, append-only, and cannot be read without their key.
    """
    name = (one.session,)
    return [
        Statement("INSERT INTO destroyed VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", tuple(one)),
        *destroy_key(one.session),
        Statement("UPDATE session SET held_key = NULL, plan = ? WHERE id = ?", (plan, *name)),
        Statement("DELETE FROM credential WHERE session = ?", name),
        Statement("DELETE FROM token WHERE session = ?", name),
        Statement("DELETE FROM contact WHERE session = ?", name),
    ]
