"""The site's SQLite file: schema, pragmas, and the checks before it is used."""

from pathlib import Path
from typing import Any

import pysqlite3
import sqlite_utils

from sync.errors import ForeignDataFolder, SqliteTooOld

# 3.7.0–3.51.2 can corrupt a WAL database when a checkpoint resets the log (sqlite.org/wal.html).
SQLITE_VERSION: str = pysqlite3.sqlite_version
OLDEST_SQLITE = (3, 51, 3)

SCHEMA = """
CREATE TABLE IF NOT EXISTS site (id TEXT PRIMARY KEY) STRICT;
CREATE TABLE IF NOT EXISTS session (
  id TEXT PRIMARY KEY, package TEXT NOT NULL, plan TEXT NOT NULL, held_key BLOB
) STRICT;
CREATE TABLE IF NOT EXISTS line_key (
  session TEXT PRIMARY KEY, key BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS line_key_again (
  session TEXT PRIMARY KEY, key BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS destroyed (
  session TEXT PRIMARY KEY, package TEXT NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL,
  events INTEGER NOT NULL, documents INTEGER NOT NULL, who TEXT NOT NULL, second TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS credential (
  session TEXT NOT NULL REFERENCES session, admission TEXT NOT NULL, verifier BLOB NOT NULL,
  PRIMARY KEY (session, admission)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event (
  session TEXT NOT NULL, seq INTEGER NOT NULL, line TEXT NOT NULL,
  PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS event_is_never_changed BEFORE UPDATE ON event
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS event_is_never_deleted BEFORE DELETE ON event
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
DROP TRIGGER IF EXISTS event_is_never_replaced;
CREATE TRIGGER IF NOT EXISTS event_only_goes_on BEFORE INSERT ON event
  WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), -1) + 1 FROM event WHERE session = NEW.session)
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TABLE IF NOT EXISTS checkpoint (
  session TEXT NOT NULL, term INTEGER NOT NULL, size INTEGER NOT NULL, note TEXT NOT NULL,
  PRIMARY KEY (session, term, size, note)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS checkpoint_is_never_changed BEFORE UPDATE ON checkpoint
  BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;
CREATE TRIGGER IF NOT EXISTS checkpoint_is_never_deleted BEFORE DELETE ON checkpoint
  BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;
CREATE TRIGGER IF NOT EXISTS checkpoint_is_never_replaced BEFORE INSERT ON checkpoint
  WHEN EXISTS (SELECT 1 FROM checkpoint
    WHERE (session, term, size, note) = (NEW.session, NEW.term, NEW.size, NEW.note))
  BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;
CREATE TABLE IF NOT EXISTS token (
  hash BLOB PRIMARY KEY, session TEXT NOT NULL, attempt TEXT NOT NULL,
  seat_term INTEGER NOT NULL, instance TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS staff (
  name TEXT PRIMARY KEY, role TEXT NOT NULL, phc TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS staff_session (
  hash BLOB PRIMARY KEY, name TEXT NOT NULL REFERENCES staff, until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batch (
  session TEXT NOT NULL, sequence INTEGER NOT NULL, first INTEGER NOT NULL,
  count INTEGER NOT NULL, digest TEXT NOT NULL, final INTEGER NOT NULL,
  PRIMARY KEY (session, sequence)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sealed_file (
  session TEXT NOT NULL, seq INTEGER NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS former_batch (
  server_term INTEGER NOT NULL, session TEXT NOT NULL, sequence INTEGER NOT NULL,
  first INTEGER NOT NULL, count INTEGER NOT NULL, digest TEXT NOT NULL, final INTEGER NOT NULL,
  PRIMARY KEY (server_term, session, sequence)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS server (
  one INTEGER PRIMARY KEY CHECK (one = 1), term INTEGER NOT NULL, position INTEGER NOT NULL,
  chain BLOB NOT NULL, pairing BLOB NOT NULL
) STRICT;
INSERT OR IGNORE INTO server VALUES (1, 1, 0, x'', x'');
CREATE TABLE IF NOT EXISTS trail (position INTEGER PRIMARY KEY, chain BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS clock (
  one INTEGER PRIMARY KEY CHECK (one = 1), boot TEXT NOT NULL, boottime_ms INTEGER NOT NULL,
  wall_ms INTEGER NOT NULL, clock_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS machine (
  address TEXT NOT NULL, seat INTEGER NOT NULL, marker TEXT NOT NULL, since_ms INTEGER NOT NULL,
  seals INTEGER NOT NULL, forgot INTEGER NOT NULL, PRIMARY KEY (address, seat)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS machine_check (
  address TEXT NOT NULL, seat INTEGER NOT NULL, marker TEXT NOT NULL, at INTEGER NOT NULL,
  visits INTEGER NOT NULL, browser TEXT NOT NULL, report TEXT NOT NULL,
  PRIMARY KEY (address, seat)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS room_plan (
  version INTEGER PRIMARY KEY, before INTEGER NOT NULL, at INTEGER NOT NULL, who TEXT NOT NULL,
  document TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS alarm (
  id TEXT PRIMARY KEY, level TEXT NOT NULL, said TEXT NOT NULL, since INTEGER NOT NULL,
  by TEXT NOT NULL, reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS contact (
  session TEXT NOT NULL, attempt TEXT NOT NULL, clock_ms INTEGER NOT NULL,
  PRIMARY KEY (session, attempt)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit (
  number INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, act TEXT NOT NULL,
  what TEXT NOT NULL
) STRICT;
"""


def check_sqlite(version: tuple[int, ...] = pysqlite3.sqlite_version_info) -> None:
    """SqliteTooOld unless the library is free of the WAL-reset fault."""
    if version < OLDEST_SQLITE:
        raise SqliteTooOld(
            found=".".join(map(str, version)), needed=".".join(map(str, OLDEST_SQLITE))
        )


def connect(path: Path) -> Any:
    """A connection with the pragmas of the answer path: WAL and a sync at every commit."""
    connection = pysqlite3.connect(str(path), isolation_level=None, check_same_thread=False)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=5000",
        "trusted_schema=OFF",
        # What is destroyed is not left lying in a free page.
        "secure_delete=ON",
        # Moving the log is the writer's work (siteapp.store.checkpoint).
        "wal_autocheckpoint=0",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchone()
    return connection


def open_database(path: Path, site: str) -> sqlite_utils.Database:
    """The site's database, made if missing; refused if it belongs to another site."""
    check_sqlite()
    connection = connect(path)
    connection.executescript(SCHEMA)
    row = connection.execute("SELECT id FROM site").fetchone()
    if row is None:
        connection.execute("INSERT INTO site VALUES (?)", (site,))
    elif row[0] != site:
        connection.close()
        raise ForeignDataFolder(owner=row[0], expected=site, folder=path.parent)
    return sqlite_utils.Database(connection)
