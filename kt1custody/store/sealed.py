"""Confidential records as they lie in the tables, carried from one database to another unopened.

**Rule:** a row is carried as it is and only added, never put in the place of another. A record comes
only if the log names it, as what it is about, and it is not here. Its one-time key comes only with it
and only sealed to an office key that the log names: what was erased here does not come back. Keys that are wrapped come only to people who may have them now. Nothing here proves a record; one
that is wrong opens nothing.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping

import sqlalchemy as sa

from kt1custody.core.log.keyring import Control
from kt1custody.errors import MalformedInputError
from kt1custody.signing.slips import SealedRecord
from kt1custody.store.log import CATALOGUES
from kt1custody.store.records import (
    RECORDS,
    SLIPKEYS,
    WRAPPED_KEYS,
    drop_wrapped,
    put_catalogue,
    wrapped_keys,
)

Cell = int | str | bytes | None
Row = tuple[str, Mapping[str, Cell]]  # name of the table, and its columns
_TABLES = {table.name: table for table in (RECORDS, SLIPKEYS, WRAPPED_KEYS)}  # in this order


def rows(connection: sa.Connection) -> Iterator[Row]:
    """Read every row of every table, streaming; records before what belongs to them."""
    for name, table in _TABLES.items():
        query = sa.select(table).execution_options(yield_per=512)
        for row in connection.execute(query).mappings():
            yield str(name), {str(column): cell for column, cell in row.items()}


def add(
    connection: sa.Connection,
    control: Control,
    missing: Mapping[bytes, str],
    carried: Iterable[Row],
) -> int:
    """Add the records that are missing, with all that belongs to them.

    Args:
        missing: Commitments that the log names and for which there is no record, each with what
            its record is about.
        carried: Untrusted, in the order of `rows`.

    Returns:
        How many records were added.
    """
    added, planted, keyed = set[Cell](), set[Cell](), set[Cell]()
    for name, cells in carried:
        table = _TABLES.get(name)
        if table is None or not _fits(table, cells):
            continue
        may_come = _may_come(control, missing, added, name, cells)
        if may_come:
            connection.execute(sa.insert(table).prefix_with("OR IGNORE"), [dict(cells)])
        if name == RECORDS.name and may_come:
            added.add(cells["commitment"])
        elif name == SLIPKEYS.name:
            (keyed if may_come else planted).add(cells["commitment"])
    shut = added & planted - keyed  # not erased where they come from, and nobody could open them
    for commitment in shut:
        connection.execute(sa.delete(RECORDS).where(RECORDS.c.commitment == commitment))
    return len(added - shut)


def _may_come(
    control: Control,
    missing: Mapping[bytes, str],
    added: Collection[Cell],
    name: str,
    cells: Mapping[str, Cell],
) -> bool:
    match name, cells:
        case RECORDS.name, {"commitment": bytes(commitment), "about": about}:
            return commitment not in added and missing.get(commitment) == about
        case SLIPKEYS.name, {"commitment": commitment, "office_key": office_key}:
            return commitment in added and office_key in control.office_keys
        case _, {"kid": bytes(kid), "name": str(key)}:
            return control.may_have(kid, key)
        case _:
            return False


def record_rows(about: str, record: SealedRecord) -> Iterator[Row]:
    """Give the rows of a record that is not stored yet."""
    commitment = record.commitment
    yield str(RECORDS.name), {"commitment": commitment, "about": about, "box": record.box}
    for name, key in record.keys.items():
        yield key_row(commitment, name, key)


def key_row(commitment: bytes, office_key: str, sealed: bytes) -> Row:
    """Give the row of a record's one-time key, sealed to one office."""
    cells: dict[str, Cell] = {"commitment": commitment, "office_key": office_key, "wrapped": sealed}
    return str(SLIPKEYS.name), cells


def wrapped_row(name: str, kid: bytes, wrapped: bytes) -> Row:
    """Give the row of an office key or seal key, wrapped to one person's key."""
    return str(WRAPPED_KEYS.name), {"name": name, "kid": kid, "wrapped": wrapped}


def list_row(content: bytes) -> Row:
    """Give the row of a list."""
    return str(CATALOGUES.name), {"hash": hashlib.sha256(content).digest(), "content": content}


def take_away(connection: sa.Connection, control: Control, kids: Iterable[bytes | None]) -> None:
    """Delete what is wrapped to people's keys and they may not have, or no longer need.

    Args:
        kids: Of those keys; None is passed over.
    """
    newest = control.current_key("seal")
    ended = {f"seal-{key.kid.hex()}" for key in control.seal_keys() if key != newest}
    wanted = set(kids) - {None}
    for name, kid in wrapped_keys(connection) if wanted else ():
        if kid in wanted and (name in ended or not control.may_have(kid, name)):
            drop_wrapped(connection, name=name, kid=kid)


def put(
    connection: sa.Connection, control: Control, named: Mapping[bytes, str], rows: Iterable[Row]
) -> None:
    """Store what acts of this transaction have named.

    Args:
        named: Commitments of those acts, each with what its record is about.
        rows: In the order of `rows`. One-time keys may belong to older records too.

    Raises:
        MalformedInputError: `proposal-unreadable`: a row is none of ours or belongs to nothing.
    """
    added = set[Cell]()
    for name, cells in rows:
        table = (_TABLES | {CATALOGUES.name: CATALOGUES}).get(name)
        if table is None or not _fits(table, cells):
            raise MalformedInputError("proposal-unreadable")
        if name == CATALOGUES.name and cells["hash"] in control.catalogues.values():
            put_catalogue(connection, _octets(cells["hash"]), _octets(cells["content"]))
            continue
        if name == WRAPPED_KEYS.name and not _may_come(control, named, added, name, cells):
            continue  # a later act has ended that person's key
        is_passed_on = name == SLIPKEYS.name and cells["office_key"] in control.office_keys
        if not (is_passed_on or _may_come(control, named, added, name, cells)):
            raise MalformedInputError("proposal-unreadable")
        if name == WRAPPED_KEYS.name:  # it replaces what is there
            drop_wrapped(connection, name=str(cells["name"]), kid=_octets(cells["kid"]))
        connection.execute(sa.insert(table).prefix_with("OR IGNORE"), [dict(cells)])
        if name == RECORDS.name:
            added.add(cells["commitment"])


def known(connection: sa.Connection) -> set[bytes]:
    """Give the commitments of all records that are here."""
    return set(connection.execute(sa.select(RECORDS.c.commitment)).scalars())


def _fits(table: sa.Table, cells: Mapping[str, Cell]) -> bool:
    """Tell whether a row has the columns of a table, each of its type."""
    columns = {column.name: column for column in table.columns}
    return cells.keys() == columns.keys() and all(
        columns[name].nullable if cell is None else type(cell) is columns[name].type.python_type
        for name, cell in cells.items()
    )


def _octets(cell: Cell) -> bytes:
    if not isinstance(cell, bytes):
        raise TypeError(cell)
    return cell
