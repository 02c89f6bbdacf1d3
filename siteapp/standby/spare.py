"""The spare's side: stores what the primary sends and says what is on its disk. Serves nobody."""

import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

from siteapp.clock import Anchor, boot_id, boottime_ms, wall_ms
from siteapp.errors import SpareNotPromoted, StorageFailed, TooLarge
from siteapp.identity import Identity, load_identity
from siteapp.standby import messages
from siteapp.standby.folder import PairFolder
from siteapp.standby.luggage import place
from siteapp.standby.messages import (
    MAX_MESSAGE,
    PATH,
    Again,
    Answer,
    Begin,
    Frames,
    Have,
    Hello,
    Here,
    Install,
    Lacking,
    Piece,
    Promoted,
    Stored,
)
from siteapp.store.replica import Copy, State, check_copy, check_grown
from sync.disk import SyncFailed, sync
from sync.errors import ExamError
from sync.errors.system import system_words
from sync.wire.files import sync_folder

log = logging.getLogger("examsite.standby")

DATABASE = "site.db"
RUN = 16
# What is longer fits no eight bytes.
DIGITS = 19


class Coming:
    """A file on its way in. Each piece is on the disk before it is confirmed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.digest = hashlib.sha256()
        self._file = path.open("wb")

    @property
    def size(self) -> int:
        """How much of it is here."""
        return self._file.tell()

    def take(self, data: bytes) -> None:
        """The next piece."""
        self._file.write(data)
        self._file.flush()
        try:
            sync(self._file.fileno())
        except SyncFailed as error:
            raise StorageFailed(reason=system_words(error)) from error
        self.digest.update(data)

    def close(self) -> None:
        """No more of it; harmless the second time."""
        self._file.close()


class Spare:
    """One data folder that follows another server's. One question at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.identity: Identity = load_identity(folder)
        self.pair = PairFolder(folder)
        self.peer = self.pair.need("spare")
        self._link = self.pair.link("spare")
        self._lock = threading.Lock()
        self._run, self._number = b"", 0
        # What the next run will be called: nothing that was said before knows it.
        self._offered = os.urandom(RUN)
        # The number of the last message that was let in, of this run.
        self._let_in = 0
        self._database = folder / "site.db"
        self._copy: Copy | None = Copy(self._database) if self._database.exists() else None
        self._coming: Coming | None = None
        self._closed = False
        self.heard: float | None = None
        for name in ("packages", "files", "standby/coming"):
            (folder / name).mkdir(exist_ok=True)

    def close(self) -> None:
        """Close the files; nothing is taken any more."""
        with self._lock:
            self._closed = True
            if self._copy:
                self._copy.close()
            self._copy = None
            self._drop()

    @property
    def state(self) -> State | None:
        """Where the copy stands; None before the first snapshot."""
        return self._copy.state if self._copy else None

    def expects(self, said: str, length: str) -> bool:
        """True, once, if the primary announces a message of that length: it comes next."""
        number, _, proof = said.partition(" ")
        if not all(one.isdecimal() and len(one) < DIGITS for one in (number, length)):
            return False
        if int(number) <= self._let_in or not self._link.is_ahead(
            proof, self._run, int(number), int(length)
        ):
            return False
        self._let_in = int(number)
        return True

    def answer(self, body: bytes) -> bytes:
        """What the spare says to a sealed question; CannotOpen if it is not the primary's."""
        question = messages.open_question(self._link, body)
        record = self.pair.envelope("promotion.json")
        with self._lock:
            said: Answer = Promoted(record) if record else self._answer(question)
        self.heard = time.monotonic()
        return messages.seal_answer(self._link, said, body)

    def _answer(self, question: messages.Question) -> Answer:
        if self._closed:
            return Again("closed: its disk failed, or it is being promoted")
        if isinstance(question, Hello):
            return self._hello(question)
        if isinstance(question, Begin):
            return self._begin(question)
        # A repeated or reordered question of an earlier moment is none of this run's.
        if question.run != self._run or question.number <= self._number:
            return Again("another run")
        self._number = question.number
        try:
            if isinstance(question, Frames):
                return self._frames(question)
            if isinstance(question, Piece):
                return self._piece(question)
            if isinstance(question, Have):
                return self._lacking(question)
            return self._install(question)
        except OSError as error:
            # A full disk takes no file; the commits before it are stored all the same.
            log.warning("not taken: %s", error)
            self._run = b""
            return Again(f"the spare's disk: {error.strerror}")
        except ExamError as error:
            log.warning("not taken: %s", error)
            self._run = b""
            # A failed sync is never retried: the kernel may have dropped the pages. Start anew.
            self._closed = self._closed or isinstance(error, StorageFailed)
            return Again(str(error))

    def _hello(self, question: Hello) -> Answer:
        ours = metadata.version("examsite")
        if question.version != ours:
            return Again(f"version {question.version}, the spare has {ours}")
        # The same to everybody until it is begun: a Hello said again takes it from nobody.
        return Here(self._offered, self.state)

    def _begin(self, question: Begin) -> Answer:
        if question.run != self._offered:
            return Again("another run")
        self._run, self._offered = self._offered, os.urandom(RUN)
        self._number, self._let_in = 0, 0
        self._drop()
        return Stored(self.state)

    def _lacking(self, question: Have) -> Answer:
        places = {name: place(self.folder, name) for name in question.names}
        return Lacking([name for name, path in places.items() if path and not path.exists()])

    def _frames(self, question: Frames) -> Answer:
        if self._copy is None:
            return Again("no database yet")
        return Stored(self._copy.take(question.frames, _clock(question.clock_ms)))

    def _coming_path(self, name: str) -> Path | None:
        if name != DATABASE and place(self.folder, name) is None:
            return None
        return self.folder / "standby" / "coming" / name

    def _piece(self, question: Piece) -> Answer:
        path = self._coming_path(question.name)
        if path is None:
            return Again("no such file")
        if question.offset == 0:
            self._drop()
            self._coming = Coming(path)
        coming = self._coming
        if coming is None or coming.path != path or coming.size != question.offset:
            return Again("another piece")
        coming.take(question.data)
        return Stored(self.state)

    def _install(self, question: Install) -> Answer:
        path, coming = self._coming_path(question.name), self._coming
        if path is None or coming is None or coming.path != path:
            return Again("no such file")
        self._drop()
        if coming.digest.digest() != question.sha256:
            return Again("damaged on its way")
        target = place(self.folder, question.name)
        if target is not None:
            _put(path, target)
        elif question.state is not None:
            check_copy(path, self.identity.site, question.state)
            if self.state is not None:
                # The primary may have lost what is here: never overwritten on its word alone.
                check_grown(path, self.state)
            self._replace_copy(path)
            assert self._copy  # noqa: S101  (just made)
            self._copy.take([], _clock(question.clock_ms))
        return Stored(self.state)

    def _replace_copy(self, path: Path) -> None:
        """The snapshot in place of the copy, which is kept aside once: it may be what is left."""
        if self._copy:
            self._copy.close()
        self._copy = None
        beside = [self._database.with_name(self._database.name + end) for end in ("-wal", "-shm")]
        if self._database.exists() and not any(p.exists() for p in beside):
            _put(self._database, self.folder / "standby" / "former.db")
        for left in beside:
            left.unlink(missing_ok=True)
        for end in ("-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        _put(path, self._database)
        self._copy = Copy(self._database)

    def _drop(self) -> None:
        if self._coming:
            self._coming.close()
        self._coming = None


def _clock(clock_ms: int) -> Anchor:
    return Anchor(boot_id(), boottime_ms(), wall_ms(), clock_ms)


def _put(source: Path, target: Path) -> None:
    source.replace(target)
    sync_folder(target.parent)
    sync_folder(source.parent)


class SpareApp:
    """The WSGI application of a spare: the link, and for everybody else that this is the spare."""

    def __init__(self, spare: Spare) -> None:
        self._spare = spare

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """WSGI."""
        if environ["PATH_INFO"] == PATH and environ["REQUEST_METHOD"] == "POST":
            return self._link(environ, start_response)
        error = SpareNotPromoted(address=self._spare.peer.address)
        return _say(start_response, "503 Service Unavailable", error)

    def _link(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            size = int(environ["CONTENT_LENGTH"])
            if size > MAX_MESSAGE:
                # Never cut: what is left would look like a stranger's.
                return _say(start_response, "413 Request Entity Too Large", TooLarge())
            body = environ["wsgi.input"].read(size)
            answer = self._spare.answer(body)
        except (ExamError, KeyError, ValueError) as error:
            log.warning("not from the primary: %s", error)
            return _say(
                start_response, "403 Forbidden", SpareNotPromoted(address=self._spare.peer.address)
            )
        headers = [("Content-Type", "application/octet-stream")]
        start_response("200 OK", [*headers, ("Content-Length", str(len(answer)))])
        return [answer]


def _say(start_response: Callable[..., Any], status: str, error: ExamError) -> Iterable[bytes]:
    body = json.dumps({"error": error.to_json()}, ensure_ascii=False).encode()
    headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
    # Pages of the primary look here when it is away; they may read that this is still the spare.
    headers.append(("Access-Control-Allow-Origin", "*"))
    start_response(status, [*headers, ("Content-Length", str(len(body)))])
    return [body]
