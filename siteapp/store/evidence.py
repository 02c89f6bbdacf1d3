"""A site's database as evidence: read only, also while the service runs, and whatever its state."""

from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pysqlite3

from siteapp.store.checked import Rows
from siteapp.store.database import SCHEMA
from siteapp.store.lines import whole_keys
from siteapp.store.writer import result_code
from sync.errors import DocumentAltered, NotReady
from sync.exam.findings import Finding, from_source
from sync.exam.lines import Line
from sync.wire.lines import LineKey, is_sealed

MAGIC = b"SQLite format 3\x00"
# SQLite names no more faults than this.
MOST_FAULTS = 20
_SQL = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({})"
_NOT_OPENED = (pysqlite3.SQLITE_CANTOPEN, pysqlite3.SQLITE_BUSY, pysqlite3.SQLITE_READONLY)
# Of a damaged file nothing is what its column says: hence the casts.
_BATCHES = """
SELECT session, CAST(? AS INTEGER), CAST(sequence AS INTEGER),
  CAST(first AS INTEGER) + CAST(count AS INTEGER) FROM batch
UNION ALL SELECT session, CAST(server_term AS INTEGER), CAST(sequence AS INTEGER),
  CAST(first AS INTEGER) + CAST(count AS INTEGER) FROM former_batch
"""
_HAS_DESTROYED = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'destroyed'"
_GUARDED = ("event", "checkpoint")


class Kept(NamedTuple):
    """A checkpoint that the site kept: where it is filed, and its text."""

    session: str
    term: int
    size: int
    note: str


class Covering(NamedTuple):
    """A batch that the site recorded: it covers the events below `end`."""

    session: str
    term: int
    sequence: int
    end: int


@dataclass
class Evidence:
    """What a database holds of journals; what is wrong with the database itself is in `findings`.

    Nothing of it is believed: lines are bytes, notes are unverified. `unread` says that the file is
    too damaged to read all events.
    """

    name: str
    site: str = ""
    term: int = 1
    lines: dict[str, list[Line]] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    batches: list[Covering] = field(default_factory=list)
    digests: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    unread: bool = False
    # Sessions whose key was destroyed after headquarters had archived all of them.
    destroyed: set[str] = field(default_factory=set)

    def sessions(self) -> list[str]:
        """Every session of which there is any trace."""
        filed = {row.session for row in self.kept} | {row.session for row in self.batches}
        return sorted(filed | set(self.lines))


