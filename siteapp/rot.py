"""Bit rot: every file of the data folder held against the digest, signature or check it has.

Not covered: `settings.toml`, which a person writes, and what nobody relies on: the status of
couriers, reasons of refusal, the lock, the address of the other server.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from siteapp.errors import DatabaseBehind
from siteapp.identity import Identity, load_identity
from siteapp.journal import verify
from siteapp.papers import verify_kept
from siteapp.standby.folder import PairFolder
from siteapp.store.evidence import read_evidence
from siteapp.uploads.files import read_announced
from sync.errors import DocumentAltered, DocumentRefused, ExamError
from sync.exam.findings import Finding, from_source
from sync.spool import digest_of
from sync.wire.documents import Receipt
from sync.wire.keys import SEALING_KEY_LENGTH, VerifyKey, load_key
from sync.wire.sealed import peek_identity
from sync.wire.trusted import read_told

CODE = "file-damaged"


def find_rot(folder: Path) -> list[Finding]:
    """Every file that is not what was written, by name; changes nothing, needs no lock."""
    try:
        identity = load_identity(folder)
    except ExamError as error:
        # Without the site's own keys nothing else can be told from a forgery.
        return [_said("keys", error)]
    return [*_in_files(folder, identity), *_in_database(folder, identity)]


def _in_files(folder: Path, identity: Identity) -> Iterator[Finding]:
    for path, check in _checks(folder, identity):
        if not path.is_file():
            continue
        try:
            check(path)
        except ExamError as error:
            yield _said(str(path.relative_to(folder)), error)


def _checks(folder: Path, identity: Identity) -> Iterator[tuple[Path, Callable[[Path], object]]]:
    def package(path: Path) -> object:
        _named_by_digest(path)
        return verify_kept(path, identity)

    key = identity.sign.public
    pair = PairFolder(folder)
    yield folder / "recovery.pub", lambda path: load_key(path, SEALING_KEY_LENGTH)
    yield pair.path / "link.key", lambda path: load_key(path, 32)
    yield pair.path / "promotion.json", lambda _: pair.promotion(key)
    yield pair.path / "fenced.json", lambda _: pair.fenced(key)
    receipts = VerifyKey.from_bytes(identity.certificate.headquarters.receipt)
    if (folder / "spool" / "keys.json").exists():
        yield folder / "spool" / "keys.json", lambda _: identity.register.held()
    for pattern, check in (
        ("packages/*.package", package),
        ("spool/incoming/*.package", _named_by_digest),
        ("spool/outgoing/*.batch", _named_by_digest),
        ("spool/outgoing/*.file", _named_by_digest),
        ("spool/receipts/*.json", lambda path: _receipt(path, receipts, identity)),
        ("files/*.json", _announced),
        ("files/*." + "?" * 64, _whole),
    ):
        for path in sorted(folder.glob(pattern)):
            yield path, check


def _in_database(folder: Path, identity: Identity) -> Iterator[Finding]:
    if (folder / "site.db").exists():
        evidence = read_evidence(folder / "site.db")
        if not evidence.sessions():
            yield from evidence.findings
        for report in verify(evidence, None, identity.certificate):
            yield from report.findings
        for path in sorted((folder / "spool" / "outgoing").glob("*.batch")):
            if path.stem not in evidence.digests:
                yield _said(str(path.relative_to(folder)), DatabaseBehind(sequence=_number(path)))


def _number(path: Path) -> object:
    """The number that a batch says it has."""
    try:
        return peek_identity(path)[1].get("sequence", "?")
    except DocumentRefused:
        return "?"


def _named_by_digest(path: Path) -> None:
    if digest_of(path) != path.stem:
        raise DocumentAltered(where="SHA-256")


def _whole(path: Path) -> None:
    if digest_of(path) != path.suffix[1:]:
        raise DocumentAltered(where="SHA-256")


def _announced(path: Path) -> None:
    if read_announced(path) is None:
        raise DocumentAltered(where="announcement")


def _receipt(path: Path, key: VerifyKey, identity: Identity) -> None:
    said = read_told(path.read_bytes(), Receipt, key, identity.register.held())
    if f"{said.digest}.{said.level}.json" != path.name:
        raise DocumentAltered(where="receipt")


def _said(source: str, error: ExamError) -> Finding:
    return from_source(CODE, source, error.say("zh"), error.say("en"))
