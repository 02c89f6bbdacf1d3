"""The rows that papers are made of; also read by a command while the service runs."""

from typing import NamedTuple

import msgspec

from siteapp.store.checked import Rows
from siteapp.store.lines import LineKeys
from sync.errors import NotFound
from sync.exam.sitting import SessionPlan


class Parcel(NamedTuple):
    """A sealed document of a session: a batch of so many events, or the file of one event."""

    kind: str
    sequence: int
    events: int
    digest: str


def plan_of(rows: Rows, session: str) -> SessionPlan:
    """The plan of a session, or NotFound."""
    found = rows("SELECT plan FROM session WHERE id = ?", [session])
    if not found:
        raise NotFound(what=session)
    return msgspec.json.decode(found[0]["plan"], type=SessionPlan)


def lines(rows: Rows, session: str) -> list[bytes]:
    """The journal of a session, line by line."""
    sql = "SELECT line FROM event WHERE session = ? ORDER BY seq"
    keys = LineKeys()
    keys.load(rows)
    return [keys.open(session, row["line"]) for row in rows(sql, [session])]


def parcels(rows: Rows, session: str) -> list[Parcel]:
    """Every batch and file that was sealed, batches of a former server first."""
    former = (
        "SELECT 'batch' AS kind, sequence, count AS events, digest FROM former_batch"
        " WHERE session = ? ORDER BY server_term, sequence"
    )
    own = (
        "SELECT 'batch' AS kind, sequence, count AS events, digest FROM batch WHERE session = ?"
        " ORDER BY sequence"
    )
    files = (
        "SELECT 'file' AS kind, seq AS sequence, 1 AS events, digest FROM sealed_file"
        " WHERE session = ? ORDER BY seq"
    )
    return [Parcel(**row) for sql in (former, own, files) for row in rows(sql, [session])]
