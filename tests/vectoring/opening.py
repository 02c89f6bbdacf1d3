"""Faults of the sealed document that only who opens it can notice."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from sync.wire import lock
from sync.wire.manifest import context
from sync.wire.stream import CHUNK
from vectoring.cast import BOX, ELSEWHERE, OTHER_CODES, RELEASE, chance
from vectoring.container import (
    BODY,
    BOUND,
    FORMAT,
    IDENTITY,
    KEY,
    ONE,
    at,
    draft,
    field,
    flip,
    locked,
    on_body,
    recode,
)
from vectoring.draft import JSON, KEPT, Body, Draft, Vector, b64, to_recipients

CODES_GIVEN = {"way": "codes"}
# Where a manifest bears the key that is sealed to its one recipient.
SEALED = (*ONE, "sealed")


def vectors() -> Iterator[Vector]:
    yield Vector(FORMAT, "good-by-codes", locked().bytes(), given=CODES_GIVEN)
    mine = X25519PrivateKey.from_private_bytes(chance("ephemeral"))
    theirs = X25519PublicKey.from_public_bytes(BOX.public.to_bytes()[1184:])
    made = by_hand(mine.public_key().public_bytes_raw(), mine.exchange(theirs))
    yield Vector(FORMAT, "good-sealed-by-hand", instead(made))
    for group in (_opening, _chunks):
        for name, check, code, data in group():
            yield Vector(FORMAT, name, data, check, code)
    for name, given, check, code, data in _by_codes():
        yield Vector(FORMAT, name, data, check, code, CODES_GIVEN | given)


def by_hand(ephemeral: bytes, shared_x: bytes) -> bytes:
    """KEY sealed to BOX with this X25519 half: its public key and what is shared through it.

    RFC 9180, section 5.1, base mode; draft-connolly-cfrg-xwing-kem, section 5.3.
    """
    public = BOX.public.to_bytes()
    mlkem = MLKEM768PublicKey.from_public_bytes(public[:1184])
    made = KEPT.keep("ML-KEM", lambda: b"".join(mlkem.encapsulate()))
    shared, inside = made[:32], made[32:]
    suite, info = b"HPKE" + bytes.fromhex("647a00010003"), b"examsite/v1/recipient" + BOUND
    secret = hashlib.sha3_256(shared + shared_x + ephemeral + public[1184:] + b"\\.//^\\").digest()

    def extract(salt: bytes, label: bytes, ikm: bytes) -> bytes:
        return hmac.digest(salt, b"HPKE-v1" + suite + label + ikm, "sha256")

    said = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    scheduled = extract(secret, b"secret", b"")

    def expand(label: bytes, length: int) -> bytes:
        text = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + said + b"\x01"
        return hmac.digest(scheduled, text, "sha256")[:length]

    cipher = ChaCha20Poly1305(expand(b"key", 32))
    return inside + ephemeral + cipher.encrypt(expand(b"base_nonce", 12), KEY, None)


def opened(name: str, data: bytes, check: str = "s14") -> tuple[str, str, str, bytes]:
    return name, check, "cannot-open", data


def sealed(change: Callable[[bytes], bytes]) -> bytes:
    """A document whose key, as it is sealed to its recipient, is another."""
    return at("manifest", recode(*SEALED, by=lambda v: b64(change(base64.b64decode(v)))))


def instead(data: bytes) -> bytes:
    return sealed(lambda _: data)


def _opening() -> Iterator[tuple[str, str, str, bytes]]:
    stranger = Draft("test", dict(IDENTITY), [RELEASE])
    stranger.seal("body", BODY, lambda key, bound: to_recipients(key, bound, ELSEWHERE))
    yield opened("recipient-somebody-else", stranger.bytes(), "s13")
    yield opened("way-by-codes", locked().bytes(), "s13")
    yield opened("sealed-key-ml-kem-bit", sealed(flip(100)))
    yield opened("sealed-key-x25519-bit", sealed(flip(1100)))
    yield opened("sealed-key-tag-bit", sealed(flip(-1)))
    info = b"examsite/v1/recipient" + BOUND
    yield opened("sealed-to-another-key", instead(KEPT.seal(ELSEWHERE.public, KEY, info)))
    share = b"examsite/v1/share" + BOUND
    yield opened("sealed-for-another-purpose", instead(KEPT.seal(BOX.public, KEY, share)))
    yield opened("sealed-without-a-purpose", instead(KEPT.seal(BOX.public, KEY, BOUND)))
    for name, kind, identity, part in (
        ("kind", "batch", IDENTITY, "body"),
        ("session", "test", IDENTITY | {"session": "pm-1121"}, "body"),
        ("part", "test", IDENTITY, "next"),
    ):
        info = b"examsite/v1/recipient" + context(kind, identity, part)
        data = instead(KEPT.seal(BOX.public, KEY, info))
        yield opened(f"sealed-for-another-{name}", data)
    yield opened("identity-changed-by-the-signer", _moved())
    other = X25519PrivateKey.from_private_bytes(chance("x")).public_key().public_bytes_raw()
    yield opened("sealed-key-of-another-x25519", sealed(lambda d: d[:1088] + other + d[1120:]))
    # Right but for this: anybody knows what is shared through a point of low order.
    yield opened("sealed-with-a-share-of-low-order", instead(by_hand(bytes(32), bytes(32))))
    wrong = b64(lock.commitment(chance("another key"), BOUND))
    for name, data in {
        "commitment-to-another-key": at("manifest", field("parts", 0, "commitment", to=wrong)),
        "commitment-is-the-chunk-key": at(
            "manifest", field("parts", 0, "commitment", to=b64(lock.chunk_key(KEY, BOUND)))
        ),
    }.items():
        yield name, "s16", "document-altered", data


def _moved() -> bytes:
    made = draft()
    made.manifest.append(field("identity", "session", to="pm-1121"))
    return made.bytes()


def _chunks() -> Iterator[tuple[str, str, str, bytes]]:
    """Bodies that the signer could have measured and signed: only decryption notices."""
    right = lock.chunk_key(KEY, BOUND)

    def one(key: bytes, nonce: bytes, aad: bytes | None = None) -> Callable[[Body], None]:
        def change(body: Body) -> None:
            body.chunks = [ChaCha20Poly1305(key).encrypt(nonce, BODY, aad)]
            body.measure()

        return change

    def rearranged(order: Callable[[list[bytes]], list[bytes]]) -> bytes:
        def change(body: Body) -> None:
            body.chunks = order(body.chunks)
            body.measure()

        return on_body(change, lambda: draft(bytes(CHUNK * 2)))

    last = bytes(11) + b"\x01"
    found = {
        "chunk-under-the-content-key": on_body(one(KEY, last)),
        "chunk-not-marked-as-last": on_body(one(right, bytes(12))),
        "chunk-numbered-from-1": on_body(one(right, bytes(10) + b"\x01\x01")),
        "chunk-with-associated-data": on_body(one(right, last, BOUND)),
        "last-chunk-cut-off-by-the-signer": rearranged(lambda chunks: chunks[:1]),
        "chunks-exchanged-by-the-signer": rearranged(lambda chunks: chunks[::-1]),
        "chunk-repeated-by-the-signer": rearranged(lambda chunks: [chunks[0], *chunks]),
    }
    for name, data in found.items():
        yield name, "s17", "document-altered", data


def _by_codes() -> Iterator[tuple[str, JSON, str, str, bytes]]:
    share = ("parts", 0, "access", "share")
    wrapped = ("parts", 0, "access", "wrapped")
    spoken = [code.spoken for code in OTHER_CODES]
    right = locked().bytes()
    yield "codes-not-asked-for", {}, "s13", "cannot-open", draft().bytes()
    yield "codes-of-another-box", {"key": "elsewhere"}, "s13", "cannot-open", right
    as_recipient = b64(KEPT.seal(BOX.public, chance("share"), b"examsite/v1/recipient" + BOUND))
    data = at("manifest", field(*share, to=as_recipient), locked)
    yield "share-sealed-as-for-a-recipient", {}, "s14", "cannot-open", data
    yield "codes-wrong", {"codes": spoken}, "s15", "wrong-unlock-code", right
    data = at("manifest", recode(*wrapped, by=lambda v: b64(flip(0)(base64.b64decode(v)))), locked)
    yield "wrapped-key-bit", {}, "s15", "wrong-unlock-code", data
