"""Keys that sign (Ed25519, RFC 8032) and keys that seal (HPKE, RFC 9180, with X-Wing)."""

import hashlib
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from sync.errors import AlreadyInitialised, CannotOpen, NotADocument, SecretDamaged, SecretMissing
from sync.wire.files import write_durably, write_new
from sync.words import Words

SECRET_LENGTH = 32
SIGNATURE_LENGTH = 64
VERIFY_KEY_LENGTH = 32
SEALING_KEY_LENGTH = 1216
SEALING_OVERHEAD = 1120 + 16
_MLKEM_PUBLIC = 1184
_MLKEM_SEED = 64
_CHECK_LENGTH = 8
# Of Ed25519 (RFC 8032): the field, and the y of the points of low order. To such a key somebody
# finds signatures over anything.
_FIELD = 2**255 - 19
_LOW_ORDER_Y = {
    0,
    1,
    _FIELD - 1,
    0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
}
_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


def _key_id(public: bytes) -> str:
    """The first 16 hex digits of SHA-256 over the public bytes."""
    return hashlib.sha256(public).hexdigest()[:16]


class _PublicKey:
    """What both sorts of public keys share: raw bytes, a key id, equality."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self.key_id = _key_id(raw)

    def to_bytes(self) -> bytes:
        """The public bytes."""
        return self._raw

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _PublicKey) or type(self) is not type(other):
            return NotImplemented
        return self._raw == other._raw

    def __hash__(self) -> int:
        return hash((type(self), self._raw))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.key_id}>"


class VerifyKey(_PublicKey):
    """An Ed25519 public key."""

    def __init__(self, raw: bytes) -> None:
        super().__init__(raw)
        self._key = Ed25519PublicKey.from_public_bytes(raw)

    @classmethod
    def from_bytes(cls, raw: bytes) -> "VerifyKey":
        """The key of these 32 bytes; NotADocument if they are not 32, or no key anybody makes."""
        if len(raw) != VERIFY_KEY_LENGTH:
            raise NotADocument(reason=f"verify key of {len(raw)} bytes")
        y = int.from_bytes(raw, "little") & ~(1 << 255)
        if y >= _FIELD or y in _LOW_ORDER_Y:
            raise NotADocument(reason="not a verify key")
        return cls(bytes(raw))

    def verify(self, signature: bytes, data: bytes) -> bool:
        """Whether this key signed `data`."""
        try:
            self._key.verify(signature, data)
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """An Ed25519 private key."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = VerifyKey.from_bytes(self._key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> "SigningKey":
        """A fresh key."""
        return cls(secrets.token_bytes(SECRET_LENGTH))

    @classmethod
    def from_bytes(cls, seed: bytes) -> "SigningKey":
        """The key of these 32 secret bytes; ValueError if they are not 32."""
        return cls(bytes(seed))

    def to_bytes(self) -> bytes:
        """The 32 secret bytes."""
        return self._seed

    def sign(self, data: bytes) -> bytes:
        """The 64-byte signature over `data`."""
        return self._key.sign(data)

    def __repr__(self) -> str:
        return f"<SigningKey {self.public.key_id}>"


class SealingKey(_PublicKey):
    """An X-Wing public key: ML-KEM-768 (1,184 bytes), then X25519 (32 bytes)."""

    def __init__(self, raw: bytes) -> None:
        super().__init__(raw)
        x25519 = X25519PublicKey.from_public_bytes(raw[_MLKEM_PUBLIC:])
        # A point of low order would fail only later, at the first sealing.
        X25519PrivateKey.generate().exchange(x25519)
        self._key = hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_PUBLIC]), x25519
        )

    @classmethod
    def from_bytes(cls, raw: bytes) -> "SealingKey":
        """The key of these 1,216 bytes; NotADocument if they are no key."""
        if len(raw) != SEALING_KEY_LENGTH:
            raise NotADocument(reason=f"sealing key of {len(raw)} bytes")
        try:
            return cls(bytes(raw))
        except ValueError:
            raise NotADocument(reason="not a sealing key") from None

    def seal(self, plaintext: bytes, info: bytes) -> bytes:
        """Encapsulated key ‖ ciphertext (RFC 9180, section 6.1, base mode, empty aad)."""
        return _SUITE.encrypt(plaintext, self._key, info=info)


class OpeningKey:
    """An X-Wing private key, kept as its 32-byte seed (draft-connolly-cfrg-xwing-kem, 5.2)."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SECRET_LENGTH:
            raise ValueError("an X-Wing seed has 32 bytes")
        expanded = hashlib.shake_256(seed).digest(_MLKEM_SEED + 32)
        mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED])
        x25519 = X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED:])
        self.seed = seed
        self._key = hpke.MLKEM768X25519PrivateKey(mlkem, x25519)
        self.public = SealingKey.from_bytes(
            mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        )

    @classmethod
    def generate(cls) -> "OpeningKey":
        """A fresh key."""
        return cls(secrets.token_bytes(SECRET_LENGTH))

    @classmethod
    def from_seed(cls, seed: bytes) -> "OpeningKey":
        """The key of this 32-byte seed; ValueError if it has another length."""
        return cls(bytes(seed))

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """What was sealed to this key with this `info`; CannotOpen otherwise."""
        try:
            return _SUITE.decrypt(sealed, self._key, info=info)
        except (InvalidTag, ValueError):
            raise CannotOpen(
                reason=Words(
                    f"不是加密给密钥 {self.public.key_id}",
                    f"not sealed to key {self.public.key_id}",
                )
            ) from None

    def __repr__(self) -> str:
        return f"<OpeningKey {self.public.key_id}>"


def save_secret(path: Path, secret: bytes, mode: int = 0o600) -> None:
    """Write a secret, mode 0600, durably; AlreadyInitialised if there is one, left as it is."""
    try:
        write_new(path, secret, mode)
    except FileExistsError:
        raise AlreadyInitialised(folder=str(path)) from None


def save_key(path: Path, key: bytes, mode: int = 0o600) -> None:
    """As save_secret, with a check behind the key: it tells a key that the disk has damaged.

    The check is of no use to who has not the key.
    """
    save_secret(path, key + _check(key), mode)


def replace_key(path: Path, key: bytes) -> None:
    """As save_key, in the place of the key that may be there: at any moment there is one."""
    write_durably(path, key + _check(key), 0o600)


def load_key(path: Path, length: int) -> bytes:
    """The `length` bytes of a key file; SecretMissing if it is not there or not that long.

    SecretDamaged if it is not what was written. A file of an earlier build has no check: taken.
    """
    try:
        found = path.read_bytes()
    except OSError:
        raise SecretMissing(path=str(path)) from None
    return read_key(found, length, str(path))


def read_key(found: bytes, length: int, name: str) -> bytes:
    """As load_key, of the bytes of a key file called `name`."""
    secret, check = found[:length], found[length:]
    if len(secret) != length or len(check) not in (0, _CHECK_LENGTH):
        raise SecretMissing(path=name)
    if check and check != _check(secret):
        raise SecretDamaged(path=name)
    return secret


def _check(secret: bytes) -> bytes:
    return hashlib.sha256(b"examsite/v1/key" + secret).digest()[:_CHECK_LENGTH]
