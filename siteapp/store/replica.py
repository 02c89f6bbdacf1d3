"""Commits as frames: how one server's database becomes another's, and which history it is.

Every commit has a position, and a chain: SHA-256 over the chain before it and what it executed. Two
databases with the same position and chain have had the same commits. The first chain of a pairing
is random, and the `trail` keeps the chain of every position that the spare may stand at: so a
database can prove that another one's whole record is the beginning of its own.
"""

import hashlib
import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pysqlite3

from siteapp.clock import Anchor
from siteapp.errors import NotItsBeginning, StorageFailed
from siteapp.store.checkpoint import Checkpoints
from siteapp.store.database import connect
from siteapp.store.live import Live
from siteapp.store.writer import KEEP_CLOCK, Statement, result_code
from sync.errors import DocumentAltered

STAMP = "UPDATE server SET position = ?, chain = ?"
TRAIL = "INSERT INTO trail VALUES (?, ?)"
FORGET = "DELETE FROM trail WHERE position < ?"
# What a frame may make the database do. Frames come sealed from the paired server; this is for the
# day that server is not itself.
ALLOWED = {
    pysqlite3.SQLITE_INSERT,
    pysqlite3.SQLITE_UPDATE,
    pysqlite3.SQLITE_DELETE,
    pysqlite3.SQLITE_SELECT,
    pysqlite3.SQLITE_READ,
    pysqlite3.SQLITE_FUNCTION,
    pysqlite3.SQLITE_TRANSACTION,
    pysqlite3.SQLITE_RECURSIVE,
}
# Its own stamp is not a frame's to write, nor the schema anyone's.
CLOSED_TABLES = {"site", "server", "trail", "sqlite_master", "sqlite_sequence"}


_statements = msgspec.msgpack.Decoder(list[tuple[str, list[Any]]])


class State(msgspec.Struct, frozen=True):
    """Where a database stands: server term, number of its last commit, chain up to there."""

    term: int = 1
    position: int = 0
    chain: bytes = b""


class Frame(msgspec.Struct, frozen=True):
    """One commit: its position, the chain before it, and the statements it executed, encoded."""

    position: int
    before: bytes
    body: bytes

    def chain(self) -> bytes:
        """The chain after it."""
        digest = hashlib.sha256(self.before)
        digest.update(self.position.to_bytes(8, "big"))
        digest.update(self.body)
        return digest.digest()

    def statements(self) -> list[tuple[str, list[Any]]]:
        """SQL and values; DocumentAltered if it is nothing of the kind."""
        try:
            return _statements.decode(self.body)
        except ValueError as error:
            raise DocumentAltered(where=f"commit {self.position}: {error}") from None


def frame_after(state: State, statements: Sequence[Statement]) -> Frame:
    """The next commit's frame."""
    return Frame(state.position + 1, state.chain, msgspec.msgpack.encode(statements))


def stamp(state: State) -> list[Statement]:
    """What makes the commit carry its position and chain."""
    mine = (state.position, state.chain)
    return [Statement(STAMP, mine), Statement(TRAIL, mine)]


def forget_before(position: int) -> Statement:
    """Let go of the trail that the spare has passed."""
    return Statement(FORGET, (position,))


def begin_history(live: Live, pairing: bytes) -> None:
    """A history of its own for each pairing; none of another pairing can be taken for it."""
    (row,) = live.rows("SELECT pairing FROM server")
    if row["pairing"] == pairing:
        return
    chain = os.urandom(32)
    live.store(
        Statement("UPDATE server SET position = 0, chain = ?, pairing = ?", (chain, pairing)),
        Statement("DELETE FROM trail", ()),
        Statement(TRAIL, (0, chain)),
    )


def has_passed(live: Live, state: State) -> bool:
    """True if everything in a database that stands there is in this one too, in the same order."""
    rows = live.rows("SELECT chain FROM trail WHERE position = ?", (state.position,))
    return [row["chain"] for row in rows] == [state.chain]


def check_grown(path: Path, state: State) -> None:
    """NotItsBeginning unless the database in this file grew out of one that stood at `state`."""
    with closing(connect(path)) as copy:
        rows = copy.execute("SELECT chain FROM trail WHERE position = ?", (state.position,))
        if rows.fetchall() != [(state.chain,)]:
            raise NotItsBeginning(position=state.position)


