"""Rows for the audit: whole tables, or what changed since an earlier audit; by key, streaming."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from kt1custody.store.checkpoints import CHECKPOINTS, STAMPS
from kt1custody.store.kinds import maybe
from kt1custody.store.log import ENTRIES, FRONTIERS, HEAD, ITEMS, LINES, LINKS, SERIALS
from kt1custody.store.records import RECORDS, SLIPKEYS
from kt1custody.store.tree import TILES

_TABLES = (ENTRIES, HEAD, ITEMS, SERIALS, FRONTIERS, LINES, LINKS, TILES, CHECKPOINTS, STAMPS)
_KNOWN = {table.name: table for table in _TABLES}
_BATCH = 400  # keys asked for at once
_RECORD = sa.select(
    RECORDS.c.about,
    sa.exists().where(SLIPKEYS.c.commitment == RECORDS.c.commitment).label("has_key"),
).where(RECORDS.c.commitment == sa.bindparam("commitment"))

Row = Mapping[str, Any]


def entries(connection: sa.Connection, begin: int = 0) -> Iterator[Row]:
    """Read entries with their columns, in the log's order, from a position of the first log on."""
    yield from _stream(connection, "entries", _behind(connection, begin))


def of(
    connection: sa.Connection, table: str, keys: Sequence[int | bytes | str] | None = None
) -> Iterator[Row]:
    """Read a table.

    Args:
        keys: Only rows whose first key column is one of these, which rise.
    """
    if keys is None:
        yield from _stream(connection, table)
        return
    first, *_ = _KNOWN[table].primary_key.columns
    for begin in range(0, len(keys), _BATCH):
        yield from _stream(connection, table, first.in_(keys[begin : begin + _BATCH]))


def behind(connection: sa.Connection, table: str, seq: int) -> Iterator[Row]:
    """Read those rows of a table that speak of entries from a position on."""
    yield from _stream(connection, table, _KNOWN[table].c.seq >= seq)


def tiles(connection: sa.Connection, base: int, level: int, number: int) -> Iterator[Row]:
    """Read the tiles of one level of an epoch's tree, from a number on."""
    yield from _stream(
        connection,
        "tiles",
        TILES.c.base == base,
        TILES.c.level == level,
        TILES.c.number >= number,
    )


def signed(
    connection: sa.Connection, table: str, origins: Sequence[str] = (), size: int = 0
) -> Iterator[Row]:
    """Read checkpoints or stamps.

    Args:
        table: `checkpoints` or `stamps`.
        origins: Known ones, by epoch: older ones are left out, of the last one what is below a size.
    """
    known = _KNOWN[table].c
    newer = sa.and_(known.origin.in_(origins[-1:]), known.size >= size)
    yield from _stream(connection, table, sa.or_(known.origin.not_in(origins), newer))


def record(connection: sa.Connection, commitment: bytes) -> tuple[object, bool] | None:
    """Say what a record is about, and whether its key is still there; None if it is not here."""
    row = connection.execute(_RECORD, {"commitment": commitment}).one_or_none()
    return None if row is None else (row.about, bool(row.has_key))


def _behind(connection: sa.Connection, begin: int) -> sa.ColumnElement[bool]:
    """Say which entries stand behind a place of the key, which begins with the log."""
    log = connection.execute(sa.select(sa.func.min(maybe(ENTRIES.c.log)))).scalar_one()
    place = sa.tuple_(ENTRIES.c.log, ENTRIES.c.seq)
    return place >= sa.tuple_(sa.literal(log), sa.literal(begin)) if begin else sa.true()


def _stream(connection: sa.Connection, table: str, *which: sa.ColumnElement[bool]) -> Iterator[Row]:
    known = _KNOWN[table]
    query = sa.select(known).where(*which).order_by(*known.primary_key.columns)
    for row in connection.execute(query.execution_options(yield_per=512)).mappings():
        yield {str(name): value for name, value in row.items()}
