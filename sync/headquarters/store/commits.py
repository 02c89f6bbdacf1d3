"""Committing batches: those that wait at the same time share one transaction (group commit)."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from sync.headquarters.store import at_once, blobs
from sync.headquarters.store.engine import Stamp, Store, audit_line
from sync.headquarters.store.kinds import BATCH, Kind
from sync.headquarters.store.schema import audit, quarantine, work
from sync.headquarters.store.schema import blobs as blob_rows
from sync.wire.documents import Receipt
from sync.wire.register import Standing

INTAKE = "intake"
MAX_GROUP = 64
SCORE_WORK = "score"
_DEADLOCK = "40P01"


@dataclass
class Arrival:
    """A verified batch with its signed receipt; `body` if its bytes go into the database."""

    receipt: Receipt
    envelope: bytes
    signed_by: str
    sealed_to: str
    # What the keys were good for that it is sealed to.
    standing: Standing
    body: bytes | None = None
    new: bool | None = None
    fault: SQLAlchemyError | None = None

    @property
    def settled(self) -> bool:
        """Whether its transaction is over, one way or the other."""
        return self.new is not None or self.fault is not None


class Commits:
    """The way into the table of batches, for all threads of a process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._door, self._turn = threading.Lock(), threading.Lock()
        self._waiting: list[Arrival] = []

    def commit(self, arrival: Arrival) -> bool:
        """True once batch, receipt and work are durable; False if the batch or its number is there.

        Whoever comes first commits for all that wait; SQLAlchemyError if nothing was committed, or
        if nobody knows.
        """
        (found,) = self.commit_all([arrival])
        if isinstance(found, SQLAlchemyError):
            raise found
        return found

    def commit_all(self, arrivals: Sequence[Arrival]) -> list[bool | SQLAlchemyError]:
        """As commit, of several: what it would return or raise for each."""
        with self._door:
            self._waiting += arrivals
        with self._turn:
            while not all(arrival.settled for arrival in arrivals):
                with self._door:
                    group = self._waiting[:MAX_GROUP]
                    del self._waiting[:MAX_GROUP]
                self._write(group)
        return [arrival.fault or bool(arrival.new) for arrival in arrivals]

    def commit_alone(self, arrival: Arrival, kind: Kind) -> bool:
        """As commit, in a transaction of its own: files are few, and large."""
        with self._store.writing() as db:
            return bool(_insert(self._store, db, [arrival], kind))

    def _write(self, group: Sequence[Arrival]) -> None:
        # The same order everywhere, so that two receivers seldom wait for each other.
        first: dict[str, Arrival] = {}
        for arrival in sorted(group, key=_digest):
            first.setdefault(arrival.receipt.digest, arrival)
        try:
            taken = self._insert(list(first.values()))
        except SQLAlchemyError as fault:
            if len(group) == 1 or not _is_of_one(fault):
                for arrival in group:
                    arrival.fault = fault
                return
            for arrival in group:
                self._write([arrival])
            return
        except BaseException as fault:
            self._fail(group, fault)
            raise
        for arrival in group:
            digest = arrival.receipt.digest
            arrival.new = digest in taken and first[digest] is arrival

    def _insert(self, group: Sequence[Arrival]) -> set[str]:
        """Commit those that are new; their digests."""
        if self._store.is_postgresql:
            given = at_once.parameters([_given(a) for a in group])
            return {row[0] for row in self._store.at_once(at_once.STATEMENT, given)}
        with self._store.writing() as db:
            return _insert(self._store, db, group, BATCH)

    def _fail(self, group: Sequence[Arrival], fault: BaseException) -> None:
        for arrival in group:
            arrival.fault = SQLAlchemyError(str(fault))


def _digest(arrival: Arrival) -> str:
    return arrival.receipt.digest


def _is_of_one(fault: SQLAlchemyError) -> bool:
    """Whether others of the group may do better without it: no fault of the database itself."""
    if isinstance(fault, OperationalError):
        return getattr(fault.orig, "sqlstate", None) == _DEADLOCK
    return True


def _insert(store: Store, db: Connection, group: Sequence[Arrival], kind: Kind) -> set[str]:
    """Rows of those that are new; their digests."""
    wanted = store.inserting(kind.rows).on_conflict_do_nothing().returning(kind.rows.c.digest)
    taken = set(db.scalars(wanted, [_batch(a) for a in group]))
    new = [a for a in group if a.receipt.digest in taken]
    if not new:
        return taken
    bodies = [blobs.row("batches", a.receipt.digest, a.body) for a in new if a.body is not None]
    if bodies:
        db.execute(store.inserting(blob_rows).on_conflict_do_nothing(), bodies)
    db.execute(insert(kind.receipts), [receipt_row(a.receipt, a.envelope) for a in new])
    db.execute(insert(work), [one for a in new for one in _work(a.receipt, kind)])
    db.execute(insert(audit), [_line(a, kind) for a in new])
    at = new[0].receipt.at
    db.execute(update(quarantine).where(quarantine.c.digest.in_(taken)).values(taken_at=at))
    return taken


def _given(arrival: Arrival) -> dict[str, object]:
    """All that PostgreSQL is given of a batch."""
    kept = {n: v for n, v in _batch(arrival).items() if n not in ("state", "received_at")}
    return kept | {
        "at": arrival.receipt.at,
        "envelope": arrival.envelope,
        "line": _line(arrival, BATCH)["what"],
        "body": arrival.body or b"",
    }


def _batch(arrival: Arrival) -> dict[str, object]:
    receipt = arrival.receipt
    return {
        "digest": receipt.digest,
        "site": receipt.site,
        "session": receipt.session,
        "server_term": receipt.server_term,
        "sequence": receipt.sequence,
        "size": receipt.size,
        "signed_by": arrival.signed_by,
        "sealed_to": arrival.sealed_to,
        "state": "received",
        "received_at": receipt.at,
    }


def receipt_row(receipt: Receipt, envelope: bytes) -> dict[str, object]:
    """The row of a signed receipt."""
    return {
        "digest": receipt.digest,
        "level": receipt.level,
        "envelope": envelope,
        "at": receipt.at,
    }


def _work(receipt: Receipt, kind: Kind) -> list[dict[str, object]]:
    due = ((kind.work, receipt.digest), (SCORE_WORK, receipt.session))
    return [{"kind": name, "subject": subject, "claimed_until": 0} for name, subject in due]


def _line(arrival: Arrival, kind: Kind) -> dict[str, object]:
    receipt = arrival.receipt
    what = {"site": receipt.site, "session": receipt.session, "digest": receipt.digest}
    if arrival.standing != "usable":
        what["sealed_to_key"] = arrival.standing
    return audit_line(Stamp(INTAKE, receipt.at), f"{kind.name}.receive", **what)
