"""Sealed documents: encrypted, then signed (docs/specs/sealed-document.md)."""

import hashlib
import io
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sync.errors import (
    DocumentAltered,
    DocumentTruncated,
    NotADocument,
    NotFound,
    UnsupportedVersion,
    WrongKind,
)
from sync.exam.merkle import MerkleTree
from sync.wire import dsse
from sync.wire.files import replacing
from sync.wire.keys import OpeningKey, SealingKey, SigningKey, VerifyKey
from sync.wire.lock import (
    KEY_LENGTH,
    ByCodes,
    CodePair,
    ToRecipients,
    check_commitment,
    chunk_key,
    commitment,
    lock,
    open_as_recipient,
    open_by_codes,
)
from sync.wire.manifest import VERSION, Manifest, PartEntry, RecipientsAccess, context
from sync.wire.stream import chunk_sizes, open_stream, part_words, read_up_to, seal_stream
from sync.wire.unlock import UnlockCode
from sync.words import Words

__all__ = [
    "ByCodes",
    "OpeningKey",
    "Part",
    "SealedDocument",
    "SealingKey",
    "ToRecipients",
    "UnlockCode",
    "Unverified",
    "countersign",
    "peek_identity",
    "peek_identity_bytes",
    "write_sealed",
    "write_sealed_bytes",
]

MAGIC = b"EXAMSEAL"
PAYLOAD_TYPE = "application/vnd.examsite.manifest.v1+json"
MAX_ENVELOPE = 1_048_576
HEADER = len(MAGIC) + 1 + 4
_COPY = 1_048_576


@dataclass(frozen=True)
class Part:
    """One body to seal, under a name, with its own way of access."""

    name: str
    plaintext: bytes | BinaryIO
    access: ToRecipients | ByCodes


def write_sealed(
    path: Path,
    *,
    kind: str,
    identity: Mapping[str, str | int],
    parts: Sequence[Part],
    signers: Sequence[SigningKey],
) -> str:
    """Write a sealed document durably, in bounded memory; the hex SHA-256 of the file."""
    # The manifest stands first but is known last, so the ciphertext waits beside the target.
    with tempfile.TemporaryFile(dir=path.parent) as scratch, replacing(path) as out:
        return _write(out, scratch, Manifest(kind, dict(identity), ()), parts, signers)


def write_sealed_bytes(
    *,
    kind: str,
    identity: Mapping[str, str | int],
    parts: Sequence[Part],
    signers: Sequence[SigningKey],
) -> bytes:
    """A small sealed document in memory."""
    out = io.BytesIO()
    _write(out, io.BytesIO(), Manifest(kind, dict(identity), ()), parts, signers)
    return out.getvalue()


def countersign(source: Path, target: Path, signer: SigningKey) -> str:
    """The same document with a further signature, written durably; its hex SHA-256.

    Nothing is verified here: whoever signs looks at the document first.
    """
    with source.open("rb") as file, replacing(target) as out:
        _, envelope = _read_envelope(file)
        return _written(out, dsse.countersign(envelope, signer), file)


def peek_identity(path: Path) -> tuple[str, dict[str, str | int], tuple[str, ...]]:
    """Kind, identity and key ids, UNVERIFIED: only to choose whom to trust."""
    return Unverified(lambda: path.open("rb")).peeked()


def peek_identity_bytes(data: bytes) -> tuple[str, dict[str, str | int], tuple[str, ...]]:
    """As peek_identity, of a document in memory."""
    return Unverified(lambda: io.BytesIO(data)).peeked()


class Unverified:
    """A document of which the head was read and nothing verified: to look up whom to trust.

    DocumentRefused in the order of checks of the specification, the first three here.
    """

    def __init__(self, source: Callable[[], BinaryIO]) -> None:
        self._source = source
        with source() as file:
            self._head, envelope = _read_envelope(file)
        self._head += envelope
        self._envelope = dsse.parse(envelope)
        self._manifest = _read_manifest(self._envelope)
        self.kind, self.identity = self._manifest.kind, self._manifest.identity

    def peeked(self) -> tuple[str, dict[str, str | int], tuple[str, ...]]:
        """Kind, identity and key ids."""
        return self.kind, self.identity, tuple(self._envelope.signatures)

    def verify(
        self, kind: str, trusted: Iterable[VerifyKey], threshold: int = 1
    ) -> "SealedDocument":
        """The rest of the checks, on every byte; the head is not read again."""
        signed = dsse.check(self._envelope, PAYLOAD_TYPE, trusted, threshold)
        if self.kind != kind:
            raise WrongKind(expected=kind, found=self.kind[:80])
        with self._source() as file:
            checked = _check_bodies(file, self._head, self._manifest)
        return SealedDocument(self._source, self._manifest, signed, checked)


