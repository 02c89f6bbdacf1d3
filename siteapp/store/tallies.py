"""Counts of what is in a site's database, nothing of its content; also beside a running service."""

from typing import Any

from siteapp.store.checked import Rows

# A name of a table is no text of anybody's.
_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"


def tables(rows: Rows) -> dict[str, int]:
    """Table → how many rows."""
    names = [str(row["name"]) for row in rows(_TABLES, [])]
    return {name: _count(rows, f'SELECT count(*) AS n FROM "{name}"') for name in names}  # noqa: S608


def sessions(rows: Rows) -> list[dict[str, Any]]:
    """Each session: its id, candidates, sittings, whether it is unlocked."""
    sql = (
        "SELECT id, held_key IS NOT NULL AS unlocked,"
        " json_array_length(plan, '$.candidates') AS candidates,"
        " json_array_length(plan, '$.sittings') AS sittings FROM session ORDER BY rowid"
    )
    return rows(sql, [])


def events(rows: Rows, session: str) -> dict[str, int]:
    """Kind → how many events of it a session has."""
    # A sealed line begins with its kind (sync.wire.lines); one in clear is JSON.
    kind = (
        "CASE WHEN line LIKE '~%' THEN substr(line, 2, instr(line, ' ') - 2)"
        " ELSE json_extract(line, '$.kind') END"
    )
    sql = f"SELECT {kind} AS kind, count(*) AS n FROM event WHERE session = ? GROUP BY 1 ORDER BY 1"  # noqa: S608
    return {str(row["kind"]): int(row["n"]) for row in rows(sql, [session])}


def batches(rows: Rows, session: str) -> int:
    """How many batches were cut."""
    found = rows("SELECT count(*) AS n FROM batch WHERE session = ?", [session])
    return int(found[0]["n"])


def alarms(rows: Rows) -> list[dict[str, Any]]:
    """What is wrong now: which alarm, how grave, since when."""
    return rows("SELECT id, level, since FROM alarm ORDER BY id", [])


def _count(rows: Rows, sql: str) -> int:
    return int(rows(sql, [])[0]["n"])
