"""The database of headquarters: one engine, transactions that say whether they write."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from pysqlite3 import dbapi2
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Executable,
    Row,
    Table,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, ProgrammingError

from sync.errors import AlreadyInitialised, NotInitialised, SqliteTooOld
from sync.headquarters.database_errors import DatabaseNewer, DatabaseOlder
from sync.headquarters.errors import DatabaseAway, SettingRefused
from sync.headquarters.store import (
    assessing_tables,
    bank_tables,
    candidate_tables,
    delivery_tables,
    enrolment_tables,
    marking_tables,
    register_tables,
    released_tables,
    watch_tables,
)
from sync.headquarters.store.schema import SCHEMA_VERSION, about, audit, metadata

# Modules of tables on the same metadata: whoever opens a database knows them.
TABLES = (
    assessing_tables,
    delivery_tables,
    enrolment_tables,
    marking_tables,
    bank_tables,
    candidate_tables,
    register_tables,
    released_tables,
    watch_tables,
)
# From 3.7.0 to 3.51.2 a WAL reset could corrupt the file.
OLDEST_SQLITE = (3, 51, 3)
BUSY_TIMEOUT_MS = 10_000
# Connections of one process to PostgreSQL, and how long a request waits for one.
POOL, POOL_MORE, POOL_WAIT_S, CONNECT_S = 8, 24, 5, 3


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
    """Transactions on one SQLite file or one PostgreSQL; its tables are in schema.py."""

    def __init__(self, database: Path | str) -> None:
        self._engine = _sqlite(database) if isinstance(database, Path) else _postgresql(database)
        self.is_postgresql = own = self._engine.dialect.name == "postgresql"
        # One question is one statement: PostgreSQL needs no BEGIN and COMMIT around it.
        # A pool of its own, as changing a connection back and forth costs more than the question.
        self._asking = self._engine
        if isinstance(database, str):
            unchanged = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}
            self._asking = _postgresql(database, **unchanged)
        self._reading = self._with(isolation_level="REPEATABLE READ") if own else self._engine

    def _with(self, **options: str) -> Engine:
        return self._engine.execution_options(**options)

    def create(self) -> None:
        """Make all tables, or none; AlreadyInitialised if a headquarters has this database.

        DatabaseAway if it does not answer, or is not there.
        """
        try:
            with self.writing() as db:
                if inspect(db).has_table(about.name):
                    raise AlreadyInitialised(folder=str(self._engine.url))
                metadata.create_all(db)
                db.execute(insert(about).values(name="schema", value=str(SCHEMA_VERSION)))
        except DBAPIError as error:
            raise DatabaseAway(reason=type(error.orig).__name__) from error

    def check(self, folder: Path) -> None:
        """DatabaseOlder, DatabaseNewer or NotInitialised if the tables are not this release's.

        Tables that are only missing are made.
        DatabaseAway if it does not answer.
        """
        here: set[str] = set()
        try:
            with self.reading() as db:
                found = db.scalar(select(about.c.value).where(about.c.name == "schema"))
                here |= set(inspect(db).get_table_names())
        except ProgrammingError:
            found = None
        except DBAPIError as error:
            raise DatabaseAway(reason=type(error.orig).__name__) from error
        if found is None or not found.isdigit():
            raise NotInitialised(folder=str(folder), command="examhq init")
        if int(found) > SCHEMA_VERSION:
            raise DatabaseNewer(found=found, known=SCHEMA_VERSION)
        if int(found) < SCHEMA_VERSION:
            raise DatabaseOlder(found=found, needed=SCHEMA_VERSION)
        if not metadata.tables.keys() <= here:
            with self.writing() as db:
                metadata.create_all(db)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view; nothing is written."""
        with self._reading.begin() as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, committed durably when the block ends well."""
        with self._engine.connect().execution_options(writing=True) as db, db.begin():
            yield db

    def ask(self, query: Executable, **given: object) -> Row[Any] | None:
        """The first row that one statement finds."""
        with self._asking.connect() as db:
            return db.execute(query, given).first()

    def at_once(self, statement: str, given: Mapping[str, object]) -> Sequence[Row[Any]]:
        """One statement in PostgreSQL's own words, durable when this returns."""
        with self._asking.connect() as db:
            return db.exec_driver_sql(statement, dict(given)).all()

    def inserting(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """An insert that can say what to do about rows that are there already."""
        if self.is_postgresql:
            return postgresql.insert(table)
        return sqlite.insert(table)

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()
        self._asking.dispose()


def record(db: Connection, by: Stamp, act: str, **what: object) -> None:
    """Add a line to the audit, in the transaction of the act itself."""
    db.execute(insert(audit).values(audit_line(by, act, **what)))


def audit_line(by: Stamp, act: str, **what: object) -> dict[str, object]:
    """The row that record adds."""
    return {"at": by.at, "who": by.who, "act": act, "what": msgspec.json.encode(what).decode()}


def _sqlite(path: Path) -> Engine:
    check_sqlite()
    url = URL.create("sqlite+pysqlite", database=str(path))
    engine = create_engine(url, module=dbapi2)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _postgresql(address: str, **options: Any) -> Engine:
    """SettingRefused for an address of something else, or with a password in it."""
    try:
        url = make_url(address)
    except ArgumentError:
        raise SettingRefused(name="database", reason=address[:80]) from None
    if url.get_backend_name() != "postgresql":
        raise SettingRefused(name="database", reason=url.get_backend_name())
    if url.password is not None or "password" in url.query:
        raise SettingRefused(name="database", reason="password → passfile")
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=POOL,
        max_overflow=POOL_MORE,
        pool_timeout=POOL_WAIT_S,
        connect_args={"connect_timeout": CONNECT_S},
        **options,
    )


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
