"""Files and keys of Safe Exam Browser, as its makers publish them (docs/design/lockdown.md)."""

import base64
import gzip
import hashlib
import hmac
import json
import os
import plistlib
from collections.abc import Mapping
from typing import TypeAlias

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

Value: TypeAlias = "str | int | bool | bytes | list[Value] | dict[str, Value]"
Settings: TypeAlias = Mapping[str, Value]

# RNCryptor's third version, by password; numbers as it lays them down.
HEADER = bytes((3, 1))
ITERATIONS = 10_000
SALT, BLOCK, KEY = 8, 16, 32
# Says who wrote the file, and is no part of the Config Key.
ORIGINATOR = "originatorVersion"


def config_key(settings: Settings) -> str:
    """The Config Key of these settings: SHA-256 of their SEB-JSON, in hexadecimal."""
    told = {name: value for name, value in settings.items() if name != ORIGINATOR}
    return hashlib.sha256(_said(told).encode()).hexdigest()


def _said(value: Value) -> str:
    """SEB-JSON: keys sorted without regard to case, no white space, nothing escaped."""
    if isinstance(value, dict):
        kept = {name: one for name, one in value.items() if one != {}}
        names = sorted(kept, key=lambda name: (name.lower(), name))
        return "{" + ",".join(f'"{name}":{_said(kept[name])}' for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_said, value)) + "]"
    if isinstance(value, bytes):
        return f'"{base64.b64encode(value).decode()}"'
    return f'"{value}"' if isinstance(value, str) else json.dumps(value)


def hashed(password: str) -> str:
    """A password as settings hold it."""
    return hashlib.sha256(password.encode()).hexdigest()


def url_hash(url: str, key: str) -> str:
    """What the browser sends for an address: the Config Key hashed with it, without fragment."""
    return hashlib.sha256((url.partition("#")[0] + key).encode()).hexdigest()


def is_hash_of(said: str, url: str, key: str) -> bool:
    """Whether `said` proves the configuration of `key` at that address."""
    return hmac.compare_digest(said.lower().encode(), url_hash(url, key).encode())


def seb_file(settings: Settings, password: str = "") -> bytes:
    """The `.seb` file: settings as a property list, behind a password if there is one."""
    inner = gzip.compress(plistlib.dumps(dict(settings)), mtime=0)
    if not password:
        return gzip.compress(b"plnd" + inner, mtime=0)
    locked = encrypted(inner, password, os.urandom(SALT), os.urandom(SALT), os.urandom(BLOCK))
    return gzip.compress(b"pswd" + locked, mtime=0)


def encrypted(plain: bytes, password: str, salt: bytes, hmac_salt: bytes, iv: bytes) -> bytes:
    """RNCryptor v3: AES-256-CBC, then HMAC-SHA256 over all; keys by PBKDF2 of the password."""
    padder = PKCS7(BLOCK * 8).padder()
    padded = padder.update(plain) + padder.finalize()
    cipher = Cipher(algorithms.AES(_stretched(password, salt)), modes.CBC(iv)).encryptor()
    told = HEADER + salt + hmac_salt + iv + cipher.update(padded) + cipher.finalize()
    return told + hmac.digest(_stretched(password, hmac_salt), told, "sha256")


def _stretched(password: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha1", password.encode(), salt, ITERATIONS, KEY)
