"""The vectors of journals, read by docs/specs/journal.md alone: hashlib, base64, an Ed25519 key."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync.exam.journal import decode, encode, origin
from sync.exam.merkle import MerkleTree
from sync.exam.short_head import ShortHead, read_short, write_short
from sync.wire.checkpoint import Checkpoint, encode_checkpoint, verify_checkpoint
from sync.wire.keys import SigningKey

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "journal-v1.json").read_text()
)
LINES = [line.encode() for line in VECTORS["events"]]
ORIGIN = origin(VECTORS["site"], VECTORS["session"], VECTORS["term"])
SIGNER = SigningKey.from_bytes(bytes.fromhex(VECTORS["seed"]))


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def tree_head(lines: list[bytes]) -> bytes:
    """The definition, word for word."""
    if not lines:
        return sha(b"")
    if len(lines) == 1:
        return sha(b"\x00" + lines[0])
    k = max(2**n for n in range(20) if 2**n < len(lines))
    return sha(b"\x01" + tree_head(lines[:k]) + tree_head(lines[k:]))


def test_the_roots_are_those_of_the_definition_and_of_the_growing_tree() -> None:
    tree = MerkleTree()
    for size, told in enumerate(VECTORS["roots"]):
        assert tree_head(LINES[:size]).hex() == tree.root().hex() == told
        if size < len(LINES):
            tree.append(LINES[size])
    assert len(VECTORS["roots"]) == len(LINES) + 1


def test_the_events_are_canonical_and_a_changed_byte_is_another_leaf() -> None:
    assert [encode(decode(line)) for line in LINES] == LINES
    assert tree_head([*LINES[:-1], LINES[-1] + b" "]).hex() != VECTORS["roots"][-1]


@pytest.mark.parametrize("made", VECTORS["checkpoints"], ids=lambda c: f"size {c['size']}")
def test_a_checkpoint_is_made_and_read_by_the_page_alone(made: dict[str, Any]) -> None:
    text, _, tail = made["note"].partition("\n\n")
    name = f"examsite/{VECTORS['site']}"
    dash, signer, blob = tail.removesuffix("\n").split(" ")
    raw, public = base64.b64decode(blob), bytes.fromhex(VECTORS["public"])
    root = base64.b64encode(tree_head(LINES[: made["size"]])).decode()
    assert (dash, signer) == ("—", name)
    assert text == f"{ORIGIN}\n{made['size']}\n{root}"
    assert raw[:4] == sha(name.encode() + b"\n\x01" + public)[:4]
    key = Ed25519PublicKey.from_public_bytes(public)
    key.verify(raw[4:], text.encode() + b"\n")
    with pytest.raises(InvalidSignature):
        key.verify(raw[4:], text.encode())


@pytest.mark.parametrize("made", VECTORS["checkpoints"], ids=lambda c: f"size {c['size']}")
def test_our_own_makers_and_readers_agree(made: dict[str, Any]) -> None:
    head = Checkpoint(ORIGIN, made["size"], bytes.fromhex(VECTORS["roots"][made["size"]]))
    name = f"examsite/{VECTORS['site']}"
    assert encode_checkpoint(head, SIGNER, name) == made["note"]
    assert verify_checkpoint(made["note"], name, SIGNER.public) == head
    assert write_short(ORIGIN, head.size, head.root) == made["short"]
    assert read_short(made["short"]) == ShortHead(ORIGIN, head.size, head.root[:20])


@pytest.mark.parametrize("made", VECTORS["checkpoints"], ids=lambda c: f"size {c['size']}")
def test_a_short_form_is_made_by_the_page_alone(made: dict[str, Any]) -> None:
    letters = base64.b32encode(tree_head(LINES[: made["size"]])[:20])
    journal = f"{VECTORS['site']}/{VECTORS['session']}/{VECTORS['term']} {made['size']} "
    check = base64.b32encode(sha(b"examsite/v1/head\n" + journal.encode() + letters))[:4]
    whole = (letters + check).decode()
    groups = [whole[place : place + 4] for place in range(0, 36, 4)]
    assert made["short"] == journal + "-".join(groups)
