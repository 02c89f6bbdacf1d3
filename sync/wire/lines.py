"""A journal's lines under the key of their session: who destroys the key has destroyed them all.

    ~KIND BASE64(nonce ‖ ChaCha20-Poly1305(line))

The kind of an event stays readable, so that its events can be found. The key hides nothing from who
holds the database, where it lies beside the lines: it is there to be destroyed.
"""

import binascii
import hashlib
import secrets
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from sync.errors import DocumentAltered

MARK = "~"
KEY_LENGTH, NONCE_LENGTH, CHECK_LENGTH = 32, 12, 8
WHERE = "journal line"


def new_line_key() -> bytes:
    """A key with its check, as it is stored."""
    key = secrets.token_bytes(KEY_LENGTH)
    return key + _check(key)


def is_line_key(stored: bytes) -> bool:
    """Whether these bytes are a key as it was stored, and not what a disk has made of one."""
    return stored[KEY_LENGTH:] == _check(stored[:KEY_LENGTH])


def _check(key: bytes) -> bytes:
    return hashlib.sha256(b"examsite/v1/line-key" + key).digest()[:CHECK_LENGTH]


def is_sealed(text: str) -> bool:
    """Whether a stored line is sealed; one that is not begins with a brace."""
    return text.startswith(MARK)


class LineKey:
    """The key of one session's lines."""

    def __init__(self, stored: bytes) -> None:
        self._cipher = ChaCha20Poly1305(stored[:KEY_LENGTH])

    def seal(self, kind: str, line: bytes) -> str:
        """The line as it is stored; each time another nonce, for a group may be stored anew."""
        nonce = secrets.token_bytes(NONCE_LENGTH)
        sealed = nonce + self._cipher.encrypt(nonce, line, None)
        return f"{MARK}{kind} {b64encode(sealed).decode('ascii')}"

    def open(self, text: str) -> bytes:
        """The line in it; DocumentAltered if it is not whole, or of another key."""
        try:
            sealed = b64decode(text.partition(" ")[2], validate=True)
            return self._cipher.decrypt(sealed[:NONCE_LENGTH], sealed[NONCE_LENGTH:], None)
        except (InvalidTag, ValueError, binascii.Error):
            raise DocumentAltered(where=WHERE) from None
