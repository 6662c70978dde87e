"""Rows for the audit: whole tables, or what changed since an earlier audit; by key, streaming."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from kt1custody.store.checkpoints import CHECKPOINTS, STAMPS
from kt1custody.store.log import ENTRIES, FRONTIERS, HEAD, ITEMS, LINES, LINKS, SERIALS
from kt1custody.store.prints import PRINTS
from kt1custody.store.records import RECORDS, SLIPKEYS
from kt1custody.store.statements import LOG, Query, log_of
from kt1custody.store.tree import TILES

_TABLES = (
    *(ENTRIES, HEAD, ITEMS, SERIALS, FRONTIERS, LINES, LINKS, PRINTS, TILES),
    *(CHECKPOINTS, STAMPS),
)
_KNOWN = {table.name: table for table in _TABLES}
_BATCH = 400  # keys asked for at once
_HAS_KEY = sa.exists().where(
    SLIPKEYS.c.log == RECORDS.c.log, SLIPKEYS.c.commitment == RECORDS.c.commitment
)
_RECORD = Query(
    sa.select(RECORDS.c.about, _HAS_KEY.label("has_key")).where(
        RECORDS.c.log == LOG, RECORDS.c.commitment == sa.bindparam("commitment")
    )
)

Row = Mapping[str, Any]


def entries(connection: sa.Connection, begin: int = 0) -> Iterator[Row]:
    """Read entries with their columns, in the log's order, from a position of the log on."""
    place = sa.tuple_(ENTRIES.c.log, ENTRIES.c.seq)
    behind = place >= sa.tuple_(sa.literal(log_of(connection)), sa.literal(begin))
    yield from _stream(connection, "entries", *([behind] if begin else []))


def of(
    connection: sa.Connection, table: str, keys: Sequence[int | bytes | str] | None = None
) -> Iterator[Row]:
    """Read a table, whichever log a row names.

    Args:
        keys: Only rows of the log whose first key column behind it is one of these, which rise.
    """
    if keys is None:
        yield from _stream(connection, table)
        return
    log, first, *_ = _KNOWN[table].primary_key.columns
    for begin in range(0, len(keys), _BATCH):
        some = log == log_of(connection), first.in_(keys[begin : begin + _BATCH])
        yield from _stream(connection, table, *some)


def behind(connection: sa.Connection, table: str, seq: int) -> Iterator[Row]:
    """Read those rows of a table that speak of entries from a position on; from 0, all."""
    known = _KNOWN[table].c
    newer = known.log == log_of(connection), known.seq >= seq
    yield from _stream(connection, table, *(newer if seq else ()))


def tiles(connection: sa.Connection, base: int, level: int, number: int) -> Iterator[Row]:
    """Read the tiles of one level of an epoch's tree, from a number on."""
    yield from _stream(
        connection,
        "tiles",
        TILES.c.log == log_of(connection),
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


def others(connection: sa.Connection, log: str) -> Iterator[tuple[str, str]]:
    """Give every table with rows of another log than this, and names of such logs; not all."""
    for table in SQLModel.metadata.sorted_tables:
        for is_other in (table.c.log < log, table.c.log > log):  # as their index finds them
            name = connection.execute(sa.select(table.c.log).where(is_other).limit(1)).scalar()
            if name is not None:
                yield str(table.name), name


def record(connection: sa.Connection, commitment: bytes) -> tuple[object, bool] | None:
    """Say what a record is about, and whether its key is still there; None if it is not here."""
    row = _RECORD.first(connection, commitment=commitment)
    return None if row is None else (row.about, bool(row.has_key))


def _stream(connection: sa.Connection, table: str, *which: sa.ColumnElement[bool]) -> Iterator[Row]:
    known = _KNOWN[table]
    query = sa.select(known).where(*which).order_by(*known.primary_key.columns)
    for row in connection.execute(query.execution_options(yield_per=512)).mappings():
        yield {str(name): value for name, value in row.items()}
