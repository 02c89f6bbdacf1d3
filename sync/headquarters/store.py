"""The database of headquarters: one engine, transactions that say whether they write."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from pysqlite3 import dbapi2
from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, inspect, select

from sync.errors import NotInitialised, SqliteTooOld
from sync.headquarters.schema import SCHEMA_VERSION, about, audit, metadata

# From 3.7.0 to 3.51.2 a WAL reset could corrupt the file.
OLDEST_SQLITE = (3, 51, 3)
BUSY_TIMEOUT_MS = 10_000


class Stamp(msgspec.Struct, frozen=True):
    """Who does something, and when (ms since 1970)."""

    who: str
    at: int


def check_sqlite(found: tuple[int, ...] = dbapi2.sqlite_version_info) -> None:
    """SqliteTooOld below the first release without the corruption bug."""
    if found < OLDEST_SQLITE:
        raise SqliteTooOld(
            found=".".join(map(str, found)), needed=".".join(map(str, OLDEST_SQLITE))
        )


class Store:
    """Transactions on one SQLite file; its tables are in sync.headquarters.schema."""

    def __init__(self, path: Path) -> None:
        check_sqlite()
        self._engine = _engine(path)

    def create(self) -> None:
        """Make all tables, or none."""
        with self.writing() as db:
            metadata.create_all(db)
            db.execute(insert(about).values(name="schema", value=str(SCHEMA_VERSION)))

    def check(self, folder: Path) -> None:
        """NotInitialised if the tables are not of this release's kind; newer ones are added."""
        with self.reading() as db:
            found = db.scalar(select(about.c.value).where(about.c.name == "schema"))
            here = set(inspect(db).get_table_names())
        if found != str(SCHEMA_VERSION):
            raise NotInitialised(folder=str(folder), command="examhq init")
        if not metadata.tables.keys() <= here:
            with self.writing() as db:
                metadata.create_all(db)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view; nothing is written."""
        with self._engine.begin() as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, committed durably when the block ends well."""
        with self._engine.connect().execution_options(writing=True) as db, db.begin():
            yield db

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()


def record(db: Connection, by: Stamp, act: str, **what: object) -> None:
    """Add a line to the audit, in the transaction of the act itself."""
    text = msgspec.json.encode(what).decode()
    db.execute(insert(audit).values(at=by.at, who=by.who, act=act, what=text))


def _engine(path: Path) -> Engine:
    url = URL.create("sqlite+pysqlite", database=str(path))
    engine = create_engine(url, module=dbapi2)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: object) -> None:
    # The driver's own idea of transactions is switched off; _on_begin begins them.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(db: Connection) -> None:
    # A write transaction takes its place at once, so that it never fails half way.
    writing = db.get_execution_options().get("writing", False)
    db.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
