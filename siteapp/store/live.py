"""The live state of the site: every session derived from its journal, and who is signed in."""

import hashlib
import hmac
import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import sqlite_utils

from siteapp.clock import Anchor, Clock
from siteapp.conduct.session import Session
from siteapp.store.database import connect, open_database
from siteapp.store.writer import KEEP_CLOCK, Decision, Statement, Writer
from sync.errors import AlreadyThere, NotFound
from sync.exam.journal import Event, decode
from sync.exam.sitting import SessionPlan

log = logging.getLogger("examsite.live")

Act = Callable[[Session], Decision]


class Token(NamedTuple):
    """Whom a candidate's page speaks for."""

    session: str
    attempt: str
    seat_term: int
    instance: str


def token_hash(token: str) -> bytes:
    """What is stored of a token; the token itself is nowhere on the site."""
    return hashlib.sha256(token.encode()).digest()


class Live:
    """Reads are plain reads of memory; every change goes through the one writer."""

    def __init__(
        self,
        path: Path,
        site: str,
        limit: int = 2000,
        fatal: Callable[[], None] | None = None,
        clock: Callable[[Anchor | None], Clock] = Clock,
    ) -> None:
        self.path = path
        self.database: sqlite_utils.Database = open_database(path, site)
        # Reads have a connection of their own: the writer's shows what is not committed yet.
        self._reader = sqlite_utils.Database(connect(path))
        self._reading = threading.Lock()
        self._adding = threading.Lock()
        self.sessions: dict[str, Session] = {}
        self.tokens: dict[bytes, Token] = {}
        # (session, attempt) → the site's clock at its page's last request; memory only.
        self.contacts: dict[tuple[str, str], int] = {}
        self._credentials: dict[tuple[str, str], bytes] = {}
        self.clock = clock(self._anchor())
        self._load()
        self.writer = Writer(
            self.database.conn,
            self.clock,
            self._reload,
            limit,
            **({"fatal": fatal} if fatal else {}),
        )

    def close(self) -> None:
        """Store what is waiting and close the file."""
        self.writer.stop()
        self._reader.close()
        self.database.close()

    def _anchor(self) -> Anchor | None:
        row = self.rows("SELECT boot, boottime_ms, wall_ms, clock_ms FROM clock")
        return Anchor(**row[0]) if row else None

    def rows(self, sql: str, values: Iterable[Any] = ()) -> list[dict[str, Any]]:
        """What a query finds, as dictionaries."""
        with self._reading:
            return list(self._reader.query(sql, list(values)))

    def _load(self) -> None:
        for row in self.rows("SELECT id, plan FROM session ORDER BY rowid"):
            plan = msgspec.json.decode(row["plan"], type=SessionPlan)
            session = Session.planned(plan)
            self._replay(session)
            self.sessions[row["id"]] = session
        for row in self.rows("SELECT session, admission, verifier FROM credential"):
            self._credentials[row["session"], row["admission"]] = row["verifier"]
        for row in self.rows("SELECT hash, session, attempt, seat_term, instance FROM token"):
            key = row.pop("hash")
            self.tokens[key] = Token(**row)

    def _replay(self, session: Session) -> None:
        for event in self.events(session.plan.id):
            session.apply(event)

    def _reload(self, sessions: Iterable[Session]) -> None:
        """Put sessions back to what is on disk, in place: others hold references to them."""
        for session in sessions:
            fresh = Session.planned(session.plan)
            self._replay(fresh)
            session.__dict__.update(fresh.__dict__)

    def events(self, session: str, first: int = 0, most: int = -1) -> list[Event]:
        """The journal of a session from event `first` on, `most` of them, as it is on disk."""
        rows = self.rows(
            "SELECT line FROM event WHERE session = ? AND seq >= ? ORDER BY seq LIMIT ?",
            (session, first, most),
        )
        return [decode(row["line"].encode()) for row in rows]

    def session(self, session: str) -> Session:
        """The session with that id, or NotFound."""
        try:
            return self.sessions[session]
        except KeyError:
            raise NotFound(what=session) from None

    def act(self, session: Session, act: Act) -> Any:
        """Let an act decide in the writer's thread; returns its result once it is on disk."""
        return self.writer.submit(session, lambda: act(session))

    def enqueue(
        self, session: Session, act: Act, answer: Callable[[Exception | None], None]
    ) -> None:
        """As `act`, but return at once: `answer` is called in the writer's thread (see `Job`)."""
        self.writer.enqueue(session, lambda: act(session), answer)

    def store(self, *statements: Statement) -> None:
        """Rows that belong to no journal."""
        self.writer.submit(None, lambda: Decision(statements=statements))

    def keep_clock(self) -> None:
        """Put the clock's reading on disk, so that a quiet room loses and gains no time."""
        now = self.clock.anchor()
        self.store(Statement(KEEP_CLOCK, (now.boot, now.boottime_ms, now.wall_ms, now.clock_ms)))

    def add_session(
        self,
        plan: SessionPlan,
        act: Act,
        statements: tuple[Statement, ...],
        verifiers: dict[str, bytes],
    ) -> None:
        """A new session with its first events; AlreadyThere if the site has it.

        `verifiers` are by admission number: what checks each candidate's sign-in.
        """
        credentials = tuple(
            Statement("INSERT INTO credential VALUES (?, ?, ?)", (plan.id, admission, verifier))
            for admission, verifier in verifiers.items()
        )
        session = Session.planned(plan)

        def decide() -> Decision:
            decision = act(session)
            every = (*statements, *credentials, *decision.statements)
            return Decision(decision.events, every, decision.result)

        # One at a time: two of one session in a group would fail the group of others' saves.
        with self._adding:
            if plan.id in self.sessions:
                raise AlreadyThere(what=plan.id)
            self.writer.submit(session, decide)
            for admission, verifier in verifiers.items():
                self._credentials[plan.id, admission] = verifier
            self.sessions[plan.id] = session

    def remember(self, token: str, whom: Token) -> Statement:
        """Sign a page in; the row goes into the transaction of the sign-in."""
        key = token_hash(token)
        self.tokens[key] = whom
        return Statement("INSERT INTO token VALUES (?, ?, ?, ?, ?)", (key, *whom))

    def whom(self, token: str) -> Token | None:
        """Whom a token speaks for; notes that this page is alive."""
        found = self.tokens.get(token_hash(token))
        # A page at a seat that the candidate has left does not make the new seat look alive.
        if (
            found
            and self.sessions[found.session].attempts[found.attempt].seat_term == found.seat_term
        ):
            self.contacts[found.session, found.attempt] = self.clock.now()
        return found

    def fits(self, session: str, admission: str, verifier: bytes) -> bool:
        """True if this is what was stored for the candidate; compared in constant time."""
        stored = self._credentials.get((session, admission), bytes(32))
        return hmac.compare_digest(stored, verifier)
