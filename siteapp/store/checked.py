"""The rows of what student machines measured; also read by a command while the service runs."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pysqlite3

from siteapp.store.writer import Statement

_PLANS = "SELECT plan FROM session WHERE id NOT IN (SELECT session FROM destroyed) ORDER BY rowid"
Rows = Callable[[str, list[Any]], list[dict[str, Any]]]
# With it, whether that seat's machine is known to have forgotten its storage.
_ALL = (
    "SELECT c.*, coalesce((SELECT max(forgot) FROM machine m"
    " WHERE (m.address, m.seat) = (c.address, c.seat)), 0) AS forgot"
    " FROM machine_check c ORDER BY seat, at DESC, address"
)


def all_checked(rows: Rows) -> list[dict[str, Any]]:
    """Every machine's last report, by seat, the newest of a seat first."""
    return rows(_ALL, [])


def before(rows: Rows, address: str, seat: int) -> dict[str, Any] | None:
    """What that machine said at that seat before."""
    sql = "SELECT marker, at, visits, report FROM machine_check WHERE address = ? AND seat = ?"
    found = rows(sql, [address, seat])
    return found[0] if found else None


def count(rows: Rows) -> int:
    """How many machines there are."""
    return int(rows("SELECT count(*) AS n FROM machine_check", [])[0]["n"])


def keep(
    address: str, seat: int, marker: str, at: int, visits: int, browser: str, report: str
) -> Statement:
    """What a machine measured, in place of what it said before."""
    row = (address, seat, marker, at, visits, browser, report)
    return Statement("INSERT OR REPLACE INTO machine_check VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def plans(rows: Rows) -> list[str]:
    """The plans of all sessions, the oldest first."""
    return [row["plan"] for row in rows(_PLANS, [])]


def package(rows: Rows, session: str) -> str:
    """The digest of a session's package."""
    return str(rows("SELECT package FROM session WHERE id = ?", [session])[0]["package"])


@contextmanager
def beside(path: Path) -> Iterator[Rows]:
    """Reads a site's database without changing it, whether or not the service runs."""
    mode = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "immutable=1"
    uri = f"{path.absolute().as_uri()}?{mode}"
    with closing(pysqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        connection.execute("PRAGMA busy_timeout=5000").fetchone()
        connection.row_factory = pysqlite3.Row

        def rows(sql: str, values: list[Any]) -> list[dict[str, Any]]:
            return [dict(row) for row in connection.execute(sql, values)]

        yield rows
