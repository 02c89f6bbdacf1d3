"""The spool: write-once files named by their SHA-256, where web service and courier meet.

    outgoing/<digest>.batch              batches to deliver
    outgoing/<digest>.file               uploaded files to deliver, after the batches
    receipts/<digest>.<level>.json       what headquarters signed for them
    refused/<digest>.json                why headquarters refused one
    incoming/<digest>.package            packages fetched
    incoming/<digest>.release            their codes, sealed to this box, once released
    incoming/<digest>.gone               a package that was destroyed: never fetched again
    courier.json, courier-stick.json     how the last round of a courier went

The courier deletes none of these.
"""

import base64
import errno
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from sync.delivery import State, advance
from sync.disk import sync
from sync.errors import DocumentAltered, ExamError, NotFound
from sync.exam.specification import Struct
from sync.wire.files import sync_folder, write_durably

Level = Literal["received", "archived"]
Outgoing = Literal["batch", "file"]
OUTGOING: tuple[Outgoing, ...] = ("batch", "file")
LEVELS: tuple[Level, ...] = ("received", "archived")
FOLDERS = ("outgoing", "receipts", "refused", "incoming")
LEFTOVER_S = 24 * 3600

_DIGEST = re.compile(r"[0-9a-f]{64}")
_NAMES = {
    "outgoing": re.compile(r"([0-9a-f]{64})\.(batch|file)"),
    "receipts": re.compile(r"([0-9a-f]{64})\.(received|archived)\.json(\.withdrawn)?"),
    "refused": re.compile(r"([0-9a-f]{64})\.json"),
    "incoming": re.compile(r"([0-9a-f]{64})\.(package|release|gone)"),
}
_LEFTOVER = re.compile(r"\..+\.(tmp|part)")
_COPY = 1_048_576


class Entry(NamedTuple):
    """One file of the spool."""

    digest: str
    path: Path
    size: int
    written_ns: int


class Tally(Struct, frozen=True):
    """How many files, how many bytes."""

    count: int = 0
    size: int = 0


class Summary(Struct, frozen=True):
    """The batches by state, the packages, and the files that are not ours."""

    waiting: Tally
    received: Tally
    archived: Tally
    refused: Tally
    incoming: Tally
    foreign: int


class Held(Struct, frozen=True):
    """A file that did not get through: tries in a row, and what came of the last (ExamError)."""

    tries: int
    error: dict[str, Any]


class CourierStatus(Struct, frozen=True):
    """How a courier's last round went; times in ms since 1970. `errors` are ExamError JSON.

    `held`: what did not get through, by digest, also where this round did not try it.
    """

    round_at: int
    last_contact: int | None
    last_error_code: str | None
    last_error_at: int | None
    errors: tuple[dict[str, Any], ...]
    next_round_s: float
    summary: Summary
    held: dict[str, Held] = msgspec.field(default_factory=dict)


def is_digest(text: str) -> bool:
    """Whether `text` is 64 hex digits in lower case."""
    return _DIGEST.fullmatch(text) is not None


