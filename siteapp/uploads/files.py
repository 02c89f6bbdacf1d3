"""Uploaded files at the site: parts gathered under a number, whole files named by their SHA-256.

    files/<upload>.json        what was announced: session and the body of the `file` event
    files/<upload>.part        the bytes so far; its length is the offset
    files/<upload>.<sha256>    a whole file, write-once

A client's name for a file is data in the announcement; no path is made of it.
"""

import hashlib
import logging
import math
import os
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from siteapp.config import Settings
from siteapp.errors import QuotaSpent, StorageFailed, UploadAltered, WrongOffset
from siteapp.uploads.turns import Turns
from sync.disk import SyncFailed, free_bytes, is_full, sync
from sync.errors import DiskTooFull, NotFound
from sync.errors.system import system_words
from sync.exam.specification import Struct
from sync.spool import digest_of
from sync.wire.files import sync_folder, write_durably

log = logging.getLogger("examsite.files")

MIB = 1024 * 1024
# So many announcements an attempt may make; each is a small file.
MOST_UPLOADS = 200
# A file of which nothing came for so long is not on its way any more.
IDLE_S = 60.0

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


class Coming(NamedTuple):
    """Files of one attempt that are not whole: on their way, and without a sign of life."""

    going: int = 0
    stalled: int = 0


class Files:
    """The uploaded files in `folder`; a part is on the disk before its new offset is told."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self._quota_mib = settings.number("upload_quota_mib")
        self.reserve = settings.number("reserve_mib") * MIB
        self.turns = Turns(
            settings.number("upload_parts"), settings.number("upload_mib_per_s") * MIB
        )
        self._changing = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        # In the order in which they were announced.
        self._known = {one.id: one for one in self._read_all()}
        # Bytes of each file that is not whole that are on the disk for certain.
        self._synced = {one.id: self._settle(self._part(one)) for one in self._known.values()}
        # Names too may be an earlier run's that were never synced.
        sync_folder(folder)
        self._heard: dict[str, float] = {}

    def _read_all(self) -> Iterator[Announced]:
        for path in sorted(self.folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns):
            one = read_announced(path)
            if one is None:
                # The page announces it again; one damaged file must not stop the site.
                log.error("damaged announcement of a file: %s", path.name)
            else:
                yield one

    def _settle(self, part: Path) -> int:
        """Bring to the disk what a run that was killed may not have; how much of the file it is."""
        try:
            with part.open("rb") as file:
                sync(file.fileno())
                return os.fstat(file.fileno()).st_size
        except FileNotFoundError:
            return 0
        except OSError as error:
            # Not trusted any more: the page begins it anew.
            log.error("part of a file dropped: %s (%s)", part.name, error)
            part.unlink()
            return 0

    def announce(self, one: Announced) -> None:
        """Remember a file to come; QuotaSpent or DiskTooFull if there is no room for it."""
        with self._changing:
            self._heard[one.id] = time.monotonic()
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

    def coming(self, session: str) -> dict[str, Coming]:
        """attempt → its files that are not whole, but for those left for a later whole one."""
        found: dict[str, Coming] = {}
        replaced: set[tuple[str, str]] = set()
        for one in reversed(list(self._known.values())):
            if one.session != session:
                continue
            if self.whole(one).exists():
                replaced.add((one.attempt, one.item))
                continue
            going, stalled = found.get(one.attempt, Coming())
            if self._is_heard(one):
                found[one.attempt] = Coming(going + 1, stalled)
            elif (one.attempt, one.item) not in replaced:
                found[one.attempt] = Coming(going, stalled + 1)
        return found

    def _is_heard(self, one: Announced) -> bool:
        return time.monotonic() - self._heard.get(one.id, -math.inf) < IDLE_S

    def offset(self, one: Announced) -> int:
        """How many bytes are on the disk; what is being written does not count yet."""
        return one.size if self.whole(one).exists() else self._synced.get(one.id, 0)

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
            self._heard[one.id] = time.monotonic()
            here = self.offset(one)
            if offset != here or here + len(data) > one.size:
                raise WrongOffset(offset=here)
            self._room_for(len(data))
            try:
                self._write(self._part(one), here, data)
            except OSError as error:
                self._undo(one, here, error)
            self._synced[one.id] = here + len(data)
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
            self._forget_part(one)
        if full:
            raise DiskTooFull(needed_mib=1, free_mib=0, folder="files") from error
        if isinstance(error, SyncFailed):
            raise error
        raise StorageFailed(reason=system_words(error)) from error

    def _forget_part(self, one: Announced) -> None:
        self._synced.pop(one.id, None)
        self._part(one).unlink(missing_ok=True)

    def complete(self, one: Announced) -> None:
        """Verify the whole file and give it its lasting name; harmless if it has that already.

        On the disk with its name when this returns, whoever wrote it.
        """
        with self._alone(one):
            if not self.whole(one).exists():
                self._make_whole(one)
            sync_folder(self.folder)

    def _make_whole(self, one: Announced) -> None:
        part = self._part(one)
        if (here := self.offset(one)) != one.size:
            raise WrongOffset(offset=here)
        if digest_of(part) != one.sha256:
            self._forget_part(one)
            raise UploadAltered(name=one.name)
        try:
            with part.open("rb") as file:
                sync(file.fileno())
        except OSError as error:
            self._undo(one, 0, error)
        part.chmod(0o440)
        part.replace(self.whole(one))

    def drop(self, one: Announced) -> None:
        """Forget a file that is not whole, and free its room; a whole one stays."""
        with self._alone(one), self._changing:
            if self.whole(one).exists():
                return
            self._known.pop(one.id, None)
            self._heard.pop(one.id, None)
            self._forget_part(one)
            (self.folder / f"{one.id}.json").unlink(missing_ok=True)
            sync_folder(self.folder)

    def forget(self, session: str) -> None:
        """Every file of a session goes, whole or not."""
        with self._changing:
            for one in [a for a in self._known.values() if a.session == session]:
                for path in self.folder.glob(f"{one.id}.*"):
                    path.unlink(missing_ok=True)
                self._known.pop(one.id)
                self._synced.pop(one.id, None)
                self._heard.pop(one.id, None)
            sync_folder(self.folder)


def _whose(one: Announced) -> tuple[str, str]:
    return one.session, one.attempt
