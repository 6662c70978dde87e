"""The Merkle tree over the log's leaf hashes (RFC 6962 §2.1, RFC 9162 §2.1.1).

**Rule:** the leaves are the leaf hashes of the entries and nothing else, so the chain and the tree
cannot disagree. Format: `.docs/formats.md` §5.
"""

import hashlib
from collections.abc import Iterable

EMPTY_ROOT = hashlib.sha256(b"").digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into one, 32 bytes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows leaf by leaf and keeps only the roots of its perfect subtrees.

    Attributes:
        size: How many leaves it has.
    """

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []  # largest first; one for each bit that is set in `size`

    def add(self, leaf_hash: bytes) -> None:
        """Append a leaf by its hash, 32 bytes."""
        peak, size = leaf_hash, self.size
        while size & 1:
            peak = node_hash(self._peaks.pop(), peak)
            size >>= 1
        self._peaks.append(peak)
        self.size += 1

    def root(self) -> bytes:
        """Give the root over all leaves so far, 32 bytes."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Give the root over leaf hashes in their order; streams."""
    tree = Tree()
    for leaf in leaf_hashes:
        tree.add(leaf)
    return tree.root()
