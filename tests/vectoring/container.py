"""Faults of the sealed document that show before it is opened (docs/specs/sealed-document.md)."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

from sync.wire.manifest import context
from sync.wire.stream import CHUNK
from vectoring.cast import BOX, ELSEWHERE, RELEASE, SESSION, SITE, STRANGER, chance
from vectoring.draft import JSON, Body, Draft, Vector, b64, by_codes, plain, to_recipients

FORMAT = "sealed-document"
IDENTITY: JSON = {"session": SESSION, "site": SITE}
BODY = "正文".encode()
KEY = chance("content key of test body")
BOUND = context("test", IDENTITY, "body")
Change = Callable[[Draft], object]
ORDER = 2**252 + 27742317777372353535851937790883648493


def draft(plaintext: bytes = BODY, **more: Any) -> Draft:
    made = Draft("test", dict(IDENTITY), [RELEASE])
    made.seal("body", plaintext, lambda key, bound: to_recipients(key, bound, BOX), **more)
    return made


def locked() -> Draft:
    made = Draft("test", dict(IDENTITY), [RELEASE])
    made.seal("body", BODY, lambda key, bound: by_codes(key, bound, BOX))
    return made


def text(old: str, new: str) -> Callable[[bytes], bytes]:
    """Another writing of some JSON, once."""

    def change(data: bytes) -> bytes:
        assert data.count(old.encode()) >= 1, old
        return data.replace(old.encode(), new.encode("utf-8", "surrogatepass"), 1)

    return change


def flip(place: int) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        at = place % len(data)
        return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]

    return change


def field(*path: str | int, to: Any) -> Callable[[JSON], None]:
    """Set a member deep inside."""

    def change(value: Any) -> None:
        for step in path[:-1]:
            value = value[step]
        value[path[-1]] = to

    return change


def drop(*path: str | int) -> Callable[[JSON], None]:
    def change(value: Any) -> None:
        for step in path[:-1]:
            value = value[step]
        del value[path[-1]]

    return change


def recode(*path: str | int, by: Callable[[str], str]) -> Callable[[JSON], None]:
    """Change the text of a member."""

    def change(value: Any) -> None:
        for step in path[:-1]:
            value = value[step]
        value[path[-1]] = by(value[path[-1]])

    return change


def at(step: str, change: Any, make: Callable[[], Draft] = draft) -> bytes:
    """A document with one thing done wrongly at a step of its making."""
    made = make()
    getattr(made, step).append(change)
    return made.bytes()


def on_body(change: Callable[[Body], object], make: Callable[[], Draft] = draft) -> bytes:
    """What the signer could have written: the body changed, measured and signed anew."""
    made = make()
    change(made.bodies[0])
    return made.bytes()


def trailing_bits(value: str) -> str:
    """The same bytes in base64 with unused bits set."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    bare = value.rstrip("=")
    assert bare != value, "no unused bits"
    return bare[:-1] + letters[letters.index(bare[-1]) + 1] + "=" * (len(value) - len(bare))


def _header() -> Iterator[tuple[str, str, str, bytes]]:
    whole = draft().bytes()
    yield "magic-altered", "s1", "not-a-document", flip(0)(whole)
    yield "magic-in-small-letters", "s1", "not-a-document", b"examseal" + whole[8:]
    yield "version-0", "s2", "unsupported-version", whole[:8] + b"\x00" + whole[9:]
    yield "version-2", "s2", "unsupported-version", whole[:8] + b"\x02" + whole[9:]
    yield "empty-file", "s3", "document-truncated", b""
    yield "cut-in-the-magic", "s3", "document-truncated", whole[:5]
    yield "cut-in-the-length", "s3", "document-truncated", whole[:12]
    yield "envelope-length-0", "s4", "document-altered", whole[:9] + bytes(4) + whole[13:]
    over = (1_048_577).to_bytes(4, "big")
    yield "envelope-length-too-large", "s4", "document-altered", whole[:9] + over + whole[13:]
    yield "cut-in-the-envelope", "s5", "document-truncated", whole[:200]


