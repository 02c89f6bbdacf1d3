"""Faults of signed statements, checkpoints and unlock codes."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

from sync.exam.journal import root
from sync.wire import documents
from sync.wire.checkpoint import sign_note
from sync.wire.documents import (
    FetchRequest,
    LaterServer,
    Promotion,
    Receipt,
    Refusal,
    UnlockRelease,
)
from sync.wire.keys import OpeningKey, SigningKey, VerifyKey
from sync.wire.version_rule import VersionRule
from vectoring import readiness
from vectoring.cast import (
    AT,
    BOX,
    CERTIFICATE,
    CHECKPOINT,
    CODES,
    ELSEWHERE,
    EVENTS,
    ORIGIN,
    RECEIPT,
    REGISTER,
    RELEASE,
    REQUEST,
    ROOT,
    SESSION,
    SIGN,
    SIGNER,
    SITE,
    STRANGER,
    UNLOCK,
    chance,
)
from vectoring.container import _bit, _malleable, drop, field, recode, trailing_bits
from vectoring.contents import Wrong, model
from vectoring.draft import JSON, KEPT, Draft, Vector, b64

# Points of order 1, 2, 4 and 8, and a y that is not below the field's order.
WEAK = {
    "order-1": (1).to_bytes(32, "little"),
    "order-2": (2**255 - 20).to_bytes(32, "little"),
    "order-4": bytes(32),
    "order-8": bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    "order-8-with-the-other-sign": bytes.fromhex(
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"
    ),
    "not-reduced": (2**255 - 19 + 3).to_bytes(32, "little"),
}
# The digest of the package whose codes are released.
PACKAGE = "cd" * 32
SECRETS = b"".join(code.secret for code in CODES)


def _released(plaintext: bytes = SECRETS, key: OpeningKey = BOX, package: str = PACKAGE) -> bytes:
    return KEPT.seal(key.public, plaintext, b"examsite/v1/release" + package.encode())


GOOD: dict[str, tuple[Any, SigningKey]] = {
    "receipt": (Receipt("ab" * 32, 4096, SITE, SESSION, 1, 0, "received", AT), RECEIPT),
    "refusal": (Refusal("ab" * 32, 4096, "conflicting-batch", "冲突", "conflict", AT), RECEIPT),
    "unlock-release": (UnlockRelease(SITE, SESSION, PACKAGE, _released(), AT), UNLOCK),
    "enrolment-request": (REQUEST, SIGN),
    "certificate": (CERTIFICATE, ROOT),
    "fetch-request": (FetchRequest(SITE, "GET", "/api/v1/packages", AT), SIGN),
    "promotion": (
        Promotion(SITE, 2, AT, "主监考", "第二人", "断电", "", {SESSION: (4, root(EVENTS))}),
        SIGN,
    ),
    "key-register": (REGISTER, ROOT),
    "later-server": (LaterServer(SITE, 2, AT), RECEIPT),
    "version-rule": (VersionRule(3, "1.2.0", "修复保存", AT), RECEIPT),
    "readiness-report": (readiness.READY, SIGN),
}


def statement(name: str, *wrongly: Wrong, signer: SigningKey | None = None) -> Draft:
    """A signed statement; its payload is made from the model."""
    value, usual = GOOD[name]
    made = Draft(name, {}, [signer or usual], payload_type=documents.TYPES[type(value)])
    made.payload.append(lambda _: model(value, *wrongly))
    return made


def envelope(made: Draft) -> bytes:
    data = b""
    for change in made.payload:
        data = change(data)
    signed = made.signed(data)
    for change in made.written:
        signed = change(signed)
    return signed


def statements() -> Iterator[Vector]:
    for name in GOOD:
        yield Vector(name, "good", envelope(statement(name)))
        yield from _common(name)
    for format_, name, check, code, wrongly in _fields():
        data = envelope(statement(format_, wrongly))
        yield Vector(format_, name, data, check, code)
    yield from _keys()
    fields = {"digest": "cd" * 32, "size": 4095, "site": "site-02"}
    for member, value in fields.items():
        data = envelope(statement("receipt", field(member, to=value)))
        name = f"of-another-{member}"
        yield Vector("receipt", name, data, "r1", "receipt-mismatch")
    for member in ("digest", "size"):
        data = envelope(statement("refusal", field(member, to=fields[member])))
        yield Vector("refusal", f"of-another-{member}", data, "r2", "receipt-mismatch")
    yield from _releases()


def _releases() -> Iterator[Vector]:
    for member, value in {"site": "site-02", "session": "pm", "package": "ab" * 32}.items():
        data = envelope(statement("unlock-release", field(member, to=value)))
        yield Vector("unlock-release", f"of-another-{member}", data, "o1", "for-other-package")
    for name, sealed, check, code in (
        ("sealed-elsewhere", _released(key=ELSEWHERE), "o2", "cannot-open"),
        ("sealed-for-another-package", _released(package="ab" * 32), "o2", "cannot-open"),
        ("codes-with-letter-u", _released(b"U" + SECRETS[1:]), "o3", "malformed-code"),
        ("codes-in-small-letters", _released(SECRETS.lower()), "o3", "malformed-code"),
    ):
        data = envelope(statement("unlock-release", field("sealed", to=b64(sealed))))
        yield Vector("unlock-release", name, data, check, code)


def _common(name: str) -> Iterator[Vector]:
    def wrong(fault: str, step: str, change: Any, check: str, code: str) -> Vector:
        made = statement(name)
        getattr(made, step).append(change)
        return Vector(name, fault, envelope(made), check, code)

    sig = ("signatures", 0, "sig")
    shape = "not-canonical"
    yield wrong("white-space", "written", lambda d: d + b"\n", "t1", shape)
    yield wrong("unknown-member", "envelope", field("key", to=""), "t1", shape)
    yield wrong("signature-unused-bits", "envelope", recode(*sig, by=trailing_bits), "t1", shape)
    other = statement(name)
    other.payload_type = "application/vnd.examsite.manifest.v1+json"
    yield Vector(name, "of-another-type", envelope(other), "t2", shape)
    spaced = wrong("fields-white-space", "payload", lambda d: b" " + d, "t3", shape)
    yield spaced
    yield wrong("signature-bit", "envelope", recode(*sig, by=_bit), "t5", "signature-refused")
    yield wrong(
        "signature-s-plus-order", "envelope", recode(*sig, by=_malleable), "t5", "signature-refused"
    )
    yield wrong("signature-none", "envelope", field("signatures", to=[]), "t5", "signature-refused")
    forged = envelope(statement(name, signer=STRANGER))
    yield Vector(name, "signed-by-a-stranger", forged, "t5", "signature-refused")
    two = statement(name)
    two.signers.append(STRANGER)
    yield Vector(name, "signature-of-a-stranger-too", envelope(two), "t5", "signature-refused")


def _release(made: JSON, places: list[int]) -> None:
    keys = made["headquarters"]["release"]
    made["headquarters"]["release"] = [keys[place] for place in places]


# Fields that nobody may sign: format, name of the fault, the fault.
FIELD_FAULTS: list[tuple[str, str, Wrong]] = [
    ("receipt", "fields-unknown-member", field("note", to="")),
    ("receipt", "fields-member-missing", drop("at")),
    ("receipt", "level-unknown", field("level", to="scored")),
    ("receipt", "digest-in-capitals", field("digest", to="AB" * 32)),
    ("receipt", "digest-of-63-digits", field("digest", to="a" * 63)),
    ("receipt", "size-negative", field("size", to=-1)),
    ("receipt", "term-0", field("server_term", to=0)),
    ("receipt", "sequence-true", field("sequence", to=True)),
    ("receipt", "time-fraction", field("at", to=1.5)),
    ("receipt", "session-with-slash", field("session", to="am/1121")),
    ("refusal", "code-empty", field("code", to="")),
    ("refusal", "reason-missing", drop("reason_zh")),
    ("refusal", "fields-unknown-member", field("site", to=SITE)),
    ("unlock-release", "sealed-of-1167-bytes", field("sealed", to=b64(bytes(1167)))),
    ("unlock-release", "fields-member-missing", drop("at")),
    ("enrolment-request", "sign-of-31-bytes", field("sign", to=b64(bytes(31)))),
    ("enrolment-request", "seal-of-1215-bytes", field("seal", to=b64(bytes(1215)))),
    ("enrolment-request", "sign-unused-bits", recode("sign", by=trailing_bits)),
    ("enrolment-request", "with-a-name", field("name", to="site")),
    ("certificate", "serial-0", field("serial", to=0)),
    ("certificate", "site-in-capitals", field("site", to="SITE-01")),
    ("certificate", "headquarters-key-missing", drop("headquarters", "escrow")),
    ("certificate", "unlock-key-missing", drop("headquarters", "unlock")),
    ("certificate", "headquarters-key-unknown", field("headquarters", "marking", to="")),
    (
        "certificate",
        "release-of-31-bytes",
        field("headquarters", "release", 0, to=b64(bytes(31))),
    ),
    ("certificate", "release-key-twice", lambda c: _release(c, [0, 0, 1])),
    ("certificate", "release-keys-out-of-order", lambda c: _release(c, [1, 0])),
    ("certificate", "release-key-alone", lambda c: _release(c, [0])),
    ("fetch-request", "path-empty", field("path", to="")),
    ("fetch-request", "method-number", field("method", to=1)),
    ("fetch-request", "with-a-body", field("body", to="")),
    ("promotion", "term-0", field("server_term", to=0)),
    ("promotion", "root-of-31-bytes", field("sessions", SESSION, 1, to=b64(bytes(31)))),
    ("promotion", "session-without-root", field("sessions", SESSION, to=[4])),
    ("promotion", "session-with-slash", field("sessions", "am/1", to=[0, b64(bytes(32))])),
    ("promotion", "size-negative", field("sessions", SESSION, 0, to=-1)),
    ("promotion", "second-missing", drop("second")),
    *(("readiness-report", *fault) for fault in readiness.FAULTS),
    ("later-server", "term-text", field("server_term", to="2")),
    ("later-server", "site-empty", field("site", to="")),
    ("later-server", "fields-unknown-member", field("sessions", to={})),
    ("version-rule", "serial-0", field("serial", to=0)),
    ("version-rule", "oldest-of-one-number", field("oldest", to="1")),
    ("version-rule", "oldest-with-letters", field("oldest", to="1.2rc1")),
    ("version-rule", "oldest-with-line-end", field("oldest", to="1.2\n")),
    ("version-rule", "reason-empty", field("reason", to="")),
    ("version-rule", "reason-of-201-characters", field("reason", to="㛃" * 201)),
    ("version-rule", "time-missing", drop("at")),
    ("version-rule", "fields-unknown-member", field("site", to=SITE)),
]


def _fields() -> Iterator[tuple[str, str, str, str, Wrong]]:
    for format_, name, wrongly in FIELD_FAULTS:
        yield format_, name, "t3", "not-canonical", wrongly


def _keys() -> Iterator[Vector]:
    """Keys that are no keys, signed as well as such a key can sign."""
    for name, point in WEAK.items():
        made = statement("enrolment-request", field("sign", to=b64(point)))
        made.envelope.append(_forged(point))
        data = envelope(made)
        yield Vector("enrolment-request", f"sign-of-{name}", data, "t4", "not-a-document")
        among = sorted((point, RELEASE.public.to_bytes()))
        data = envelope(
            statement("certificate", field("headquarters", "release", to=[b64(k) for k in among]))
        )
        yield Vector("certificate", f"release-of-{name}", data, "t6", "not-a-document")
        made = statement("certificate", field("headquarters", "root", to=b64(point)))
        made.envelope.append(_forged(point))
        data = envelope(made)
        yield Vector("certificate", f"root-of-{name}", data, "t4", "not-a-document")
    data = envelope(statement("certificate", field("headquarters", "unlock", to=b64(bytes(32)))))
    yield Vector("certificate", "unlock-of-order-4", data, "t6", "not-a-document")
    low = BOX.public.to_bytes()[:1184] + bytes(32)
    full = b"\xff" * 1184 + BOX.public.to_bytes()[1184:]
    for name, key in (("x25519-of-low-order", low), ("ml-kem-out-of-range", full)):
        for format_, path in (
            ("enrolment-request", ("seal",)),
            ("certificate", ("seal",)),
            ("certificate", ("headquarters", "escrow")),
        ):
            data = envelope(statement(format_, field(*path, to=b64(key))))
            vector = Vector(format_, f"{path[-1]}-{name}", data, "t6", "not-a-document")
            yield vector
    own = field("headquarters", "root", to=b64(STRANGER.public.to_bytes()))
    data = envelope(statement("certificate", own, signer=STRANGER))
    yield Vector("certificate", "of-another-root", data, "c1", "cannot-open")


def _forged(point: bytes) -> Callable[[JSON], None]:
    """To the neutral point every message has the signature R = B, S = 1."""
    base = bytes.fromhex("58" + "66" * 31)
    key_id = VerifyKey(point).key_id

    def change(made: JSON) -> None:
        made["signatures"] = [{"keyid": key_id, "sig": b64(base + (1).to_bytes(32, "little"))}]

    return change


BODY, SIGNATURE = CHECKPOINT.split("\n\n")
WITNESS = sign_note(BODY + "\n", STRANGER, "witness/1")


def note(name: str, made: str, check: str | None = None, code: str | None = None) -> Vector:
    return Vector("checkpoint", name, made.encode("utf-8", "surrogatepass"), check, code)


def signed(changed: str, by: SigningKey = SIGN, name: str = SIGNER) -> str:
    return f"{changed}\n{sign_note(changed, by, name)}"


def checkpoints() -> Iterator[Vector]:
    yield note("good", CHECKPOINT)
    yield note("good-with-an-extension", signed(BODY + "\nmore\n"))
    yield note("good-with-another-signature", CHECKPOINT + WITNESS)
    yield from _notes_out_of_form()
    yield from _heads_out_of_form()
    yield from _notes_not_signed()


def _notes_out_of_form() -> Iterator[Vector]:
    key_line = SIGNATURE.rstrip("\n")
    for name, made in {
        "no-blank-line": CHECKPOINT.replace("\n\n", "\n"),
        "no-signature": BODY + "\n\n",
        "no-line-end": CHECKPOINT[:-1],
        "carriage-return": CHECKPOINT.replace("\n", "\r\n"),
        "tab-in-the-text": signed(BODY.replace("site-01", "site\t01") + "\n"),
        "hyphen-for-the-dash": CHECKPOINT.replace("— ", "- "),
        "signature-unpadded": CHECKPOINT.replace("=\n", "\n") if key_line.endswith("=")
        else CHECKPOINT.replace(key_line, key_line + "="),
        "signature-of-4-bytes": f"{BODY}\n\n— {SIGNER} {b64(bytes(4))}\n",
        "signature-name-with-plus": f"{BODY}\n\n— a+b {b64(bytes(68))}\n",
        "65-signatures": CHECKPOINT + WITNESS * 64,
    }.items():  # fmt: skip
        yield note(name, made, "k1", "not-a-document")


def _heads_out_of_form() -> Iterator[Vector]:
    lines = BODY.split("\n")
    for name, first in {
        "size-with-zero-in-front": [lines[0], "04", lines[2]],
        "size-with-sign": [lines[0], "+4", lines[2]],
        "size-of-20-digits": [lines[0], "1" * 20, lines[2]],
        "size-in-other-digits": [lines[0], "４", lines[2]],
        "root-of-31-bytes": [lines[0], "4", b64(chance("r", 31))],
        "root-in-url-alphabet": [lines[0], "4", "-" + lines[2][1:]],
        "root-with-unused-bits": [lines[0], "4", trailing_bits(lines[2])],
        "root-missing": [lines[0], "4"],
        "origin-empty": ["", "4", lines[2]],
        "extension-empty": [*lines, "", "more"],
    }.items():
        yield note(name, signed("\n".join(first) + "\n"), "k2", "not-a-document")


def _notes_not_signed() -> Iterator[Vector]:
    refused = "signature-refused"
    yield note("by-a-stranger", signed(BODY + "\n", STRANGER), "k3", refused)
    yield note("under-another-name", signed(BODY + "\n", SIGN, "examsite/site-02"), "k3", refused)
    yield note("size-altered", CHECKPOINT.replace("\n4\n", "\n5\n"), "k4", refused)
    yield note("journal-altered", CHECKPOINT.replace("/1\n", "/2\n", 1), "k4", refused)
    yield note("extension-added", CHECKPOINT.replace("\n\n", "\nmore\n\n"), "k4", refused)
    again = sign_note(ORIGIN + "\n", SIGN, SIGNER)
    yield note("own-signature-over-something-else-too", CHECKPOINT + again, "k4", refused)
    short = SIGNATURE.split(" ")
    cut = b64(base64.b64decode(short[2])[:67])
    yield note("signature-of-63-bytes", f"{BODY}\n\n{short[0]} {short[1]} {cut}\n", "k4", refused)


def codes() -> Iterator[Vector]:
    first, second = (code.spoken for code in CODES)

    def heard(
        name: str, said: str, check: str | None = None, code: str | None = None, official: int = 1
    ) -> Vector:
        return Vector("unlock-code", name, said.encode(), check, code, {"official": official})

    yield heard("good", first)
    yield heard("good-of-official-2", second, official=2)
    yield heard("good-in-small-letters", first.lower())
    yield heard("good-full-width", first.translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)}))
    yield heard("good-with-other-dashes", first.replace("-", " — "))
    yield heard("good-o-for-0-and-l-for-1", second.replace("0", "O").replace("1", "l"), official=2)
    malformed = "malformed-code"
    yield heard("empty", "", "u1", malformed)
    yield heard("too-short", first[:-1], "u1", malformed)
    yield heard("too-long", first + "0", "u1", malformed)
    yield heard("letter-u", "U" + first[1:], "u1", malformed)
    yield heard("underscore", first.replace("-", "_"), "u1", malformed)
    misheard = "misheard-group"
    yield heard("letter-changed", "8" + first[1:], "u2", misheard)
    yield heard("check-changed", first[:4] + _next(first[4]) + first[5:], "u2", misheard)
    yield heard("neighbours-exchanged", first[1] + first[0] + first[2:], "u2", misheard)
    groups = first.split("-")
    turned = "-".join([groups[1], groups[0], *groups[2:]])
    yield heard("groups-exchanged", turned, "u2", misheard)
    yield heard("of-the-other-official", second, "u3", "other-officials-code")
    yield heard("of-official-1", first, "u3", "other-officials-code", official=2)


def _next(letter: str) -> str:
    return "0" if letter != "0" else "1"
