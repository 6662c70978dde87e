"""The Merkle tree over the log's leaf hashes, its tiles and its proofs (RFC 6962 §2.1).

**Rule:** the leaves are the leaf hashes of the entries and nothing else, so the chain and the tree
cannot disagree. Tiles are those of C2SP tlog-tiles: 256 hashes of eight levels. Format:
`.docs/formats.md` §10 and §15.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from kt1custody.errors import VerificationError

EMPTY_ROOT = hashlib.sha256(b"").digest()
HASH = 32  # bytes
WIDTH = 256  # hashes in a full tile
HEIGHT = 8  # levels of the tree in a tile

# Each sibling's range of leaves, and whether it stands on the left.
_Way = list[tuple[bool, tuple[int, int]]]

# Gives the hashes in a row of tile `n` of tile level `level`, at least those that were asked for.
ReadTile = Callable[[int, int], bytes]


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

    @classmethod
    def of(cls, size: int, peaks: bytes) -> "Tree":
        """Go on with a tree.

        Args:
            size: How many leaves it has.
            peaks: As `peaks` gave them, untrusted: whoever knows the root compares it.

        Raises:
            VerificationError: `bad-proof`: not as many as such a tree has.
        """
        if len(peaks) != HASH * size.bit_count():
            raise VerificationError("bad-proof")
        tree = cls()
        tree.size, tree._peaks = size, _split(peaks)
        return tree

    @property
    def peaks(self) -> bytes:
        """Roots of the perfect subtrees in a row, largest first."""
        return b"".join(self._peaks)

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


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """Give tile level, number and width of every tile that a tree of this size has."""
    level = 0
    while size:
        for number in range(-(-size // WIDTH)):
            yield level, number, min(WIDTH, size - WIDTH * number)
        size, level = size // WIDTH, level + 1


class Tiles:
    """A tree as its tiles hold it; roots and proofs of any size that they reach.

    Args:
        read: Asked once for each tile that a question needs.
    """

    def __init__(self, read: ReadTile) -> None:
        self._read = read
        self._rows: dict[tuple[int, int], bytes] = {}

    def root(self, size: int) -> bytes:
        """Give the root of the tree when it had this size."""
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Prove that a leaf stands at an index in a tree of some size; from leaf to root."""
        return [self._range(*sibling) for _, sibling in _way_to_leaf(index, size)]

    def consistency(self, old: int, size: int) -> list[bytes]:
        """Prove that a tree of some size begins with the tree that it was before."""
        if old in (0, size):
            return []
        way, (begin, end) = _way_to_edge(old, size)
        proof = [self._range(*sibling) for _, sibling in way]
        return proof if begin == 0 else [self._range(begin, end), *proof]

    def _range(self, begin: int, end: int) -> bytes:
        """Hash the leaves of a range that a proof may name."""
        length = end - begin
        if length & (length - 1) == 0:
            height = length.bit_length() - 1
            return self._node(height, begin >> height)
        middle = begin + _split_at(length)
        return node_hash(self._range(begin, middle), self._range(middle, end))

    def _node(self, height: int, index: int) -> bytes:
        """Give the root of a perfect subtree of 2^height leaves.

        Raises:
            IndexError: Its tile does not reach so far.
        """
        level, above = divmod(height, HEIGHT)
        number, place = divmod(index << above, WIDTH)
        end = HASH * (place + (1 << above))
        hashes = self._row(level, number)[HASH * place : end]
        if len(hashes) != HASH << above:
            raise IndexError(end)
        return _perfect_root(hashes)

    def _row(self, level: int, number: int) -> bytes:
        if (level, number) not in self._rows:
            self._rows[level, number] = self._read(level, number)
        return self._rows[level, number]