def _envelope() -> Iterator[tuple[str, str, str, bytes]]:
    def made(name: str, step: str, change: Any, check: str = "s6") -> tuple[str, str, str, bytes]:
        return name, check, "not-canonical", at(step, change)

    yield made("envelope-white-space", "written", text('{"payload"', '{ "payload"'))
    yield made("envelope-line-end", "written", lambda data: data + b"\n")
    yield made("envelope-byte-order-mark", "written", lambda data: b"\xef\xbb\xbf" + data)
    yield made("envelope-escape", "written", text('"payloadType"', '"payload\\u0054ype"'))
    yield made("envelope-not-utf8", "written", lambda d: d.replace(b"manifest.v1", b"manifest\xff"))
    yield made("envelope-member-twice", "written", text('{"payload"', '{"payload":"","payload"'))
    yield made("envelope-unknown-member", "envelope", field("note", to=""))
    yield made("envelope-member-missing", "envelope", drop("payloadType"))
    yield made("envelope-not-an-object", "written", lambda data: b"[" + data + b"]")
    yield made("envelope-number-with-fraction", "written", text('"signatures":[', '"n":1.0,"s":['))
    yield made("envelope-minus-zero", "written", lambda _: b"-0")
    yield made("envelope-65-levels", "written", lambda _: b"[" * 65 + b"]" * 65)
    yield made("signature-in-url-alphabet", "envelope", recode("signatures", 0, "sig", by=_url))
    yield made("payload-unpadded", "envelope", recode("payload", by=lambda v: v.rstrip("=") + "A="))
    yield made("payload-with-line-end", "envelope", recode("payload", by=lambda v: v + "\n"))
    sig = ("signatures", 0, "sig")
    yield made("signature-with-unused-bits", "envelope", recode(*sig, by=trailing_bits))
    yield made("signature-of-63-bytes", "envelope", field(*sig, to=b64(bytes(63))))
    key = ("signatures", 0, "keyid")
    yield made("key-id-in-capitals", "envelope", recode(*key, by=str.upper))
    yield made("key-id-of-15-digits", "envelope", recode(*key, by=lambda v: v[:15]))
    yield made("signature-unknown-member", "envelope", field("signatures", 0, "cert", to=""))
    yield made("signatures-no-list", "envelope", field("signatures", to={}))
    yield made("signature-twice", "envelope", lambda e: e["signatures"].append(e["signatures"][0]))
    two = draft()
    two.signers = [RELEASE, STRANGER]
    two.envelope.append(lambda e: e["signatures"].reverse())
    yield "signatures-out-of-order", "s6", "not-canonical", two.bytes()
    other = draft()
    other.payload_type = "application/vnd.examsite.receipt.v1+json"
    yield "payload-of-another-type", "s7", "not-canonical", other.bytes()


def _url(value: str) -> str:
    """The same bytes in the alphabet for addresses."""
    assert "/" in value or "+" in value
    return value.replace("/", "_").replace("+", "-")