class SealedDocument:
    """A document of which every byte was verified; parts open with the right keys."""

    def __init__(
        self,
        source: Callable[[], BinaryIO],
        manifest: Manifest,
        signed: dsse.Signed,
        checked: "_Checked",
    ) -> None:
        self._source = source
        self._parts = {part.name: part for part in manifest.parts}
        self._starts = checked.starts
        self.kind = manifest.kind
        self.identity = manifest.identity
        self.signed_by = signed.key_ids
        # Also those of keys that are not trusted: anybody can add one.
        self.signers = signed.listed
        self.digest = checked.digest
        self.size = checked.size
        self.part_names = tuple(self._parts)

    @classmethod
    def verify(
        cls, path: Path, *, kind: str, trusted: Iterable[VerifyKey], threshold: int = 1
    ) -> "SealedDocument":
        """Check every byte of a file, without any decryption key and in bounded memory.

        DocumentRefused, in the order of checks of the specification.
        """
        return Unverified(lambda: path.open("rb")).verify(kind, trusted, threshold)

    @classmethod
    def verify_bytes(
        cls, data: bytes, *, kind: str, trusted: Iterable[VerifyKey], threshold: int = 1
    ) -> "SealedDocument":
        """As verify, of a document in memory."""
        return Unverified(lambda: io.BytesIO(data)).verify(kind, trusted, threshold)

    def recipients(self, name: str) -> frozenset[str]:
        """The ids of the keys that a part is sealed to; none for one that codes open."""
        access = self._part(name).access
        return frozenset(access.sealed) if isinstance(access, RecipientsAccess) else frozenset()

    def content_key(self, name: str, key: OpeningKey) -> bytes:
        """The content key of a part sealed to recipients; CannotOpen if `key` is none."""
        part = self._part(name)
        return self._committed(part, open_as_recipient(part.access, key, self._context(name)))

    def unlock(self, name: str, key: OpeningKey, codes: CodePair) -> bytes:
        """The content key of a part locked by codes; CannotOpen or WrongUnlockCode."""
        part = self._part(name)
        return self._committed(part, open_by_codes(part.access, key, codes, self._context(name)))

    def read(self, name: str, content_key: bytes) -> bytes:
        """The plaintext of a part, whole; DocumentAltered if it is not what was signed."""
        return b"".join(self.stream(name, content_key))

    def stream(self, name: str, content_key: bytes) -> Iterator[bytes]:
        """The plaintext of a part, chunk by chunk; DocumentAltered, at the latest at its end."""
        part = self._part(name)
        self._committed(part, content_key)
        key = chunk_key(content_key, self._context(name))
        return open_stream(self._sealed_chunks(part), part.chunks, key, name)

    def _part(self, name: str) -> PartEntry:
        try:
            return self._parts[name]
        except KeyError:
            raise NotFound(what=name) from None

    def _context(self, name: str) -> bytes:
        return context(self.kind, self.identity, name)

    def _committed(self, part: PartEntry, content_key: bytes) -> bytes:
        """`content_key`, if it is the one key the signer committed to."""
        if len(content_key) != KEY_LENGTH:
            raise ValueError("a content key has 32 bytes")
        check_commitment(content_key, self._context(part.name), part.commitment, part.name)
        return content_key

    def _sealed_chunks(self, part: PartEntry) -> Iterator[bytes]:
        """The ciphertext again; its root too, for the file may have changed since."""
        with self._source() as file:
            file.seek(self._starts[part.name])
            yield from _checked_chunks(file, part)


@dataclass(frozen=True)
class _Checked:
    """What reading the whole file told: its digest, its size, where the parts begin."""

    digest: str
    size: int
    starts: dict[str, int]


