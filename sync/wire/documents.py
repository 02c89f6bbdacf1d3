"""Documents ⇄ model: certificates, packages, batches and receipts (docs/specs/)."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Literal, TypeVar

import msgspec

from sync.errors import CannotOpen, ForOtherSite, NotCanonical
from sync.exam.batch import Batch, BatchHeader, pack, unpack
from sync.exam.journal import Event
from sync.exam.paper import Form
from sync.exam.sitting import SessionPlan
from sync.exam.specification import Struct
from sync.wire import canonical, dsse
from sync.wire.keys import OpeningKey, SealingKey, SigningKey, VerifyKey
from sync.wire.sealed import ByCodes, Part, SealedDocument, ToRecipients, write_sealed
from sync.wire.unlock import UnlockCode

T = TypeVar("T", bound=Struct)


class EnrolmentRequest(Struct, frozen=True):
    """What a new box asks: its public keys, signed by itself."""

    sign: bytes
    seal: bytes


class HeadquartersKeys(Struct, frozen=True):
    """The public keys of headquarters that a site trusts."""

    root: bytes
    release: bytes
    receipt: bytes
    seal: bytes
    escrow: bytes


class Certificate(Struct, frozen=True):
    """Headquarters' word for a site's keys, and the keys that the site trusts in turn."""

    site: str
    name: str
    serial: int
    sign: bytes
    seal: bytes
    headquarters: HeadquartersKeys
    issued_at: int


class Receipt(Struct, frozen=True):
    """Headquarters has these bytes: `received` (committed) or `archived` (a second copy too)."""

    digest: str
    size: int
    site: str
    session: str
    server_term: int
    sequence: int
    level: Literal["received", "archived"]
    at: int


class FetchRequest(Struct, frozen=True):
    """A site proves who it is when it asks for its packages."""

    site: str
    method: str
    path: str
    at: int


class Promotion(Struct, frozen=True):
    """A spare took over: the term it raised, by whom, and each journal as it found it.

    `sessions` is session → (number of events, their RFC 6962 root); what the former server has
    beyond them is a fork.
    """

    site: str
    server_term: int
    at: int
    by: str
    second: str
    reason: str
    address: str
    sessions: dict[str, tuple[int, bytes]]


class LaterServer(Struct, frozen=True):
    """Headquarters' word that it has a batch of this site of a higher server term."""

    site: str
    server_term: int
    at: int


class Papers(Struct, frozen=True):
    """The locked part of a package. `seed` shuffles the attempts' papers."""

    forms: tuple[Form, ...]
    seed: bytes
    materials: dict[str, bytes] = msgspec.field(default_factory=dict)


TYPES: dict[type[Struct], str] = {
    EnrolmentRequest: "application/vnd.examsite.enrolment-request.v1+json",
    Certificate: "application/vnd.examsite.certificate.v1+json",
    Receipt: "application/vnd.examsite.receipt.v1+json",
    FetchRequest: "application/vnd.examsite.fetch-request.v1+json",
    Promotion: "application/vnd.examsite.promotion.v1+json",
    LaterServer: "application/vnd.examsite.later-server.v1+json",
}


def to_bytes(model: Struct) -> bytes:
    """Canonical JSON of a model; byte strings become base64."""
    return canonical.encode(msgspec.to_builtins(model))


def from_bytes(data: bytes, kind: type[T]) -> T:
    """The model in canonical JSON, or NotCanonical."""
    try:
        return msgspec.convert(canonical.decode(data), kind)
    except msgspec.ValidationError as error:
        raise NotCanonical(reason=f"{kind.__name__}: {error}") from None


def sign(model: Struct, signer: SigningKey) -> bytes:
    """A signed statement: the DSSE envelope over the model."""
    return dsse.sign(TYPES[type(model)], to_bytes(model), [signer])


def read(envelope: bytes, kind: type[T], trusted: Iterable[VerifyKey]) -> T:
    """The statement in `envelope` if one of the trusted keys signed it."""
    return from_bytes(dsse.verify(envelope, TYPES[kind], trusted).payload, kind)


def peek(envelope: bytes, kind: type[T]) -> T:
    """The statement UNVERIFIED: only to learn whose key to check it with."""
    _, payload, _ = dsse.peek(envelope)
    return from_bytes(payload, kind)


