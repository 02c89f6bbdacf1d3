"""Merkle trees of RFC 6962, section 2.1: the root of a growing list, in logarithmic memory."""

import hashlib
from collections.abc import Iterable

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
        self.size += 1
        span, node = 1, leaf_hash(data)
        while self._peaks and self._peaks[-1][0] == span:
            node = node_hash(self._peaks.pop()[1], node)
            span *= 2
        self._peaks.append((span, node))

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
