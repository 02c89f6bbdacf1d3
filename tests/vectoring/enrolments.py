"""Faults of enrolment: the bundle, a box's request, headquarters' answer."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from sync.wire import documents
from sync.wire.documents import Certificate
from sync.wire.enrolment import FORMAT, Answer, Bundle
from sync.wire.keys import SigningKey
from sync.wire.register import KeyRegister
from sync.wire.site_request import SiteRequest
from vectoring.cast import (
    AT,
    BOX,
    HEADQUARTERS,
    REGISTER,
    RELEASE,
    ROOT,
    SECOND,
    SIGN,
    SITE,
    STRANGER,
    THIRD,
    _entry,
    chance,
)
from vectoring.container import _bit, drop, field, recode
from vectoring.contents import Wrong, model
from vectoring.draft import JSON, Draft, Vector, b64, plain
from vectoring.statements import WEAK, _forged, envelope

ENROL, OLD, LOST, TOKEN = (
    SigningKey.from_bytes(chance(n)) for n in ("enrol", "enrol-0", "enrol-lost", "token")
)
BLANK = "0" * 16


def _checked(made: JSON) -> bytes:
    """As it is written, with the check that fits."""
    rest = plain(made | {"check": BLANK})
    check = hashlib.sha256(b"examsite/v1/bundle" + rest).hexdigest()[:16]
    return plain(made | {"check": check})


def _members() -> JSON:
    return {
        "address": "https://hq.example",
        "check": BLANK,
        "expires_at": AT,
        "format": FORMAT,
        "name": "示例考点",
        "root": b64(ROOT.public.to_bytes()),
        "site": SITE,
        "token": b64(TOKEN.to_bytes()),
    }


GOOD = _checked(_members())
BUNDLE = documents.from_bytes(GOOD, Bundle)
REQUEST = SiteRequest(
    bundle=hashlib.sha256(GOOD).hexdigest(),
    root=ROOT.public.to_bytes(),
    seal=BOX.public.to_bytes(),
    sign=SIGN.public.to_bytes(),
    site=SITE,
    token=TOKEN.public.to_bytes(),
)
_KEYS = (
    _entry("enrolment", ENROL),
    _entry("enrolment", OLD, until=AT - 1000),
    _entry("enrolment", LOST, revoked=AT - 1000),
)
KNOWN = msgspec.structs.replace(
    REGISTER, keys=tuple(sorted((*REGISTER.keys, *_KEYS), key=lambda one: (one.role, one.key)))
)
RELEASES = tuple(sorted(key.public.to_bytes() for key in (RELEASE, SECOND)))
CERTIFICATE = Certificate(
    SITE,
    "示例考点",
    2,
    REQUEST.sign,
    REQUEST.seal,
    msgspec.structs.replace(HEADQUARTERS, release=RELEASES),
    AT,
)


def enrolments() -> Iterator[Vector]:
    yield from _bundles()
    yield from _requests()
    yield from _answers()


def _bundles() -> Iterator[Vector]:
    def made(name: str, *wrongly: Wrong) -> Vector:
        members = _members()
        for change in wrongly:
            change(members)
        return Vector("enrolment-bundle", name, _checked(members), "e1", "not-canonical")

    yield Vector("enrolment-bundle", "good", GOOD)
    yield Vector("enrolment-bundle", "good-as-a-scanner-types-it", GOOD + b"\r\n")
    yield made("member-missing", drop("expires_at"))
    yield made("member-unknown", field("note", to=""))
    yield made("format-2", field("format", to=FORMAT[:-1] + "2"))
    yield made("site-in-capitals", field("site", to="SITE-01"))
    yield made("name-empty", field("name", to=""))
    yield made("name-of-81-characters", field("name", to="考" * 81))
    yield made("name-with-an-escape", field("name", to="a\x1b[2J"))
    yield made("address-without-a-scheme", field("address", to="hq.example"))
    yield made("address-with-a-blank", field("address", to="https://hq example"))
    yield made("address-of-201-characters", field("address", to="https://" + "h" * 193))
    yield made("token-of-31-bytes", field("token", to=b64(bytes(31))))
    yield made("expiry-text", field("expires_at", to="2026"))
    shape = ("e1", "not-canonical")
    yield Vector("enrolment-bundle", "white-space", GOOD.replace(b",", b", ", 1), *shape)
    yield Vector("enrolment-bundle", "check-in-capitals", _with_check("ABCDEF0123456789"), *shape)
    damaged = ("e2", "bundle-altered")
    yield Vector("enrolment-bundle", "check-of-another", _with_check("0123456789abcdef"), *damaged)
    other = GOOD.replace(b"hq.example", b"hq.exampel")
    yield Vector("enrolment-bundle", "address-altered", other, *damaged)
    for name, point in WEAK.items():
        weak = _checked(_members() | {"root": b64(point)})
        yield Vector("enrolment-bundle", f"root-of-{name}", weak, "e3", "not-a-document")


def _with_check(check: str) -> bytes:
    return plain(_members() | {"check": check})


def _request(*wrongly: Wrong, signers: tuple[SigningKey, ...] = (SIGN, TOKEN)) -> Draft:
    type_ = documents.TYPES[SiteRequest]
    made = Draft("site-request", {}, list(signers), payload_type=type_)
    made.payload.append(lambda _: model(REQUEST, *wrongly))
    return made


def _requests() -> Iterator[Vector]:
    def vector(name: str, made: Draft, check: str, code: str) -> Vector:
        return Vector("site-request", name, envelope(made), check, code)

    yield Vector("site-request", "good", envelope(_request()))
    yield from _requests_out_of_form(vector)
    refused = ("t5", "signature-refused")
    yield vector("without-the-token", _request(signers=(SIGN,)), *refused)
    yield vector("without-the-box", _request(signers=(TOKEN,)), *refused)
    yield vector("by-another-token", _request(signers=(SIGN, STRANGER)), *refused)
    yield vector("signature-of-a-stranger-too", _request(signers=(SIGN, TOKEN, STRANGER)), *refused)
    bent = _request()
    bent.envelope.append(recode("signatures", 0, "sig", by=_bit))
    yield vector("signature-bit", bent, *refused)
    for member in ("sign", "token"):
        weak = _request(field(member, to=b64(WEAK["order-1"])))
        weak.envelope.append(_forged(WEAK["order-1"]))
        yield vector(f"{member}-of-order-1", weak, "t4", "not-a-document")
    low = b64(BOX.public.to_bytes()[:1184] + bytes(32))
    yield vector(
        "seal-x25519-of-low-order", _request(field("seal", to=low)), "t6", "not-a-document"
    )


def _requests_out_of_form(vector: Callable[..., Vector]) -> Iterator[Vector]:
    shape = "not-canonical"
    spaced = _request()
    spaced.written.append(lambda data: data + b"\n")
    yield vector("white-space", spaced, "t1", shape)
    typed = _request()
    typed.payload_type = "application/vnd.examsite.enrolment-request.v1+json"
    yield vector("of-another-type", typed, "t2", shape)
    for name, wrongly in {
        "fields-unknown-member": field("at", to=AT),
        "fields-member-missing": drop("bundle"),
        "bundle-in-capitals": field("bundle", to="AB" * 32),
        "site-with-slash": field("site", to="site/01"),
        "seal-of-1215-bytes": field("seal", to=b64(bytes(1215))),
        "token-of-33-bytes": field("token", to=b64(bytes(33))),
    }.items():
        yield vector(name, _request(wrongly), "t3", shape)


def _certificate(*wrongly: Wrong, signer: SigningKey = ENROL) -> bytes:
    made = Draft("certificate", {}, [signer], payload_type=documents.TYPES[Certificate])
    made.payload.append(lambda _: model(CERTIFICATE, *wrongly))
    return envelope(made)


def _answer(certificate: bytes, register: KeyRegister = KNOWN, root: SigningKey = ROOT) -> bytes:
    return documents.to_bytes(Answer(certificate, documents.sign(register, root)))


def _answers() -> Iterator[Vector]:
    def by(name: str, data: bytes, check: str | None = None, code: str | None = None) -> Vector:
        return Vector("enrolment-answer", name, data, check, code)

    good = _answer(_certificate())
    yield by("good", good)
    before = field("issued_at", to=AT - 1001)
    yield by("good-by-a-key-before-its-end", _answer(_certificate(before, signer=OLD)))
    shape = ("e4", "not-canonical")
    yield by("white-space", good + b"\n", *shape)
    yield by("member-unknown", plain(msgspec.json.decode(good) | {"note": ""}), *shape)
    yield by("register-missing", plain({"certificate": b64(_certificate())}), *shape)
    theirs = msgspec.structs.replace(KNOWN, root=STRANGER.public.to_bytes())
    yield by("of-another-root", _answer(_certificate(), theirs, STRANGER), "e5", "other-root")
    yield from _answers_not_signed(by)
    yield from _answers_of_other_keys(by)
    elsewhere = _answer(_certificate(field("site", to="site-02")))
    yield by("for-another-site", elsewhere, "e8", "for-other-site")


def _answers_not_signed(by: Callable[..., Vector]) -> Iterator[Vector]:
    refused = ("t5", "signature-refused")
    yield by("register-by-a-stranger", _answer(_certificate(), root=STRANGER), *refused)
    for name, key in {"the-root": ROOT, "a-stranger": STRANGER, "a-release-key": RELEASE}.items():
        yield by(f"certificate-by-{name}", _answer(_certificate(signer=key)), *refused)
    yield by("by-a-revoked-key", _answer(_certificate(signer=LOST)), "g1", "key-revoked")
    at_end = field("issued_at", to=AT - 1000)
    yield by(
        "by-a-key-after-its-end", _answer(_certificate(at_end, signer=OLD)), "g2", "key-expired"
    )
    zero = _answer(_certificate(field("serial", to=0)))
    yield by("certificate-serial-0", zero, "t3", "not-canonical")


def _answers_of_other_keys(by: Callable[..., Vector]) -> Iterator[Vector]:
    def keys(name: str, value: Any) -> bytes:
        return _answer(_certificate(field("headquarters", name, to=value)))

    stranger = STRANGER.public.to_bytes()
    yield by("headquarters-of-another-root", keys("root", b64(stranger)), "e6", "cannot-open")
    unknown = ("e7", "signature-refused")
    yield by("seal-not-in-the-register", keys("seal", b64(BOX.public.to_bytes())), *unknown)
    yield by(
        "unlock-that-is-a-receipt-key",
        keys("unlock", b64(CERTIFICATE.headquarters.receipt)),
        *unknown,
    )
    yield by("receipt-that-is-a-release-key", keys("receipt", b64(RELEASES[0])), *unknown)
    revoked = sorted((RELEASES[0], THIRD.public.to_bytes()))
    listed = keys("release", [b64(key) for key in revoked])
    yield by("release-key-that-is-revoked", listed, "g1", "key-revoked")
    weak = _answer(_certificate(field("sign", to=b64(WEAK["order-4"]))))
    yield by("sign-of-order-4", weak, "t6", "not-a-document")
    low = b64(BOX.public.to_bytes()[:1184] + bytes(32))
    poor = _answer(_certificate(field("seal", to=low)))
    yield by("seal-x25519-of-low-order", poor, "t6", "not-a-document")
