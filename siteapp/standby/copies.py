"""Sealed copies for a site without a spare: written by itself, opened only with a recovery secret.

DATA/recovery.pub   the key that copies are sealed to; its secret is on paper, not on this machine
FOLDER/examsite-<site>-<time>.copy   identity, packages and database, sealed and signed
FOLDER/examsite-<site>-files/        uploaded files (siteapp.standby.copied_files)
"""

import base64
import hashlib
import logging
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import msgspec

from siteapp.clock import wall_ms
from siteapp.errors import RecoveryRefused
from siteapp.identity import Identity, load_identity
from siteapp.standby.copied_files import copy_files, restore_files, until_after
from siteapp.standby.folder import PairFolder
from siteapp.standby.pairing import Bundle, bundle_of, write_identity
from siteapp.standby.promotion import keep_promotion, make_promotion
from siteapp.store.live import Live
from siteapp.store.replica import check_copy, snapshot
from siteapp.uploads.files import announced_as
from sync.errors import AlreadyInitialised, AlreadyThere, CannotOpen, NotFound, NotReady
from sync.wire.documents import Promotion
from sync.wire.enrolment import read_certificate
from sync.wire.files import replacing
from sync.wire.keys import (
    SEALING_KEY_LENGTH,
    OpeningKey,
    SealingKey,
    VerifyKey,
    load_key,
    save_key,
)
from sync.wire.sealed import Part, SealedDocument, ToRecipients, peek_identity, write_sealed
from sync.words import Words

log = logging.getLogger("examsite.copies")

KIND = "copy"
KEPT = 5
GROUP = 4
_CHECK = 3


def make_recovery(folder: Path) -> str:
    """A new recovery key; the secret, to be written down: it is kept nowhere."""
    key = OpeningKey.generate()
    try:
        save_key(folder / "recovery.pub", key.public.to_bytes(), 0o644)
    except AlreadyInitialised:
        raise AlreadyThere(what=Words("恢复密钥", "recovery key")) from None
    checked = key.seed + hashlib.sha256(b"examsite/v1/recovery" + key.seed).digest()[:_CHECK]
    letters = base64.b32encode(checked).decode("ascii")
    return "-".join(letters[i : i + GROUP] for i in range(0, len(letters), GROUP))


def read_secret(text: str) -> OpeningKey:
    """The key of a secret as somebody typed it; RecoveryRefused if a letter is wrong."""
    letters = "".join(text.upper().split()).replace("-", "").replace("0", "O").replace("1", "I")
    try:
        raw = base64.b32decode(letters)
    except ValueError:
        raw = b""
    seed, check = raw[:-_CHECK], raw[-_CHECK:]
    if hashlib.sha256(b"examsite/v1/recovery" + seed).digest()[:_CHECK] != check or not seed:
        raise RecoveryRefused(reason_zh="恢复密钥抄写有误", reason_en="a letter is wrong")
    return OpeningKey.from_seed(seed)