def read_state(connection: Any) -> State:
    """Where the database of this connection stands."""
    row = connection.execute("SELECT term, position, chain FROM server").fetchone()
    return State(*row)


def state_of(live: Live) -> State:
    """Where the site's database stands on disk."""
    (row,) = live.rows("SELECT term, position, chain FROM server")
    return State(**row)


def snapshot(database: Path, path: Path) -> State:
    """A whole copy of a database, also of one in use, as of one commit; the state it has."""
    path.unlink(missing_ok=True)
    # A connection of its own: nobody who reads waits for it.
    with closing(connect(database)) as whole:
        whole.execute("VACUUM INTO ?", (str(path),))
    with closing(connect(path)) as copy:
        return read_state(copy)


class Copy:
    """The spare's database: takes frames in order, each group in one transaction with one sync."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = connect(path)
        self._checkpoints = Checkpoints(self._connection)
        self.state = read_state(self._connection)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def take(self, frames: Sequence[Frame], clock: Anchor) -> State:
        """Store frames that continue this history; DocumentAltered, and nothing stored, if not.

        StorageFailed if the disk did not take them.
        `clock` is the site's clock by this machine's own boot: the sender's would not go on here.
        """
        state = self.state
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        try:
            state = self._follow_all(state, frames)
            values = (clock.boot, clock.boottime_ms, clock.wall_ms, clock.clock_ms)
            execute(KEEP_CLOCK, values)
            execute(STAMP, (state.position, state.chain))
            execute("COMMIT")
        except BaseException as error:
            if self._connection.in_transaction:
                execute("ROLLBACK")
            if isinstance(error, pysqlite3.Error):
                raise StorageFailed(reason=str(error)) from None
            raise
        self.state = state
        self._move_log()
        return state

    def _move_log(self) -> None:
        """As the primary's writer does; on a full disk the log keeps it, and there may be room."""
        try:
            self._checkpoints.after_commit()
        except pysqlite3.Error as error:
            if result_code(error) != int(pysqlite3.SQLITE_FULL):
                raise StorageFailed(reason=str(error)) from None

    def _follow_all(self, state: State, frames: Sequence[Frame]) -> State:
        self._connection.set_authorizer(_authorize)
        try:
            for frame in frames:
                if (frame.position, frame.before) != (state.position + 1, state.chain):
                    raise DocumentAltered(where=f"commit {frame.position} after {state.position}")
                for sql, values in frame.statements():
                    self._connection.execute(sql, values)
                state = State(state.term, frame.position, frame.chain())
        except pysqlite3.DatabaseError as error:
            if isinstance(error, pysqlite3.OperationalError) and result_code(error) > 1:
                # The disk or a lock: nothing is said about the frames.
                raise
            raise DocumentAltered(where=f"commit after {state.position}: {error}") from None
        finally:
            self._connection.set_authorizer(None)
        return state


def _authorize(action: int, first: str | None, *_: Any) -> int:
    writes = action in (pysqlite3.SQLITE_INSERT, pysqlite3.SQLITE_UPDATE, pysqlite3.SQLITE_DELETE)
    if action not in ALLOWED or (writes and first in CLOSED_TABLES):
        return int(pysqlite3.SQLITE_DENY)
    return int(pysqlite3.SQLITE_OK)


def raise_term(live: Live, term: int, note: Statement) -> bool:
    """Make this database that of a higher server term; False if it is already.

    The batches of the old term are set aside: a new term seals its journal from the first event.
    """
    old = state_of(live).term
    if old >= term:
        return False
    live.store(
        Statement(
            "INSERT INTO former_batch SELECT ?, session, sequence, first, count, digest, final"
            " FROM batch",
            (old,),
        ),
        Statement("DELETE FROM batch", ()),
        Statement("UPDATE server SET term = ?", (term,)),
        note,
    )
    return True


def check_copy(path: Path, site: str, state: State | None) -> None:
    """DocumentAltered unless the file is a sound database of this site, in this state if given."""
    copy = connect(path)
    try:
        sound = copy.execute("PRAGMA quick_check").fetchone()[0] == "ok"
        owner = copy.execute("SELECT id FROM site").fetchone()
        found = read_state(copy)
    except pysqlite3.DatabaseError as error:
        raise DocumentAltered(where=f"database: {error}") from None
    finally:
        copy.close()
    if not sound or owner != (site,) or found != (state or found):
        raise DocumentAltered(where="database")
