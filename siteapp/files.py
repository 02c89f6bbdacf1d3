"""Uploaded files at the site: parts gathered under a number, whole files named by their SHA-256.

    files/<upload>.json        what was announced: session and the body of the `file` event
    files/<upload>.part        the bytes so far; its length is the offset
    files/<upload>.<sha256>    a whole file, write-once

A client's name for a file is data in the announcement; no path is made of it.
"""

import hashlib
import logging
import os
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from siteapp.config import Settings
from siteapp.errors import Overloaded, QuotaSpent, StorageFailed, UploadAltered, WrongOffset
from sync.disk import SyncFailed, free_bytes, is_full, sync
from sync.errors import DiskTooFull, NotFound
from sync.exam.specification import Struct
from sync.spool import digest_of
from sync.wire.files import sync_folder, write_durably

log = logging.getLogger("examsite.files")

MIB = 1024 * 1024
# So many announcements an attempt may make; each is a small file.
MOST_UPLOADS = 200

_UPLOAD = re.compile(r"[0-9a-f]{32}")


class Announced(Struct, frozen=True):
    """A file that a page is about to send."""

    session: str
    attempt: str
    item: str
    name: str
    size: int
    sha256: str
    seat_term: int
    instance: str
    sequence: int

    @property
    def id(self) -> str:
        """The same announcement always has the same name, so that a page finds its upload again."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:32]

    def body(self) -> dict[str, Any]:
        """The body of its `file` event."""
        members: dict[str, Any] = msgspec.to_builtins(self)
        del members["session"]
        return members


def read_announced(path: Path) -> Announced | None:
    """The announcement in a file; None unless it is the one that the file is named after."""
    # For a text that is not UTF-8 msgspec raises Python's own UnicodeDecodeError.
    with suppress(msgspec.DecodeError, UnicodeDecodeError):
        one = msgspec.json.decode(path.read_bytes(), type=Announced)
        if one.id == path.stem:
            return one
    return None


def announced_as(session: str, body: Mapping[str, Any]) -> Announced:
    """The announcement that a `file` or `file-evidence` event is of."""
    told = {name: body[name] for name in Announced.__struct_fields__ if name != "session"}
    return Announced(session=session, **told)


class Files:
    """The uploaded files in `folder`; a part is on the disk before its new offset is told."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self._quota_mib = settings.number("upload_quota_mib")
        self.reserve = settings.number("reserve_mib") * MIB
        self._parts = threading.BoundedSemaphore(settings.number("upload_parts"))
        self._bytes_per_s = settings.number("upload_mib_per_s") * MIB
        self._due = 0.0
        self._changing = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._known = {one.id: one for one in self._read_all()}

    def _read_all(self) -> Iterator[Announced]:
        for path in self.folder.glob("*.json"):
            one = read_announced(path)
            if one is None:
                # The page announces it again; one damaged file must not stop the site.
                log.error("damaged announcement of a file: %s", path.name)
            else:
                yield one

    @contextmanager
    def place(self) -> Iterator[None]:
        """One of the few places for work on files; Overloaded when all are taken."""
        if not self._parts.acquire(blocking=False):
            raise Overloaded
        try:
            yield
        finally:
            self._parts.release()

    def spread(self, size: int) -> None:
        """Wait until so many more bytes may be answered for: uploads share one bounded rate.

        A page sends its next part when the last is answered, so this holds back what comes in.
        Called in a `place`, of which there are few.
        """
        with self._changing:
            now = time.monotonic()
            self._due = max(now, self._due) + size / self._bytes_per_s
            wait = self._due - now
        time.sleep(wait)

    def announce(self, one: Announced) -> None:
        """Remember a file to come; QuotaSpent or DiskTooFull if there is no room for it."""
        with self._changing:
            if one.id in self._known:
                return
            mine = [a.size for a in self._known.values() if _whose(a) == _whose(one)]
            if len(mine) >= MOST_UPLOADS or sum(mine) + one.size > self._quota_mib * MIB:
                raise QuotaSpent(quota_mib=self._quota_mib)
            self._room_for(one.size + self._to_come())
            write_durably(self.folder / f"{one.id}.json", msgspec.json.encode(one))
            self._known[one.id] = one

    def _to_come(self) -> int:
        """Bytes that were announced and are not here yet."""
        return sum(one.size - self.offset(one) for one in self._known.values())

    def _room_for(self, size: int) -> None:
        free = free_bytes(self.folder)
        if free < size + self.reserve:
            needed = -(-(size + self.reserve) // MIB)
            raise DiskTooFull(needed_mib=needed, free_mib=free // MIB, folder="files")

    def find(self, upload: str, session: str, attempt: str) -> Announced:
        """What was announced under that number by this attempt, or NotFound."""
        one = self._known.get(upload) if _UPLOAD.fullmatch(upload) else None
        if one is None or _whose(one) != (session, attempt):
            raise NotFound(what="upload")
        return one

    def going(self, session: str) -> dict[str, int]:
        """attempt → how many announced files of it are not whole yet."""
        found: dict[str, int] = {}
        for one in list(self._known.values()):
            if one.session == session and not self.whole(one).exists():
                found[one.attempt] = found.get(one.attempt, 0) + 1
        return found

    def offset(self, one: Announced) -> int:
        """How many bytes are here."""
        if self.whole(one).exists():
            return one.size
        with suppress(FileNotFoundError):
            return self._part(one).stat().st_size
        return 0

    def whole(self, one: Announced) -> Path:
        """Where the whole file lies once it is verified.

        Not shared between uploads: who knows only the hash of a neighbour's file has no file.
        """
        return self.folder / f"{one.id}.{one.sha256}"

    def names(self, one: Announced) -> list[str]:
        """What lies here of a file: its announcement, and it or its part."""
        found = self.whole(one) if self.whole(one).exists() else self._part(one)
        return [f"{one.id}.json", found.name]

    def _part(self, one: Announced) -> Path:
        return self.folder / f"{one.id}.part"

    @contextmanager
    def _alone(self, one: Announced) -> Iterator[None]:
        with self._changing:
            lock = self._locks.setdefault(one.id, threading.Lock())
        with lock:
            yield

    def append(self, one: Announced, offset: int, data: bytes) -> int:
        """Put a part at the end; returns the new offset once it is on the disk."""
        with self._alone(one):
            if one.id not in self._known:
                raise NotFound(what="upload")
            here = self.offset(one)
            if offset != here or here + len(data) > one.size:
                raise WrongOffset(offset=here)
            self._room_for(len(data))
            try:
                self._write(self._part(one), here, data)
            except OSError as error:
                self._undo(one, here, error)
            return here + len(data)

    def _write(self, part: Path, here: int, data: bytes) -> None:
        with part.open("ab") as file:
            file.write(data)
            file.flush()
            sync(file.fileno())
        if here == 0:
            sync_folder(self.folder)

    def _undo(self, one: Announced, here: int, error: OSError) -> None:
        """Full: back to the last offset. Else the file is not trusted any more and begins anew."""
        full = is_full(error)
        if full and here:
            os.truncate(self._part(one), here)
        else:
            self._part(one).unlink(missing_ok=True)
        if full:
            raise DiskTooFull(needed_mib=1, free_mib=0, folder="files") from error
        if isinstance(error, SyncFailed):
            raise error
        raise StorageFailed(reason=error.strerror) from error

    def complete(self, one: Announced) -> None:
        """Verify the whole file and give it its lasting name; harmless if it has that already."""
        with self._alone(one):
            whole, part = self.whole(one), self._part(one)
            if whole.exists():
                part.unlink(missing_ok=True)
                return
            if (here := self.offset(one)) != one.size:
                raise WrongOffset(offset=here)
            if digest_of(part) != one.sha256:
                part.unlink()
                raise UploadAltered(name=one.name)
            part.chmod(0o440)
            part.replace(whole)
            sync_folder(self.folder)

    def drop(self, one: Announced) -> None:
        """Forget a file that is not whole, and free its room; a whole one stays."""
        with self._alone(one), self._changing:
            if self.whole(one).exists():
                return
            self._known.pop(one.id, None)
            self._part(one).unlink(missing_ok=True)
            (self.folder / f"{one.id}.json").unlink(missing_ok=True)
            sync_folder(self.folder)


def _whose(one: Announced) -> tuple[str, str]:
    return one.session, one.attempt
