"""The tree over the log's leaf hashes, grown while the entries go by.

**Rule:** the leaves are hashes of the delivered bytes, of those too that cannot be read. Every level
of tiles is kept, so that the root at any size and every tile can be compared afterwards; a million
entries need 32 MB. Format: `.docs/formats.md` §10 and §15.
"""

from collections.abc import Iterator

from kt1custody.core.formats.tree import HASH, HEIGHT, WIDTH, ReadTile, Tiles, node_hash, root_of

_FULL = HASH * WIDTH


class Growth:
    """A tree that grows leaf by leaf.

    Attributes:
        size: How many leaves it has.
        began: How many it had before the first that was added here.
    """

    def __init__(self, began: int = 0, tile: ReadTile | None = None) -> None:
        """Begin, or go on.

        Args:
            began: How many leaves there are already.
            tile: Gives the tiles over them.
        """
        self.size = self.began = began
        self._older = tile
        self._rows: list[bytearray] = []  # of each level, from the tile that was not full
        self._peaks: list[bytes] = []
        if tile is not None:
            levels = -(-began.bit_length() // HEIGHT)
            self._rows = [bytearray(tile(one, self._first(one))) for one in range(levels)]
            self._peaks = list(_peaks(tile, began))

    def add(self, leaf: bytes) -> None:
        """Append a leaf hash, 32 bytes."""
        found, height = leaf, 0
        self._put(0, leaf)
        while self.size >> height & 1:
            found, height = node_hash(self._peaks.pop(), found), height + 1
            if height % HEIGHT == 0:
                self._put(height // HEIGHT, found)
        self._peaks.append(found)
        self.size += 1

    @property
    def peaks(self) -> bytes:
        """Roots of the perfect subtrees in a row, largest first."""
        return b"".join(self._peaks)

    def root(self, size: int) -> bytes:
        """Give the root of the tree when it had this size."""
        return Tiles(self.tile).root(size)

    def leaf(self, index: int) -> bytes:
        """Give one leaf hash."""
        number, place = divmod(index, WIDTH)
        return self.tile(0, number)[HASH * place : HASH * (place + 1)]

    def tile(self, level: int, number: int) -> bytes:
        """Give the hashes of a tile in a row, as many as there are."""
        place = number - self._first(level)
        if place < 0 and self._older is not None:
            return self._older(level, number)
        row = self._rows[level] if level < len(self._rows) else bytearray()
        return bytes(row[_FULL * place : _FULL * (place + 1)])

    def grown(self) -> Iterator[tuple[int, int]]:
        """Give level and number of every tile that has grown since the beginning, sorted."""
        for level, first in self.first_grown():
            for place in range(-(-len(self._rows[level]) // _FULL)):
                yield level, first + place

    def first_grown(self) -> Iterator[tuple[int, int]]:
        """Give every level that has grown, and the number of its first tile that has."""
        for level in range(len(self._rows)):
            if self.size >> HEIGHT * level > self.began >> HEIGHT * level:
                yield level, self._first(level)

    def _first(self, level: int) -> int:
        """Give the number of the first tile of a level that is kept here."""
        return (self.began >> HEIGHT * level) // WIDTH

    def _put(self, level: int, found: bytes) -> None:
        if level == len(self._rows):
            self._rows.append(bytearray())
        self._rows[level] += found


def _peaks(tile: ReadTile, size: int) -> Iterator[bytes]:
    """Give the roots of the perfect subtrees of a tree, largest first."""
    begin = 0
    for height in range(size.bit_length() - 1, -1, -1):
        if size >> height & 1:
            level, above = divmod(height, HEIGHT)
            number, place = divmod(begin >> HEIGHT * level, WIDTH)
            row = tile(level, number)[HASH * place : HASH * (place + (1 << above))]
            yield root_of(row[at : at + HASH] for at in range(0, len(row), HASH))
            begin += 1 << height
