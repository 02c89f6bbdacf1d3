"""The one writer: many waiting acts, one transaction, one sync; only then are they answered."""

import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import msgspec
import pysqlite3

from siteapp.clock import Clock
from siteapp.conduct.acts import NewEvent
from siteapp.conduct.session import Session
from siteapp.errors import Overloaded, StorageFailed
from siteapp.store.checkpoint import Checkpoints
from siteapp.store.undo import Undo
from sync.disk import SyncFailed
from sync.errors import DiskTooFull, ExamError
from sync.exam.journal import Event, encode
from sync.words import Words

log = logging.getLogger("examsite.writer")

INSERT_EVENTS = (
    "INSERT INTO event (session, seq, line)"
    " SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)"
)
KEEP_CLOCK = "INSERT OR REPLACE INTO clock VALUES (1, ?, ?, ?, ?)"
MAX_GROUP = 512
# While saves come in numbers, the next group is given time to grow: a commit costs as much as four
# saves, whether it holds three or sixty (docs/design/answer-path.md). One alone waits for nobody.
FEW = 3
GATHER_S_A_SAVE = 0.0001
MOST_GATHER_S = 0.005
# So many bytes of requests end a group: its commit must fit one message to the spare.
MAX_GROUP_BYTES = 4 * 1024 * 1024
# What the service ends with when the disk failed; systemd starts it again, and it reads the disk.
EXIT_STORAGE = 70

# Tries of one group on a full disk, each with another piece of the reserve.
TRIES = 8
# The shared memory beside the log could not grow; SQLite calls this an error of the disk.
NO_SHARED_MEMORY = 10 | 19 << 8

# How often a waiting act looks whether there still is a writer.
LOOK_S = 5.0


def end_at_once() -> None:
    """End the process, in no order: after a failed sync nothing in memory can be built on."""
    os._exit(EXIT_STORAGE)


class Statement(NamedTuple):
    """A row that goes into the same transaction as the events."""

    sql: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Decision:
    """What an act leads to. `refusal` is raised to the caller after the events are on disk."""

    events: Sequence[NewEvent] = ()
    statements: Sequence[Statement] = ()
    result: Any = None
    refusal: Exception | None = None


class Follower(Protocol):
    """Who else keeps what is written (docs/design/second-server.md). Called by the writer only."""

    def stamp(self, statements: Sequence[Statement]) -> Sequence[Statement]:
        """What goes into the transaction of these statements beside them."""

    def undone(self) -> None:
        """The transaction that was stamped last is not on the disk."""

    def kept(self, answer: Callable[[], None]) -> None:
        """All stamped so far is on this disk; call `answer` when it may be acknowledged."""


class Nobody:
    """There is no second server."""

    def stamp(self, statements: Sequence[Statement]) -> Sequence[Statement]:
        """Nothing."""
        return ()

    def undone(self) -> None:
        """Nothing."""

    def kept(self, answer: Callable[[], None]) -> None:
        """At once."""
        answer()


NOBODY = Nobody()


@dataclass(slots=True)
class Job:
    """An act that waits for its commit; `answer` is called once, in the writer's thread, after it.

    It gets None, or why the act is refused; it must not block and must not raise.
    """

    session: Session | None
    decide: Callable[[], Decision]
    answer: Callable[[Exception | None], None] = lambda refusal: None
    outcome: Decision | None = None
    error: Exception | None = None
    answered: bool = False
    size: int = 0

    def finish(self) -> None:
        """Answer, once."""
        if not self.answered:
            self.answered = True
            self.answer(self.error or (self.outcome.refusal if self.outcome else None))


def result_code(error: Exception) -> int:
    """SQLite's primary result code; 0 for what is no error of SQLite's."""
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _is_full(error: Exception) -> bool:
    if getattr(error, "sqlite_errorcode", None) == NO_SHARED_MEMORY:
        return True
    return result_code(error) == int(pysqlite3.SQLITE_FULL)


