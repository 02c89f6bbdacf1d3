"""Restoring a copy into an empty place: all of it or nothing (docs/design/copies.md)."""

import base64
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, delete, insert, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from sync.errors import AlreadyInitialised, NotFound
from sync.errors.system import system_words
from sync.headquarters.copies.beside import Named, named, place, whole
from sync.headquarters.copies.errors import (
    BytesMissing,
    CopyFailed,
    CopyKeyWrong,
    CopyOfAnother,
    DatabaseTaken,
    RowsAltered,
)
from sync.headquarters.copies.lines import lines_of, write_files
from sync.headquarters.copies.writing import KEYS, KIND, PAPERS, ROWS, copies_in
from sync.headquarters.database_errors import DatabaseNewer, DatabaseOlder
from sync.headquarters.errors import DatabaseAway
from sync.headquarters.store.blobs import FolderBlobs, TableBlobs, row
from sync.headquarters.store.body import Body
from sync.headquarters.store.dump import load_lines
from sync.headquarters.store.engine import Stamp, Store, record
from sync.headquarters.store.folder import (
    DATABASE,
    FOLDERS,
    SETTINGS,
    Headquarters,
    Settings,
    read_settings,
)
from sync.headquarters.store.schema import SCHEMA_VERSION, about, blobs, metadata
from sync.wire.files import sync_folder, write_durably
from sync.wire.keys import OpeningKey, VerifyKey
from sync.wire.sealed import SealedDocument, peek_identity
from sync.words import Words

# In the table `about`: which copy a database was made from.
FROM = "restored-from"
# In the target while it is filled.
RESTORING = ".restoring"


class Restored(NamedTuple):
    """What came back: rows by table, bytes by number, digests that were left out."""

    rows: Mapping[str, int]
    bytes: int
    missing: tuple[str, ...]
    # Without the escrow's key keys stay sealed, and the place is good for a drill only.
    with_keys: bool


class _How(NamedTuple):
    """As restore was told."""

    by: Stamp
    without_missing: bool
    with_keys: bool
    anew: bool


class Copy(NamedTuple):
    """A copy of which every byte was verified, and its file."""

    path: Path
    document: SealedDocument

    @property
    def at(self) -> int:
        """When it was made, ms since 1970."""
        return int(self.document.identity["at"])

    def lines(self, part: str, keys: Mapping[str, OpeningKey]) -> Iterator[bytes]:
        """The lines of a part; CopyKeyWrong if none of these keys opens it."""
        to = self.document.recipients(part)
        for key_id in sorted(to & keys.keys()):
            content = self.document.content_key(part, keys[key_id])
            return lines_of(self.document.stream(part, content))
        raise CopyKeyWrong(part=part, keys=" / ".join(sorted(to)))


def verified_copy(path: Path, signed_by: Collection[str]) -> Copy:
    """The copy, or the newest in a folder, if one of these keys signed it.

    DocumentRefused if it is not whole, or another's; DatabaseOlder, DatabaseNewer.
    """
    if path.is_dir():
        found = copies_in(path)
        if not found:
            raise NotFound(what=f"{path}/examhq-*.copy")
        path = found[-1]
    _, identity, _ = peek_identity(path)
    try:
        signer = VerifyKey.from_bytes(base64.b64decode(str(identity["key"])))
        schema = int(identity["schema"])
    except (KeyError, ValueError):
        raise CopyOfAnother(found="?", wanted=" / ".join(signed_by)) from None
    if signer.key_id not in signed_by:
        raise CopyOfAnother(found=signer.key_id, wanted=" / ".join(signed_by))
    document = SealedDocument.verify(path, kind=KIND, trusted=[signer])
    if schema > SCHEMA_VERSION:
        raise DatabaseNewer(found=schema, known=SCHEMA_VERSION)
    if schema < SCHEMA_VERSION:
        raise DatabaseOlder(found=schema, needed=SCHEMA_VERSION)
    return Copy(path, document)


def restore(
    copy: Copy,
    by: Stamp,
    folder: Path,
    keys: Sequence[OpeningKey],
    *,
    changes: Mapping[str, str | None] | None = None,
    without_missing: bool = False,
    with_keys: bool = True,
    anew: bool = False,
) -> Restored:
    """Make `folder`, which must be empty, and an empty database what they were.

    `changes` are settings to take instead of the copy's. Nothing is left of one that fails; one
    that was killed behind its commit is ended by another with the same copy, unless it must be
    `anew`. CopyKeyWrong, BytesMissing, DatabaseTaken, RowsAltered, CopyFailed.
    """
    by_id = {key.public.key_id: key for key in keys}
    how = _How(by, without_missing, with_keys, anew)
    try:
        with _place(folder) as beside:
            done = _fill(copy, beside, by_id, changes or {}, how)
            _move(beside, folder)
    except OSError as error:
        raise CopyFailed(reason=system_words(error)) from None
    return done


