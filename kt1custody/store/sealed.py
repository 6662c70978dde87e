"""Confidential records as they lie in the tables, carried from one database to another unopened.

**Rule:** a row is carried as it is and only added, never put in the place of another. A record comes
only if the log names it and it is not here, its one-time key only with it: what was erased here does
not come back. Keys that are wrapped come only to people who may have them now. Nothing here proves a record; one
that is wrong opens nothing.
"""

from collections.abc import Iterable, Iterator, Mapping

import sqlalchemy as sa

from kt1custody.core.keyring import Control
from kt1custody.store.records import RECORDS, SLIPKEYS, WRAPPED_KEYS

Cell = int | str | bytes | None
Row = tuple[str, Mapping[str, Cell]]  # name of the table, and its columns
_TABLES = {table.name: table for table in (RECORDS, SLIPKEYS, WRAPPED_KEYS)}  # in this order
_OF_RECORD = "commitment"


def rows(connection: sa.Connection) -> Iterator[Row]:
    """Read every row of every table, streaming; records before what belongs to them."""
    for name, table in _TABLES.items():
        query = sa.select(table).execution_options(yield_per=512)
        for row in connection.execute(query).mappings():
            yield str(name), {str(column): cell for column, cell in row.items()}


def add(
    connection: sa.Connection, control: Control, missing: Iterable[bytes], carried: Iterable[Row]
) -> int:
    """Add the records that are missing, with all that belongs to them.

    Args:
        missing: Commitments that the log names and for which there is no record.
        carried: Untrusted, in the order of `rows`.

    Returns:
        How many records were added.
    """
    wanted, added = set(missing), set[bytes]()
    for name, cells in carried:
        table = _TABLES.get(name)
        if table is None or not _fits(table, cells):
            continue
        commitment = cells.get(_OF_RECORD)
        if name == RECORDS.name and isinstance(commitment, bytes) and commitment in wanted - added:
            connection.execute(sa.insert(table), [dict(cells)])
            added.add(commitment)
        elif name != RECORDS.name and (commitment in added or _may_have(control, cells)):
            connection.execute(sa.insert(table).prefix_with("OR IGNORE"), [dict(cells)])
    return len(added)


def known(connection: sa.Connection) -> set[bytes]:
    """Give the commitments of all records that are here."""
    return set(connection.execute(sa.select(RECORDS.c.commitment)).scalars())


def _may_have(control: Control, cells: Mapping[str, Cell]) -> bool:
    match cells:
        case {"kid": bytes(kid), "name": str(name)}:
            return control.may_have(kid, name)
        case _:
            return False


def _fits(table: sa.Table, cells: Mapping[str, Cell]) -> bool:
    """Tell whether a row has the columns of a table, each of its type."""
    columns = {column.name: column for column in table.columns}
    return cells.keys() == columns.keys() and all(
        columns[name].nullable if cell is None else type(cell) is columns[name].type.python_type
        for name, cell in cells.items()
    )
