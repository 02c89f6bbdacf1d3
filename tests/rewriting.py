"""Changes a journal as somebody with the whole database can: opened, altered, sealed anew."""

from typing import Any

from siteapp.store.lines import LineKeys


def lines_of(connection: Any) -> LineKeys:
    """The keys of this database."""
    keys = LineKeys()
    keys.load(lambda sql, values: _rows(connection, sql, values))
    return keys


def _rows(connection: Any, sql: str, values: list[Any]) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def rewrite_lines(connection: Any, old: bytes, new: bytes) -> int:
    """Replace `old` in every line that has it; how many. The trigger must be off."""
    keys, count = lines_of(connection), 0
    for row in _rows(connection, "SELECT session, seq, line FROM event", []):
        line = keys.open(row["session"], row["line"])
        if old in line:
            kind = row["line"][1:].partition(" ")[0]
            text = keys.seal(row["session"], kind, line.replace(old, new))
            sql = "UPDATE event SET line = ? WHERE session = ? AND seq = ?"
            connection.execute(sql, (text, row["session"], row["seq"]))
            count += 1
    return count
