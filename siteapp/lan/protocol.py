"""What server and seat agent say to each other: docs/specs/seat-agent.md. Strict and bounded.

The agent is one file that imports nothing of ours, so it has these numbers a second time.
"""

import hashlib
import hmac
from typing import Annotated, NamedTuple

import msgspec

from sync.exam.specification import Struct

VERSION = 1
PORT = 8510
MAGIC = b"EXSA"
PROBE, ANSWER = b"?", b"!"
NONCE, MAC = 16, 32
HEAD = len(MAGIC) + 2 + NONCE
MOST_ANSWER = 1400

Name = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
Short = Annotated[str, msgspec.Meta(max_length=64)]
Much = Annotated[int, msgspec.Meta(ge=0, le=2**40)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
Few = Annotated[int, msgspec.Meta(ge=0, le=4096)]


class Battery(Struct, frozen=True):
    """Charge, and whether it is plugged in."""

    percent: Percent
    plugged: bool


class Facts(Struct, frozen=True):
    """The body of an answer, version 1; null is what the machine cannot say."""

    agent: Name
    host: Short
    system: Short
    cores: Few | None
    memory_mib: Much | None
    memory_free_mib: Much | None
    disk_free_mib: Much | None
    load_percent: Percent | None
    battery: Battery | None
    displays: Few | None
    virtual: Short
    zone_minutes: Annotated[int, msgspec.Meta(ge=-900, le=900)]
    remote: Annotated[list[Short], msgspec.Meta(max_length=16)] | None
    clock_ms: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None


class Told(NamedTuple):
    """An answer that a holder of the token gave; no facts if it speaks another version."""

    nonce: bytes
    version: int
    facts: Facts | None


def room_token(secret: bytes) -> bytes:
    """The room's token, from the site's secret: a spare that takes over has the same one."""
    return hmac.digest(secret, b"examsite/seat-agent", "sha256")


def probe(token: bytes, nonce: bytes) -> bytes:
    """The datagram that asks; always of one length, shorter than any answer is worth."""
    asked = MAGIC + bytes([VERSION]) + PROBE + nonce
    return asked + hmac.digest(token, asked, hashlib.sha256)


def read_answer(token: bytes, datagram: bytes) -> Told | None:
    """What a datagram tells; None if no holder of the token made it, or its body is not one."""
    if not HEAD + MAC <= len(datagram) <= MOST_ANSWER:
        return None
    if datagram[:4] != MAGIC or datagram[5:6] != ANSWER:
        return None
    if not hmac.compare_digest(
        hmac.digest(token, datagram[:-MAC], hashlib.sha256), datagram[-MAC:]
    ):
        return None
    version, nonce = datagram[4], datagram[6:HEAD]
    if version != VERSION:
        return Told(nonce, version, None)
    try:
        facts = msgspec.json.decode(datagram[HEAD:-MAC], type=Facts)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    printable = all(text.isprintable() for text in (facts.host, facts.system, facts.virtual))
    if not printable or not all(text.isprintable() for text in facts.remote or ()):
        return None
    return Told(nonce, version, facts)
