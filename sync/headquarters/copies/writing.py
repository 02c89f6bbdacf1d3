"""Writing a copy of headquarters while it works (docs/design/copies.md).

FOLDER/examhq-<time>.copy   rows, small files and keys: sealed, signed by the receipt key
FOLDER/bytes/ab/<digest>    bytes that the rows name, shared by all copies
"""

import base64
import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sync.errors import DataFolderBusy
from sync.errors.system import system_words
from sync.exam.specification import Struct
from sync.headquarters.copies.beside import keep, named
from sync.headquarters.copies.errors import CopyFailed
from sync.headquarters.copies.lines import files_as_lines, stream
from sync.headquarters.intake.receipts import signing_key
from sync.headquarters.store.dump import rows_as_lines
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import SETTINGS, STAMPED, Headquarters
from sync.headquarters.store.schema import SCHEMA_VERSION
from sync.wire.files import sync_folder
from sync.wire.keys import SealingKey
from sync.wire.sealed import Part, ToRecipients, write_sealed

KIND = "headquarters-copy"
ROWS, PAPERS, KEYS = "rows", "papers", "keys"
KEPT = 14
NAMED = re.compile(r"examhq-([0-9]{13})\.copy")
# Their keepers have them, each with a copy of it; a copy of headquarters is no place for them.
NOT_COPIED = ("root.key", "escrow.seed", "release-1.key", "release-2.key")


class Made(Struct, frozen=True):
    """A copy that was written: its file, who signed it, what is beside it, what lacks.

    `not_copied`: keys that still lie here and belong on their keepers' sticks.
    """

    path: str
    signed_by: str
    new_bytes: int
    missing: tuple[str, ...]
    not_copied: tuple[str, ...]


def write_copy(headquarters: Headquarters, by: Stamp, to: Path) -> Made:
    """A copy of everything as of one moment; services go on. CopyFailed if a disk says no.

    The file has its name once all bytes that its rows name are beside it.
    """
    try:
        with _alone(to):
            return _write(headquarters, by, to)
    except OSError as error:
        raise CopyFailed(reason=system_words(error)) from None


def copies_in(folder: Path) -> list[Path]:
    """Whole copies, the oldest first."""
    return sorted(folder.glob("examhq-*.copy"))


@contextmanager
def _alone(to: Path) -> Iterator[None]:
    """One writes at a time; what a killed one left goes."""
    handle = os.open(to / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in to.rglob(".*.tmp"):
            left.unlink(missing_ok=True)
        yield
    except BlockingIOError:
        raise DataFolderBusy(folder=str(to)) from None
    finally:
        os.close(handle)


def _write(headquarters: Headquarters, by: Stamp, to: Path) -> Made:
    path = to / f"examhq-{_number(to, by.at):013d}.copy"
    waiting = path.with_name(f".{path.name}.tmp")
    signer = signing_key(headquarters)
    # Rows of one moment first: bytes are at headquarters before their rows, and never go away.
    with headquarters.store.reading() as db:
        write_sealed(
            waiting,
            kind=KIND,
            identity={
                "at": by.at,
                "key": base64.b64encode(signer.public.to_bytes()).decode("ascii"),
                "schema": SCHEMA_VERSION,
            },
            parts=_parts(headquarters, rows_as_lines(db)),
            signers=[signer],
        )
    try:
        new, missing = _keep_bytes(headquarters, to)
    except BaseException:
        waiting.unlink(missing_ok=True)
        raise
    waiting.replace(path)
    sync_folder(to)
    with headquarters.store.writing() as db:
        record(db, by, "backup.make", copy=path.name, missing=len(missing))
    for old in copies_in(to)[:-KEPT]:
        old.unlink(missing_ok=True)
    here = tuple(n for n in NOT_COPIED if (headquarters.folder / "keys" / n).exists())
    return Made(str(path), signer.public.key_id, new, missing, here)


def _number(to: Path, at: int) -> int:
    """When it is made; behind all that are there if a clock was set back since they were.

    The first by name goes first, and the last is the one to restore.
    """
    there = (int(found[1]) for p in to.iterdir() if (found := NAMED.fullmatch(p.name)))
    return max(at, *(number + 1 for number in there if number > at), 0)


def _parts(headquarters: Headquarters, rows: Iterator[bytes]) -> list[Part]:
    """Keys and unlock codes open for the escrow alone; the rest also for headquarters itself."""
    folder, public = headquarters.folder, headquarters.keys.public()
    escrow, live = SealingKey.from_bytes(public.escrow), SealingKey.from_bytes(public.seal)
    both = ToRecipients((escrow, live))
    papers = [folder / SETTINGS, folder / "keys" / "public.json"]
    # The file of an update is large and signed elsewhere: an officer gives it out again.
    papers += [*_files(folder / STAMPED), folder / "updates" / "update.json"]
    keys = [p for p in _files(folder / "keys") if p.name not in NOT_COPIED]
    keys += _files(folder / "codes")
    return [
        Part(ROWS, stream(rows), both),
        Part(PAPERS, stream(files_as_lines(folder, papers)), both),
        Part(KEYS, stream(files_as_lines(folder, keys)), ToRecipients((escrow,))),
    ]


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.glob("[!.]*") if p.is_file()) if folder.is_dir() else []


def _keep_bytes(headquarters: Headquarters, to: Path) -> tuple[int, tuple[str, ...]]:
    """How many are new beside the copies, and which headquarters has nowhere whole."""
    new, missing = 0, []
    with headquarters.store.reading() as db:
        for one in named(db):
            found = keep(headquarters, one, to)
            new += found == "new"
            if found == "missing":
                missing.append(one.digest)
    return new, tuple(missing)
