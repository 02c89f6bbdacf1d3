"""Documents written step by step, so that one step can be done wrongly and all others rightly."""

import base64
import functools
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from sync.exam.merkle import merkle_root
from sync.wire import lock
from sync.wire.dsse import pae
from sync.wire.keys import OpeningKey, SealingKey, SigningKey
from sync.wire.manifest import context
from sync.wire.stream import seal_stream
from sync.wire.unlock import UnlockCode
from vectoring.cast import CODES, chance

VECTORS = Path(__file__).parents[1] / "vectors"
TYPE = "application/vnd.examsite.manifest.v1+json"
JSON = dict[str, Any]


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def plain(value: object) -> bytes:
    """Canonical for names in ASCII; also writes what canonical JSON has no form for."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


class Kept:
    """HPKE takes its own chance, so what it once sealed is kept: the vectors stay as they are."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        self.used: dict[str, str] = {}

    def seal(self, key: SealingKey, plaintext: bytes, info: bytes) -> bytes:
        name = hashlib.sha256(key.to_bytes() + info + plaintext).hexdigest()
        return self.keep(name, lambda: key.seal(plaintext, info))

    def keep(self, name: str, make: Callable[[], bytes]) -> bytes:
        """What `make` once made."""
        if name not in self.known:
            self.known[name] = b64(make())
        self.used[name] = self.known[name]
        return base64.b64decode(self.known[name])

    def save(self) -> None:
        self.path.write_text(json.dumps(self.used, indent=1, sort_keys=True) + "\n")


KEPT = Kept(VECTORS / "hpke-kept.json")


@dataclass
class Body:
    """One part on its way: its manifest entry and its chunks."""

    entry: JSON
    chunks: list[bytes]

    def measure(self) -> None:
        """Length, count and root of the chunks as they are now."""
        self.entry["length"] = sum(map(len, self.chunks))
        self.entry["chunks"] = len(self.chunks)
        self.entry["root"] = b64(merkle_root(self.chunks))


def to_recipients(key: bytes, bound: bytes, *recipients: OpeningKey) -> JSON:
    info = b"examsite/v1/recipient" + bound
    listed = [
        {"key": r.public.key_id, "sealed": b64(KEPT.seal(r.public, key, info))} for r in recipients
    ]
    return {"recipients": sorted(listed, key=lambda one: one["key"]), "way": "recipients"}


@functools.cache
def wrapping_key(
    share: bytes, codes: tuple[UnlockCode, UnlockCode], salt: bytes, bound: bytes
) -> bytes:
    """Slow on purpose, and asked for the same again and again."""
    return lock._wrapping_key(share, codes, salt, bound)


def by_codes(
    key: bytes, bound: bytes, site: OpeningKey, codes: tuple[UnlockCode, UnlockCode] = CODES
) -> JSON:
    salt, share = chance("salt", 16), chance("share")
    wrapping = wrapping_key(share, codes, salt, bound)
    return {
        "key": site.public.key_id,
        "salt": b64(salt),
        "share": b64(KEPT.seal(site.public, share, b"examsite/v1/share" + bound)),
        "way": "codes",
        "wrapped": b64(ChaCha20Poly1305(wrapping).encrypt(bytes(12), key, bound)),
    }


Access = Callable[[bytes, bytes], JSON]


@dataclass
class Draft:
    """A sealed document; each list holds what is done wrongly at that step."""

    kind: str
    identity: JSON
    signers: list[SigningKey]
    bodies: list[Body] = field(default_factory=list)
    payload_type: str = TYPE
    manifest: list[Callable[[JSON], None]] = field(default_factory=list)
    payload: list[Callable[[bytes], bytes]] = field(default_factory=list)
    covered: list[Callable[[bytes], bytes]] = field(default_factory=list)
    envelope: list[Callable[[JSON], None]] = field(default_factory=list)
    written: list[Callable[[bytes], bytes]] = field(default_factory=list)
    file: list[Callable[[bytes], bytes]] = field(default_factory=list)

    def seal(
        self, name: str, plaintext: bytes, access: Access, *, bound: bytes | None = None
    ) -> Body:
        """Add a part; `bound` is another context than its own."""
        bound = bound or context(self.kind, self.identity, name)
        key = chance(f"content key of {self.kind} {name}")
        entry = {
            "access": access(key, bound),
            "commitment": b64(lock.commitment(key, bound)),
            "name": name,
        }
        chunks = list(seal_stream(io.BytesIO(plaintext), lock.chunk_key(key, bound)))
        body = Body(entry, chunks)
        body.measure()
        self.bodies.append(body)
        return body

    def bytes(self) -> bytes:
        """The file."""
        manifest = {
            "identity": self.identity,
            "kind": self.kind,
            "parts": [body.entry for body in self.bodies],
            "version": 1,
        }
        for wrongly in self.manifest:
            wrongly(manifest)
        payload = plain(manifest)
        for change in self.payload:
            payload = change(payload)
        envelope = self.signed(payload)
        for change in self.written:
            envelope = change(envelope)
        data = b"EXAMSEAL\x01" + len(envelope).to_bytes(4, "big") + envelope
        data += b"".join(chunk for body in self.bodies for chunk in body.chunks)
        for change in self.file:
            data = change(data)
        return data

    def signed(self, payload: bytes) -> bytes:
        """The DSSE envelope over `payload`."""
        covered = pae(self.payload_type, payload)
        for change in self.covered:
            covered = change(covered)
        signatures = [
            {"keyid": s.public.key_id, "sig": b64(s.sign(covered))}
            for s in sorted(self.signers, key=lambda s: s.public.key_id)
        ]
        envelope = {
            "payload": b64(payload),
            "payloadType": self.payload_type,
            "signatures": signatures,
        }
        for wrongly in self.envelope:
            wrongly(envelope)
        return plain(envelope)


@dataclass(frozen=True)
class Vector:
    """One file: what it is of, what is wrong with it, which check must say so with which code."""

    format: str
    name: str
    data: bytes
    check: str | None = None
    code: str | None = None
    given: JSON = field(default_factory=dict)
