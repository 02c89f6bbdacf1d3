"""Merkle trees of RFC 6962, section 2.1: roots of a growing list, and proofs about them.

A `MerkleTree` grows in logarithmic memory and has its root at every size. An inclusion proof shows
that a leaf is in a tree; a consistency proof shows that one tree is the beginning of another.
"""

import hashlib
from collections.abc import Iterable, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 ‖ data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class MerkleTree:
    """The roots of the full subtrees of what was appended so far (at most 64 hashes)."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    def append(self, data: bytes) -> None:
        """Add one leaf."""
        self.append_hash(leaf_hash(data))

    def append_hash(self, node: bytes) -> None:
        """Add one leaf of which the hash is known."""
        self.size += 1
        span = 1
        while self._peaks and self._peaks[-1][0] == span:
            node = node_hash(self._peaks.pop()[1], node)
            span *= 2
        self._peaks.append((span, node))

    def copy(self) -> "MerkleTree":
        """Another tree with the same leaves, which grows on its own."""
        other = MerkleTree()
        other.size, other._peaks = self.size, list(self._peaks)
        return other

    def root(self) -> bytes:
        """The 32-byte tree head; that of an empty list is SHA-256 of nothing."""
        if not self._peaks:
            return EMPTY_ROOT
        node = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            node = node_hash(left, node)
        return node


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    """The tree head of `leaves`."""
    tree = MerkleTree()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def subtree_root(hashes: Sequence[bytes]) -> bytes:
    """The tree head of leaves of which only the hashes are given."""
    tree = MerkleTree()
    for node in hashes:
        tree.append_hash(node)
    return tree.root()


def inclusion_proof(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """PATH(index, D[n]) of section 2.1.1, from the leaf up; ValueError for no such leaf."""
    if not 0 <= index < len(hashes):
        raise ValueError(f"no leaf {index} among {len(hashes)}")
    if len(hashes) == 1:
        return []
    split = _split(len(hashes))
    left, right = hashes[:split], hashes[split:]
    if index < split:
        return [*inclusion_proof(left, index), subtree_root(right)]
    return [*inclusion_proof(right, index - split), subtree_root(left)]


def consistency_proof(hashes: Sequence[bytes], old: int) -> list[bytes]:
    """PROOF(old, D[n]) of section 2.1.2; ValueError unless 0 < old ≤ n."""
    if not 0 < old <= len(hashes):
        raise ValueError(f"no tree of {old} leaves among {len(hashes)}")
    return _subproof(hashes, old, True)


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether `proof` shows a leaf hash at `index` of a tree (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size or len(leaf) != len(EMPTY_ROOT):
        return False
    place, last, node = index, size - 1, leaf
    for other in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(other, node)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, other)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def verify_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether `proof` shows the older tree at the beginning of the newer (RFC 9162, 2.1.4.2).

    False for an empty older tree: every tree continues it, so there is nothing to prove.
    """
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    whole = old & (old - 1) == 0
    nodes = [old_root, *proof] if whole else list(proof)
    if not nodes or (whole and not proof):
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    return _climb(nodes, place, last) == (old_root, new_root)


def _climb(nodes: Sequence[bytes], place: int, last: int) -> tuple[bytes, bytes] | None:
    """The two roots that a consistency proof leads to; None if it is too long or too short."""
    older = newer = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            older, newer = node_hash(node, older), node_hash(node, newer)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, node)
        place, last = place >> 1, last >> 1
    return (older, newer) if last == 0 else None


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _subproof(hashes: Sequence[bytes], old: int, known: bool) -> list[bytes]:
    """SUBPROOF of section 2.1.2; `known` says that the verifier has the older root already."""
    if old == len(hashes):
        return [] if known else [subtree_root(hashes)]
    split = _split(len(hashes))
    left, right = hashes[:split], hashes[split:]
    if old <= split:
        return [*_subproof(left, old, known), subtree_root(right)]
    return [*_subproof(right, old - split, False), subtree_root(left)]
