"""All rows of headquarters as lines of JSON, the same for SQLite and PostgreSQL.

For each table a head {"table", "columns"}, a list for each row, an end {"rows", "sum"}. The sum is
that of the rows' SHA-256, so it does not depend on the order in which a database gives them. Not
`pg_dump`: a copy is to be loaded into either database, by whatever release of it is there.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, LargeBinary, Table, func, insert, select

from sync.exam.specification import Struct
from sync.headquarters.store.delivery_tables import upload_parts, uploads
from sync.headquarters.store.schema import blobs, metadata, staff_sessions, tries

# Bytes travel beside the rows; what is there by half begins anew; nobody stays signed in.
LEFT_OUT = (blobs, uploads, upload_parts, staff_sessions, tries)
AT_ONCE = 1000
_MODULUS = 1 << 256


class End(Struct, frozen=True):
    """What a table's lines end with."""

    rows: int
    sum: str


class Head(Struct, frozen=True):
    """What a table's lines begin with."""

    table: str
    columns: tuple[str, ...]


def tables() -> list[Table]:
    """Those whose rows travel, each after those that it refers to."""
    return [table for table in metadata.sorted_tables if table not in LEFT_OUT]


def rows_as_lines(db: Connection) -> Iterator[bytes]:
    """Every row that this transaction sees."""
    for table in tables():
        yield msgspec.json.encode(Head(str(table.name), tuple(map(str, table.columns.keys()))))
        counted = _Sum()
        for line in _lines(db, table):
            counted.add(line)
            yield line
        yield msgspec.json.encode(counted.end())


def load_lines(db: Connection, lines: Iterable[bytes]) -> dict[str, int]:
    """Insert rows into empty tables; how many of each table, read back and found the same.

    ValueError if the lines are cut off, are of other tables, or came out otherwise.
    """
    loaded: dict[str, int] = {}
    waiting = iter(lines)
    for first in waiting:
        head = msgspec.json.decode(first, type=Head)
        table = metadata.tables[head.table]
        if set(head.columns) != set(table.columns.keys()):
            raise ValueError(f"columns of {head.table}")
        end = _load_table(db, table, head.columns, waiting)
        if end != _read_back(db, table, head.columns):
            raise ValueError(f"rows of {head.table}")
        _go_on_counting(db, table)
        loaded[head.table] = end.rows
    if loaded.keys() != {table.name for table in tables()}:
        raise ValueError("not all tables")
    return loaded


def table_lines(lines: Iterable[bytes], table: Table) -> Iterator[tuple[Any, ...]]:
    """The rows of one table among all lines, without bytes, in the order of its columns."""
    place: list[int] | None = None
    for line in lines:
        if line.startswith(b"["):
            if place is not None:
                values = msgspec.json.decode(line)
                yield tuple(values[n] for n in place)
        elif b'"table"' in line:
            head = msgspec.json.decode(line, type=Head)
            names = list(table.columns.keys())
            place = [head.columns.index(n) for n in names] if head.table == table.name else None


class _Sum:
    """Counts rows in any order."""

    def __init__(self) -> None:
        self._rows, self._sum = 0, 0

    def add(self, line: bytes) -> None:
        self._rows += 1
        self._sum += int.from_bytes(hashlib.sha256(line).digest(), "big")

    def end(self) -> End:
        return End(self._rows, f"{self._sum % _MODULUS:064x}")


def _lines(db: Connection, table: Table, names: Sequence[str] = ()) -> Iterator[bytes]:
    columns = [table.columns[name] for name in names or table.columns.keys()]
    found = db.execute(select(*columns), execution_options={"yield_per": AT_ONCE})
    for row in found:
        yield msgspec.json.encode(tuple(row))


def _read_back(db: Connection, table: Table, names: Sequence[str]) -> End:
    counted = _Sum()
    for line in _lines(db, table, names):
        counted.add(line)
    return counted.end()


def _load_table(db: Connection, table: Table, names: Sequence[str], lines: Iterator[bytes]) -> End:
    columns = [table.columns[name] for name in names]
    waiting: list[dict[str, Any]] = []
    for line in lines:
        if not line.startswith(b"["):
            _insert(db, table, waiting)
            return msgspec.json.decode(line, type=End)
        values = msgspec.json.decode(line)
        waiting.append({c.name: _value(c, v) for c, v in zip(columns, values, strict=True)})
        if len(waiting) == AT_ONCE:
            _insert(db, table, waiting)
            waiting = []
    raise ValueError(f"cut off in {table.name}")


def _insert(db: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.execute(insert(table), rows)


def _value(column: Column[Any], value: Any) -> Any:
    if value is not None and isinstance(column.type, LargeBinary):
        return base64.b64decode(value)
    return value


def _go_on_counting(db: Connection, table: Table) -> None:
    """PostgreSQL numbers new rows from its own counter, which knows nothing of these."""
    column = table.autoincrement_column
    if column is None or db.dialect.name != "postgresql":
        return
    last = db.scalar(select(func.max(column)))
    if last is not None:
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        db.execute(select(func.setval(sequence, last)))
