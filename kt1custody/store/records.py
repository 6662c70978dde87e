"""Confidential records, the keys that open them, catalogues and the quarantine.

**Rule:** nothing in clear enters here but catalogues. Keys of records are in a table of their own,
which long-lived backups leave out.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa

from kt1custody.signing.slips import SealedRecord
from kt1custody.store import slip_tags
from kt1custody.store.kinds import maybe
from kt1custody.store.log import CATALOGUES, ITEMS, LINES, catalogue
from kt1custody.store.statements import LOG, Query, add, log_of, run
from kt1custody.store.tables import QuarantineRow, RecordRow, SlipKeyRow, WrappedKeyRow

RECORDS = RecordRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it
SLIPKEYS = SlipKeyRow.__table__  # type: ignore[attr-defined]
WRAPPED_KEYS = WrappedKeyRow.__table__  # type: ignore[attr-defined]
QUARANTINE = QuarantineRow.__table__  # type: ignore[attr-defined]

_PIECES = sa.select(QUARANTINE.c.seq, sa.func.length(QUARANTINE.c.content)).where(
    QUARANTINE.c.log == LOG
)
_ADD_RECORD, _ADD_SLIPKEY, _ADD_WRAPPED = add(RECORDS), add(SLIPKEYS), add(WRAPPED_KEYS)
_ADD_CATALOGUE, _ADD_PIECE = add(CATALOGUES), add(QUARANTINE)
_KEYS_OF_RECORD = sa.and_(
    SLIPKEYS.c.log == RECORDS.c.log, SLIPKEYS.c.commitment == RECORDS.c.commitment
)
_FIND = Query(
    sa.select(RECORDS.c.box, SLIPKEYS.c.office_key, SLIPKEYS.c.wrapped)
    .join(SLIPKEYS, _KEYS_OF_RECORD)
    .where(RECORDS.c.log == LOG, RECORDS.c.commitment == sa.bindparam("commitment"))
)
_WRAPPED = Query(
    sa.select(WRAPPED_KEYS.c.wrapped).where(
        WRAPPED_KEYS.c.log == LOG,
        WRAPPED_KEYS.c.name == sa.bindparam("name"),
        WRAPPED_KEYS.c.kid == sa.bindparam("kid"),
    )
)


def put(
    connection: sa.Connection, about: Sequence[int | str], records: Sequence[SealedRecord]
) -> None:
    """Store encrypted records, each with what it is about, and their sealed keys."""
    log = log_of(connection)
    _ADD_RECORD.run(
        connection,
        [
            {"log": log, "commitment": one.commitment, "about": str(thing), "box": one.box}
            for thing, one in zip(about, records, strict=True)
        ],
    )
    _ADD_SLIPKEY.run(
        connection,
        [
            {"log": log, "commitment": one.commitment, "office_key": name, "wrapped": key}
            for one in records
            for name, key in one.keys.items()
        ],
    )


def drop(connection: sa.Connection, commitment: object) -> None:
    """Take a record away with its keys and tags."""
    slip_tags.drop(connection, commitment)
    for table in (SLIPKEYS, RECORDS):
        which = table.c.log == LOG, table.c.commitment == commitment
        run(connection, sa.delete(table).where(*which))


def put_key(connection: sa.Connection, commitment: bytes, office_key: str, key: bytes) -> None:
    """Store the one-time key of a record as it is sealed to one more office."""
    log = log_of(connection)
    row = {"log": log, "commitment": commitment, "office_key": office_key, "wrapped": key}
    _ADD_SLIPKEY.run(connection, [row])


def find(connection: sa.Connection, commitment: bytes) -> SealedRecord | None:
    """Find a record that still has its key."""
    rows = _FIND.rows(connection, commitment=commitment)
    if not rows:
        return None
    return SealedRecord(commitment, rows[0].box, {row.office_key: row.wrapped for row in rows})


def every(connection: sa.Connection) -> Iterator[tuple[str, SealedRecord]]:
    """Read all records and what each is about; of an erased one no key is left."""
    query = (
        sa.select(RECORDS, maybe(SLIPKEYS.c.office_key), maybe(SLIPKEYS.c.wrapped))
        .join(SLIPKEYS, _KEYS_OF_RECORD, isouter=True)
        .where(RECORDS.c.log == LOG)
        .order_by(RECORDS.c.commitment)
        .execution_options(yield_per=512)
    )
    for _, group in groupby(run(connection, query), key=lambda row: row.commitment):
        rows = list(group)
        yield rows[0].about, _sealed(rows)


def slips(connection: sa.Connection, *, after: int) -> Iterator[tuple[int, int, SealedRecord]]:
    """Read the slips of the items registered behind a position of the log, in its order; streams.

    Returns:
        Position of the `register` act, item, and the record; what is missing of it is empty.
    """
    query = (
        sa.select(
            LINES.c.seq,
            ITEMS.c.n,
            ITEMS.c.commitment,
            maybe(RECORDS.c.box),
            maybe(SLIPKEYS.c.office_key),
            maybe(SLIPKEYS.c.wrapped),
        )
        .join(ITEMS, sa.and_(ITEMS.c.log == LINES.c.log, ITEMS.c.n == LINES.c.n))
        .join(
            RECORDS,
            sa.and_(RECORDS.c.log == ITEMS.c.log, RECORDS.c.commitment == ITEMS.c.commitment),
            isouter=True,
        )
        .join(
            SLIPKEYS,
            sa.and_(SLIPKEYS.c.log == ITEMS.c.log, SLIPKEYS.c.commitment == ITEMS.c.commitment),
            isouter=True,
        )
        .where(LINES.c.log == LOG, LINES.c.seq > after, LINES.c.kind == "register")
        .order_by(LINES.c.seq, LINES.c.line)
        .execution_options(yield_per=512)
    )
    for (seq, n), group in groupby(run(connection, query), key=lambda row: (row.seq, row.n)):
        yield seq, n, _sealed(list(group))


def _sealed(rows: Sequence[Any]) -> SealedRecord:
    """Make a record of its rows, one for each office that can open it, or one without a key."""
    keys = {row.office_key: row.wrapped for row in rows if row.office_key is not None}
    return SealedRecord(rows[0].commitment, rows[0].box or b"", keys)


def put_wrapped(connection: sa.Connection, name: str, kid: bytes, wrapped: bytes) -> None:
    """Store an office key or seal key, wrapped to the owner of a key; it replaces what is there."""
    row = {"log": log_of(connection), "name": name, "kid": kid, "wrapped": wrapped}
    drop_wrapped(connection, name=name, kid=kid)
    _ADD_WRAPPED.run(connection, [row])


def find_wrapped(connection: sa.Connection, name: str, kid: bytes) -> bytes | None:
    """Find what is wrapped to the owner of a key under this name."""
    wrapped: bytes | None = _WRAPPED.value(connection, name=name, kid=kid)
    return wrapped


def wrapped_keys(connection: sa.Connection) -> list[tuple[str, bytes]]:
    """List names of wrapped keys, and to whose key each is wrapped."""
    columns = WRAPPED_KEYS.c.name, WRAPPED_KEYS.c.kid
    query = sa.select(*columns).where(WRAPPED_KEYS.c.log == LOG).order_by(*columns)
    return [(row.name, row.kid) for row in run(connection, query)]


def drop_wrapped(connection: sa.Connection, **which: str | bytes) -> int:
    """Delete wrapped keys by `name`, `kid` or both; give how many there were."""
    columns = [WRAPPED_KEYS.c[column] == value for column, value in which.items()]
    found = sa.delete(WRAPPED_KEYS).where(WRAPPED_KEYS.c.log == LOG, *columns)
    return run(connection, found).rowcount


def sealed_to(connection: sa.Connection) -> list[str]:
    """List the names of the keys to which records are sealed."""
    query = sa.select(SLIPKEYS.c.office_key).where(SLIPKEYS.c.log == LOG).distinct()
    return list(run(connection, query).scalars())


def put_catalogue(connection: sa.Connection, digest: bytes, content: bytes) -> None:
    """Store the bytes of a catalogue, once; bytes that do not have its hash make room for them."""
    if catalogue(connection, digest) is None:
        place = CATALOGUES.c.log == LOG, CATALOGUES.c.hash == digest
        run(connection, sa.delete(CATALOGUES).where(*place))
        row = {"log": log_of(connection), "hash": digest, "content": content}
        _ADD_CATALOGUE.run(connection, [row])


def catalogues(connection: sa.Connection) -> list[tuple[bytes, bytes]]:
    """Read all catalogues with the hashes they are stored under."""
    query = sa.select(CATALOGUES).where(CATALOGUES.c.log == LOG).order_by(CATALOGUES.c.hash)
    return [(row.hash, row.content) for row in run(connection, query)]


class Piece(NamedTuple):
    """A piece in quarantine: position of the entry that tells of it, how many bytes are kept."""

    seq: int
    kept: int


def put_quarantine(connection: sa.Connection, digest: bytes, seq: int) -> None:
    """Remember what is not authentic by its hash, and the position of the entry that says so."""
    row = {"log": log_of(connection), "hash": digest, "seq": seq, "content": b""}
    _ADD_PIECE.run(connection, [row])


def keep_quarantined(connection: sa.Connection, digest: bytes, content: bytes) -> None:
    """Keep the bytes of what `put_quarantine` remembers."""
    which = QUARANTINE.c.log == log_of(connection), QUARANTINE.c.hash == digest
    connection.execute(sa.update(QUARANTINE).where(*which).values(content=content))


def find_quarantined(connection: sa.Connection, digest: bytes) -> Piece | None:
    """Find a piece in quarantine."""
    row = run(connection, _PIECES.where(QUARANTINE.c.hash == digest)).one_or_none()
    return None if row is None else Piece(*row)


def quarantined(connection: sa.Connection) -> list[Piece]:
    """List all pieces in quarantine."""
    return [Piece(*row) for row in run(connection, _PIECES)]
