"""Uploaded files → sealed documents → spool: after their sitting is over, one at a time."""

import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from siteapp.conduct.session import Session
from siteapp.identity import Identity
from siteapp.store import filed
from siteapp.store.live import Live
from siteapp.uploads.files import Files, announced_as
from sync.disk import free_bytes
from sync.errors import NotFound
from sync.exam.journal import Event
from sync.spool import Spool
from sync.wire.documents import write_file
from sync.wire.files import sync_folder

log = logging.getLogger("examsite.filing")

# Sealing one needs its size twice: what is being written, and the whole.
COPIES = 2


class Filer:
    """Seals whole files for headquarters; as batches are cut: recorded before they are handed over.

    Nothing is sealed while the sitting runs, so that no save waits for it. The file stays in
    `files/`; the sealed copy goes the way of a batch.
    """

    def __init__(
        self, identity: Identity, live: Live, spool: Spool, files: Files, server_term: int = 1
    ) -> None:
        self._identity, self._live, self._spool, self._files = identity, live, spool, files
        self._server_term = server_term
        self._work = identity.folder / "sealing-files"
        self._work.mkdir(exist_ok=True)
        # Files that are not here, or not what they were: said once, and never sent.
        self._skipped: set[tuple[str, int]] = set()
        # session → how many files of closed sittings there were when all of them were sealed
        self._done: dict[str, int] = {}
        self.recover()

    def recover(self) -> None:
        """Hand over what was recorded and not handed over, and clear what was not recorded."""
        left = list(self._work.iterdir())
        recorded = filed.sealed_file_digests(self._live) if left else set()
        for path in left:
            if path.name in recorded:
                self._spool.put_outgoing(path, "file")
            path.unlink(missing_ok=True)

    def seal_one(self, session: Session) -> bool:
        """Seal the next file of a closed sitting; False if none is left that can be sealed now."""
        over = sum(len(attempt.files) for attempt in _over(session))
        if self._done.get(session.plan.id, 0) == over:
            return False
        self.recover()
        for event in self._waiting(session):
            if self._sealable(session, event):
                self._seal(session, event)
                return True
        if not self._waiting(session):
            self._done[session.plan.id] = over
        return False

    def _waiting(self, session: Session) -> list[Event]:
        """Files of closed sittings that are not sealed; those that count come first."""
        sealed = filed.sealed_files(self._live, session.plan.id)
        closed = {attempt.id: attempt for attempt in _over(session)}
        found = [
            event
            for event in filed.file_events(self._live, session.plan.id)
            if event.seq not in sealed
            and event.body["attempt"] in closed
            and (session.plan.id, event.seq) not in self._skipped
        ]

        def earlier_version(event: Event) -> bool:
            counts = closed[event.body["attempt"]].responses[event.body["item"]]
            return bool(counts.response != event.body["sha256"])

        return sorted(found, key=lambda event: (earlier_version(event), event.seq))

    def _sealable(self, session: Session, event: Event) -> bool:
        """The file is here and there is room to seal it."""
        whole = self._files.whole(announced_as(session.plan.id, event.body))
        if not whole.exists():
            # A promoted spare has the journal and not the bytes; the former server may send them.
            log.error("file of event %d is not on this server", event.seq)
            self._skipped.add((session.plan.id, event.seq))
            return False
        needed = COPIES * event.body["size"] + self._files.reserve
        if free_bytes(self._work) < needed:
            log.error("no room to seal the file of event %d", event.seq)
            return False
        return True

    def _seal(self, session: Session, event: Event) -> None:
        unnamed = self._work / "new"
        identity: dict[str, str | int] = {
            "site": self._identity.site,
            "session": session.plan.id,
            "server_term": self._server_term,
            "sequence": event.seq,
        }
        with _Checking(self._files.whole(announced_as(session.plan.id, event.body))) as content:
            digest = write_file(
                unnamed,
                identity,
                cast(BinaryIO, content),
                self._identity.sign,
                self._identity.recipients(),
            )
            if content.sha256() != event.body["sha256"]:
                unnamed.unlink()
                log.error("the file of event %d is not what it was: not sent", event.seq)
                self._skipped.add((session.plan.id, event.seq))
                return
        sealed = unnamed.rename(self._work / digest)
        sync_folder(self._work)
        self._live.store(filed.keep_sealed_file(session.plan.id, event.seq, digest))
        self._spool.put_outgoing(sealed, "file")
        sealed.unlink(missing_ok=True)
        log.info("file of event %d sealed: %s", event.seq, digest[:12])

    def tally(self, session: Session) -> dict[str, int]:
        """How many files there are, and how many headquarters has archived."""
        sealed = filed.sealed_files(self._live, session.plan.id).values()
        files = sum(len(attempt.files) for attempt in list(session.attempts.values()))
        return {"files": files, "archived": sum(self._archived(digest) for digest in sealed)}

    def delivered(self, session: Session) -> bool:
        """Headquarters has archived every file."""
        tally = self.tally(session)
        return tally["archived"] >= tally["files"]

    def _archived(self, digest: str) -> bool:
        try:
            return self._spool.state(digest) == "archived"
        except NotFound:
            return False


class _Checking:
    """A file that is hashed while it is read."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._hash = hashlib.sha256()

    def __enter__(self) -> "_Checking":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, size: int = -1) -> bytes:
        """As of a file."""
        data = self._file.read(size)
        self._hash.update(data)
        return data

    def sha256(self) -> str:
        """Of what was read."""
        return self._hash.hexdigest()


def _over(session: Session) -> Iterator[Any]:
    for attempt in list(session.attempts.values()):
        if session.sittings[attempt.sitting] == "closed":
            yield attempt
