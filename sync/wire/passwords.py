"""Staff passwords: Argon2id (RFC 9106), two computations at once so a flood costs no memory."""

import base64
import os
import secrets
from concurrent.futures import ThreadPoolExecutor

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

MEMORY_KIB = 19 * 1024
# In two threads of their own: each thread that computes keeps its 19 MiB for good, though they
# are freed (measured: 350 MiB after 200 tries in a server's sixty threads, two at a time).
_computing = ThreadPoolExecutor(2, "argon2")
# No letters or digits that look alike on paper.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def hash_password(password: str) -> str:
    """The PHC string of a password (19 MiB, 2 passes: OWASP's first choice, 33 ms measured)."""
    argon2 = _argon2(os.urandom(16))
    return _computing.submit(argon2.derive_phc_encoded, password.encode()).result()


def no_password() -> str:
    """A PHC string that no password fits: what an unknown name costs as much as a known one by."""
    salt, digest = (base64.b64encode(bytes(n)).rstrip(b"=").decode() for n in (16, 32))
    return f"$argon2id$v=19$m={MEMORY_KIB},t=2,p=1${salt}${digest}"


def check_password(password: str, phc: str) -> bool:
    """True if the password fits. Blocks while two other checks run."""
    try:
        _computing.submit(Argon2id.verify_phc_encoded, password.encode(), phc).result()
    except InvalidKey:
        return False
    return True


def new_password() -> str:
    """Twelve characters in three groups, about 59 bits, easy to read from an envelope."""
    letters = [secrets.choice(ALPHABET) for _ in range(12)]
    return "-".join("".join(letters[i : i + 4]) for i in (0, 4, 8))


def new_token() -> str:
    """256 random bits for a session; only its hash is stored."""
    return base64.urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode()


def _argon2(salt: bytes) -> Argon2id:
    return Argon2id(salt=salt, length=32, iterations=2, lanes=1, memory_cost=MEMORY_KIB)
