"""Checkpoints of a Merkle tree as signed notes (c2sp.org/signed-note, c2sp.org/tlog-checkpoint)."""

import hashlib
import re
from dataclasses import dataclass

from sync.errors import DocumentRefused, NotADocument, SignatureRefused
from sync.wire.keys import SIGNATURE_LENGTH, SigningKey, VerifyKey
from sync.wire.shape import from_base64, to_base64

ROOT_LENGTH = 32
MAX_SIGNATURES = 64
_ED25519 = b"\x01"
_ID_LENGTH = 4
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_SIGNATURE = re.compile(r"— (?P<name>[^\s+]+) (?P<signature>[A-Za-z0-9+/]+={0,2})")


@dataclass(frozen=True)
class Checkpoint:
    """A tree head: whose log, how many leaves, the RFC 6962 root."""

    origin: str
    size: int
    root: bytes


def encode_checkpoint(checkpoint: Checkpoint, signer: SigningKey, name: str) -> str:
    """The signed note; ValueError for a checkpoint or key name that no note can carry."""
    text = f"{checkpoint.origin}\n{checkpoint.size}\n{to_base64(checkpoint.root)}\n"
    note = f"{text}\n{sign_note(text, signer, name)}"
    try:
        if verify_checkpoint(note, name, signer.public) != checkpoint:
            raise ValueError("it would read as another checkpoint")
    except DocumentRefused as error:
        raise ValueError("no note can carry this") from error
    return note


def verify_checkpoint(text: str, name: str, key: VerifyKey) -> Checkpoint:
    """The checkpoint signed by `key` under `name`; NotADocument or SignatureRefused otherwise.

    Signatures by others and extension lines are passed over, as the specification asks.
    """
    body, signatures = _split(text)
    checkpoint = _read_text(body)
    wanted = (name, _key_id(name, key))
    ours = [s for n, s in signatures if (n, s[:_ID_LENGTH]) == wanted]
    if not ours:
        raise SignatureRefused(reason=f"not signed by {name}")
    if not all(_verifies(s[_ID_LENGTH:], body, key) for s in ours):
        raise SignatureRefused(reason=f"signature of {name} does not verify")
    return checkpoint


def sign_note(text: str, signer: SigningKey, name: str) -> str:
    """The signature line of a note's text."""
    signature = _key_id(name, signer.public) + signer.sign(text.encode())
    return f"— {name} {to_base64(signature)}\n"


def _key_id(name: str, key: VerifyKey) -> bytes:
    """SHA-256(name ‖ 0x0A ‖ type ‖ public key), the first four bytes."""
    named = name.encode() + b"\n" + _ED25519 + key.to_bytes()
    return hashlib.sha256(named).digest()[:_ID_LENGTH]


def _verifies(signature: bytes, body: str, key: VerifyKey) -> bool:
    return len(signature) == SIGNATURE_LENGTH and key.verify(signature, body.encode())


def _split(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text of a note with its last newline, and the signatures under it."""
    body, blank, tail = text.rpartition("\n\n")
    if not blank or not tail.endswith("\n") or _CONTROL.search(text) or not _is_utf8(text):
        raise NotADocument(reason="not a signed note")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NotADocument(reason="too many signatures")
    return body + "\n", [_read_signature(line) for line in lines]


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _read_signature(line: str) -> tuple[str, bytes]:
    match = _SIGNATURE.fullmatch(line)
    try:
        signature = from_base64(match["signature"]) if match else b""
    except ValueError:
        signature = b""
    if match is None or len(signature) <= _ID_LENGTH:
        raise NotADocument(reason="malformed signature line")
    return match["name"], signature


def _read_text(body: str) -> Checkpoint:
    """Origin, size, root, then extension lines; none of them empty."""
    lines = body[:-1].split("\n")
    if len(lines) < 3 or not all(lines) or not _SIZE.fullmatch(lines[1]):
        raise NotADocument(reason="not a checkpoint")
    try:
        root = from_base64(lines[2])
    except ValueError:
        raise NotADocument(reason="the root is not base64") from None
    if len(root) != ROOT_LENGTH:
        raise NotADocument(reason=f"a root of {len(root)} bytes")
    return Checkpoint(lines[0], int(lines[1]), root)
