"""The tree of RFC 6962 against the vectors that certificate-transparency published."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.exam.merkle import MerkleTree, leaf_hash, merkle_root, node_hash

INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
# The root over the first one, two … eight inputs.
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(1, 9))
def test_the_root_is_the_published_one(size: int) -> None:
    assert merkle_root(INPUTS[:size]).hex() == ROOTS[size - 1]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert merkle_root([]).hex() == EMPTY
    assert MerkleTree().root().hex() == EMPTY


def by_definition(leaves: list[bytes]) -> bytes:
    """Section 2.1 as it is written: split at the largest power of two below the size."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_a_growing_tree_has_at_every_size_the_root_of_the_definition(leaves: list[bytes]) -> None:
    tree = MerkleTree()
    for size, leaf in enumerate(leaves, start=1):
        tree.append(leaf)
        assert (tree.size, tree.root()) == (size, by_definition(leaves[:size]))


def test_a_leaf_is_never_taken_for_a_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert merkle_root([b"a", b"b"]) != merkle_root([left + right])
    assert node_hash(left, right) != leaf_hash(left + right)


@given(st.lists(st.binary(max_size=3), min_size=1, max_size=20), st.data())
def test_a_leaf_altered_left_out_or_moved_changes_the_root(
    leaves: list[bytes], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(leaves) - 1))
    root = merkle_root(leaves)
    assert merkle_root([*leaves[:place], leaves[place] + b"!", *leaves[place + 1 :]]) != root
    assert merkle_root(leaves[:place] + leaves[place + 1 :]) != root
    turned = leaves[::-1]
    assert (merkle_root(turned) == root) == (turned == leaves)


def test_a_long_tree_needs_little_memory() -> None:
    tree = MerkleTree()
    for n in range(5000):
        tree.append(b"%d" % n)
    assert len(vars(tree)["_peaks"]) == (5000).bit_count()
