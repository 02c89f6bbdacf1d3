"""Journal → batch → spool: the session's events, sealed and signed while the sitting runs."""

import copy
import logging
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from siteapp.conduct.session import Session
from siteapp.errors import DatabaseBehind, JournalDamaged
from siteapp.identity import Identity
from siteapp.store import records
from siteapp.store.live import Live
from sync.errors import DocumentRefused, NotFound
from sync.exam.batch import MAX_EVENTS, BatchHeader
from sync.exam.journal import Event, encode, origin
from sync.exam.merkle import MerkleTree
from sync.spool import Spool
from sync.wire.checkpoint import Checkpoint, encode_checkpoint
from sync.wire.documents import write_batch
from sync.wire.files import sync_folder
from sync.wire.sealed import peek_identity

log = logging.getLogger("examsite.results")

# A batch holds no more than this, far below what `unpack` takes; what is more is another batch.
MAX_BYTES = 16 * 1024 * 1024
LOOK_AGAIN_MS = 2_000


@dataclass
class Covered:
    """The root over the events that batches cover, and the sittings that these events close.

    Kept from cut to cut, so that a cut reads only what is new.
    """

    tree: MerkleTree = field(default_factory=MerkleTree)
    closed: set[str] = field(default_factory=set)

    def take(self, events: Sequence[Event]) -> None:
        """The next events of the journal."""
        for event in events:
            self.tree.append(encode(event))
            if event.kind == "close":
                self.closed.add(event.body["sitting"])


