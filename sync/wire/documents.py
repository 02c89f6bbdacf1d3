"""Documents ⇄ model: certificates, packages, batches and receipts (docs/specs/)."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Literal, TypeVar

import msgspec

from sync.errors import (
    CannotOpen,
    DocumentAltered,
    ForOtherSite,
    NotCanonical,
    SecondSignatureMissing,
    SignatureRefused,
)
from sync.exam.batch import Batch, BatchHeader, pack, unpack
from sync.exam.journal import Event, origin
from sync.exam.merkle import MerkleTree
from sync.exam.paper import Form
from sync.exam.photos import NO_PHOTOS, Photos
from sync.exam.practice import FormKeys, check_keys
from sync.exam.sitting import SessionPlan
from sync.exam.specification import Struct
from sync.wire import canonical, dsse
from sync.wire.checkpoint import Checkpoint, verify_checkpoint
from sync.wire.fields import (
    Counter,
    Digest,
    Name,
    Number,
    ReleaseKeys,
    Root,
    SealedCodes,
    SealingBytes,
    Text,
    VerifyBytes,
)
from sync.wire.inventory import Inventory, InventoryAnswer
from sync.wire.keys import OpeningKey, SealingKey, SigningKey, VerifyKey
from sync.wire.readiness import ReadinessReport
from sync.wire.register import KeyRegister
from sync.wire.sealed import ByCodes, Part, SealedDocument, ToRecipients, write_sealed
from sync.wire.site_request import SiteRequest
from sync.wire.unlock import UnlockCode
from sync.wire.version_rule import VersionRule
from sync.words import Words

T = TypeVar("T", bound=Struct)


class EnrolmentRequest(Struct, frozen=True):
    """What a new box asks: its public keys, signed by itself."""

    sign: VerifyBytes
    seal: SealingBytes


class HeadquartersKeys(Struct, frozen=True):
    """The public keys of headquarters that a site trusts; a package needs two of `release`."""

    root: VerifyBytes
    release: ReleaseKeys
    receipt: VerifyBytes
    unlock: VerifyBytes
    seal: SealingBytes
    escrow: SealingBytes

    def __post_init__(self) -> None:
        if list(self.release) != sorted(set(self.release)):
            raise ValueError("release keys stand in ascending order, none twice")


class Certificate(Struct, frozen=True):
    """Headquarters' word for a site's keys, and the keys that the site trusts in turn."""

    site: Name
    name: str
    serial: Counter
    sign: VerifyBytes
    seal: SealingBytes
    headquarters: HeadquartersKeys
    issued_at: Number


class Receipt(Struct, frozen=True):
    """Headquarters has these bytes: `received` (committed) or `archived` (a second copy too)."""

    digest: Digest
    size: Number
    site: Name
    session: Name
    server_term: Counter
    sequence: Number
    level: Literal["received", "archived"]
    at: Number


class Refusal(Struct, frozen=True):
    """Headquarters has looked at these very bytes and will never take them, and why."""

    digest: Digest
    size: Number
    code: Text
    reason_zh: Text
    reason_en: Text
    at: Number


class UnlockRelease(Struct, frozen=True):
    """The hour of a package has come: both of its codes, sealed to the site."""

    site: Name
    session: Name
    package: Digest
    sealed: SealedCodes
    at: Number


class FetchRequest(Struct, frozen=True):
    """A site proves who it is when it asks for its packages."""

    site: Name
    method: Text
    path: Text
    at: Number


class Promotion(Struct, frozen=True):
    """A spare took over: the term it raised, by whom, and each journal as it found it.

    `sessions`: session → (events, their RFC 6962 root); what a former server has more is a fork.
    """

    site: Name
    server_term: Counter
    at: Number
    by: str
    second: str
    reason: str
    address: str
    sessions: dict[Name, tuple[Number, Root]]


class LaterServer(Struct, frozen=True):
    """Headquarters' word that it has a batch of this site of a higher server term."""

    site: Name
    server_term: Counter
    at: Number