@contextmanager
def _place(folder: Path) -> Iterator[Path]:
    """A folder in the target, which is as before if the block fails.

    AlreadyInitialised if anything is there but what a killed one left.
    """
    beside, was_there = folder / RESTORING, folder.is_dir()
    if was_there and any(folder.iterdir()):
        if not beside.is_dir() or (folder / SETTINGS).exists():
            raise AlreadyInitialised(folder=str(folder))
        _clear(folder)
    try:
        beside.mkdir(mode=0o700, parents=True)
        yield beside
    except BaseException:
        if folder.is_dir():
            _clear(folder)
        if folder.is_dir() and not was_there:
            folder.rmdir()
        raise


def _move(beside: Path, folder: Path) -> None:
    """Everything into its place, the settings last: without them it is no data folder."""
    folder.chmod(0o700)
    for one in sorted(beside.iterdir(), key=lambda path: path.name == SETTINGS):
        sync_folder(folder)
        one.replace(folder / one.name)
    beside.rmdir()
    sync_folder(folder)


def _clear(folder: Path) -> None:
    for one in folder.iterdir():
        if one.is_dir():
            shutil.rmtree(one)
        else:
            one.unlink()


def _fill(
    copy: Copy,
    folder: Path,
    keys: Mapping[str, OpeningKey],
    changes: Mapping[str, str | None],
    how: "_How",
) -> Restored:
    with _readable():
        if how.with_keys:
            write_files(folder, copy.lines(KEYS, keys))
        write_files(folder, copy.lines(PAPERS, keys))
    for name in FOLDERS:
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    settings = msgspec.structs.replace(read_settings(folder), **changes)
    (folder / settings.archive).mkdir(mode=0o700, parents=True, exist_ok=True)
    write_durably(folder / SETTINGS, msgspec.json.format(msgspec.json.encode(settings), indent=1))
    store = Store(settings.database or folder / DATABASE)
    try:
        return _load(copy, store, folder, settings, keys, how)
    except SQLAlchemyError as error:
        if settings.database is None:
            said = Words("数据库文件无法写入", "the database's file cannot be written")
            raise CopyFailed(reason=said) from error
        raise DatabaseAway(reason=type(getattr(error, "orig", error)).__name__) from error
    finally:
        store.close()


def _load(
    copy: Copy,
    store: Store,
    folder: Path,
    settings: Settings,
    keys: Mapping[str, OpeningKey],
    how: "_How",
) -> Restored:
    """Rows, then what they name, then the commit: a database without its bytes never appears."""
    with store.writing() as db:
        already = _taken(db, copy, str(settings.database or folder), how)
        metadata.create_all(db)
        with _readable():
            loaded = {} if already else load_lines(db, copy.lines(ROWS, keys))
        beside = copy.path.parent
        lacking = tuple(n.digest for n in named(db) if not whole(beside, n.digest))
        if lacking and not how.without_missing:
            raise BytesMissing(count=len(lacking), digest=lacking[0])
        count, away = 0, frozenset(lacking)
        with closing(Headquarters(folder)) as there:
            put = _Putting(there, db)
            for one in named(db):
                if one.digest not in away:
                    put.one(one, place(beside, one.digest))
                    count += 1
        db.execute(delete(about).where(about.c.name == FROM))
        db.execute(insert(about).values(name=FROM, value=copy.document.digest))
        if not already:
            record(db, how.by, "backup.restore", copy=copy.document.digest, at=copy.at)
    return Restored(loaded, count, lacking, how.with_keys)


def _taken(db: Connection, copy: Copy, database: str, how: "_How") -> bool:
    """Whether this very copy was loaded before; DatabaseTaken if anything else is there."""
    if not inspect(db).has_table(about.name):
        return False
    found = db.scalar(select(about.c.value).where(about.c.name == FROM))
    if how.anew or found != copy.document.digest:
        raise DatabaseTaken(database=database)
    return True


class _Putting:
    """Puts bytes where rows expect them, second copies too."""

    def __init__(self, headquarters: Headquarters, db: Connection) -> None:
        self._headquarters, self._db = headquarters, db
        self._archive = FolderBlobs(headquarters.archive)
        self._packages = FolderBlobs(headquarters.folder / "packages", flat=True)

    def one(self, what: Named, source: Path) -> None:
        """From beside the copy."""
        body = Body(lambda: source.open("rb"), source.stat().st_size, what.digest)
        if what.area == "packages":
            self._packages.put(body)
            return
        here = self._headquarters
        target = here.refused if what.area == "refused" else here.blobs
        data = target.put(body)
        if data is not None and isinstance(target, TableBlobs):
            kept = row("refused" if what.area == "refused" else "batches", what.digest, data)
            adding = here.store.inserting(blobs).on_conflict_do_nothing()
            self._db.execute(adding, [kept])
        if what.archived:
            self._archive.put(body)


@contextmanager
def _readable() -> Iterator[None]:
    """What is signed and cannot be read was written by a release with other tables."""
    try:
        yield
    except (ValueError, msgspec.DecodeError, KeyError) as error:
        raise RowsAltered(what=str(error)[:80]) from error
