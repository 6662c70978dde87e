"""The tree's hashes in the database: what the log's own leaves do not give at once.

**Rule:** leaves are read from the log; full tiles of them, and every tile above, are kept in
`tiles`, which is derived and can be made again. Whoever builds a proof checks it.
"""

import sqlalchemy as sa

from kt1custody.core.tree import HASH, WIDTH, Tiles, root_of
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
    TILES.c.level == sa.bindparam("level"), TILES.c.number == sa.bindparam("number")
)
_ADD_TILE = sa.insert(TILES)
_GROW_TILE = (
    sa.update(TILES)
    .where(TILES.c.level == sa.bindparam("at_level"), TILES.c.number == sa.bindparam("at_number"))
    .values(hashes=sa.bindparam("longer"))
)


def keep_full_tiles(connection: sa.Connection, size: int) -> None:
    """Keep the tiles that are full now that the tree has grown to this size."""
    level = 0
    while size and size % WIDTH == 0:
        size //= WIDTH
        full = _leaves(connection, size - 1) if level == 0 else _read(connection, level, size - 1)
        if level == 0:
            connection.execute(_ADD_TILE, [{"level": 0, "number": size - 1, "hashes": full}])
        level += 1
        root = root_of(full[at : at + HASH] for at in range(0, len(full), HASH))
        number, place = divmod(size - 1, WIDTH)
        if place == 0:
            connection.execute(_ADD_TILE, [{"level": level, "number": number, "hashes": root}])
        else:
            longer = _read(connection, level, number) + root
            asked = {"at_level": level, "at_number": number, "longer": longer}
            connection.execute(_GROW_TILE, asked)


def tiles(connection: sa.Connection) -> Tiles:
    """Give the tree of the log as it stands in this transaction."""
    return Tiles(lambda level, number: read_tile(connection, level, number))


def read_tile(connection: sa.Connection, level: int, number: int) -> bytes:
    """Give the hashes of a tile in a row, as many as there are."""
    kept = _read(connection, level, number)
    return _leaves(connection, number) if level == 0 and not kept else kept


def _read(connection: sa.Connection, level: int, number: int) -> bytes:
    asked = {"level": level, "number": number}
    return connection.execute(_TILE, asked).scalar_one_or_none() or b""


def _leaves(connection: sa.Connection, number: int) -> bytes:
    asked = {"first": WIDTH * number, "last": WIDTH * (number + 1) - 1}
    return b"".join(connection.execute(_LEAVES, asked).scalars())