class Papers(Struct, frozen=True):
    """The locked part of a package: `seed` shuffles, `keys` by form are for a practice only."""

    forms: tuple[Form, ...]
    seed: bytes
    materials: dict[str, bytes] = msgspec.field(default_factory=dict)
    keys: dict[str, FormKeys] = msgspec.field(default_factory=dict)


TYPES: dict[type[Struct], str] = {
    EnrolmentRequest: "application/vnd.examsite.enrolment-request.v1+json",
    SiteRequest: "application/vnd.examsite.site-request.v1+json",
    Certificate: "application/vnd.examsite.certificate.v1+json",
    Receipt: "application/vnd.examsite.receipt.v1+json",
    Refusal: "application/vnd.examsite.refusal.v1+json",
    UnlockRelease: "application/vnd.examsite.unlock-release.v1+json",
    FetchRequest: "application/vnd.examsite.fetch-request.v1+json",
    Promotion: "application/vnd.examsite.promotion.v1+json",
    LaterServer: "application/vnd.examsite.later-server.v1+json",
    KeyRegister: "application/vnd.examsite.key-register.v1+json",
    ReadinessReport: "application/vnd.examsite.readiness-report.v2+json",
    VersionRule: "application/vnd.examsite.version-rule.v1+json",
    Inventory: "application/vnd.examsite.inventory.v1+json",
    InventoryAnswer: "application/vnd.examsite.inventory-answer.v1+json",
}

PACKAGE_PARTS = ("plan", "photos", "papers")
RELEASE_SIGNATURES = 2  # by two people, each with a key of their own


def to_bytes(model: Struct) -> bytes:
    """Canonical JSON of a model; byte strings become base64."""
    return canonical.encode(msgspec.to_builtins(model))


def from_bytes(data: bytes, kind: type[T]) -> T:
    """The model in canonical JSON; NotCanonical for all that `to_bytes` would not have written."""
    try:
        model = msgspec.convert(canonical.decode(data), kind)
    except msgspec.ValidationError as error:
        raise NotCanonical(reason=f"{kind.__name__}: {error}") from None
    # Members left out because they have a default, and other writings of base64, show here.
    if to_bytes(model) != data:
        raise NotCanonical(reason=f"{kind.__name__}: not as it is written")
    return model


def sign(model: Struct, signer: SigningKey) -> bytes:
    """A signed statement: the DSSE envelope over the model."""
    return dsse.sign(TYPES[type(model)], to_bytes(model), [signer])


def read(envelope: bytes, kind: type[T], trusted: Iterable[VerifyKey]) -> T:
    """The statement in `envelope` if one of the trusted keys signed it, and nobody else."""
    signed = dsse.verify(envelope, TYPES[kind], trusted)
    if set(signed.listed) != signed.key_ids:
        raise SignatureRefused(
            reason=Words(
                "除签发者外还有别的签名", "a statement has its signer's signature and no other"
            )
        )
    return from_bytes(signed.payload, kind)


def peek(envelope: bytes, kind: type[T]) -> T:
    """The statement UNVERIFIED: only to learn whose key to check it with."""
    payload_type, payload, _ = dsse.peek(envelope)
    if payload_type != TYPES[kind]:
        raise dsse.other_type(payload_type)
    return from_bytes(payload, kind)


def read_request(envelope: bytes) -> EnrolmentRequest:
    """An enrolment request, checked against the key that it names itself."""
    key = VerifyKey.from_bytes(peek(envelope, EnrolmentRequest).sign)
    request = read(envelope, EnrolmentRequest, [key])
    SealingKey.from_bytes(request.seal)
    return request