def is_database(path: Path) -> bool:
    """Whether a file is an SQLite database, or was meant to be one."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC or path.suffix == ".db"


def read_evidence(path: Path) -> Evidence:
    """Everything, as of one moment; neither the file nor its log is changed.

    A database in use has its log beside it and is read through SQLite's locks; one without a log
    is at rest and is read as it lies, so that a copy may be on a medium that cannot be written.
    """
    found = Evidence(path.name)
    in_use = path.with_name(f"{path.name}-wal").exists()
    uri = f"{path.absolute().as_uri()}?{'mode=ro' if in_use else 'immutable=1'}"
    with closing(pysqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        connection.text_factory = lambda data: data.decode("utf-8", "backslashreplace")
        for step in (_begin, _read_filed, _read_events, _check_triggers, _check_pages):
            try:
                step(connection, found)
            # SQLite quotes a damaged schema in its message, and the driver cannot decode that.
            except (pysqlite3.DatabaseError, UnicodeDecodeError) as error:
                if isinstance(error, pysqlite3.Error) and result_code(error) in _NOT_OPENED:
                    zh = f"无法只读打开 {path.name}：请连同 -wal 文件复制到可写的文件夹"
                    en = f"{path.name} cannot be opened: copy it with its -wal file elsewhere"
                    raise NotReady(reason_zh=zh, reason_en=en) from None
                found.unread = found.unread or step is _read_events
                found.findings.append(_damaged(found.name, str(error)))
    return found


def _begin(connection: Any, found: Evidence) -> None:
    connection.execute("PRAGMA trusted_schema=OFF").fetchone()
    connection.execute("PRAGMA busy_timeout=5000").fetchone()
    connection.execute("BEGIN")
    found.site = str((connection.execute("SELECT id FROM site").fetchone() or [""])[0])
    found.term = int((connection.execute("SELECT term FROM server").fetchone() or [1])[0])


def _read_filed(connection: Any, found: Evidence) -> None:
    if connection.execute(_HAS_DESTROYED).fetchone():
        rows = connection.execute("SELECT session FROM destroyed")
        found.destroyed = {str(session) for (session,) in rows}
    for (session,) in connection.execute("SELECT id FROM session"):
        if str(session) not in found.destroyed:
            found.lines.setdefault(str(session), [])
    batches = (Covering(*row) for row in connection.execute(_BATCHES, (found.term,)))
    found.batches += [one for one in batches if one.session not in found.destroyed]
    digests = "SELECT digest FROM batch UNION SELECT digest FROM former_batch"
    found.digests = {str(digest) for (digest,) in connection.execute(digests)}
    kept = (
        "SELECT session, CAST(term AS INTEGER), CAST(size AS INTEGER), CAST(note AS TEXT)"
        " FROM checkpoint"
    )
    notes = (Kept(*row) for row in connection.execute(kept))
    found.kept += [one for one in notes if one.session not in found.destroyed]


def _read_events(connection: Any, found: Evidence) -> None:
    sql = (
        "SELECT session, CAST(seq AS INTEGER), CAST(line AS BLOB) FROM event ORDER BY session, seq"
    )
    keys = {name: LineKey(key) for name, key in whole_keys(_rows(connection)).items()}
    for session, seq, stored in connection.execute(sql):
        if str(session) not in found.destroyed:
            line = _opened(bytes(stored or b""), keys.get(str(session)))
            found.lines.setdefault(str(session), []).append(Line(line, seq))


def _opened(stored: bytes, key: LineKey | None) -> bytes:
    """The line; one that cannot be opened stays what it is, which is no event."""
    with suppress(DocumentAltered, UnicodeDecodeError):
        text = stored.decode()
        if key and is_sealed(text):
            return key.open(text)
    return stored


def _rows(connection: Any) -> Rows:
    def rows(sql: str, values: list[Any]) -> list[dict[str, Any]]:
        cursor = connection.execute(sql, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    return rows


def _check_triggers(connection: Any, found: Evidence) -> None:
    """What keeps both tables append-only is there, word for word, and nothing beside it."""
    with closing(pysqlite3.connect(":memory:")) as model:
        model.executescript(SCHEMA)
        right = _triggers(model)
    there = _triggers(connection)
    for name in sorted(right.keys() - there.keys()):
        zh, en = f"缺少触发器 {name}", f"the trigger {name} is missing"
        found.findings.append(from_source("trigger-missing", found.name, zh, en))
    for name in sorted(n for n, sql in there.items() if sql != right.get(n)):
        zh, en = f"触发器 {name} 不是本系统的", f"the trigger {name} is not as this system makes it"
        found.findings.append(from_source("trigger-altered", found.name, zh, en))


def _triggers(connection: Any) -> dict[str, str]:
    marks = ", ".join("?" * len(_GUARDED))
    rows = connection.execute(_SQL.format(marks), _GUARDED)
    return {str(name): " ".join(str(sql).split()) for name, sql in rows}


def _check_pages(connection: Any, found: Evidence) -> None:
    faults = []
    for (said,) in connection.execute(f"PRAGMA integrity_check({MOST_FAULTS})"):
        faults += [line for line in str(said).splitlines() if line != "ok"]
    if faults:
        more = f" … +{len(faults) - 1}" if len(faults) > 1 else ""
        found.findings.append(_damaged(found.name, f"{faults[0]}{more}"))


def _damaged(name: str, said: str) -> Finding:
    zh = f"数据库文件损坏（{said}）；其余所列可能由此引起"
    return from_source(
        "database-damaged", name, zh, f"the file is damaged ({said}); so may the rest be"
    )
