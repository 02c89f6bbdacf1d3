"""The keys of the sessions' lines, in two tables: one damaged page takes no journal with it."""

from collections.abc import Callable
from typing import Any

from siteapp.store.checked import Rows
from siteapp.store.writer import Statement
from sync.errors import DocumentAltered
from sync.wire.lines import WHERE, LineKey, is_line_key, is_sealed, new_line_key

TABLES = ("line_key", "line_key_again")
_THERE = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'line_key%'"
Open = Callable[[str], bytes]


class LineKeys:
    """session → the key of its lines. For any thread."""

    def __init__(self) -> None:
        self._keys: dict[str, LineKey] = {}

    def load(self, rows: Rows) -> None:
        """All that the database has; of two copies the one that is whole."""
        self._keys |= {name: LineKey(key) for name, key in whole_keys(rows).items()}

    def make(self, session: str) -> list[Statement]:
        """A key for a new session, at once in force; what stores it goes with its first event."""
        stored = new_line_key()
        self._keys[session] = LineKey(stored)
        return [
            Statement(f"INSERT INTO {table} VALUES (?, ?)", (session, stored))  # noqa: S608
            for table in TABLES
        ]

    def forget(self, session: str) -> None:
        """No line of it is read or written any more."""
        self._keys.pop(session, None)

    def seal(self, session: str, kind: str, line: bytes) -> str:
        """The line as it is stored."""
        key = self._keys.get(session)
        return key.seal(kind, line) if key else line.decode()

    def open(self, session: str, text: str) -> bytes:
        """The line that is stored so; DocumentAltered if it cannot be opened."""
        if not is_sealed(text):
            return text.encode()
        if session not in self._keys:
            raise DocumentAltered(where=WHERE)
        return self._keys[session].open(text)


def destroy_key(session: str) -> list[Statement]:
    """Both copies go; with `secure_delete` SQLite writes zeros where they were."""
    sql = [f"DELETE FROM {table} WHERE session = ?" for table in TABLES]  # noqa: S608
    return [Statement(one, (session,)) for one in sql]


def whole_keys(rows: Rows) -> dict[str, bytes]:
    """session → its key as stored, also of a database that has no such tables."""
    there = {row["name"] for row in rows(_THERE, [])}
    found: dict[str, bytes] = {}
    for table in (one for one in TABLES if one in there):
        for row in rows(f"SELECT session, key FROM {table}", []):  # noqa: S608
            if _whole(row["key"]):
                found[str(row["session"])] = row["key"]
    return found


def _whole(key: Any) -> bool:
    return isinstance(key, bytes) and is_line_key(key)
