"""Answering a device's challenge: Digest (RFC 7616, also as of RFC 2617), else Basic. Pure."""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable
from typing import Literal, NamedTuple

_PAIR = re.compile(r'([a-zA-Z-]{1,20})\s*=\s*(?:"([^"\\]{0,300})"|([^\s",]{1,300}))')
_HASHES = {"md5": "md5", "sha-256": "sha256"}


class Secret(NamedTuple):
    """A name and its password at one device."""

    user: str
    password: str

    def __repr__(self) -> str:
        return "<Secret>"


class Answered(NamedTuple):
    """The header to send, and in which way the password goes with it."""

    header: str
    way: Literal["digest", "basic"]


def answer(
    challenges: Iterable[str], secret: Secret, method: str, uri: str, nonce: str = ""
) -> Answered | None:
    """The answer to the strongest challenge; None if none is of a kind that is known.

    Basic shows the password to whoever listens, so it is given only where nothing else is asked.
    """
    digests, basic = [], False
    for one in challenges:
        kind, _, rest = one.strip().partition(" ")
        said = {m[1].lower(): m[2] if m[2] is not None else m[3] for m in _PAIR.finditer(rest)}
        if kind.lower() == "digest" and said.get("algorithm", "MD5").lower() in _HASHES:
            digests.append(said)
        basic = basic or kind.lower() == "basic"
    if digests:
        best = max(digests, key=lambda said: said.get("algorithm", "MD5").lower() == "sha-256")
        return Answered(_digest(best, secret, method, uri, nonce or secrets.token_hex(8)), "digest")
    if basic:
        pair = base64.b64encode(f"{secret.user}:{secret.password}".encode())
        return Answered(f"Basic {pair.decode()}", "basic")
    return None


def _digest(said: dict[str, str], secret: Secret, method: str, uri: str, cnonce: str) -> str:
    algorithm = said.get("algorithm", "MD5")

    def hashed(*parts: str) -> str:
        data = ":".join(parts).encode()
        return hashlib.new(_HASHES[algorithm.lower()], data, usedforsecurity=False).hexdigest()

    realm, nonce = said.get("realm", ""), said.get("nonce", "")
    own, asked = hashed(secret.user, realm, secret.password), hashed(method, uri)
    user = secret.user.replace("\\", "\\\\").replace('"', '\\"')
    given = {"username": user, "realm": realm, "nonce": nonce, "uri": uri}
    tail = ""
    if "auth" in re.split(r"[\s,]+", said.get("qop", "")):
        given["cnonce"], tail = cnonce, ", qop=auth, nc=00000001"
        given["response"] = hashed(own, nonce, "00000001", cnonce, "auth", asked)
    else:
        given["response"] = hashed(own, nonce, asked)
    if "opaque" in said:
        given["opaque"] = said["opaque"]
    if "algorithm" in said:
        tail += f", algorithm={algorithm}"
    return "Digest " + ", ".join(f'{name}="{value}"' for name, value in given.items()) + tail
