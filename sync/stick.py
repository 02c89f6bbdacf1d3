"""The Transport on a USB stick, for a site without a line.

<stick>/examsite/keys.json                          headquarters → site
<stick>/examsite/version.json                       headquarters → site
<stick>/examsite/packages/<digest>.package          headquarters → site
<stick>/examsite/batches/<digest>.batch             site → headquarters
<stick>/examsite/batches/<digest>.file              site → headquarters, uploaded files
<stick>/examsite/batches/<digest>.<kind>.<n>        a large one in parts …
<stick>/examsite/batches/<digest>.<kind>.parts      … and the list of them
<stick>/examsite/receipts/<digest>.<level>.json     headquarters → site
<stick>/examsite/readiness/<site>.<session>.json    site → headquarters
<stick>/examsite/enrolments/<digest>.request.json   site → headquarters, then .answer or .refused
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NoReturn

from sync.delivery_errors import (
    CopyFailed,
    RefusedByHeadquarters,
    StickUnusable,
    UnexpectedAnswer,
)
from sync.errors import DocumentRefused, NotFound
from sync.errors.system import system_words
from sync.spool import LEVELS, digest_of
from sync.stick_parts import PART, PartList, pieces_of, read_piece
from sync.stock import Told
from sync.transport import MAX_LISTING, MAX_RECEIPT, PackageEntry, read_problem
from sync.wire.documents import to_bytes
from sync.wire.files import write_durably
from sync.wire.sealed import peek_identity
from sync.words import Words

_PACKAGE = re.compile(r"([0-9a-f]{64})\.package")
_COPY = 1_048_576
KEYS, VERSION = "keys.json", "version.json"
ENROLMENTS = "enrolments"
READINESS = "readiness"


class StickTransport:
    """A folder where headquarters and site leave things for each other.

    The folder must be there: a missing one is a stick that is not plugged in, and what is written
    in its place would stay at home.
    """

    name = "stick"
    knows_all = False

    def __init__(self, root: Path, site: str, *, part: int = PART) -> None:
        """Files beyond `part` bytes go in parts."""
        self._root, self._site, self._part = root, site, part
        self._folder = root / "examsite"

    def packages(self) -> list[PackageEntry]:
        """The packages on the stick, without those that say they are for another site."""
        with self._usable():
            folder = self._folder / "packages"
            names = sorted(_files(folder)) if folder.is_dir() else []
            found = [self._entry(folder / n, m[1]) for n in names if (m := _PACKAGE.fullmatch(n))]
        return [entry for entry in found if entry is not None]

    def key_register(self) -> bytes | None:
        """The register of headquarters' keys, if it lies on the stick."""
        with self._usable():
            path = self._folder / KEYS
            return read_start(path) if path.is_file() else None

    def version_rule(self) -> bytes | None:
        """The version that headquarters requires, if it lies on the stick."""
        with self._usable():
            path = self._folder / VERSION
            return read_start(path) if path.is_file() else None

    def fetch(self, digest: str, to: Path, size: int) -> None:
        """Copy a package as it is, which ends by itself; the spool checks it by its digest."""
        source = self._folder / "packages" / f"{digest}.package"
        with self._usable():
            if not source.is_file():
                raise NotFound(what=source.name)
        write_durably(to, self._blocks(source))

    def release(self, digest: str) -> bytes | None:
        """None: a stick is days on its way, so codes go by line or phone."""
        return None

    def deliver(self, path: Path, digest: str) -> bytes | None:
        """Copy a batch unless it is there, read it back; the receipt if one lies there."""
        target = self._folder / "batches" / f"{digest}{path.suffix}"
        with self._usable():
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.stat().st_size > self._part:
                self._lay_parts(target, path)
            else:
                self._lay(target, digest, lambda: _read(path))
        return self.receipt(digest)

    def receipt(self, digest: str) -> bytes | None:
        """The receipt of the highest level on the stick."""
        with self._usable():
            for level in reversed(LEVELS):
                path = self._folder / "receipts" / f"{digest}.{level}.json"
                if path.is_file():
                    return read_start(path, MAX_RECEIPT)
        return None

    def inventory(self, envelope: bytes) -> Told | None:
        """Leave an inventory; the one that it replaces and its answer, if one lies there."""
        folder = self._folder / "inventories"
        ours, theirs = folder / f"{self._site}.json", folder / f"{self._site}.answer.json"
        with self._usable():
            folder.mkdir(parents=True, exist_ok=True)
            both = ours.is_file() and theirs.is_file()
            told = Told(read_start(ours), read_start(theirs)) if both else None
            # It is an answer to no other.
            theirs.unlink(missing_ok=True)
            write_durably(ours, envelope)
        return told

    def report(self, session: str, envelope: bytes) -> None:
        """Leave a readiness report."""
        folder = self._folder / READINESS
        with self._usable():
            folder.mkdir(parents=True, exist_ok=True)
            write_durably(folder / f"{self._site}.{session}.json", envelope)

    def enrol(self, request: bytes) -> bytes | None:
        """Leave a request; the answer if headquarters has put it beside it, else None.

        RefusedByHeadquarters if its word lies there instead; unsigned, for there is no key yet.
        """
        name = hashlib.sha256(request).hexdigest()
        folder = self._folder / ENROLMENTS
        with self._usable():
            folder.mkdir(parents=True, exist_ok=True)
            write_durably(folder / f"{name}.request.json", request)
            for end in ("answer", "refused"):
                path = folder / f"{name}.{end}.json"
                if path.is_file():
                    found = path.read_bytes()[:MAX_LISTING]
                    return found if end == "answer" else _refuse(found)
        return None

    def _lay_parts(self, target: Path, path: Path) -> None:
        """A file in parts; the list last, so that where it lies all parts lie."""
        pieces = pieces_of(path, self._part)
        for number, piece in enumerate(pieces):
            read = partial(read_piece, path, piece.start, piece.length)
            self._lay(Path(f"{target}.{number}"), piece.digest, read)
        listed = PartList(path.stat().st_size, tuple(piece.digest for piece in pieces))
        text = to_bytes(listed)
        self._lay(Path(f"{target}.parts"), hashlib.sha256(text).hexdigest(), lambda: iter((text,)))

    def _lay(self, target: Path, digest: str, read: Callable[[], Iterator[bytes]]) -> None:
        """Copy unless it is there, then read it back; CopyFailed if it is not what was written."""
        if target.is_file() and digest_of(target) == digest:
            return
        write_durably(target, read())
        _forget_cached(target)
        if digest_of(target) != digest:
            raise CopyFailed(
                folder=str(self._root),
                reason=Words("读回的内容不一致", "what was read back differs"),
            )

    @contextmanager
    def _usable(self) -> Iterator[None]:
        """StickUnusable if there is no stick; what goes wrong with a file on it is CopyFailed."""
        if not self._root.is_dir():
            raise StickUnusable(
                folder=str(self._root),
                reason=Words(
                    "没有插好，或不是这个文件夹", "it is not plugged in, or at another folder"
                ),
            )
        try:
            yield
        except OSError as error:
            reason = system_words(error)
            raise CopyFailed(folder=str(self._root), reason=reason) from error

    def _entry(self, path: Path, digest: str) -> PackageEntry | None:
        """A package; None if it says it is for another site."""
        # One cut short or damaged is listed too, so that fetching it says what is wrong.
        try:
            _, identity, _ = peek_identity(path)
        except DocumentRefused:
            identity = {}
        if identity.get("site", self._site) != self._site:
            return None
        return PackageEntry(digest, path.stat().st_size, str(identity.get("session", "")))

    def _blocks(self, source: Path) -> Iterator[bytes]:
        """The file on the stick, block by block; reading faults are the stick's."""
        with self._usable():
            yield from _read(source)


def _refuse(body: bytes) -> NoReturn:
    """Raise what headquarters said, as it would have said it over the line."""
    problem = read_problem(body)
    if problem is None:
        raise UnexpectedAnswer(reason="refused.json")
    words, whole = problem
    raise RefusedByHeadquarters(Words(words.message.zh, words.message.en), whole)


def _files(folder: Path) -> list[str]:
    """The names of what is a file; a folder or a pipe of that name is nothing to read."""
    return [path.name for path in folder.iterdir() if path.is_file()]


def read_start(path: Path, most: int = MAX_LISTING) -> bytes:
    """A file, not more of it than anybody of ours writes."""
    with path.open("rb") as file:
        return file.read(most)


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(_COPY), b"")


def _forget_cached(path: Path) -> None:
    """Have the next reading come from the stick and not from memory."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)
