"""A stick from a site without a line: its batches in, receipts and its packages back on it."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from sync.delivery_errors import StickUnusable
from sync.errors import DocumentRefused, ExamError
from sync.errors.system import system_words
from sync.exam.specification import Struct
from sync.headquarters.errors import BatchTooLarge
from sync.headquarters.intake.archive import archive_digest
from sync.headquarters.intake.edge import MAX_FILE, accept
from sync.headquarters.intake.inventories import answer
from sync.headquarters.intake.readiness import keep_report, site_of
from sync.headquarters.intake.receipts import still_good
from sync.headquarters.planning.publish import packages_for
from sync.headquarters.register import versions
from sync.headquarters.register.keys import newest
from sync.headquarters.register.sites import list_sites
from sync.headquarters.store.blobs import copy_durably
from sync.headquarters.store.body import hash_file
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.kinds import KINDS
from sync.reports import MAX_REPORT
from sync.stick import KEYS, READINESS, VERSION, read_start
from sync.stick_parts import LISTED, joined, size_in
from sync.wire.files import write_durably
from sync.wire.inventory import MAX_INVENTORY
from sync.words import Words

_FILE = re.compile(r"([0-9a-f]{64})\.(batch|file)(\.parts)?")
_INVENTORY = re.compile(r"([a-z0-9][a-z0-9-]{0,39})\.json")


class Exchanged(Struct, frozen=True):
    """What a visit of a stick brought; refused files stay on it and in quarantine."""

    taken: int
    known: int
    packages: int
    refused: tuple[tuple[str, ExamError], ...]


def exchange(
    headquarters: Headquarters, root: Path, now: int, site: str | None = None
) -> Exchanged:
    """Take in the stick's batches, then put receipts and packages (of `site`, or all) on it."""
    with _usable(root):
        names = [p.name for p in sorted((root / "examsite" / "batches").glob("*"))]
    names.sort(key=lambda name: ".file" in name)
    taken, known, refused = 0, 0, list[tuple[str, ExamError]]()
    for match in filter(None, map(_FILE.fullmatch, names)):
        digest = match[1]
        try:
            with _usable(root):
                new = _take(headquarters, root / "examsite" / "batches" / match[0], digest, now)
        except DocumentRefused as error:
            refused.append((match[0], error))
            continue
        taken, known = taken + new, known + (not new)
        archive_digest(headquarters, digest, now)
        _write_receipts(headquarters, root, digest)
    refused += _answer_inventories(headquarters, root, now)
    refused += _keep_reports(headquarters, root, now)
    _put_register(headquarters, root)
    return Exchanged(taken, known, _put_packages(headquarters, root, site), tuple(refused))


def _take(headquarters: Headquarters, file: Path, digest: str, now: int) -> bool:
    """Take a batch or file in, put together again if it lies in parts; whether it is new."""
    if not LISTED.fullmatch(file.name):
        return accept(headquarters, file, digest, now).new
    size = size_in(file)
    if size > MAX_FILE:
        raise BatchTooLarge(found=size, limit=MAX_FILE)
    with tempfile.TemporaryDirectory(dir=headquarters.folder / "incoming") as folder:
        whole = Path(folder) / "whole"
        write_durably(whole, joined(file), 0o600)
        return accept(headquarters, whole, digest, now).new


def _answer_inventories(
    headquarters: Headquarters, root: Path, now: int
) -> list[tuple[str, ExamError]]:
    """An answer beside each inventory, now that the batches are in; those that are refused."""
    folder, refused = root / "examsite" / "inventories", list[tuple[str, ExamError]]()
    with _usable(root):
        names = sorted(path.name for path in folder.glob("*.json") if path.is_file())
    for match in filter(None, map(_INVENTORY.fullmatch, names)):
        try:
            with _usable(root):
                said = read_start(folder / match[0], MAX_INVENTORY)
                given = answer(headquarters, said, match[1], now)
                write_durably(folder / f"{match[1]}.answer.json", given)
        except DocumentRefused as error:
            refused.append((match[0], error))
    return refused


def _keep_reports(headquarters: Headquarters, root: Path, now: int) -> list[tuple[str, ExamError]]:
    """Readiness reports; those that are refused."""
    folder, refused = root / "examsite" / READINESS, list[tuple[str, ExamError]]()
    with _usable(root):
        paths = sorted(path for path in folder.glob("*.json") if path.is_file())
    for path in paths:
        try:
            with _usable(root):
                said = read_start(path, MAX_REPORT)
            keep_report(headquarters, said, site_of(said), now)
        except DocumentRefused as error:
            refused.append((path.name, error))
    return refused


def _write_receipts(headquarters: Headquarters, root: Path, digest: str) -> None:
    with headquarters.store.reading() as db:
        rows = [
            row
            for kept in (kind.receipts for kind in KINDS)
            for row in db.execute(select(kept).where(kept.c.digest == digest))
        ]
    with _usable(root):
        folder = root / "examsite" / "receipts"
        folder.mkdir(parents=True, exist_ok=True)
        for row in rows:
            envelope = still_good(headquarters, digest, row.envelope)
            write_durably(folder / f"{digest}.{row.level}.json", envelope)


def _put_register(headquarters: Headquarters, root: Path) -> None:
    for name, envelope in ((KEYS, newest(headquarters)), (VERSION, versions.newest(headquarters))):
        if envelope is not None:
            with _usable(root):
                (root / "examsite").mkdir(exist_ok=True)
                write_durably(root / "examsite" / name, envelope)


def _put_packages(headquarters: Headquarters, root: Path, site: str | None) -> int:
    sites = [site] if site else [row.id for row in list_sites(headquarters)]
    put = 0
    for _, package in (found for one in sites for found in packages_for(headquarters, one)):
        target = root / "examsite" / "packages" / f"{package.digest}.package"
        with _usable(root):
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.is_file() or hash_file(target) != package.digest:
                copy_durably(package.path, target)
                put += 1
    return put


@contextmanager
def _usable(root: Path) -> Iterator[None]:
    """What goes wrong with the stick, said as StickUnusable."""
    if not root.is_dir():
        raise StickUnusable(
            folder=str(root),
            reason=Words("没有插好，或不是文件夹", "it is not plugged in, or no folder"),
        )
    try:
        yield
    except OSError as error:
        raise StickUnusable(folder=str(root), reason=system_words(error)) from error
