"""A second reader of HPKE with X-Wing and of sealed documents, which shares no code with ours.

It is written from RFC 9180 (section 5.1, base mode), draft-connolly-cfrg-xwing-kem (section 5) and
docs/specs/sealed-document.md, and tied to published answers.
"""

import hashlib
import hmac
import json
import struct
from base64 import b64decode
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from sync.wire.keys import OpeningKey

SUITE = b"HPKE" + bytes.fromhex("647a00010003")
ENC = 1120


def decapsulate(seed: bytes, enc: bytes) -> bytes:
    expanded = hashlib.shake_256(seed).digest(96)
    x25519 = X25519PrivateKey.from_private_bytes(expanded[64:])
    ct_m, ct_x = enc[:1088], enc[1088:]
    ss_m = MLKEM768PrivateKey.from_seed_bytes(expanded[:64]).decapsulate(ct_m)
    ss_x = x25519.exchange(X25519PublicKey.from_public_bytes(ct_x))
    pk_x = x25519.public_key().public_bytes_raw()
    return hashlib.sha3_256(ss_m + ss_x + ct_x + pk_x + b"\\.//^\\").digest()


def extract(salt: bytes, label: bytes, ikm: bytes) -> bytes:
    return hmac.digest(salt, b"HPKE-v1" + SUITE + label + ikm, "sha256")


def expand(secret: bytes, label: bytes, info: bytes, length: int) -> bytes:
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + SUITE + label + info
    return hmac.digest(secret, labelled + b"\x01", "sha256")[:length]


def key_and_nonce(shared: bytes, info: bytes) -> tuple[bytes, bytes]:
    context = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared, b"secret", b"")
    return expand(secret, b"key", context, 32), expand(secret, b"base_nonce", context, 12)


def hpke_open(seed: bytes, sealed: bytes, info: bytes) -> bytes:
    key, nonce = key_and_nonce(decapsulate(seed, sealed[:ENC]), info)
    return ChaCha20Poly1305(key).decrypt(nonce, sealed[ENC:], None)


def hkdf(ikm: bytes, info: bytes, salt: bytes = bytes(32)) -> bytes:
    return hmac.digest(hmac.digest(salt, ikm, "sha256"), info + b"\x01", "sha256")


def plain_json(value: object) -> bytes:
    """Canonical enough for names in ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def verified_manifest(document: bytes, signing_seed: bytes) -> tuple[dict[str, Any], bytes]:
    """The manifest and the ciphertext behind it."""
    magic, version, length = struct.unpack(">8sBI", document[:13])
    assert (magic, version) == (b"EXAMSEAL", 1)
    envelope = json.loads(document[13 : 13 + length])
    payload, kind = b64decode(envelope["payload"]), envelope["payloadType"]
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
    (signature,) = envelope["signatures"]
    public = Ed25519PrivateKey.from_private_bytes(signing_seed).public_key()
    public.verify(b64decode(signature["sig"]), signed)
    assert signature["keyid"] == hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]
    return json.loads(payload), document[13 + length :]


def content_key(access: dict[str, Any], seed: bytes, codes: list[str], context: bytes) -> bytes:
    if access["way"] == "recipients":
        sealed = b64decode(access["recipients"][0]["sealed"])
        return hpke_open(seed, sealed, b"examsite/v1/recipient" + context)
    ikm = hpke_open(seed, b64decode(access["share"]), b"examsite/v1/share" + context)
    salt = b64decode(access["salt"])
    for number, code in enumerate(codes, 1):
        letters = "".join(group[:4] for group in code.split("-")).encode()
        stretch = Argon2id(
            salt=salt + bytes([number]), length=32, iterations=3, lanes=4, memory_cost=65536
        )
        ikm += stretch.derive(letters)
    wrapping = ChaCha20Poly1305(hkdf(ikm, b"examsite/v1/lock" + context, salt))
    return wrapping.decrypt(bytes(12), b64decode(access["wrapped"]), context)


def test_the_second_reader_gives_the_published_answers(vectors: Path) -> None:
    source = json.loads((vectors / "hpke-mlkem768-x25519.json").read_text())
    vector = {name: bytes.fromhex(v) for name, v in source.items() if name != "source"}
    shared = decapsulate(vector["skRm"], vector["enc"])
    assert shared == vector["shared_secret"]
    key, nonce = key_and_nonce(shared, vector["info"])
    assert (key, nonce) == (vector["key"], vector["base_nonce"])
    assert ChaCha20Poly1305(key).decrypt(nonce, vector["ct"], vector["aad"]) == vector["pt"]


def test_the_second_reader_opens_what_we_seal() -> None:
    opening = OpeningKey.generate()
    sealed = opening.public.seal(b"content key", b"examsite/v1/recipient")
    assert hpke_open(opening.seed, sealed, b"examsite/v1/recipient") == b"content key"


def test_we_open_what_the_second_reader_would_seal(vectors: Path) -> None:
    vector = json.loads((vectors / "hpke-mlkem768-x25519.json").read_text())
    shared, enc = bytes.fromhex(vector["shared_secret"]), bytes.fromhex(vector["enc"])
    key, nonce = key_and_nonce(shared, b"info")
    sealed = enc + ChaCha20Poly1305(key).encrypt(nonce, b"content key", None)
    opening = OpeningKey.from_seed(bytes.fromhex(vector["skRm"]))
    assert opening.open(sealed, b"info") == b"content key"


def test_the_second_reader_opens_the_known_document(vectors: Path) -> None:
    vector = json.loads((vectors / "sealed-v1.json").read_text())
    data = (vectors / "sealed-v1.examseal").read_bytes()
    manifest, body = verified_manifest(data, bytes.fromhex(vector["signing_seed"]))
    about = {name: manifest[name] for name in ("identity", "kind", "version")}
    for part in manifest["parts"]:
        context = hashlib.sha256(plain_json(about | {"part": part["name"]})).digest()
        seed = bytes.fromhex(vector["opening_seed"])
        key = content_key(part["access"], seed, vector["codes"], context)
        expected = vector["parts"][part["name"]]
        assert key.hex() == expected["content_key"]
        assert b64decode(part["commitment"]) == hkdf(key, b"examsite/v1/commitment" + context)
        # Both bodies are one chunk: a tree of one leaf, and nonce 0 with the mark of the last.
        chunk, body = body[: part["length"]], body[part["length"] :]
        assert b64decode(part["root"]) == hashlib.sha256(b"\0" + chunk).digest()
        cipher = ChaCha20Poly1305(hkdf(key, b"examsite/v1/chunks" + context))
        plaintext = cipher.decrypt(bytes(11) + b"\x01", chunk, None)
        assert plaintext == b64decode(expected["plaintext"])
    assert body == b""