def _is_broken(error: Exception) -> bool:
    """True if the file or the disk cannot be trusted; not for a lock, a constraint or a mistake."""
    passing = (pysqlite3.SQLITE_FULL, pysqlite3.SQLITE_BUSY)
    if isinstance(error, SyncFailed):
        return True
    grave = isinstance(error, pysqlite3.OperationalError) or type(error) is pysqlite3.DatabaseError
    return grave and result_code(error) not in passing and not _is_full(error)


class Writer:
    """Owns the connection that writes. `reload` reads whole sessions from the disk anew."""

    def __init__(
        self,
        connection: Any,
        clock: Clock,
        reload: Callable[[Iterable[Session]], None],
        limit: int = 2000,
        fatal: Callable[[], None] = end_at_once,
    ) -> None:
        self.follower: Follower = NOBODY
        self._connection = connection
        self._clock = clock
        self._limit = limit
        self._fatal = fatal
        # Gives back a piece of what is kept for answers; False if there is none.
        self.make_room: Callable[[], bool] = lambda: False
        # How a line of a session is stored: session, kind, line.
        self.seal: Callable[[str, str, bytes], str] = lambda session, kind, line: line.decode()
        self._waiting: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._clock_kept_ms = -(10**9)
        self.commits = 0
        self._decided = 0
        # Numbers of groups that may not be acknowledged yet; one that failed passes none before it.
        self._unanswered: set[int] = set()
        self.checkpoints = Checkpoints(connection)
        self._undo = Undo(connection, reload)
        self.thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self.thread.start()

    def submit(self, session: Session | None, decide: Callable[[], Decision], size: int = 0) -> Any:
        """Run `decide` in the writer's thread; return its result once all of it is on disk.

        `size` is of the request that it came with.
        """
        done = threading.Event()
        refusals: list[Exception | None] = []

        def answer(refusal: Exception | None) -> None:
            refusals.append(refusal)
            done.set()

        job = self.enqueue(session, decide, answer, size)
        while not done.wait(LOOK_S):
            if not self.thread.is_alive():
                raise StorageFailed(reason=Words("写入已停止", "the writer has ended"))
        if refusals[0] is not None:
            raise refusals[0]
        return job.outcome.result if job.outcome else None

    def enqueue(
        self,
        session: Session | None,
        decide: Callable[[], Decision],
        answer: Callable[[Exception | None], None],
        size: int = 0,
    ) -> Job:
        """As `submit`, but return at once; `answer` is told (see `Job`)."""
        if self._waiting.qsize() >= self._limit:
            raise Overloaded
        job = Job(session, decide, answer, size=size)
        self._waiting.put(job)
        return job

    def leave(self, *statements: Statement) -> None:
        """Store rows soon, without waiting for it."""
        self._waiting.put(Job(None, lambda: Decision(statements=statements)))

    def seen(self, read: Callable[[], Any]) -> Any:
        """What `read` finds in memory, once all of it may be acknowledged.

        Memory is ahead of the disks. `read` may run in the writer's thread.
        """
        before = self._decided
        if not self._unanswered:
            found = read()
            if self._decided == before:
                return found
        return self.submit(None, lambda: Decision(result=read()))

    def stop(self) -> None:
        """Finish what is waiting, then end the thread."""
        self._waiting.put(None)
        self.thread.join()

    def _run(self) -> None:
        came = 0
        while (first := self._waiting.get()) is not None:
            if came > FEW:
                time.sleep(min(MOST_GATHER_S, came * GATHER_S_A_SAVE))
            group, last = self._group(first)
            came, before = len(group), self.commits
            self._commit(group)
            if last:
                break
            if self.commits > before:
                self._tend_log(self.checkpoints.after_commit)
        self._tend_log(self.checkpoints.last)

    def _group(self, first: Job) -> tuple[list[Job], bool]:
        """What waits by now, within bounds; True if it is the last."""
        group, size = [first], first.size
        while len(group) < MAX_GROUP and size < MAX_GROUP_BYTES:
            try:
                job = self._waiting.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return group, True
            group.append(job)
            size += job.size
        return group, False

    def _commit(self, group: list[Job]) -> None:
        """Decide and store one group; every job of it is answered, whatever happens."""
        follower = self.follower
        number = self._decided + 1
        self._unanswered.add(number)
        self._decided = number

        def answer() -> None:
            _answer_all(group)
            self._unanswered.discard(number)

        try:
            rows, statements = self._decide(group)
            if rows or statements:
                self._with_room(lambda: self._store(rows, statements, follower))
            # Also when nothing was new: what a repeat repeats may not be on both disks yet.
            follower.kept(answer)
        except Exception as error:
            follower.undone()
            self._failed(group, error)
            answer()

    def _tend_log(self, tend: Callable[[], None]) -> None:
        """Move the log into the file; everybody has been answered before."""
        try:
            self._with_room(tend)
        except Exception as error:
            log.error("the log was not moved into the database: %s", error)
            # On a full disk nothing is lost: the log keeps it, and there may be room later.
            if _is_broken(error):
                self._fatal()

    def _decide(self, group: list[Job]) -> tuple[list[list[Any]], list[Statement]]:
        rows: list[list[Any]] = []
        statements: list[Statement] = []
        self._undo.begin()
        for job in group:
            try:
                outcome = job.decide()
                rows += self._number(job.session, outcome.events)
            except ExamError as error:
                job.error = error
            except Exception as error:
                # A fault in one act must not take the others' saves with it.
                log.exception("an act failed before anything was stored")
                job.error = error
            else:
                job.outcome = outcome
                statements += outcome.statements
        return rows, statements

    def _number(self, session: Session | None, events: Sequence[NewEvent]) -> list[list[Any]]:
        """The rows of an act's events; all of them are encoded before any changes the state."""
        if session is None:
            return []
        now = self._clock.wall()
        numbered = [
            Event(session.next_seq + i, now, new.kind, new.body) for i, new in enumerate(events)
        ]
        name = session.plan.id
        rows = [[name, e.seq, self.seal(name, e.kind, encode(e))] for e in numbered]
        before = self._undo.before(session)
        for event in numbered:
            session.apply(event, before)
        return rows

    def _store(
        self, rows: list[list[Any]], statements: list[Statement], follower: Follower = NOBODY
    ) -> None:
        every = [*_events(rows), *statements]
        now = self._clock.now()
        if now - self._clock_kept_ms >= 1000:
            anchor = self._clock.anchor()
            values = (anchor.boot, anchor.boottime_ms, anchor.wall_ms, anchor.clock_ms)
            every.append(Statement(KEEP_CLOCK, values))
            self._clock_kept_ms = now
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        for statement in (*every, *follower.stamp(every)):
            execute(statement.sql, statement.values)
        execute("COMMIT")
        self.commits += 1

    def _with_room(self, do: Callable[[], None]) -> None:
        """Do it; on a full disk again, each time with a piece more room."""
        for _ in range(TRIES):
            try:
                return do()
            except pysqlite3.Error as error:
                if not _is_full(error):
                    raise
                self._undo.keeps = True
                if not self.make_room():
                    raise
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        return do()

    def _failed(self, group: list[Job], error: Exception) -> None:
        """Nothing of the group is on disk: take it back from memory, answer, or end."""
        log.error("a group of %d acts was not stored: %s", len(group), error)
        taken_back = self._take_back(group)
        answer = _answer(error)
        for job in group:
            if job.error is None:
                job.outcome, job.error = None, answer
            job.finish()
        if _is_broken(error) or not taken_back:
            # A failed sync is never retried: the kernel may have dropped the pages. Start anew.
            self._fatal()

    def _take_back(self, group: list[Job]) -> bool:
        """Memory as it is on disk; False if the database cannot be read back."""
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._undo.take_back({id(j.session): j.session for j in group if j.session}.values())
        except Exception:
            log.exception("the database cannot be read back")
            return False
        return True


def _events(rows: list[list[Any]]) -> list[Statement]:
    """One statement for any number of events."""
    return [Statement(INSERT_EVENTS, (msgspec.json.encode(rows).decode(),))] if rows else []


def _answer_all(group: Iterable[Job]) -> None:
    for job in group:
        job.finish()


def _answer(error: Exception) -> Exception:
    if _is_full(error):
        return DiskTooFull(needed_mib=1, free_mib=0, folder="data")
    return StorageFailed(reason=str(error)) if isinstance(error, pysqlite3.Error) else error