def digest_of(path: Path) -> str:
    """The hex SHA-256 of a file, in bounded memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_whole(entry: Entry) -> None:
    """What the disk has damaged is not sent."""
    if digest_of(entry.path) != entry.digest:
        raise DocumentAltered(where=entry.path.name)


class Spool:
    """The spool in `folder`, made if it is not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in FOLDERS:
            (folder / name).mkdir(parents=True, exist_ok=True)

    def put_outgoing(self, source: Path, kind: Outgoing = "batch") -> str:
        """Move a finished batch in and return its digest; harmless if it is there already."""
        digest = digest_of(source)
        _move_in(source, self._path("outgoing", digest, kind))
        return digest

    def put_incoming(self, source: Path, digest: str) -> None:
        """Move a fetched package in; DocumentAltered if it is not the one of this digest."""
        target = self._path("incoming", digest, "package")
        if digest_of(source) != digest:
            raise DocumentAltered(where=target.name)
        _move_in(source, target)

    def put_release(self, digest: str, envelope: bytes) -> None:
        """Keep what headquarters says are the codes of a package; whoever opens it verifies it."""
        write_durably(self._path("incoming", digest, "release"), envelope)

    def release(self, digest: str) -> bytes | None:
        """What was kept of a package's codes, sealed."""
        with suppress(FileNotFoundError):
            return self._path("incoming", digest, "release").read_bytes()
        return None

    def outgoing(self) -> list[Entry]:
        """All batches, the oldest first, and then the files: a large one holds up no batch."""
        found = self._entries("outgoing")
        return sorted(found, key=lambda e: (e.path.suffix, e.written_ns, e.digest))

    def incoming(self) -> list[Entry]:
        """All packages fetched, the oldest first; whoever imports one leaves it where it is."""
        found = (e for e in self._entries("incoming") if e.path.suffix == ".package")
        return sorted(found, key=lambda e: (e.written_ns, e.digest))

    def drop_incoming(self, digest: str) -> None:
        """A package that was destroyed goes, and is not fetched again."""
        write_durably(self._path("incoming", digest, "gone"), b"")
        for kind in ("package", "release"):
            self._path("incoming", digest, kind).unlink(missing_ok=True)
        sync_folder(self.folder / "incoming")

    def gone(self) -> set[str]:
        """The packages that are not to be fetched again."""
        return {e.digest for e in self._entries("incoming") if e.path.suffix == ".gone"}

    def settled(self) -> list[Entry]:
        """The batches of which headquarters has archived a second copy."""
        return [e for e in self.outgoing() if self.state(e.digest) == "archived"]

    def part_path(self, digest: str, by: str) -> Path:
        """Where courier `by` gathers a package until it is whole."""
        return self.folder / "incoming" / f".{_checked(digest)}.{by}.part"

    def add_receipt(self, digest: str, level: Level, envelope: bytes) -> None:
        """Keep a receipt that the caller has verified."""
        write_durably(self._receipt_path(digest, level), envelope)

    def receipt(self, digest: str) -> Level | None:
        """The highest level of receipt there is."""
        kept = [level for level in LEVELS if self._receipt_path(digest, level).is_file()]
        return kept[-1] if kept else None

    def receipt_envelope(self, digest: str, level: Level) -> bytes | None:
        """The receipt as headquarters signed it."""
        with suppress(FileNotFoundError):
            return self._receipt_path(digest, level).read_bytes()
        return None

    def withdraw_receipts(self, digest: str) -> None:
        """Set a batch's receipts aside, as headquarters no longer has the batch."""
        advance(self.state(digest), "forget")
        # The higher level first: cut short, this leaves less claimed and not more.
        for level in reversed(LEVELS):
            path = self._receipt_path(digest, level)
            with suppress(FileNotFoundError):
                path.replace(path.with_name(f"{path.name}.withdrawn"))
        sync_folder(self.folder / "receipts")

    def refuse(self, digest: str, reason: ExamError) -> None:
        """Keep why headquarters refused a batch; the batch stays."""
        write_durably(self._path("refused", digest, "json"), msgspec.json.encode(reason.to_json()))

    def refusal(self, digest: str) -> dict[str, Any] | None:
        """Why a batch was refused, as ExamError JSON; None also if that file is damaged."""
        path = self._path("refused", digest, "json")
        with suppress(FileNotFoundError, ValueError):
            return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        return None

    def refusal_envelope(self, digest: str) -> bytes | None:
        """A refusal as headquarters signed it; None for what this box itself did not send."""
        said = (self.refusal(digest) or {}).get("headquarters")
        with suppress(KeyError, TypeError, ValueError):
            return base64.b64decode(said["refusal"], validate=True) if said else None
        return None

    def retry(self, digest: str) -> None:
        """A person decided that a refused batch is sent again; ValueError if it is not refused."""
        advance(self.state(digest), "retry")
        self.forget_refusal(digest)

    def forget_refusal(self, digest: str) -> None:
        """A refusal does not count any more."""
        self._path("refused", digest, "json").unlink(missing_ok=True)
        sync_folder(self.folder / "refused")

    def state(self, digest: str) -> State:
        """Where a batch stands; NotFound if there is neither batch nor receipt."""
        if level := self.receipt(digest):
            return level
        if self._path("refused", digest, "json").is_file():
            return "refused"
        if not any(self._path("outgoing", digest, kind).is_file() for kind in OUTGOING):
            raise NotFound(what=digest)
        return "waiting"

    def summary(self) -> Summary:
        """Counts and bytes, for the screen."""
        batches: dict[State, Tally] = {}
        for entry in self.outgoing():
            state = self.state(entry.digest)
            so_far = batches.get(state, Tally())
            batches[state] = Tally(so_far.count + 1, so_far.size + entry.size)
        packages = self.incoming()
        return Summary(
            waiting=batches.get("waiting", Tally()),
            received=batches.get("received", Tally()),
            archived=batches.get("archived", Tally()),
            refused=batches.get("refused", Tally()),
            incoming=Tally(len(packages), sum(e.size for e in packages)),
            foreign=len(self.foreign()),
        )

    def foreign(self) -> list[Path]:
        """What lies in the folders under a name, or as a thing, that we did not make."""
        return sorted(
            Path(item.path)
            for name in FOLDERS
            for item in self._scan(name)
            if not _LEFTOVER.fullmatch(item.name)
            and not (_NAMES[name].fullmatch(item.name) and item.is_file(follow_symlinks=False))
        )

    def clean(self, now_s: float) -> list[Path]:
        """Remove temporary files that a crash left and nobody wrote to for a day."""
        removed = []
        for path in (Path(item.path) for name in FOLDERS for item in self._scan(name)):
            # A writer may finish meanwhile.
            with suppress(FileNotFoundError):
                if _LEFTOVER.fullmatch(path.name) and now_s - path.lstat().st_mtime > LEFTOVER_S:
                    path.unlink()
                    removed.append(path)
        return removed

    def write_status(self, by: str, status: CourierStatus) -> None:
        """Keep how a courier's round went."""
        write_durably(self._status_path(by), msgspec.json.encode(status))

    def status(self, by: str = "http") -> CourierStatus | None:
        """How the last round of a courier went; None before the first."""
        # A status of another version, or damaged, is no reason to stop: the next round writes anew.
        with suppress(FileNotFoundError, ValueError):
            return msgspec.json.decode(self._status_path(by).read_bytes(), type=CourierStatus)
        return None

    def _status_path(self, by: str) -> Path:
        return self.folder / ("courier.json" if by == "http" else f"courier-{by}.json")

    def _path(self, folder: str, digest: str, suffix: str) -> Path:
        return self.folder / folder / f"{_checked(digest)}.{suffix}"

    def _receipt_path(self, digest: str, level: Level) -> Path:
        return self._path("receipts", digest, f"{level}.json")

    def _scan(self, folder: str) -> Iterator[os.DirEntry[str]]:
        with os.scandir(self.folder / folder) as items:
            yield from items

    def _entries(self, folder: str) -> Iterator[Entry]:
        for item in self._scan(folder):
            name = _NAMES[folder].fullmatch(item.name)
            if name is None or not item.is_file(follow_symlinks=False):
                continue
            with suppress(FileNotFoundError):
                about = item.stat(follow_symlinks=False)
                yield Entry(name[1], Path(item.path), about.st_size, about.st_mtime_ns)


def _checked(digest: str) -> str:
    """`digest`, once it cannot lead out of the folder."""
    if not is_digest(digest):
        raise ValueError("a digest is 64 hex digits")
    return digest


def _move_in(source: Path, target: Path) -> None:
    """Move a file to its write-once name, read-only and durably, also from another disk."""
    with source.open("rb") as file:
        os.fchmod(file.fileno(), 0o440)
        sync(file.fileno())
        try:
            source.replace(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            write_durably(target, iter(lambda: file.read(_COPY), b""))
            target.chmod(0o440)
            source.unlink()
    sync_folder(target.parent)
