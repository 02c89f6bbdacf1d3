"""The signed manifest of a sealed document (docs/specs/sealed-document.md)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sync.errors import NotCanonical
from sync.wire import canonical, shape
from sync.wire.canonical import JSON, Encodable
from sync.wire.keys import SEALING_OVERHEAD, SECRET_LENGTH
from sync.wire.stream import count_chunks

VERSION = 1
HASH_LENGTH = 32
SALT_LENGTH = 16
WRAPPED_LENGTH = SECRET_LENGTH + 16
_SEALED_LENGTH = SECRET_LENGTH + SEALING_OVERHEAD

Identity = Mapping[str, str | int]


@dataclass(frozen=True)
class RecipientsAccess:
    """The content key, sealed once for each key id."""

    sealed: Mapping[str, bytes]


@dataclass(frozen=True)
class CodesAccess:
    """The content key, wrapped under a share sealed to the site and two codes."""

    key_id: str
    salt: bytes
    share: bytes
    wrapped: bytes


Access = RecipientsAccess | CodesAccess


@dataclass(frozen=True)
class PartEntry:
    """What the manifest says of one part; `length` is that of the ciphertext."""

    name: str
    access: Access
    commitment: bytes
    length: int
    root: bytes

    @property
    def chunks(self) -> int:
        """The number of chunks, which follows from the length."""
        return count_chunks(self.length)


@dataclass(frozen=True)
class Manifest:
    """What a document is, for whom, and the parts it has."""

    kind: str
    identity: dict[str, str | int]
    parts: tuple[PartEntry, ...]

    def encode(self) -> bytes:
        """The canonical form."""
        return canonical.encode(
            {
                "identity": self.identity,
                "kind": self.kind,
                "parts": [_write_part(part) for part in self.parts],
                "version": VERSION,
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> "Manifest":
        """The manifest of this canonical form; NotCanonical for any other shape."""
        identity, kind, parts, version = shape.members(
            canonical.decode(data), "identity", "kind", "parts", "version"
        )
        if version != VERSION or isinstance(version, bool):
            raise NotCanonical(reason="version of the manifest")
        read = tuple(_read_part(part) for part in shape.items(parts, "parts"))
        if len({part.name for part in read}) < len(read):
            raise NotCanonical(reason="two parts of one name")
        return cls(shape.string(kind, "kind"), _read_identity(identity), read)


def context(kind: str, identity: Identity, part: str) -> bytes:
    """What every key of a part is bound to: SHA-256 over what the document and the part are."""
    return hashlib.sha256(
        canonical.encode({"identity": identity, "kind": kind, "part": part, "version": VERSION})
    ).digest()


def _read_identity(value: JSON) -> dict[str, str | int]:
    if not isinstance(value, dict):
        raise NotCanonical(reason="identity is not an object")
    identity: dict[str, str | int] = {}
    for name, fact in value.items():
        if isinstance(fact, bool) or not isinstance(fact, str | int):
            raise NotCanonical(reason=f"identity {name[:80]} is neither string nor integer")
        identity[name] = fact
    return identity


def _write_part(part: PartEntry) -> Encodable:
    return {
        "access": _write_access(part.access),
        "chunks": part.chunks,
        "commitment": shape.to_base64(part.commitment),
        "length": part.length,
        "name": part.name,
        "root": shape.to_base64(part.root),
    }


def _read_part(value: JSON) -> PartEntry:
    access, chunks, commitment, length, name, root = shape.members(
        value, "access", "chunks", "commitment", "length", "name", "root"
    )
    part = PartEntry(
        name=shape.string(name, "name"),
        access=_read_access(access),
        commitment=shape.octets(commitment, "commitment", HASH_LENGTH),
        length=shape.integer(length, "length"),
        root=shape.octets(root, "root", HASH_LENGTH),
    )
    try:
        expected = part.chunks
    except ValueError:
        raise NotCanonical(reason=f"a part of {part.length} bytes") from None
    if shape.integer(chunks, "chunks") != expected:
        raise NotCanonical(reason=f"{expected} chunks expected")
    return part


def _write_access(access: Access) -> Encodable:
    if isinstance(access, RecipientsAccess):
        recipients = [
            {"key": key_id, "sealed": shape.to_base64(access.sealed[key_id])}
            for key_id in sorted(access.sealed)
        ]
        return {"recipients": recipients, "way": "recipients"}
    return {
        "key": access.key_id,
        "salt": shape.to_base64(access.salt),
        "share": shape.to_base64(access.share),
        "way": "codes",
        "wrapped": shape.to_base64(access.wrapped),
    }


def _read_access(value: JSON) -> Access:
    way = value.get("way") if isinstance(value, dict) else None
    if way == "recipients":
        listed, _ = shape.members(value, "recipients", "way")
        recipients = [_read_recipient(r) for r in shape.items(listed, "recipients")]
        if not recipients:
            raise NotCanonical(reason="no recipient")
        shape.ascending([key_id for key_id, _ in recipients], "recipients")
        return RecipientsAccess(dict(recipients))
    if way == "codes":
        key_id, salt, share, _, wrapped = shape.members(
            value, "key", "salt", "share", "way", "wrapped"
        )
        return CodesAccess(
            key_id=shape.key_id(key_id),
            salt=shape.octets(salt, "salt", SALT_LENGTH),
            share=shape.octets(share, "share", _SEALED_LENGTH),
            wrapped=shape.octets(wrapped, "wrapped", WRAPPED_LENGTH),
        )
    raise NotCanonical(reason="unknown way of access")


def _read_recipient(value: JSON) -> tuple[str, bytes]:
    key_id, sealed = shape.members(value, "key", "sealed")
    return shape.key_id(key_id), shape.octets(sealed, "sealed key", _SEALED_LENGTH)
