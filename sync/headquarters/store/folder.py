"""The data folder of headquarters: keys, database, blobs; all of it for the owner's eyes only.

    hq.db          the database            keys/        root, release-1, release-2, receipt, …
    blobs/         received files          archive/     their second copy (may be on another disk)
    quarantine/    refused files           incoming/    files on their way in
    codes/         unlock codes            packages/    published packages
    stamped/       forms of applications

`keys/root.key` registers sites and `keys/escrow.seed` opens every batch if `seal.seed` is lost:
both belong offline (on paper or a stick in a safe) as soon as they are not needed. The two release
keys are those of two officers, one each: a package needs both signatures.

Unlock codes are files of mode 0600 outside the database: a copy of the database, which is what
gets backed up and sent about, opens no paper at any site. They are not encrypted again: the key
for that would have to lie beside them, in the same folder with the same mode.
"""

import fcntl
import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from sync.errors import (
    AlreadyInitialised,
    DataFolderBusy,
    ExamError,
    ForeignDataFolder,
    NotInitialised,
)
from sync.exam.specification import Struct
from sync.headquarters.errors import SettingRefused
from sync.headquarters.store.blobs import Blobs, FolderBlobs, TableBlobs
from sync.headquarters.store.commits import Commits
from sync.headquarters.store.engine import Store
from sync.wire.documents import HeadquartersKeys, from_bytes, to_bytes
from sync.wire.files import write_durably
from sync.wire.incoming import Sealing
from sync.wire.keys import SECRET_LENGTH, OpeningKey, SigningKey, load_key, save_key

DATABASE = "hq.db"
SETTINGS = "examhq.json"
STAMPED = "stamped"
FOLDERS = ("keys", "blobs", "quarantine", "incoming", "codes", "packages", STAMPED)
# Each belongs to one release officer, who takes it away on a stick.
RELEASE_KEYS = ("release-1", "release-2")
# Files that tell whose folder it is.
SITE_MARKS = ("site.db", "certificate.json", "request.json")


class Keyring:
    """The keys of headquarters, each read from its file when it is needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._receipt: tuple[tuple[int, ...], SigningKey] | None = None

    def root(self) -> SigningKey:
        """Signs certificates of sites."""
        return self._signing("root.key")

    def receipt(self) -> SigningKey:
        """Signs receipts; read again only when another lies there, as every batch needs it."""
        found = _state(self._folder / "receipt.key")
        if self._receipt is None or self._receipt[0] != found:
            self._receipt = found, self._signing("receipt.key")
        return self._receipt[1]

    def enrolment(self) -> SigningKey:
        """Signs certificates of sites while the root is away; SecretMissing before it is made."""
        return self._signing("enrolment.key")

    def unlock(self) -> SigningKey:
        """Signs unlock releases."""
        return self._signing("unlock.key")

    def live(self) -> dict[str, OpeningKey]:
        """What opens batches, by key id: the live key, and those that it took the place of."""
        found = (
            OpeningKey.from_seed(load_key(path, SECRET_LENGTH))
            for path in sorted(self._folder.glob("seal*.seed"))
        )
        return {key.public.key_id: key for key in found}

    def public(self) -> HeadquartersKeys:
        """What sites get to know; also there while root and escrow are offline."""
        return from_bytes((self._folder / "public.json").read_bytes(), HeadquartersKeys)

    @cached_property
    def sealing(self) -> Sealing:
        """What batches are sealed to before the first register; read once."""
        return Sealing.told(self.public())

    def create(self) -> None:
        """Make the keys that are not there yet."""
        signing = {name: self._signing_or_new(name) for name in ("root", "receipt", "unlock")}
        release = [self._signing_or_new(name) for name in RELEASE_KEYS]
        opening = {name: self._opening_or_new(name) for name in ("seal", "escrow")}
        public = HeadquartersKeys(
            **{name: key.public.to_bytes() for name, key in signing.items()},
            **{name: key.public.to_bytes() for name, key in opening.items()},
            release=tuple(sorted(key.public.to_bytes() for key in release)),
        )
        write_durably(self._folder / "public.json", to_bytes(public))

    def _signing_or_new(self, name: str) -> SigningKey:
        path = self._folder / f"{name}.key"
        if not path.exists():
            save_key(path, SigningKey.generate().to_bytes())
        return SigningKey.from_bytes(load_key(path, SECRET_LENGTH))

    def _opening_or_new(self, name: str) -> OpeningKey:
        path = self._folder / f"{name}.seed"
        if not path.exists():
            save_key(path, OpeningKey.generate().seed)
        return OpeningKey.from_seed(load_key(path, SECRET_LENGTH))

    def _signing(self, name: str) -> SigningKey:
        return SigningKey.from_bytes(load_key(self._folder / name, SECRET_LENGTH))


def _state(path: Path) -> tuple[int, ...]:
    """Another one whenever the file was replaced."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_mtime_ns, found.st_ctime_ns


