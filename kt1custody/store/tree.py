"""The tree's hashes in the database: what the log's own leaves do not give at once.

**Rule:** leaves are read from the log; full tiles of them, and every tile above, are kept in
`tiles`, which is derived and can be made again. Whoever builds a proof checks it.
"""

import sqlalchemy as sa

from kt1custody.core.formats.tree import HASH, WIDTH, Tiles, root_of
from kt1custody.store.log import ENTRIES
from kt1custody.store.statements import LOG, Change, Query, add, log_of
from kt1custody.store.tables import TileRow

TILES = TileRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it

_LEAVES = Query(
    sa.select(ENTRIES.c.leaf)
    .where(
        ENTRIES.c.log == LOG,
        ENTRIES.c.seq.between(sa.bindparam("first"), sa.bindparam("last")),
    )
    .order_by(ENTRIES.c.seq)
)
_TILE = Query(
    sa.select(TILES.c.hashes).where(
        TILES.c.log == LOG,
        TILES.c.base == sa.bindparam("base"),
        TILES.c.level == sa.bindparam("level"),
        TILES.c.number == sa.bindparam("number"),
    )
)
_ADD_TILE = add(TILES)
_GROW_TILE = Change(
    sa.update(TILES)
    .where(
        TILES.c.log == sa.bindparam("at_log"),
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
            _GROW_TILE.run(connection, [{"at_log": log_of(connection), **asked}])


def tiles(connection: sa.Connection, base: int) -> Tiles:
    """Give the tree of an epoch as it stands in this transaction."""
    return Tiles(lambda level, number: read_tile(connection, base, level, number))


def read_tile(connection: sa.Connection, base: int, level: int, number: int) -> bytes:
    """Give the hashes of a tile in a row, as many as there are."""
    kept: bytes | None = _TILE.value(connection, base=base, level=level, number=number)
    if kept is not None or level > 0:
        return kept or b""
    first = base + WIDTH * number
    return b"".join(_LEAVES.column(connection, first=first, last=first + WIDTH - 1))


def _add(connection: sa.Connection, base: int, level: int, number: int, hashes: bytes) -> None:
    key = {"log": log_of(connection), "base": base, "level": level, "number": number}
    _ADD_TILE.run(connection, [{**key, "hashes": hashes}])
