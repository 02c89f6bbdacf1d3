"""The link of two paired servers: what one seals only the other opens; and how they are paired."""

import hashlib
import hmac
import os
import ssl

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.errors import CannotOpen

NONCE = 12
SECRET_LENGTH = 32


class Link:
    """One end. Each direction has its own key, so nothing that was sent can be sent back."""

    def __init__(self, secret: bytes, sends: str, hears: str) -> None:
        # Tells this pairing from every other; says nothing of the secret.
        self.id = _derive(secret, "examsite/v1/link/id")
        self._out = ChaCha20Poly1305(_derive(secret, f"examsite/v1/link/{sends}"))
        self._in = ChaCha20Poly1305(_derive(secret, f"examsite/v1/link/{hears}"))
        self._ahead_out = _derive(secret, f"examsite/v1/link/{sends}/ahead")
        self._ahead_in = _derive(secret, f"examsite/v1/link/{hears}/ahead")

    def seal(self, message: bytes, bound_to: bytes = b"") -> bytes:
        """Nonce ‖ ciphertext."""
        nonce = os.urandom(NONCE)
        return nonce + self._out.encrypt(nonce, message, bound_to)

    def open(self, sealed: bytes, bound_to: bytes = b"") -> bytes:
        """What the other end sealed, bound to the same; CannotOpen otherwise."""
        try:
            return self._in.decrypt(sealed[:NONCE], sealed[NONCE:], bound_to)
        except (InvalidTag, ValueError):
            raise CannotOpen(reason="not from the paired server") from None

    def ahead(self, run: bytes, number: int, length: int) -> str:
        """What goes ahead of a message: nobody else makes room for one of this length."""
        return _ahead(self._ahead_out, run, number, length)

    def is_ahead(self, said: str, run: bytes, number: int, length: int) -> bool:
        """True if the other end said this ahead of that message."""
        wanted = _ahead(self._ahead_in, run, number, length)
        return hmac.compare_digest(wanted.encode(), said.encode())


def any_certificate() -> ssl.SSLContext:
    """TLS to the other server, whatever it shows: link and pairing prove both ends themselves."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def pairing_key(code: str, salt: bytes) -> bytes:
    """The key that a pairing code stands for while two servers prove that both know it.

    Argon2id (RFC 9106, second recommended option): each guess costs 64 MiB.
    """
    stretched = Argon2id(salt=salt, length=32, iterations=3, lanes=4, memory_cost=64 * 1024)
    return stretched.derive(code.strip().lower().encode())


def proof(key: bytes, role: str, transcript: bytes) -> bytes:
    """That `role` knows the pairing key and saw this transcript."""
    return hmac.digest(key, role.encode() + b"\x00" + transcript, "sha256")


def fingerprint(transcript: bytes) -> str:
    """Twelve digits in three groups that two people compare on two screens (about 40 bits)."""
    number = int.from_bytes(hashlib.sha256(b"examsite/v1/pairing" + transcript).digest(), "big")
    digits = f"{number % 10**12:012d}"
    return " ".join(digits[i : i + 4] for i in (0, 4, 8))


def _ahead(key: bytes, run: bytes, number: int, length: int) -> str:
    said = run + number.to_bytes(8, "big") + length.to_bytes(8, "big")
    return hmac.digest(key, said, "sha256").hex()


def _derive(secret: bytes, info: str) -> bytes:
    return HKDF(SHA256(), SECRET_LENGTH, None, info.encode()).derive(secret)
