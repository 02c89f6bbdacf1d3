"""The live state of the site: every session derived from its journal, and who is signed in."""

import hashlib
import hmac
import json
import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import sqlite_utils

from siteapp.clock import Anchor, Clock
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.late import Room
from siteapp.conduct.lost import SILENT_MS, silence
from siteapp.conduct.only_there import OnlyThere
from siteapp.conduct.session import Session
from siteapp.conduct.spans import Span
from siteapp.store.database import connect, open_database
from siteapp.store.lines import LineKeys
from siteapp.store.writer import KEEP_CLOCK, Decision, Statement, Writer
from sync.errors import AlreadyThere, NotFound
from sync.exam.journal import Event, decode
from sync.exam.sitting import SessionPlan

log = logging.getLogger("examsite.live")

# Of a session that was destroyed only that it was stands in the database.
LIVING = (
    "SELECT id, plan FROM session WHERE id NOT IN (SELECT session FROM destroyed) ORDER BY rowid"
)
Act = Callable[[Session], Decision]
KEEP_CONTACTS = (
    "INSERT OR REPLACE INTO contact SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)"
)


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
        self.path, self.site = path, site
        self.database: sqlite_utils.Database = open_database(path, site)
        # Reads have a connection of their own: the writer's shows what is not committed yet.
        self._reader = sqlite_utils.Database(connect(path))
        self._reading = threading.Lock()
        self._adding = threading.Lock()
        self._silencing = threading.Lock()
        self.sessions: dict[str, Session] = {}
        self.tokens: dict[bytes, Token] = {}
        # (session, attempt) → the site's clock at its page's last request; on disk with the clock.
        self.contacts: dict[tuple[str, str], int] = {}
        self.only_there = OnlyThere()
        # (session, attempt) → silences that are not in the journal yet.
        self.silences: dict[tuple[str, str], list[Span]] = {}
        # The site's clock at the end of the last run, as far as the disk knows.
        self.resumed_ms = 0
        self._credentials: dict[tuple[str, str], bytes] = {}
        self.lines = LineKeys()
        self.lines.load(self.rows)
        anchor = self._anchor()
        self.clock = clock(anchor)
        self._load(anchor)
        self.writer = Writer(
            self.database.conn,
            self.clock,
            self._reload,
            limit,
            **({"fatal": fatal} if fatal else {}),
        )
        self.writer.seal = self.lines.seal

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

    def _load(self, anchor: Anchor | None) -> None:
        for row in self.rows(LIVING):
            plan = msgspec.json.decode(row["plan"], type=SessionPlan)
            session = Session.planned(plan)
            self._replay(session)
            self.sessions[row["id"]] = session
        for row in self.rows("SELECT session, admission, verifier FROM credential"):
            self._credentials[row["session"], row["admission"]] = row["verifier"]
        for row in self.rows("SELECT hash, session, attempt, seat_term, instance FROM token"):
            key = row.pop("hash")
            self.tokens[key] = Token(**row)
        for row in self.rows("SELECT session, attempt, clock_ms FROM contact"):
            # After a copy was put back it may lie ahead of the clock.
            heard = min(row["clock_ms"], self.clock.now())
            self.contacts[row["session"], row["attempt"]] = heard
        # Who began a moment before the end of the last run was heard then, if ever.
        last = anchor.clock_ms if anchor else 0
        self.resumed_ms = last
        for token in self.tokens.values():
            attempt = self.sessions[token.session].attempts[token.attempt]
            if attempt.phase == "started":
                began = max(last, attempt.started_ms)
                self.contacts.setdefault((token.session, token.attempt), began)

    def _replay(self, session: Session) -> None:
        for event in self.events(session.plan.id):
            session.apply(event)

    def _reload(self, sessions: Iterable[Session]) -> None:
        """Read sessions from the disk anew, in place: others hold references to them."""
        for session in sessions:
            fresh = Session.planned(session.plan)
            self._replay(fresh)
            session.become(fresh)

    def events(self, session: str, first: int = 0, most: int = -1) -> list[Event]:
        """The journal of a session from event `first` on, `most` of them, as it is on disk."""
        rows = self.rows(
            "SELECT line FROM event WHERE session = ? AND seq >= ? ORDER BY seq LIMIT ?",
            (session, first, most),
        )
        return [decode(self.lines.open(session, row["line"])) for row in rows]

    def session(self, session: str) -> Session:
        """The session with that id, or NotFound."""
        try:
            return self.sessions[session]
        except KeyError:
            raise NotFound(what=session) from None

    def act(self, session: Session, act: Act, size: int = 0) -> Any:
        """Let an act decide in the writer's thread; returns its result once it is on disk."""
        return self.writer.submit(session, lambda: act(session), size)

    def enqueue(
        self, session: Session, act: Act, answer: Callable[[Exception | None], None], size: int = 0
    ) -> None:
        """As `act`, but return at once: `answer` is called in the writer's thread (see `Job`)."""
        self.writer.enqueue(session, lambda: act(session), answer, size)

    def store(self, *statements: Statement) -> None:
        """Rows that belong to no journal."""
        self.writer.submit(None, lambda: Decision(statements=statements))

    def keep_clock(self) -> None:
        """Put the clock's reading on disk, so that a quiet room loses and gains no time.

        With it who was heard when: a restart knows how long each seat was silent.
        """
        heard = json.dumps([[*key, at] for key, at in list(self.contacts.items())])
        now = self.clock.anchor()
        self.store(
            Statement(KEEP_CLOCK, (now.boot, now.boottime_ms, now.wall_ms, now.clock_ms)),
            Statement(KEEP_CONTACTS, (heard,)),
        )

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
            every = (*statements, *keys, *credentials, *decision.statements)
            return Decision(decision.events, every, decision.result)

        # One at a time: two of one session in a group would fail the group of others' saves.
        with self._adding:
            if plan.id in self.sessions:
                raise AlreadyThere(what=plan.id)
            keys = self.lines.make(plan.id)
            self.writer.submit(session, decide)
            for admission, verifier in verifiers.items():
                self._credentials[plan.id, admission] = verifier
            self.sessions[plan.id] = session

    def destroy(self, session: Session, *statements: Statement) -> None:
        """These rows, and no session of that name any more, in memory or in SQLite's log."""
        name = session.plan.id
        self.store(*statements)
        for key in [k for k, token in self.tokens.items() if token.session == name]:
            self.tokens.pop(key, None)
        for of in (self.contacts, self.silences, self._credentials):
            for place in [p for p in list(of) if p[0] == name]:
                of.pop(place, None)
        self.sessions.pop(name, None)
        self.lines.forget(name)
        self.writer.submit(None, self._empty_log)

    def _empty_log(self) -> Decision:
        """In the writer's thread, between two groups: old pages in the log are gone after it."""
        self.database.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return Decision()

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
            self._heard((found.session, found.attempt), self.clock.now())
        return found

    def _heard(self, key: tuple[str, str], now: int) -> None:
        before = self.contacts.get(key, now)
        self.contacts[key] = now
        if now - before >= SILENT_MS:
            with self._silencing:
                self.silences[key] = [*self.silences.get(key, ()), Span(before, now)]

    def silent(self, session: Session, attempt: Attempt) -> list[Span]:
        """Silences of a seat that are not in the journal yet."""
        return self.silences.get((session.plan.id, attempt.id), [])

    def room(self) -> Room:
        """What is known of who was heard; it decides about answers that come late."""
        return Room(self.contacts, self.silences, self.resumed_ms)

    def journal_silences(self, session: Session) -> None:
        """Put the session's silences that are over into the journal."""
        due = {key: list(spans) for key, spans in list(self.silences.items())}
        due = {key: spans for key, spans in due.items() if key[0] == session.plan.id}
        if not due:
            return

        def decide(state: Session) -> Decision:
            found = (silence(state.attempt(key[1]), spans) for key, spans in due.items())
            return Decision([event for events in found for event in events])

        self.act(session, decide)
        with self._silencing:
            for key, spans in due.items():
                left = [one for one in self.silences.pop(key) if one not in spans]
                if left:
                    self.silences[key] = left

    def fits(self, session: str, admission: str, verifier: bytes) -> bool:
        """True if this is what was stored for the candidate; compared in constant time."""
        stored = self._credentials.get((session, admission), bytes(32))
        return hmac.compare_digest(stored, verifier)