class Packer:
    """Cuts batches: seal into `sealing/<digest>`, record in the database, hand to the spool.

    A crash or a full disk before the record leaves a file that nobody refers to; after it, one that
    `recover` hands to the spool, at the start and before the next cut. So a number is never used
    for two different batches.
    """

    def __init__(self, identity: Identity, live: Live, spool: Spool, server_term: int = 1) -> None:
        self._identity = identity
        self._live = live
        self._spool = spool
        self._server_term = server_term
        self._cutting = threading.Lock()
        self._covered: dict[str, Covered] = {}
        self._archived: dict[str, tuple[int, int]] = {}
        self._work = identity.folder / "sealing"
        self._work.mkdir(exist_ok=True)
        self.recover()
        self._ahead = self._unrecorded()

    def _unrecorded(self) -> dict[str, int]:
        """session → number of a batch of this server that lies in the spool and in no record.

        A batch is recorded before it is handed over: so the database has lost what it had.
        """
        known = records.sealed_digests(self._live)
        found: dict[str, int] = {}
        for entry in self._spool.outgoing():
            if entry.path.suffix == ".batch" and entry.digest not in known:
                with suppress(DocumentRefused):
                    _, identity, _ = peek_identity(entry.path)
                    if identity.get("server_term") == self._server_term:
                        found[str(identity.get("session"))] = int(identity.get("sequence", 0))
        for session, sequence in found.items():
            log.error("batch %d of %s is sealed and not in the database", sequence, session)
        return found

    def recover(self) -> None:
        """Hand over what was recorded and not handed over, and clear what was not recorded."""
        left = list(self._work.iterdir())
        recorded = records.batch_digests(self._live) if left else set()
        for path in left:
            if path.name in recorded:
                self._spool.put_outgoing(path)
            path.unlink(missing_ok=True)

    def cut(self, session: Session) -> str | None:
        """Seal what is new, in as many batches as it takes; the last digest, None if nothing is."""
        # What is in memory is at least what is on disk; most turns end here.
        until = session.next_seq
        if session.plan.id in self._ahead:
            raise DatabaseBehind(sequence=self._ahead[session.plan.id])
        with self._cutting:
            self.recover()
            digest = None
            last: Mapping[str, Any] | None = self._last(session.plan.id)
            while _end(last) < until and (last := self._cut(session, last)):
                digest = str(last["digest"])
            return digest

    def _cut(self, session: Session, last: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """The next batch after `last`, as `batches` gives it."""
        first = _end(last)
        events = _fitting(self._live.events(session.plan.id, first, MAX_EVENTS))
        if not events:
            return None
        covered = copy.deepcopy(self._up_to(session, first))
        covered.take(events)
        header = BatchHeader(
            site=self._identity.site,
            session=session.plan.id,
            server_term=self._server_term,
            sequence=last["sequence"] + 1 if last else 0,
            first=first,
            count=len(events),
            final=covered.closed == {sitting.id for sitting in session.plan.sittings},
            previous=last["digest"] if last else None,
            checkpoint=self._checkpoint(session, covered.tree.size, covered.tree.root()),
        )
        digest = self._seal(header, events)
        self._covered[session.plan.id] = covered
        return {"first": first, "count": len(events), "sequence": header.sequence, "digest": digest}

    def _up_to(self, session: Session, first: int) -> "Covered":
        """What the batches so far cover; read again, a page at a time, after a restart."""
        known = self._covered.get(session.plan.id)
        if known is not None and known.tree.size == first:
            return known
        known = Covered()
        for size in range(0, first, MAX_EVENTS):
            known.take(self._live.events(session.plan.id, size, min(first - size, MAX_EVENTS)))
        self._check(session, known.tree)
        return known

    def _check(self, session: Session, tree: MerkleTree) -> None:
        """JournalDamaged if what is read again is not what was signed: two roots are never sent."""
        kept = records.checkpoints(self._live, session.plan.id, self._server_term, tree.size)
        if kept and self._checkpoint(session, tree.size, tree.root()) not in kept:
            raise JournalDamaged(count=1)

    def _seal(self, header: BatchHeader, events: Sequence[Event]) -> str:
        unnamed = self._work / "new"
        to = self._identity.recipients()
        digest = write_batch(unnamed, header, events, self._identity.sign, to)
        sealed = unnamed.rename(self._work / digest)
        sync_folder(self._work)
        self._record(header, digest, sealed)
        return digest

    def _checkpoint(self, session: Session, size: int, root: bytes) -> str:
        name = origin(self._identity.site, session.plan.id, self._server_term)
        return encode_checkpoint(
            Checkpoint(name, size, root), self._identity.sign, self._identity.signer
        )

    def _record(self, header: BatchHeader, digest: str, sealed: Path) -> None:
        until = header.first + header.count
        self._live.store(
            records.keep_batch(
                header.session, header.sequence, header.first, header.count, digest, header.final
            ),
            records.keep_checkpoint(header.session, header.server_term, until, header.checkpoint),
        )
        self._spool.put_outgoing(sealed)
        sealed.unlink(missing_ok=True)
        log.info("batch %s: events %d to %d", digest[:12], header.first, until)

    def _last(self, session: str) -> dict[str, Any] | None:
        return next(reversed(self.batches(session)), None)

    def batches(self, session: str) -> list[dict[str, Any]]:
        """The session's batches as recorded, oldest first."""
        return records.batches(self._live, session)

    def delivery(self, session: str) -> list[dict[str, Any]]:
        """The batches with their state: waiting, received, archived or refused."""
        return [row | {"state": self._state(row["digest"])} for row in self.batches(session)]

    def _state(self, digest: str) -> str:
        try:
            return self._spool.state(digest)
        except NotFound:
            # Recorded a moment ago and about to be handed over.
            return "waiting"

    def archived(self, session: str) -> int:
        """How many events, from the first on, headquarters has archived; looked up now and then.

        Machines ask often, and each look reads files.
        """
        at, until = self._archived.get(session, (-LOOK_AGAIN_MS, 0))
        now = self._live.clock.now()
        if now - at >= LOOK_AGAIN_MS:
            until = 0
            for row in self.delivery(session):
                if row["state"] != "archived":
                    break
                until = _end(row)
            self._archived[session] = (now, until)
        return until

    def packed(self, session: str) -> bool:
        """All sittings are closed and everything up to now is in sealed batches."""
        rows = self.batches(session)
        whole = bool(rows) and bool(rows[-1]["final"])
        return whole and _end(rows[-1]) >= self._live.session(session).next_seq

    def delivered(self, session: str) -> bool:
        """All sittings are closed and headquarters has archived everything up to now."""
        archived = all(row["state"] == "archived" for row in self.delivery(session))
        return archived and self.packed(session)


def _end(batch: Mapping[str, Any] | None) -> int:
    """The number of the first event after a batch."""
    return int(batch["first"] + batch["count"]) if batch else 0


def _fitting(events: list[Event]) -> list[Event]:
    """As many of the first events as one batch holds; one at least."""
    full = 0
    for count, event in enumerate(events):
        full += len(encode(event))
        if full > MAX_BYTES and count:
            return events[:count]
    return events
