"""A second, independent reader of HPKE with X-Wing, tied to published answers and to our writer.

RFC 9180, section 5.1 (base mode); draft-connolly-cfrg-xwing-kem, section 5.
"""

import hashlib
import hmac
import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

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


def test_the_independent_reader_gives_the_published_answers(vectors: Path) -> None:
    source = json.loads((vectors / "hpke-mlkem768-x25519.json").read_text())
    vector = {name: bytes.fromhex(v) for name, v in source.items() if name != "source"}
    shared = decapsulate(vector["skRm"], vector["enc"])
    assert shared == vector["shared_secret"]
    key, nonce = key_and_nonce(shared, vector["info"])
    assert (key, nonce) == (vector["key"], vector["base_nonce"])
    assert ChaCha20Poly1305(key).decrypt(nonce, vector["ct"], vector["aad"]) == vector["pt"]


def test_the_independent_reader_opens_what_we_seal() -> None:
    opening = OpeningKey.generate()
    sealed = opening.public.seal(b"content key", b"examsite/v1/recipient")
    shared = decapsulate(opening.seed, sealed[:ENC])
    key, nonce = key_and_nonce(shared, b"examsite/v1/recipient")
    assert ChaCha20Poly1305(key).decrypt(nonce, sealed[ENC:], None) == b"content key"


def test_we_open_what_the_independent_reader_would_seal(vectors: Path) -> None:
    vector = json.loads((vectors / "hpke-mlkem768-x25519.json").read_text())
    shared, enc = bytes.fromhex(vector["shared_secret"]), bytes.fromhex(vector["enc"])
    key, nonce = key_and_nonce(shared, b"info")
    sealed = enc + ChaCha20Poly1305(key).encrypt(nonce, b"content key", None)
    opening = OpeningKey.from_seed(bytes.fromhex(vector["skRm"]))
    assert opening.open(sealed, b"info") == b"content key"
