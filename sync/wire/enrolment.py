"""Enrolment with nothing secret in the image: bundle, request, answer (docs/specs/enrolment.md)."""

import hashlib
import secrets
from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sync.errors import (
    BundleAltered,
    CannotOpen,
    ForOtherSite,
    KeyRevoked,
    NotCanonical,
    OtherRoot,
    SignatureRefused,
)
from sync.exam.specification import Struct
from sync.wire import documents, dsse
from sync.wire.documents import Certificate, HeadquartersKeys
from sync.wire.fields import Name, Number, Root, VerifyBytes
from sync.wire.keys import SealingKey, SigningKey, VerifyKey
from sync.wire.register import KeyRegister, Role
from sync.wire.site_request import SiteRequest
from sync.wire.trusted import read_register
from sync.words import Words

FORMAT: Literal["examsite-enrolment-bundle-v1"] = "examsite-enrolment-bundle-v1"
_CHECK = b"examsite/v1/bundle"


class Bundle(Struct, frozen=True):
    """What headquarters gives a site for one box: where to ask, whom to believe, and the token.

    The token is the seed of a signing key: who has it signs, and no signature betrays it.
    """

    address: Annotated[str, Meta(pattern=r"^https?://[!-~]+\Z", max_length=200)]
    check: Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
    expires_at: Number
    format: Literal["examsite-enrolment-bundle-v1"]
    name: Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,80}\Z")]
    root: VerifyBytes
    site: Name
    token: Root

    def __repr__(self) -> str:
        return f"<Bundle {self.site}>"

    @property
    def key(self) -> SigningKey:
        """The token as the key that it is."""
        return SigningKey.from_bytes(self.token)

    @property
    def digest(self) -> str:
        """SHA-256 of its bytes."""
        return hashlib.sha256(documents.to_bytes(self)).hexdigest()


class Answer(Struct, frozen=True):
    """A certificate by an enrolment key, and the register that names that key."""

    certificate: bytes
    register: bytes


def new_bundle(root: VerifyKey, *, site: str, name: str, address: str, expires_at: int) -> Bundle:
    """A bundle with a token of 256 random bits; NotCanonical if it could not be read again."""
    plain = Bundle(
        address=address,
        check="0" * 16,
        expires_at=expires_at,
        format=FORMAT,
        name=name,
        root=root.to_bytes(),
        site=site,
        token=secrets.token_bytes(32),
    )
    made = msgspec.structs.replace(plain, check=_check(plain))
    return read_bundle(documents.to_bytes(made))


def read_bundle(data: bytes) -> Bundle:
    """The bundle in a file, or as a scanner typed it with a line end; BundleAltered if damaged."""
    bundle = documents.from_bytes(data.strip(b"\r\n\t "), Bundle)
    _require_check(bundle)
    VerifyKey.from_bytes(bundle.root)
    return bundle


def write_request(bundle: Bundle, sign: SigningKey, seal: SealingKey) -> bytes:
    """The request of a box, the same bytes each time."""
    token = bundle.key
    asked = SiteRequest(
        bundle=bundle.digest,
        root=bundle.root,
        seal=seal.to_bytes(),
        sign=sign.public.to_bytes(),
        site=bundle.site,
        token=token.public.to_bytes(),
    )
    return dsse.sign(documents.TYPES[SiteRequest], documents.to_bytes(asked), [sign, token])


def read_site_request(envelope: bytes) -> tuple[SiteRequest, bytes]:
    """A request signed by the box and by the token that it names, and nobody else; its payload."""
    asked = documents.peek(envelope, SiteRequest)
    keys = [VerifyKey.from_bytes(asked.sign), VerifyKey.from_bytes(asked.token)]
    signed = dsse.verify(envelope, documents.TYPES[SiteRequest], keys, threshold=2)
    if set(signed.listed) != signed.key_ids:
        raise SignatureRefused(reason="it carries the box's and the token's signature, no other")
    SealingKey.from_bytes(asked.seal)
    return asked, signed.payload


def read_answer(data: bytes, root: str) -> Certificate:
    """The certificate in an answer: root → register → enrolment key → certificate.

    KeyRevoked and KeyExpired as of that register; SignatureRefused if it names keys of headquarters
    that the register does not: who steals an enrolment key still cannot lead a box elsewhere.
    """
    answer = documents.from_bytes(data, Answer)
    register = read_register(answer.register, root)
    certificate = documents.read(answer.certificate, Certificate, register.verify_keys("enrolment"))
    signers = dsse.peek(answer.certificate)[2]
    register.require("enrolment", signers, certificate.issued_at)
    require_named(register, certificate.headquarters)
    VerifyKey.from_bytes(certificate.sign)
    SealingKey.from_bytes(certificate.seal)
    return certificate


def read_answer_for(bundle: Bundle, data: bytes) -> Certificate:
    """As read_answer, to the box that came with this bundle; OtherRoot, ForOtherSite."""
    told = documents.peek(documents.from_bytes(data, Answer).register, KeyRegister)
    if told.root != bundle.root:
        raise OtherRoot
    certificate = read_answer(data, VerifyKey.from_bytes(bundle.root).key_id)
    if certificate.site != bundle.site:
        raise ForOtherSite(found=certificate.site, expected=bundle.site)
    return certificate


def read_certificate(data: bytes, root: str) -> Certificate:
    """What a site keeps as its certificate: one by the root, or an answer."""
    try:
        documents.from_bytes(data, Answer)
    except NotCanonical:
        return documents.read_certificate(data, root)
    return read_answer(data, root)


def require_named(register: KeyRegister, keys: HeadquartersKeys) -> None:
    """That every key of headquarters in a certificate is the register's own, and not revoked."""
    if keys.root != register.root:
        raise CannotOpen(reason=Words("根密钥不符", "another root key"))
    claimed: Iterable[tuple[Role, bytes]] = (
        *(("release", key) for key in keys.release),
        ("receipt", keys.receipt),
        ("unlock", keys.unlock),
        ("headquarters", keys.seal),
        ("escrow", keys.escrow),
    )
    named = {(one.role, one.key): one for one in register.keys}
    for role, key in claimed:
        found = named.get((role, key))
        if found is None:
            raise SignatureRefused(
                reason=Words(
                    f"证书中的 {role} 密钥不在密钥登记表中",
                    f"its {role} key is not in the register of keys",
                )
            )
        if found.revoked is not None:
            raise KeyRevoked(key=found.key_id, reason=found.reason)


def _require_check(bundle: Bundle) -> None:
    if bundle.check != _check(bundle):
        raise BundleAltered


def _check(bundle: Bundle) -> str:
    rest = msgspec.structs.replace(bundle, check="0" * 16)
    return hashlib.sha256(_CHECK + documents.to_bytes(rest)).hexdigest()[:16]