def write_copy(identity: Identity, to: Path) -> Path:
    """A sealed copy of all that makes this site, newest of the five that are kept in `to`.

    Needs no lock: it may be taken while the site serves. NotReady without a recovery key.
    """
    folder = identity.folder
    if not (folder / "site.db").exists():
        raise NotFound(what="site.db")
    if not (folder / "recovery.pub").exists():
        raise NotReady(
            reason_zh="还没有恢复密钥，请先运行 examsite recovery make",
            reason_en="there is no recovery key; run examsite recovery make",
        )
    key = recovery_key(folder)
    now = wall_ms()
    path = to / f"examsite-{identity.site}-{now:013d}.copy"
    with tempfile.TemporaryDirectory(dir=folder) as scratch, ExitStack() as files:
        database = Path(scratch) / "site.db"
        state = snapshot(folder / "site.db", database)
        access = ToRecipients((key,))
        bundle = msgspec.json.encode(bundle_of(identity, b""))
        parts = [Part("identity", bundle, access)]
        named = {"database": database}
        named |= {p.name: p for p in sorted((folder / "packages").glob("*.package"))}
        for name, source in named.items():
            parts.append(Part(name, files.enter_context(source.open("rb")), access))
        clear: dict[str, str | int] = {
            "site": identity.site,
            "key": base64.b64encode(identity.sign.public.to_bytes()).decode("ascii"),
            "server_term": state.term,
            "at": now,
        }
        write_sealed(path, kind=KIND, identity=clear, parts=parts, signers=[identity.sign])
    for old in sorted(to.glob(f"examsite-{identity.site}-*.copy"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def recovery_key(folder: Path) -> SealingKey:
    """What copies are sealed to."""
    return SealingKey.from_bytes(load_key(folder / "recovery.pub", SEALING_KEY_LENGTH))


class Adopted(NamedTuple):
    """What a copy became; `missing` uploaded files stand in its journal and are not here.

    `damaged` files lay beside it and could not be read.
    """

    promotion: Promotion
    sessions: dict[str, int]
    missing: int
    damaged: int


def adopt(folder: Path, path: Path, key: OpeningKey, root: str, reason: str) -> Adopted:
    """A new data folder from a copy, with the next server term.

    CannotOpen for another recovery secret, DocumentRefused for an altered copy or one that is not
    of a site certified by this root. Nothing is left of a refused one.
    """
    copy = _verified(path)
    bundle = msgspec.json.decode(_read(copy, "identity", key), type=Bundle)
    certificate = read_certificate(bundle.certificate, root)
    if {VerifyKey.from_bytes(certificate.sign).key_id} != copy.signed_by:
        raise CannotOpen(reason="signed by another than the site's key")
    write_identity(folder, bundle)
    (folder / "packages").mkdir()
    for name in copy.part_names:
        if name != "identity":
            target = "site.db" if name == "database" else f"packages/{Path(name).name}"
            _unpack(copy, name, key, folder / target)
    check_copy(folder / "site.db", certificate.site, None)
    signer = VerifyKey.from_bytes(certificate.sign)
    damaged = restore_files(folder, path.parent, certificate.site, key, signer)
    return _take_over(folder, reason)._replace(damaged=damaged)


def _verified(path: Path) -> SealedDocument:
    _, identity, _ = peek_identity(path)
    try:
        signer = VerifyKey.from_bytes(base64.b64decode(str(identity["key"])))
    except (KeyError, ValueError):
        raise CannotOpen(reason="not a copy of a site") from None
    return SealedDocument.verify(path, kind=KIND, trusted=[signer])


def _read(copy: SealedDocument, name: str, key: OpeningKey) -> bytes:
    return copy.read(name, copy.content_key(name, key))


def _unpack(copy: SealedDocument, name: str, key: OpeningKey, target: Path) -> None:
    with replacing(target) as file:
        for chunk in copy.stream(name, copy.content_key(name, key)):
            file.write(chunk)


def _take_over(folder: Path, reason: str) -> Adopted:
    """The record of the next server term; the site takes it over when it is first opened."""
    identity = load_identity(folder)
    live = Live(folder / "site.db", identity.site)
    try:
        people = ("recovery", "recovery")
        made = make_promotion(live, identity, people, reason, "")
        missing = _missing(folder / "files", live)
    finally:
        live.close()
    keep_promotion(PairFolder(folder), identity, made)
    return Adopted(made, {name: size for name, (size, _) in made.sessions.items()}, missing, 0)


def _missing(files: Path, live: Live) -> int:
    """Uploaded files that the journal names and that are not here."""
    return sum(
        not (files / f"{one.id}.{one.sha256}").exists()
        for session in live.sessions.values()
        for attempt in session.attempts.values()
        for body in attempt.files.values()
        for one in [announced_as(session.plan.id, body)]
    )


class Copier:
    """Writes a copy every so often while the site serves; a stick that is away is tried again."""

    def __init__(self, identity: Identity, to: str, every_s: int) -> None:
        self._identity, self._to, self._every_s = identity, to, every_s
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.last_ms: int | None = None
        self.problem = ""
        self._files = 0

    def start(self) -> None:
        """Begin, if a folder is set and there is a key to seal to."""
        if self._to and (self._identity.folder / "recovery.pub").exists():
            self._thread = threading.Thread(target=self._run, name="copies", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End; a copy under way is finished."""
        self._stopping.set()
        if self._thread:
            self._thread.join()

    def told(self) -> dict[str, object] | None:
        """For the wall: when the last copy was whole, what keeps the next from it, its lack."""
        told: dict[str, object] = {
            "last_ms": self.last_ms,
            "problem": self.problem,
            "lacks_files": self._files,
        }
        return told if self._thread else None

    def _run(self) -> None:
        while True:
            try:
                write_copy(self._identity, Path(self._to))
                self.last_ms, self.problem = wall_ms(), ""
                key = recovery_key(self._identity.folder)
                # Until the next copy is due, so that large files never hold it up.
                due = until_after(self._every_s)
                self._files = copy_files(self._identity, Path(self._to), key, due)
            except Exception as error:
                log.warning("no copy: %s", error)
                self.problem = str(error)
            if self._stopping.wait(self._every_s):
                return