class Settings(Struct, frozen=True):
    """The content of examhq.json; docs/design/intake.md says what to choose."""

    archive: str = "archive"
    service: str = "examhq"
    # An address postgresql://…, or None for the file hq.db.
    database: str | None = None
    # folder, table, or s3+https://host/bucket.
    blobs: str = "folder"
    # A site's readiness report is old after so many days.
    report_days: Annotated[int, Meta(ge=1, le=3650)] = 30
    # Fewer than this part of what a school declared is less.
    premises_percent: Annotated[int, Meta(ge=1, le=100)] = 100


class Headquarters:
    """An open data folder: what every act of headquarters works on."""

    def __init__(self, folder: Path, settings: Settings | None = None) -> None:
        self.folder = folder
        self.settings = settings = settings or read_settings(folder)
        self.store = Store(settings.database or folder / DATABASE)
        self.keys = Keyring(folder / "keys")
        # Relative to the data folder, so that the folder can be moved.
        self.archive: Path = folder / settings.archive
        self.blobs, self.refused = self._stores(settings.blobs)
        self.commits = Commits(self.store)

    def _stores(self, kind: str) -> tuple[Blobs, Blobs]:
        if kind == "folder":
            refused = FolderBlobs(self.folder / "quarantine", flat=True)
            return FolderBlobs(self.folder / "blobs"), refused
        if kind == "table":
            return TableBlobs(self.store, "batches"), TableBlobs(self.store, "refused")
        # Its library is an extra, so it is loaded only where settings ask for it.
        s3 = importlib.import_module("sync.headquarters.store.s3")
        found = s3.connect(kind, self.folder / "keys" / "s3.json")
        return s3.S3Blobs(*found, "batches"), s3.S3Blobs(*found, "refused")

    def blob(self, digest: str) -> Path:
        """Where a received file lies if bytes lie in the folder."""
        return self.folder / "blobs" / digest[:2] / digest

    def archived(self, digest: str) -> Path:
        """Where its second copy lies."""
        return self.archive / digest[:2] / digest

    def quarantined(self, digest: str) -> Path:
        """Where a refused file lies if bytes lie in the folder."""
        return self.folder / "quarantine" / digest

    def package(self, digest: str) -> Path:
        """Where a published package lies."""
        return self.folder / "packages" / digest

    def code(self, package: str, official: int) -> Path:
        """Where the unlock code of one official for a package lies."""
        return self.folder / "codes" / f"{package}.{official}"

    def close(self) -> None:
        """Let go of the database."""
        self.store.close()

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Hold the folder as its one server; DataFolderBusy if there is another."""
        handle = os.open(self.folder / "serve.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise DataFolderBusy(folder=str(self.folder)) from None
        try:
            yield
        finally:
            os.close(handle)


def read_settings(folder: Path) -> Settings:
    """examhq.json; SettingRefused if it is not what this release reads."""
    try:
        return msgspec.json.decode((folder / SETTINGS).read_bytes(), type=Settings)
    except msgspec.DecodeError as error:
        raise SettingRefused(name=SETTINGS, reason=str(error)[:120]) from None


def create_headquarters(
    folder: Path, archive: str = "archive", database: str | None = None, blobs: str = "folder"
) -> Headquarters:
    """Set up a data folder; AlreadyInitialised, or ForeignDataFolder, if it is somebody's."""
    _refuse_foreign(folder)
    if (folder / SETTINGS).exists():
        raise AlreadyInitialised(folder=str(folder))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    _make_folders(folder)
    (folder / archive).mkdir(mode=0o700, parents=True, exist_ok=True)
    # The settings are written last: a set-up that was interrupted is not used, and can be repeated.
    for leftover in folder.glob(f"{DATABASE}*"):
        leftover.unlink()
    settings = Settings(archive=archive, database=database, blobs=blobs)
    # Opened before anything is kept: one that is refused leaves no table and no settings behind.
    hq = Headquarters(folder, settings)
    try:
        hq.keys.create()
        hq.store.create()
    except ExamError:
        hq.close()
        raise
    text = msgspec.json.format(msgspec.json.encode(settings), indent=1)
    write_durably(folder / SETTINGS, text)
    return hq


def open_headquarters(folder: Path) -> Headquarters:
    """Open a data folder that was set up; NotInitialised or ForeignDataFolder otherwise."""
    headquarters = closed_headquarters(folder)
    try:
        headquarters.store.check(folder)
    except ExamError:
        headquarters.close()
        raise
    return headquarters


def closed_headquarters(folder: Path) -> Headquarters:
    """As open_headquarters, whatever release the tables are of: for who upgrades them."""
    _refuse_foreign(folder)
    if not (folder / SETTINGS).is_file():
        raise NotInitialised(folder=str(folder), command="examhq init")
    if read_settings(folder).database is None and not (folder / DATABASE).is_file():
        raise NotInitialised(folder=str(folder), command="examhq init")
    _make_folders(folder)
    return Headquarters(folder)


def _make_folders(folder: Path) -> None:
    """Those that are not there: a receiver's folder begins with settings and two keys."""
    for name in FOLDERS:
        (folder / name).mkdir(mode=0o700, exist_ok=True)


def _refuse_foreign(folder: Path) -> None:
    for mark in SITE_MARKS:
        if (folder / mark).exists():
            raise ForeignDataFolder(owner="examsite", expected="examhq", folder=str(folder))