def read_certificate(envelope: bytes, root_fingerprint: str) -> Certificate:
    """A certificate signed by the root whose key id the administrator was told."""
    root = VerifyKey.from_bytes(peek(envelope, Certificate).headquarters.root)
    if root.key_id != root_fingerprint:
        raise CannotOpen(
            reason=Words(
                f"证书出自根密钥 {root.key_id}，与填写的指纹 {root_fingerprint} 不符",
                f"root key is {root.key_id}, not {root_fingerprint}",
            )
        )
    certificate = read(envelope, Certificate, [root])
    theirs = certificate.headquarters
    for verifies in (certificate.sign, *theirs.release, theirs.receipt, theirs.unlock):
        VerifyKey.from_bytes(verifies)
    for seals in (certificate.seal, theirs.seal, theirs.escrow):
        SealingKey.from_bytes(seals)
    return certificate


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
    release: Sequence[SigningKey],
    photos: Photos = NO_PHOTOS,
) -> str:
    """Seal a session for one site: plan and photos to its key, the papers behind two codes.

    With one signer it is a draft (`sealed.countersign`). DocumentAltered: keys but no practice.
    """
    check_keys(plan, papers.forms, papers.keys)
    site = SealingKey.from_bytes(certificate.seal)
    parts = [
        Part("plan", to_bytes(plan), ToRecipients((site,))),
        Part("photos", to_bytes(photos), ToRecipients((site,))),
        Part("papers", to_bytes(papers), ByCodes(site, codes)),
    ]
    identity = package_identity(plan)
    return write_sealed(path, kind="package", identity=identity, parts=parts, signers=release)


def verify_draft(
    path: Path, certificate: Certificate, register: KeyRegister | None = None
) -> SealedDocument:
    """A package to which signatures may still be missing: headquarters', not for a site."""
    release = [VerifyKey.from_bytes(raw) for raw in certificate.headquarters.release]
    if register is not None:
        release = register.verify_keys("release")
    return SealedDocument.verify(path, kind="package", trusted=release)


def verify_package(
    path: Path,
    certificate: Certificate,
    register: KeyRegister | None = None,
    *,
    taken_in: bool = False,
) -> SealedDocument:
    """Every byte of a package for this site checked; nothing opened.

    The release keys are those of the register; before a site has one, of its certificate. A key
    that was revoked later refuses nothing that was `taken_in`: see docs/design/keys.md.
    """
    package = verify_draft(path, certificate, register)
    officers = len(package.signed_by)
    if register is not None and not taken_in:
        register.require("release", package.signed_by)
        officers = register.lines("release", package.signed_by)
    if officers < RELEASE_SIGNATURES:
        raise SecondSignatureMissing(key=min(package.signed_by))
    if len(package.signers) > RELEASE_SIGNATURES:
        # Anybody could add a signature of their own: the same package under another digest.
        raise SignatureRefused(
            reason=Words(
                "除两位发布人外还有别的签名", "it carries two release signatures and no other"
            )
        )
    if package.identity.keys() != {"session", "site"}:
        raise NotCanonical(reason="identity: session and site")
    if package.part_names != PACKAGE_PARTS:
        raise NotCanonical(reason="a package has the parts plan, photos, papers")
    if package.identity["site"] != certificate.site:
        raise ForOtherSite(found=package.identity["site"], expected=certificate.site)
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


def check_head(header: BatchHeader, tree: MerkleTree, key: VerifyKey) -> None:
    """The checkpoint in a batch against the root over all events up to its last.

    As verify_checkpoint; DocumentAltered if it is that of another journal or of other events.
    """
    found = verify_checkpoint(header.checkpoint, f"examsite/{header.site}", key)
    journal = origin(header.site, header.session, header.server_term)
    if found != Checkpoint(journal, tree.size, tree.root()):
        raise DocumentAltered(where="checkpoint")


def read_batch(document: SealedDocument, key: OpeningKey) -> Batch:
    """The events of a verified batch; refused if inside and outside differ."""
    batch = unpack(document.read("events", document.content_key("events", key)))
    if batch_identity(batch.header) != document.identity:
        raise NotCanonical(reason="batch header and sealed identity differ")
    return batch
