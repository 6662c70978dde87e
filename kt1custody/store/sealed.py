"""Confidential records as they lie in the tables, carried from one database to another unopened.

**Rule:** a row is carried as it is and never put in the place of one that somebody may open. A
record comes only if the log names it, as what it is about, and it is not here or has no one-time
key. Its key comes only with it and only sealed to an office key that the log names. Keys that are
wrapped come only to people who may have them now. Nothing here proves a record; one that is wrong
opens nothing, and whoever can open the true one has it put in its place.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from kt1custody.core.log.keyring import Control
from kt1custody.signing.slips import SealedRecord
from kt1custody.store import records
from kt1custody.store.records import RECORDS, SLIPKEYS, WRAPPED_KEYS
from kt1custody.store.statements import LOG, Change, log_of, run

Cell = int | str | bytes | None
Row = tuple[str, Mapping[str, Cell]]  # name of the table, and its columns but the log
TABLES = {table.name: table for table in (RECORDS, SLIPKEYS, WRAPPED_KEYS)}  # in this order


def rows(connection: sa.Connection) -> Iterator[Row]:
    """Read every row of every table, streaming; records before what belongs to them."""
    for name, table in TABLES.items():
        query = sa.select(*_carried(table)).where(table.c.log == LOG)
        for row in run(connection, query.execution_options(yield_per=512)).mappings():
            yield str(name), {str(column): cell for column, cell in row.items()}


def add(
    connection: sa.Connection,
    control: Control,
    missing: Mapping[bytes, str],
    carried: Iterable[Row],
) -> int:
    """Add the records that are missing, with all that belongs to them.

    Args:
        missing: Commitments that the log names and for which there is no record that somebody
            could open, each with what its record is about.
        carried: Untrusted, in the order of `rows`.

    Returns:
        How many records were added.
    """
    added, planted, keyed = set[Cell](), set[Cell](), set[Cell]()
    for name, cells in carried:
        table = TABLES.get(name)
        if table is None or not fits(table, cells):
            continue
        comes = may_come(control, missing, added, name, cells)
        if comes and name == RECORDS.name:
            records.drop(connection, cells["commitment"])
        if comes:
            add_if_new(connection, table, [cells])
        if name == RECORDS.name and comes:
            added.add(cells["commitment"])
        elif name == SLIPKEYS.name:
            (keyed if comes else planted).add(cells["commitment"])
    shut = added & planted - keyed  # not erased where they come from, and nobody could open them
    for commitment in shut:
        records.drop(connection, commitment)
    return len(added - shut)


def of(
    control: Control, commitments: Collection[bytes], carried: Iterable[Row]
) -> list[SealedRecord]:
    """Put together some records that are carried, each with its keys for offices of the log.

    Args:
        carried: Untrusted, in the order of `rows`.
    """
    boxes, keys = dict[bytes, bytes](), dict[bytes, dict[str, bytes]]()
    for name, cells in carried:
        match name, cells:
            case RECORDS.name, {"commitment": bytes(commitment), "box": bytes(box)}:
                if commitment in commitments:
                    boxes.setdefault(commitment, box)
            case SLIPKEYS.name, {
                "commitment": bytes(commitment),
                "office_key": str(office_key),
                "wrapped": bytes(key),
            }:
                if commitment in boxes and office_key in control.office_keys:
                    keys.setdefault(commitment, {}).setdefault(office_key, key)
            case _:
                pass
    return [
        SealedRecord(commitment, boxes[commitment], known) for commitment, known in keys.items()
    ]


def may_come(
    control: Control,
    missing: Mapping[bytes, str],
    added: Collection[Cell],
    name: str,
    cells: Mapping[str, Cell],
) -> bool:
    """Tell whether a row may come: a record that is missing, what belongs to it, a wrapped key."""
    match name, cells:
        case RECORDS.name, {"commitment": bytes(commitment), "about": about}:
            return commitment not in added and missing.get(commitment) == about
        case SLIPKEYS.name, {"commitment": commitment, "office_key": office_key}:
            return commitment in added and office_key in control.office_keys
        case _, {"kid": bytes(kid), "name": str(key)}:
            return control.may_have(kid, key)
        case _:
            return False


def known(connection: sa.Connection) -> dict[bytes, bool]:
    """Give the commitments of all records that are here, and whether they have a key."""
    has_key = sa.exists().where(
        SLIPKEYS.c.log == RECORDS.c.log, SLIPKEYS.c.commitment == RECORDS.c.commitment
    )
    query = sa.select(RECORDS.c.commitment, has_key).where(RECORDS.c.log == LOG)
    return {row[0]: bool(row[1]) for row in run(connection, query)}


def add_if_new(
    connection: sa.Connection, table: sa.Table, carried: Sequence[Mapping[str, Cell]]
) -> None:
    """Add rows of a table as they are carried, unless there is one with their key."""
    log = log_of(connection)
    _adding(table).run(connection, [{"log": log, **cells} for cells in carried])


def fits(table: sa.Table, cells: Mapping[str, Cell]) -> bool:
    """Tell whether a row has the columns of a table but the log, each of its type."""
    types = _types(table)
    return cells.keys() == types.keys() and all(
        type(cell) in types[name] for name, cell in cells.items()
    )


@lru_cache
def _adding(table: sa.Table) -> Change:
    return Change(sa.insert(table).prefix_with("OR IGNORE"))


@lru_cache
def _types(table: sa.Table) -> dict[str, tuple[type[Any], ...]]:
    """Give the types that each column may hold."""
    return {
        column.name: (column.type.python_type, *([type(None)] if column.nullable else []))
        for column in _carried(table)
    }


def _carried(table: sa.Table) -> list[sa.Column[Any]]:
    """Give the columns that are carried: a row belongs to the log that it comes to."""
    return [column for column in table.columns if column.name != "log"]
