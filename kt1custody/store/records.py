"""Confidential records, the keys that open them, catalogues and the quarantine.

**Rule:** nothing in clear enters here but catalogues. Keys of records are in a table of their own,
which long-lived backups leave out.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa

from kt1custody.signing.slips import SealedRecord
from kt1custody.store.kinds import maybe
from kt1custody.store.log import CATALOGUES, ITEMS, LINES, catalogue
from kt1custody.store.tables import QuarantineRow, RecordRow, SlipKeyRow, WrappedKeyRow

RECORDS = RecordRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it
SLIPKEYS = SlipKeyRow.__table__  # type: ignore[attr-defined]
WRAPPED_KEYS = WrappedKeyRow.__table__  # type: ignore[attr-defined]
QUARANTINE = QuarantineRow.__table__  # type: ignore[attr-defined]

_PIECES = sa.select(QUARANTINE.c.seq, sa.func.length(QUARANTINE.c.content))
_ADD_RECORD, _ADD_SLIPKEY = sa.insert(RECORDS), sa.insert(SLIPKEYS)
_FIND = (
    sa.select(RECORDS.c.box, SLIPKEYS.c.office_key, SLIPKEYS.c.wrapped)
    .join(SLIPKEYS, RECORDS.c.commitment == SLIPKEYS.c.commitment)
    .where(RECORDS.c.commitment == sa.bindparam("commitment"))
)


def put(
    connection: sa.Connection, about: Sequence[int | str], records: Sequence[SealedRecord]
) -> None:
    """Store encrypted records, each with what it is about, and their sealed keys."""
    connection.execute(
        _ADD_RECORD,
        [
            {"commitment": one.commitment, "about": str(thing), "box": one.box}
            for thing, one in zip(about, records, strict=True)
        ],
    )
    connection.execute(
        _ADD_SLIPKEY,
        [
            {"commitment": one.commitment, "office_key": name, "wrapped": key}
            for one in records
            for name, key in one.keys.items()
        ],
    )


def drop(connection: sa.Connection, commitment: object) -> None:
    """Take a record away with its keys."""
    for table in (SLIPKEYS, RECORDS):
        connection.execute(sa.delete(table).where(table.c.commitment == commitment))


def put_key(connection: sa.Connection, commitment: bytes, office_key: str, key: bytes) -> None:
    """Store the one-time key of a record as it is sealed to one more office."""
    row = {"commitment": commitment, "office_key": office_key, "wrapped": key}
    connection.execute(_ADD_SLIPKEY, [row])


def find(connection: sa.Connection, commitment: bytes) -> SealedRecord | None:
    """Find a record that still has its key."""
    rows = connection.execute(_FIND, {"commitment": commitment}).all()
    if not rows:
        return None
    return SealedRecord(commitment, rows[0].box, {row.office_key: row.wrapped for row in rows})


def every(connection: sa.Connection) -> Iterator[tuple[str, SealedRecord]]:
    """Read all records and what each is about; of an erased one no key is left."""
    query = (
        sa.select(RECORDS, maybe(SLIPKEYS.c.office_key), maybe(SLIPKEYS.c.wrapped))
        .join(SLIPKEYS, RECORDS.c.commitment == SLIPKEYS.c.commitment, isouter=True)
        .order_by(RECORDS.c.commitment)
        .execution_options(yield_per=512)
    )
    for _, group in groupby(connection.execute(query), key=lambda row: row.commitment):
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
        .join(ITEMS, ITEMS.c.n == LINES.c.n)
        .join(RECORDS, RECORDS.c.commitment == ITEMS.c.commitment, isouter=True)
        .join(SLIPKEYS, SLIPKEYS.c.commitment == ITEMS.c.commitment, isouter=True)
        .where(LINES.c.seq > after, LINES.c.kind == "register")
        .order_by(LINES.c.seq, LINES.c.line)
        .execution_options(yield_per=512)
    )
    for (seq, n), group in groupby(connection.execute(query), key=lambda row: (row.seq, row.n)):
        yield seq, n, _sealed(list(group))


def _sealed(rows: Sequence[Any]) -> SealedRecord:
    """Make a record of its rows, one for each office that can open it, or one without a key."""
    keys = {row.office_key: row.wrapped for row in rows if row.office_key is not None}
    return SealedRecord(rows[0].commitment, rows[0].box or b"", keys)


def put_wrapped(connection: sa.Connection, name: str, kid: bytes, wrapped: bytes) -> None:
    """Store an office key or seal key, wrapped to the owner of a key; it replaces what is there."""
    drop_wrapped(connection, name=name, kid=kid)
    connection.execute(sa.insert(WRAPPED_KEYS), [{"name": name, "kid": kid, "wrapped": wrapped}])


def find_wrapped(connection: sa.Connection, name: str, kid: bytes) -> bytes | None:
    """Find what is wrapped to the owner of a key under this name."""
    return connection.execute(
        sa.select(WRAPPED_KEYS.c.wrapped).where(
            WRAPPED_KEYS.c.name == name, WRAPPED_KEYS.c.kid == kid
        )
    ).scalar_one_or_none()


def wrapped_keys(connection: sa.Connection) -> list[tuple[str, bytes]]:
    """List names of wrapped keys, and to whose key each is wrapped."""
    columns = WRAPPED_KEYS.c.name, WRAPPED_KEYS.c.kid
    rows = connection.execute(sa.select(*columns).order_by(*columns))
    return [(row.name, row.kid) for row in rows]


def drop_wrapped(connection: sa.Connection, **which: str | bytes) -> int:
    """Delete wrapped keys by `name`, `kid` or both; give how many there were."""
    columns = [WRAPPED_KEYS.c[column] == value for column, value in which.items()]
    return connection.execute(sa.delete(WRAPPED_KEYS).where(*columns)).rowcount


def sealed_to(connection: sa.Connection) -> list[str]:
    """List the names of the keys to which records are sealed."""
    return list(connection.execute(sa.select(SLIPKEYS.c.office_key).distinct()).scalars())


def put_catalogue(connection: sa.Connection, digest: bytes, content: bytes) -> None:
    """Store the bytes of a catalogue, once; bytes that do not have its hash make room for them."""
    if catalogue(connection, digest) is None:
        connection.execute(sa.delete(CATALOGUES).where(CATALOGUES.c.hash == digest))
        connection.execute(sa.insert(CATALOGUES), [{"hash": digest, "content": content}])


def catalogues(connection: sa.Connection) -> list[tuple[bytes, bytes]]:
    """Read all catalogues with the hashes they are stored under."""
    found = connection.execute(sa.select(CATALOGUES).order_by(CATALOGUES.c.hash))
    return [(row.hash, row.content) for row in found]


class Piece(NamedTuple):
    """A piece in quarantine: position of the entry that tells of it, how many bytes are kept."""

    seq: int
    kept: int


def put_quarantine(connection: sa.Connection, digest: bytes, seq: int) -> None:
    """Remember what is not authentic by its hash, and the position of the entry that says so."""
    row = {"hash": digest, "seq": seq, "content": b""}
    connection.execute(sa.insert(QUARANTINE), [row])


def keep_quarantined(connection: sa.Connection, digest: bytes, content: bytes) -> None:
    """Keep the bytes of what `put_quarantine` remembers."""
    connection.execute(
        sa.update(QUARANTINE).where(QUARANTINE.c.hash == digest).values(content=content)
    )


def find_quarantined(connection: sa.Connection, digest: bytes) -> Piece | None:
    """Find a piece in quarantine."""
    row = connection.execute(_PIECES.where(QUARANTINE.c.hash == digest)).one_or_none()
    return None if row is None else Piece(*row)


def quarantined(connection: sa.Connection) -> list[Piece]:
    """List all pieces in quarantine."""
    return [Piece(*row) for row in connection.execute(_PIECES)]
