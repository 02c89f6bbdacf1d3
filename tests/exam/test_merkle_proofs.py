"""Inclusion and consistency proofs: published vectors, RFC 6962 as it is written, and damage."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.exam.merkle import (
    EMPTY_ROOT,
    MerkleTree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    merkle_root,
    node_hash,
    subtree_root,
    verify_consistency,
    verify_inclusion,
)

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/rfc6962-proofs.json").read_text())
LEAVES = [leaf_hash(b"%d" % n) for n in range(40)]
sizes = st.integers(1, 40)


def octets(text: str) -> bytes:
    return base64.b64decode(text)


def holds(vector: dict[str, Any]) -> bool:
    """What our verifier says to a published vector."""
    proof = [octets(node) for node in vector["proof"]]
    if "leafIdx" in vector:
        place = (vector["leafIdx"], vector["treeSize"])
        return verify_inclusion(octets(vector["leafHash"]), *place, proof, octets(vector["root"]))
    one, two = octets(vector["root1"]), octets(vector["root2"])
    return verify_consistency(vector["size1"], one, vector["size2"], two, proof)


@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_every_published_vector_is_judged_as_published(kind: str) -> None:
    judged = {v["name"]: holds(v) for v in VECTORS[kind]}
    assert judged == {v["name"]: not v["wantErr"] for v in VECTORS[kind]}
    assert 5 < sum(judged.values()) < len(judged) - 90


def test_what_we_prove_is_what_was_published() -> None:
    inputs = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")
    inputs += ("606162636465666768696a6b6c6d6e6f",)
    leaves = [leaf_hash(bytes.fromhex(text)) for text in inputs]
    checked = 0
    for vector in VECTORS["consistency"] + VECTORS["inclusion"]:
        size = vector.get("size2", vector.get("treeSize"))
        if vector["wantErr"] or not 0 < size <= 8 or vector.get("size1") == 0:
            continue
        proof = [octets(node) for node in vector["proof"]]
        if "size1" in vector and octets(vector["root2"]) == subtree_root(leaves[:size]):
            assert consistency_proof(leaves[:size], vector["size1"]) == proof
            checked += 1
        elif "leafIdx" in vector and octets(vector["root"]) == subtree_root(leaves[:size]):
            assert inclusion_proof(leaves[:size], vector["leafIdx"]) == proof
            checked += 1
    assert checked >= 8


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of section 2.1, over leaf hashes."""
    if len(leaves) == 1:
        return leaves[0]
    k = max(2**i for i in range(8) if 2**i < len(leaves))
    return node_hash(by_definition(leaves[:k]), by_definition(leaves[k:]))


def naive_inclusion(leaves: list[bytes], m: int) -> list[bytes]:
    """Every sibling on the way up, found by looking at all subtrees."""
    if len(leaves) == 1:
        return []
    k = max(2**i for i in range(8) if 2**i < len(leaves))
    own, other = (leaves[:k], leaves[k:]) if m < k else (leaves[k:], leaves[:k])
    return [*naive_inclusion(own, m if m < k else m - k), by_definition(other)]


@given(sizes, st.data())
def test_a_leaf_is_proved_at_its_place_and_at_no_other(size: int, data: st.DataObject) -> None:
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    leaves, root = LEAVES[:size], by_definition(LEAVES[:size])
    proof = inclusion_proof(leaves, index)
    assert proof == naive_inclusion(leaves, index)
    assert verify_inclusion(leaves[index], index, size, proof, root)
    assert verify_inclusion(leaves[index], other, size, proof, root) == (other == index)
    assert verify_inclusion(leaves[other], index, size, proof, root) == (other == index)


@given(sizes, st.data())
def test_every_tree_is_proved_to_begin_every_later_one(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    roots = by_definition(LEAVES[:old]), by_definition(LEAVES[:size])
    proof = consistency_proof(LEAVES[:size], old)
    assert len(proof) <= size.bit_length() + 1
    assert verify_consistency(old, roots[0], size, roots[1], proof)


@given(st.lists(st.binary(max_size=2), min_size=1, max_size=24), st.data())
def test_no_proof_joins_two_histories(leaves: list[bytes], data: st.DataObject) -> None:
    old = data.draw(st.integers(1, len(leaves)))
    place = data.draw(st.integers(0, old - 1))
    hashes = [leaf_hash(leaf) for leaf in leaves]
    false = [*hashes[:place], leaf_hash(leaves[place] + b"!"), *hashes[place + 1 :]]
    for proof in (consistency_proof(hashes, old), consistency_proof(false, old)):
        roots = subtree_root(false[:old]), subtree_root(hashes)
        assert not verify_consistency(old, roots[0], len(hashes), roots[1], proof)
    # Control: the same proofs hold each within its own history.
    for own in (hashes, false):
        proof = consistency_proof(own, old)
        assert verify_consistency(old, subtree_root(own[:old]), len(own), subtree_root(own), proof)


@settings(max_examples=60)
@given(sizes, st.data())
def test_a_proof_with_a_node_altered_added_or_left_out_proves_nothing(
    size: int, data: st.DataObject
) -> None:
    old = data.draw(st.integers(1, size))
    roots = subtree_root(LEAVES[:old]), subtree_root(LEAVES[:size])
    proof = consistency_proof(LEAVES[:size], old)
    path = inclusion_proof(LEAVES[:size], old - 1)
    for place in range(len(proof) + 1):
        for bad in damaged(proof, place):
            assert not verify_consistency(old, roots[0], size, roots[1], bad)
    for place in range(len(path) + 1):
        for bad in damaged(path, place):
            assert not verify_inclusion(LEAVES[old - 1], old - 1, size, bad, roots[1])


def damaged(proof: list[bytes], place: int) -> list[list[bytes]]:
    """A proof with a node put in at a place, and with the one there altered or left out."""
    inserted = [*proof[:place], bytes(32), *proof[place:]]
    if place == len(proof):
        return [inserted]
    return [
        inserted,
        [*proof[:place], *proof[place + 1 :]],
        [*proof[:place], bytes(32), *proof[place + 1 :]],
    ]


def test_about_an_empty_or_a_larger_tree_nothing_can_be_proved() -> None:
    root = merkle_root([b"a"])
    assert not verify_consistency(0, EMPTY_ROOT, 1, root, [])
    assert not verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    assert not verify_consistency(2, root, 1, root, [])
    assert verify_consistency(1, root, 1, root, [])


@pytest.mark.parametrize(("size", "place"), [(0, 0), (3, 3), (3, -1)])
def test_what_is_not_there_cannot_be_proved(size: int, place: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(LEAVES[:size], place)
    with pytest.raises(ValueError, match="no tree"):
        consistency_proof(LEAVES[:size], place + 1 if place else 0)
    assert not verify_inclusion(LEAVES[0], place, size, [], LEAVES[0])


def test_a_copy_of_a_tree_grows_on_its_own() -> None:
    tree = MerkleTree()
    for leaf in LEAVES[:5]:
        tree.append_hash(leaf)
    other = tree.copy()
    other.append_hash(LEAVES[5])
    assert (tree.size, tree.root()) == (5, by_definition(LEAVES[:5]))
    assert (other.size, other.root()) == (6, by_definition(LEAVES[:6]))