@lru_cache(maxsize=256)  # the tree behind the newest leaf is hashed for every act, and only grows
def _perfect_root(hashes: bytes) -> bytes:
    """Give the root over 2^n hashes in a row."""
    if len(hashes) <= 2 * HASH:
        return hashes if len(hashes) == HASH else hashlib.sha256(b"\x01" + hashes).digest()
    middle = len(hashes) // 2
    return node_hash(_perfect_root(hashes[:middle]), _perfect_root(hashes[middle:]))


def check_inclusion(
    leaf_hash: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that a leaf stands at an index in the tree with this root (RFC 6962 §2.1.1).

    Args:
        proof: Untrusted hashes of 32 bytes, from the leaf's sibling up.

    Raises:
        VerificationError: `bad-proof`.
    """
    if not 0 <= index < size:
        raise VerificationError("bad-proof")
    way, found = _way_to_leaf(index, size), leaf_hash
    if len(proof) != len(way):
        raise VerificationError("bad-proof")
    for (is_left, _), one in zip(way, proof, strict=True):
        found = node_hash(one, found) if is_left else node_hash(found, one)
    if found != root:
        raise VerificationError("bad-proof")


def root_before(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Give the root of the tree that ends with a leaf, out of the leaf's proof in a later tree.

    Args:
        proof: Already checked by `check_inclusion`.
    """
    found = leaf_hash
    for (is_left, _), one in zip(_way_to_leaf(index, size), proof, strict=True):
        found = node_hash(one, found) if is_left else found
    return found


def check_consistency(
    old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree with one root begins with the tree with another (RFC 6962 §2.1.2).

    Args:
        proof: Untrusted hashes of 32 bytes.

    Raises:
        VerificationError: `bad-proof`.
    """
    if not 0 <= old <= size or (size == 0 and root != EMPTY_ROOT):
        raise VerificationError("bad-proof")
    if old in (0, size):
        if proof or old_root != (root if old == size else EMPTY_ROOT):
            raise VerificationError("bad-proof")
        return
    way, (begin, _) = _way_to_edge(old, size)
    rest = list(proof)
    if len(rest) != len(way) + (begin > 0):
        raise VerificationError("bad-proof")
    before = after = rest.pop(0) if begin else old_root
    for (is_left, _), one in zip(way, rest, strict=True):
        before = node_hash(one, before) if is_left else before
        after = node_hash(one, after) if is_left else node_hash(after, one)
    if (before, after) != (old_root, root):
        raise VerificationError("bad-proof")


def _way_to_leaf(index: int, size: int) -> _Way:
    """Give the siblings beside the way from a leaf up to the root."""
    if not 0 <= index < size:
        msg = f"no leaf {index} in a tree of {size}"
        raise ValueError(msg)
    way: _Way = []
    begin, end = 0, size
    while end - begin > 1:
        begin, end, sibling = _turn(begin, end, index)
        way.append((sibling[0] < begin, sibling))
    return way[::-1]


def _way_to_edge(old: int, size: int) -> tuple[_Way, tuple[int, int]]:
    """Give the siblings above the last subtree that both trees have, and its range."""
    if not 0 < old < size:
        msg = f"no tree of {old} in a tree of {size}"
        raise ValueError(msg)
    way: _Way = []
    begin, end = 0, size
    while end != old:
        begin, end, sibling = _turn(begin, end, old - 1)
        way.append((sibling[0] < begin, sibling))
    return way[::-1], (begin, end)


def _turn(begin: int, end: int, index: int) -> tuple[int, int, tuple[int, int]]:
    """Go down one step towards a leaf; gives the half that holds it, and the other half."""
    middle = begin + _split_at(end - begin)
    if index < middle:
        return begin, middle, (middle, end)
    return middle, end, (begin, middle)


def _split_at(length: int) -> int:
    """Give the largest power of two below a length of at least two."""
    return 1 << (length - 1).bit_length() - 1


def _split(hashes: bytes) -> list[bytes]:
    return [hashes[at : at + HASH] for at in range(0, len(hashes), HASH)]