PART, WAY = ("parts", 0), ("parts", 0, "access")
ONE = (*WAY, "recipients", 0)
# What makes a manifest not canonical, by the place of the fault.
MANIFEST_FAULTS: dict[str, dict[str, Callable[[JSON], None]]] = {
    "head": {
        "unknown-member": field("suite", to="x"),
        "member-missing": drop("version"),
        "version-2": field("version", to=2),
        "version-true": field("version", to=True),
        "version-text": field("version", to="1"),
        "kind-empty": field("kind", to=""),
        "kind-number": field("kind", to=1),
        "identity-list": field("identity", to=[]),
        "identity-boolean": field("identity", "site", to=True),
        "identity-null": field("identity", "site", to=None),
        "identity-fraction": field("identity", "n", to=1.5),
        "identity-exponent": field("identity", "n", to=1e300),
        "identity-number-too-large": field("identity", "n", to=2**53),
        "identity-half-a-pair": field("identity", "site", to="\ud800"),
    },
    "parts": {
        "parts-no-list": field("parts", to={}),
        "part-unknown-member": field(*PART, "size", to=1),
        "part-member-missing": drop(*PART, "commitment"),
        "part-name-empty": field(*PART, "name", to=""),
        "part-twice": lambda m: m["parts"].append(m["parts"][0]),
        "length-negative": field(*PART, "length", to=-16),
        "length-15": field(*PART, "length", to=15),
        "length-with-an-empty-last-chunk": field(*PART, "length", to=CHUNK + 32),
        "chunks-0": field(*PART, "chunks", to=0),
        "chunks-2": field(*PART, "chunks", to=2),
        "root-of-31-bytes": field(*PART, "root", to=b64(bytes(31))),
        "root-with-unused-bits": recode(*PART, "root", by=trailing_bits),
        "commitment-of-33-bytes": field(*PART, "commitment", to=b64(bytes(33))),
    },
    "access": {
        "way-unknown": field(*WAY, "way", to="password"),
        "way-missing": drop(*WAY, "way"),
        "access-unknown-member": field(*WAY, "hint", to=""),
        "recipients-none": field(*WAY, "recipients", to=[]),
        "recipient-twice": lambda m: m["parts"][0]["access"]["recipients"].append(
            m["parts"][0]["access"]["recipients"][0]
        ),
        "recipient-unknown-member": field(*ONE, "name", to=""),
        "recipient-key-in-capitals": recode(*ONE, "key", by=str.upper),
        "sealed-key-too-short": field(*ONE, "sealed", to=b64(bytes(1167))),
        "sealed-key-too-long": field(*ONE, "sealed", to=b64(bytes(1169))),
    },
}
CODES_FAULTS: dict[str, Callable[[JSON], None]] = {
    "codes-salt-of-15-bytes": field(*WAY, "salt", to=b64(bytes(15))),
    "codes-share-too-short": field(*WAY, "share", to=b64(bytes(1167))),
    "codes-wrapped-of-47-bytes": field(*WAY, "wrapped", to=b64(bytes(47))),
    "codes-unknown-member": field(*WAY, "iterations", to=1),
}


def _manifest() -> Iterator[tuple[str, str, str, bytes]]:
    for faults in MANIFEST_FAULTS.values():
        for name, wrongly in faults.items():
            yield f"manifest-{name}", "s8", "not-canonical", at("manifest", wrongly)
    yield "manifest-white-space", "s8", "not-canonical", at("payload", lambda data: data + b" ")
    swapped = text('{"identity"', '{"version":1,"identity"')
    order = at("payload", lambda data: swapped(data).replace(b',"version":1}', b"}"))
    yield "manifest-members-out-of-order", "s8", "not-canonical", order
    for name, wrongly in CODES_FAULTS.items():
        yield f"manifest-{name}", "s8", "not-canonical", at("manifest", wrongly, locked)
    two = Draft("test", dict(IDENTITY), [RELEASE])
    two.seal("body", BODY, lambda key, bound: to_recipients(key, bound, BOX, ELSEWHERE))
    two.manifest.append(lambda m: m["parts"][0]["access"]["recipients"].reverse())
    yield "manifest-recipients-out-of-order", "s8", "not-canonical", two.bytes()