def read_request(envelope: bytes) -> EnrolmentRequest:
    """An enrolment request, checked against the key that it names itself."""
    key = VerifyKey.from_bytes(peek(envelope, EnrolmentRequest).sign)
    return read(envelope, EnrolmentRequest, [key])


def read_certificate(envelope: bytes, root_fingerprint: str) -> Certificate:
    """A certificate signed by the root whose key id the administrator was told."""
    root = VerifyKey.from_bytes(peek(envelope, Certificate).headquarters.root)
    if root.key_id != root_fingerprint:
        raise CannotOpen(reason=f"root key is {root.key_id}, not {root_fingerprint}")
    return read(envelope, Certificate, [root])


def read_promotion(envelope: bytes, site: VerifyKey) -> Promotion:
    """A promotion signed by the site's own key, which both of its servers hold."""
    return read(envelope, Promotion, [site])


def package_identity(plan: SessionPlan) -> dict[str, str | int]:
    """What a package says of itself in clear."""
    return {"session": plan.id, "site": plan.site}


def write_package(
    path: Path,
    plan: SessionPlan,
    papers: Papers,
    certificate: Certificate,
    codes: tuple[UnlockCode, UnlockCode],
    release: SigningKey,
) -> str:
    """Seal a session for one site: the plan to the site's key, the papers behind two codes."""
    site = SealingKey.from_bytes(certificate.seal)
    parts = [
        Part("plan", to_bytes(plan), ToRecipients((site,))),
        Part("papers", to_bytes(papers), ByCodes(site, codes)),
    ]
    identity = package_identity(plan)
    return write_sealed(path, kind="package", identity=identity, parts=parts, signers=[release])


def verify_package(path: Path, certificate: Certificate) -> SealedDocument:
    """Every byte of a package for this site checked; nothing opened."""
    release = VerifyKey.from_bytes(certificate.headquarters.release)
    package = SealedDocument.verify(path, kind="package", trusted=[release])
    if package.identity.get("site") != certificate.site:
        raise ForOtherSite(found=package.identity.get("site"), expected=certificate.site)
    return package


def read_plan(package: SealedDocument, key: OpeningKey) -> SessionPlan:
    """The plan in a verified package."""
    plan = from_bytes(package.read("plan", package.content_key("plan", key)), SessionPlan)
    if package_identity(plan) != package.identity:
        raise NotCanonical(reason="plan and package name different sessions")
    return plan


def read_papers(package: SealedDocument, content_key: bytes) -> Papers:
    """The papers, with the content key that the codes gave."""
    return from_bytes(package.read("papers", content_key), Papers)


def batch_identity(header: BatchHeader) -> dict[str, str | int]:
    """What a batch says of itself in clear."""
    return {
        "sequence": header.sequence,
        "server_term": header.server_term,
        "session": header.session,
        "site": header.site,
    }


def write_batch(
    path: Path,
    header: BatchHeader,
    events: Sequence[Event],
    signer: SigningKey,
    headquarters: HeadquartersKeys,
) -> str:
    """Seal a run of events to headquarters and its escrow."""
    recipients = tuple(SealingKey.from_bytes(k) for k in (headquarters.seal, headquarters.escrow))
    parts = [Part("events", pack(header, events), ToRecipients(recipients))]
    identity = batch_identity(header)
    return write_sealed(path, kind="batch", identity=identity, parts=parts, signers=[signer])


def write_file(
    path: Path,
    identity: Mapping[str, str | int],
    content: BinaryIO,
    signer: SigningKey,
    headquarters: HeadquartersKeys,
) -> str:
    """Seal an uploaded file to headquarters and its escrow, in bounded memory.

    `identity` names the `file` event in the site's journal: site, session, server term, sequence.
    """
    recipients = tuple(SealingKey.from_bytes(k) for k in (headquarters.seal, headquarters.escrow))
    parts = [Part("file", content, ToRecipients(recipients))]
    return write_sealed(path, kind="file", identity=identity, parts=parts, signers=[signer])


def read_batch(document: SealedDocument, key: OpeningKey) -> Batch:
    """The events of a verified batch; refused if inside and outside differ."""
    batch = unpack(document.read("events", document.content_key("events", key)))
    if batch_identity(batch.header) != document.identity:
        raise NotCanonical(reason="batch header and sealed identity differ")
    return batch