def _write(
    out: BinaryIO,
    scratch: BinaryIO,
    blank: Manifest,
    parts: Sequence[Part],
    signers: Sequence[SigningKey],
) -> str:
    """Write header and bodies to `out`; the hex SHA-256 of all of it."""
    entries = tuple(_seal_part(part, blank, scratch) for part in parts)
    payload = Manifest(blank.kind, blank.identity, entries).encode()
    # What the reader would refuse must not leave the writer either.
    Manifest.decode(payload)
    scratch.seek(0)
    return _written(out, dsse.sign(PAYLOAD_TYPE, payload, signers), scratch)


def _written(out: BinaryIO, envelope: bytes, bodies: BinaryIO) -> str:
    """Header, envelope and the rest of `bodies` to `out`; the hex SHA-256 of all of it."""
    if len(envelope) > MAX_ENVELOPE:
        raise ValueError("too many parts or recipients for one document")
    block = MAGIC + bytes([VERSION]) + len(envelope).to_bytes(4, "big") + envelope
    digest = hashlib.sha256()
    while block:
        digest.update(block)
        out.write(block)
        block = bodies.read(_COPY)
    return digest.hexdigest()


def _seal_part(part: Part, blank: Manifest, scratch: BinaryIO) -> PartEntry:
    """Append the ciphertext of `part` to `scratch`; its entry in the manifest."""
    content_key = secrets.token_bytes(KEY_LENGTH)
    bound_to = context(blank.kind, blank.identity, part.name)
    plaintext = io.BytesIO(part.plaintext) if isinstance(part.plaintext, bytes) else part.plaintext
    tree, length = MerkleTree(), 0
    for chunk in seal_stream(plaintext, chunk_key(content_key, bound_to)):
        scratch.write(chunk)
        tree.append(chunk)
        length += len(chunk)
    return PartEntry(
        name=part.name,
        access=lock(part.access, content_key, bound_to),
        commitment=commitment(content_key, bound_to),
        length=length,
        root=tree.root(),
    )


def _read_envelope(file: BinaryIO) -> tuple[bytes, bytes]:
    """The fixed header and the envelope's bytes (checks 1 and 2 of the specification)."""
    header = read_up_to(file, HEADER)
    if not MAGIC.startswith(header[: len(MAGIC)]):
        raise NotADocument(reason=Words("文件开头不符", "it begins otherwise"))
    if len(header) > len(MAGIC) and header[len(MAGIC)] != VERSION:
        raise UnsupportedVersion(found=header[len(MAGIC)])
    if len(header) < HEADER:
        raise DocumentTruncated(expected=HEADER, found=len(header))
    length = int.from_bytes(header[-4:], "big")
    if not 1 <= length <= MAX_ENVELOPE:
        raise DocumentAltered(where=Words("文件头", "header"))
    envelope = read_up_to(file, length)
    if len(envelope) < length:
        raise DocumentTruncated(expected=HEADER + length, found=HEADER + len(envelope))
    return header, envelope


def _read_manifest(envelope: dsse.Envelope) -> Manifest:
    """The manifest, UNVERIFIED (check 3 of the specification)."""
    if envelope.payload_type != PAYLOAD_TYPE:
        raise dsse.other_type(envelope.payload_type)
    return Manifest.decode(envelope.payload)


def _check_bodies(file: BinaryIO, head: bytes, manifest: Manifest) -> _Checked:
    """Lengths and roots of all parts (checks 2, exactly, and 6 of the specification)."""
    expected = len(head) + sum(part.length for part in manifest.parts)
    size = file.seek(0, io.SEEK_END)
    if size < expected:
        raise DocumentTruncated(expected=expected, found=size)
    if size > expected:
        raise DocumentAltered(
            where=Words(f"末尾多出 {size - expected} 字节", f"+{size - expected}")
        )
    file.seek(len(head))
    digest, start, starts = hashlib.sha256(head), len(head), {}
    for part in manifest.parts:
        starts[part.name] = start
        start += part.length
        for chunk in _checked_chunks(file, part):
            digest.update(chunk)
    return _Checked(digest.hexdigest(), size, starts)


def _checked_chunks(file: BinaryIO, part: PartEntry) -> Iterator[bytes]:
    """The chunks of a part from here on; DocumentAltered at their end if the root differs."""
    tree = MerkleTree()
    for size in chunk_sizes(part.length):
        chunk = read_up_to(file, size)
        tree.append(chunk)
        yield chunk
    if tree.root() != part.root:
        raise DocumentAltered(where=part_words(part.name))
