"""The tree's hashes in the database: what the log's own leaves do not give at once.

**Rule:** leaves are read from the log; full tiles of them, and every tile above, are kept in
`tiles`, which is derived and can be made again. Whoever builds a proof checks it.
"""

import sqlalchemy as sa

from kt1custody.core.formats.tree import HASH, WIDTH, Tiles, root_of
from kt1custody.store.log import ENTRIES
from kt1custody.store.tables import TileRow

TILES = TileRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it

_LEAVES = (
    sa.select(ENTRIES.c.leaf)
    .where(
        ENTRIES.c.log == sa.select(sa.func.min(ENTRIES.c.log)).scalar_subquery(),
        ENTRIES.c.seq.between(sa.bindparam("first"), sa.bindparam("last")),
    )
    .order_by(ENTRIES.c.seq)
)
_TILE = sa.select(TILES.c.hashes).where(
    TILES.c.base == sa.bindparam("base"),
    TILES.c.level == sa.bindparam("level"),
    TILES.c.number == sa.bindparam("number"),
)
_ADD_TILE = sa.insert(TILES)
_GROW_TILE = (
    sa.update(TILES)
    .where(
        TILES.c.base == sa.bindparam("at_base"),
        TILES.c.level == sa.bindparam("at_level"),
        TILES.c.number == sa.bindparam("at_number"),
    )
    .values(hashes=sa.bindparam("longer"))
)


def keep_full_tiles(connection: sa.Connection, base: int, size: int) -> None:
    """Keep the tiles that are full now that a tree has grown to this size.

    Args:
        base: Position of the tree's first leaf: where its epoch begins.
    """
    level = 0
    while size and size % WIDTH == 0:
        size //= WIDTH
        full = read_tile(connection, base, level, size - 1)
        if level == 0:
            _add(connection, base, 0, size - 1, full)
        level += 1
        root = root_of(full[at : at + HASH] for at in range(0, len(full), HASH))
        number, place = divmod(size - 1, WIDTH)
        if place == 0:
            _add(connection, base, level, number, root)
        else:
            longer = read_tile(connection, base, level, number) + root
            asked = {"at_base": base, "at_level": level, "at_number": number, "longer": longer}
            connection.execute(_GROW_TILE, asked)


def tiles(connection: sa.Connection, base: int) -> Tiles:
    """Give the tree of an epoch as it stands in this transaction."""
    return Tiles(lambda level, number: read_tile(connection, base, level, number))


def read_tile(connection: sa.Connection, base: int, level: int, number: int) -> bytes:
    """Give the hashes of a tile in a row, as many as there are."""
    asked = {"base": base, "level": level, "number": number}
    kept: bytes | None = connection.execute(_TILE, asked).scalar_one_or_none()
    if kept is not None or level > 0:
        return kept or b""
    first = base + WIDTH * number
    leaves = connection.execute(_LEAVES, {"first": first, "last": first + WIDTH - 1})
    return b"".join(leaves.scalars())


def _add(connection: sa.Connection, base: int, level: int, number: int, hashes: bytes) -> None:
    row = {"base": base, "level": level, "number": number, "hashes": hashes}
    connection.execute(_ADD_TILE, [row])
