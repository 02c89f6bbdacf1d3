"""The project's own readers, as the vectors ask them: what opens, or the error."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from siteapp.papers import check_forms
from sync.exam.journal import encode
from sync.exam.merkle import MerkleTree
from sync.exam.sitting import check_plan
from sync.statements import check_answer, check_receipt, check_refusal, read_inventory
from sync.stick_parts import read_list
from sync.wire import documents
from sync.wire.checkpoint import verify_checkpoint
from sync.wire.documents import FetchRequest, LaterServer
from sync.wire.enrolment import read_answer_for, read_bundle, read_site_request
from sync.wire.incoming import Incoming, Sealing
from sync.wire.keys import OpeningKey, VerifyKey
from sync.wire.photos import read_photos
from sync.wire.readiness import ReadinessReport
from sync.wire.register import KeyRegister
from sync.wire.release import ReleaseReader
from sync.wire.sealed import SealedDocument
from sync.wire.six_words import six_words
from sync.wire.stick_list import StickList, judge_list
from sync.wire.stick_list import read_list as read_stick
from sync.wire.trusted import read_register
from sync.wire.unlock import UnlockCode
from sync.wire.update import Update, judge_update, read_update
from sync.wire.version_rule import VersionRule

Given = Mapping[str, Any]
Opened = dict[str, str]


class Keys:
    """The keys of the index by name."""

    def __init__(self, index: Mapping[str, Any]) -> None:
        self._index = index["keys"]

    def verify(self, name: str) -> VerifyKey:
        return VerifyKey.from_bytes(bytes.fromhex(self._index["verify"][name]))

    def open(self, name: str) -> OpeningKey:
        return OpeningKey.from_seed(bytes.fromhex(self._index["open"][name]))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _codes(given: Given) -> tuple[UnlockCode, UnlockCode]:
    first, second = given["codes"]
    return UnlockCode.parse(first, 1), UnlockCode.parse(second, 2)


def _sealed(path: Path, given: Given, keys: Keys) -> Opened:
    trusted = [keys.verify(name) for name in given["trusted"]]
    document = SealedDocument.verify(
        path, kind=given["kind"], trusted=trusted, threshold=given["threshold"]
    )
    key = keys.open(given["key"])
    if given["way"] == "codes":
        content_key = document.unlock("body", key, _codes(given))
    else:
        content_key = document.content_key("body", key)
    return {"body": _digest(document.read("body", content_key))}


def _package(path: Path, given: Given, keys: Keys) -> Opened:
    certificate = documents.read_certificate(
        bytes.fromhex(given["certificate"]), keys.verify("root").key_id
    )
    key = keys.open(given["key"])
    package = documents.verify_package(path, certificate, _register_of(given, keys))
    plan = check_plan(documents.read_plan(package, key))
    photos = read_photos(package, key, plan)
    papers = documents.read_papers(package, package.unlock("papers", key, _codes(given)))
    check_forms(plan, papers)
    opened = {"plan": plan, "photos": photos, "papers": papers}
    return {name: _digest(documents.to_bytes(model)) for name, model in opened.items()}


def _batch(path: Path, given: Given, keys: Keys) -> Opened:
    document = _incoming(path, given, keys)
    batch = documents.read_batch(document, keys.open(given["key"]))
    lines = [encode(event) for event in batch.events]
    tree = MerkleTree()
    for line in lines:
        tree.append(line)
    documents.check_head(batch.header, tree, keys.verify("site"))
    opened = {"events": _digest(b"\n".join(lines))}
    if register := _register_of(given, keys):
        opened["sealed-to"] = _digest(register.worst(document.recipients("events")).encode())
    return opened


def _file(path: Path, given: Given, keys: Keys) -> Opened:
    document = _incoming(path, given, keys)
    key = document.content_key("file", keys.open(given["key"]))
    return {"file": _digest(document.read("file", key))}


def _incoming(path: Path, given: Given, keys: Keys) -> SealedDocument:
    ids = [frozenset({keys.open(given[role]).public.key_id}) for role in ("live", "escrow")]
    register = _register_of(given, keys)
    known = Sealing.registered(register) if register else Sealing(*ids)
    return Incoming(lambda: path.open("rb")).verify(keys.verify("site"), known)


def _receipt(path: Path, given: Given, keys: Keys) -> Opened:
    asked = {name: given[name] for name in ("digest", "size", "site")}
    receipt = check_receipt(
        path.read_bytes(), keys.verify("receipt"), _register_of(given, keys), **asked
    )
    return {"fields": _digest(documents.to_bytes(receipt))}


def _register_of(given: Given, keys: Keys) -> KeyRegister | None:
    if "register" not in given:
        return None
    return read_register(bytes.fromhex(given["register"]), keys.verify("root").key_id)


def _register(path: Path, given: Given, keys: Keys) -> Opened:
    read = read_register(path.read_bytes(), keys.verify("root").key_id)
    return {"fields": _digest(documents.to_bytes(read))}


def _refusal(path: Path, given: Given, keys: Keys) -> Opened:
    asked = {name: given[name] for name in ("digest", "size")}
    refusal = check_refusal(path.read_bytes(), keys.verify("receipt"), **asked)
    return {"fields": _digest(documents.to_bytes(refusal))}


def _release(path: Path, given: Given, keys: Keys) -> Opened:
    asked = {name: given[name] for name in ("site", "session", "package")}
    site = asked.pop("site")
    reader = ReleaseReader(site, keys.open(given["key"]), keys.verify("unlock"))
    codes = reader.read(path.read_bytes(), _register_of(given, keys), **asked)
    return {"codes": _digest(b"".join(code.secret for code in codes))}


def _request(path: Path, given: Given, keys: Keys) -> Opened:
    return {"fields": _digest(documents.to_bytes(documents.read_request(path.read_bytes())))}


def _certificate(path: Path, given: Given, keys: Keys) -> Opened:
    root = keys.verify("root").key_id
    read = documents.read_certificate(path.read_bytes(), root)
    return {"fields": _digest(documents.to_bytes(read))}


def _bundle(path: Path, given: Given, keys: Keys) -> Opened:
    return {"fields": _digest(documents.to_bytes(read_bundle(path.read_bytes())))}


def _site_request(path: Path, given: Given, keys: Keys) -> Opened:
    _, payload = read_site_request(path.read_bytes())
    words = " ".join(map(str, six_words(payload).numbers))
    return {"fields": _digest(payload), "words": _digest(words.encode())}


def _enrolled(path: Path, given: Given, keys: Keys) -> Opened:
    bundle = read_bundle(bytes.fromhex(given["bundle"]))
    return {"fields": _digest(documents.to_bytes(read_answer_for(bundle, path.read_bytes())))}


def _fetch(path: Path, given: Given, keys: Keys) -> Opened:
    data = path.read_bytes()
    documents.peek(data, FetchRequest)
    read = documents.read(data, FetchRequest, [keys.verify("site")])
    return {"fields": _digest(documents.to_bytes(read))}


def _promotion(path: Path, given: Given, keys: Keys) -> Opened:
    read = documents.read_promotion(path.read_bytes(), keys.verify("site"))
    return {"fields": _digest(documents.to_bytes(read))}


def _later(path: Path, given: Given, keys: Keys) -> Opened:
    read = documents.read(path.read_bytes(), LaterServer, [keys.verify("receipt")])
    return {"fields": _digest(documents.to_bytes(read))}


def _version(path: Path, given: Given, keys: Keys) -> Opened:
    read = documents.read(path.read_bytes(), VersionRule, [keys.verify("receipt")])
    return {"fields": _digest(documents.to_bytes(read))}


def _readiness(path: Path, given: Given, keys: Keys) -> Opened:
    read = documents.read(path.read_bytes(), ReadinessReport, [keys.verify("site")])
    return {"fields": _digest(documents.to_bytes(read))}


def _inventory(path: Path, given: Given, keys: Keys) -> Opened:
    said = read_inventory(path.read_bytes(), keys.verify("site"), given["site"])
    return {"fields": _digest(documents.to_bytes(said))}


def _answer(path: Path, given: Given, keys: Keys) -> Opened:
    asked = {name: given[name] for name in ("site", "to")}
    key, register = keys.verify("receipt"), _register_of(given, keys)
    answer = check_answer(path.read_bytes(), key, register, **asked)
    return {"fields": _digest(documents.to_bytes(answer))}


def _checkpoint(path: Path, given: Given, keys: Keys) -> Opened:
    found = verify_checkpoint(path.read_bytes().decode(), given["name"], keys.verify("site"))
    said = f"{found.origin} {found.size} {found.root.hex()}"
    return {"head": _digest(said.encode())}


def _code(path: Path, given: Given, keys: Keys) -> Opened:
    return {"secret": _digest(UnlockCode.parse(path.read_text(), given["official"]).secret)}


def _parts(path: Path, given: Given, keys: Keys) -> Opened:
    return {"fields": _digest(documents.to_bytes(read_list(path.read_bytes())))}


def _update(path: Path, given: Given, keys: Keys) -> Opened:
    release = [keys.verify(name) for name in ("release", "release-2")]
    read = read_update(path.read_bytes(), release, _register_of(given, keys))
    held = given["held"] and documents.from_bytes(bytes.fromhex(given["held"]), Update)
    judge_update(read, held or None, given["installed"], given["now"])
    return {"fields": _digest(documents.to_bytes(read))}


def _stick(path: Path, given: Given, keys: Keys) -> Opened:
    release = [keys.verify(name) for name in ("release", "release-2")]
    found = read_stick(path.read_bytes(), release, _register_of(given, keys))
    held = given["held"] and documents.from_bytes(bytes.fromhex(given["held"]), StickList)
    judge_list(found, held or None, given["site"], given["now"])
    return {"fields": _digest(documents.to_bytes(found))}


READERS: Mapping[str, Callable[[Path, Given, Keys], Opened]] = {
    "sealed-document": _sealed,
    "package": _package,
    "batch": _batch,
    "file": _file,
    "receipt": _receipt,
    "refusal": _refusal,
    "unlock-release": _release,
    "enrolment-request": _request,
    "certificate": _certificate,
    "enrolment-bundle": _bundle,
    "site-request": _site_request,
    "enrolment-answer": _enrolled,
    "key-register": _register,
    "fetch-request": _fetch,
    "promotion": _promotion,
    "later-server": _later,
    "version-rule": _version,
    "readiness-report": _readiness,
    "inventory": _inventory,
    "inventory-answer": _answer,
    "parts-list": _parts,
    "update": _update,
    "stick": _stick,
    "checkpoint": _checkpoint,
    "unlock-code": _code,
}


def read(path: Path, format_: str, given: Given, keys: Keys) -> Opened:
    """What the reader of a format makes of a file: SHA-256 of each part; ExamError if refused."""
    return READERS[format_](path, given, keys)