def _signatures() -> Iterator[tuple[str, str, str, bytes]]:
    def refused(name: str, data: bytes) -> tuple[str, str, str, bytes]:
        return name, "s9", "signature-refused", data

    def of(*signers: Any) -> bytes:
        made = draft()
        made.signers = list(signers)
        return made.bytes()

    sig = ("signatures", 0, "sig")
    yield refused("signature-none", of())
    yield refused("signature-of-a-stranger", of(STRANGER))
    yield refused("signature-bit", at("envelope", recode(*sig, by=_bit)))
    yield refused("signature-with-s-plus-order", at("envelope", recode(*sig, by=_malleable)))
    yield refused(
        "signature-without-pre-authentication",
        at("covered", lambda data: data.split(b" ", 4)[4]),
    )
    other = "application/vnd.examsite.receipt.v1+json"
    yield refused(
        "signature-for-another-purpose",
        at("covered", lambda d: d.replace(b"41 application/vnd.examsite.manifest.v1+json",
                                          b"40 " + other.encode())),
    )  # fmt: skip
    yield refused("manifest-altered-after-signing", at("envelope", recode("payload", by=_renamed)))
    stolen = draft()
    stolen.signers = [STRANGER]
    stolen.envelope.append(field("signatures", 0, "keyid", to=RELEASE.public.key_id))
    yield refused("signature-under-another-key-id", stolen.bytes())
    yield "kind-other", "s10", "wrong-kind", _other_kind()


def _other_kind() -> bytes:
    made = Draft("batch", dict(IDENTITY), [RELEASE])
    made.seal("body", BODY, lambda key, bound: to_recipients(key, bound, BOX))
    return made.bytes()


def _bit(value: str) -> str:
    return b64(flip(70 % 64)(base64.b64decode(value)))


def _malleable(value: str) -> str:
    raw = base64.b64decode(value)
    s = int.from_bytes(raw[32:], "little") + ORDER
    return b64(raw[:32] + s.to_bytes(32, "little"))


def _renamed(value: str) -> str:
    manifest = json.loads(base64.b64decode(value))
    manifest["identity"]["site"] = "site-02"
    return b64(plain(manifest))


def _bodies() -> Iterator[tuple[str, str, str, bytes]]:
    whole, long = draft().bytes(), draft(bytes(CHUNK + 1))
    yield "body-cut-by-a-byte", "s11", "document-truncated", whole[:-1]
    yield "body-missing", "s11", "document-truncated", whole[: -len(draft().bodies[0].chunks[0])]
    yield "last-chunk-missing", "s11", "document-truncated", long.bytes()[:-17]
    yield "byte-after-the-end", "s11", "document-altered", whole + b"\0"
    yield "body-bit", "s12", "document-altered", flip(-20)(whole)
    yield "tag-bit", "s12", "document-altered", flip(-1)(whole)
    two = draft(b"one")
    two.seal("next", b"two", lambda key, bound: to_recipients(key, bound, BOX))
    two.file.append(lambda d: d[:-38] + d[-19:] + d[-38:-19])
    yield "bodies-of-two-parts-exchanged", "s12", "document-altered", two.bytes()


def vectors() -> Iterator[Vector]:
    yield Vector(FORMAT, "good", draft().bytes())
    yield Vector(FORMAT, "good-two-chunks", draft(bytes(CHUNK + 1)).bytes())
    yield Vector(FORMAT, "good-empty-body", draft(b"").bytes())
    both = draft()
    both.signers = [RELEASE, STRANGER]
    yield Vector(FORMAT, "good-with-a-strangers-signature", both.bytes())
    for group in (_header, _envelope, _manifest, _signatures, _bodies):
        for name, check, code, data in group():
            yield Vector(FORMAT, name, data, check, code)
    few = {"threshold": 2, "trusted": ["release", "other"]}
    yield Vector(FORMAT, "signatures-too-few", draft().bytes(), "s9", "signature-refused", few)
    both.envelope.append(
        lambda e: [s.update(sig=_bit(s["sig"])) for s in e["signatures"]
                   if s["keyid"] == STRANGER.public.key_id]
    )  # fmt: skip
    one = {"threshold": 1, "trusted": ["release", "other"]}
    name = "signature-wrong-beside-a-right-one"
    yield Vector(FORMAT, name, both.bytes(), "s9", "signature-refused", one)
