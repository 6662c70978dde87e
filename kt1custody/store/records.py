"""Confidential records, the keys that open them, catalogues and the quarantine.

**Rule:** nothing in clear enters here but catalogues. Keys of records are in a table of their own,
which long-lived backups leave out.
"""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from kt1custody.signing.slips import SealedRecord
from kt1custody.store.log import CATALOGUES, ITEMS, LINES
from kt1custody.store.tables import QuarantineRow, RecordRow, SlipKeyRow, WrappedKeyRow

RECORDS = RecordRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it
SLIPKEYS = SlipKeyRow.__table__  # type: ignore[attr-defined]
WRAPPED_KEYS = WrappedKeyRow.__table__  # type: ignore[attr-defined]
QUARANTINE = QuarantineRow.__table__  # type: ignore[attr-defined]

_ADD_RECORD, _ADD_SLIPKEY = sa.insert(RECORDS), sa.insert(SLIPKEYS)


def put(
    connection: sa.Connection,
    about: Sequence[int | str],
    office_key: str,
    records: Sequence[SealedRecord],
) -> None:
    """Store encrypted records, each with what it is about, and their wrapped keys."""
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
            {"commitment": one.commitment, "office_key": office_key, "wrapped": one.wrapped}
            for one in records
        ],
    )


def find(connection: sa.Connection, commitment: bytes) -> tuple[str, SealedRecord] | None:
    """Find a record that still has its key.

    Returns:
        Name of the office key that opens it, and the record.
    """
    row = connection.execute(
        sa.select(RECORDS.c.box, SLIPKEYS.c.office_key, SLIPKEYS.c.wrapped)
        .join(SLIPKEYS, RECORDS.c.commitment == SLIPKEYS.c.commitment)
        .where(RECORDS.c.commitment == commitment)
    ).one_or_none()
    if row is None:
        return None
    return row.office_key, SealedRecord(commitment, row.box, row.wrapped)


def every(connection: sa.Connection) -> Iterator[tuple[str, str | None, SealedRecord]]:
    """Read all records: what each is about, its office key's name (None if erased), the record."""
    query = (
        sa.select(RECORDS, SLIPKEYS.c.office_key, SLIPKEYS.c.wrapped)
        .join(SLIPKEYS, RECORDS.c.commitment == SLIPKEYS.c.commitment, isouter=True)
        .order_by(RECORDS.c.commitment)
        .execution_options(yield_per=512)
    )
    for row in connection.execute(query):
        yield row.about, row.office_key, SealedRecord(row.commitment, row.box, row.wrapped or b"")


def slips(
    connection: sa.Connection, *, after: int
) -> Iterator[tuple[int, int, str | None, SealedRecord]]:
    """Read the slips of the items registered behind a position of the log, in its order; streams.

    Returns:
        Position of the `register` act, item, name of the office key (None if the slip is erased),
        and the record; what is missing of it is empty.
    """
    query = (
        sa.select(
            LINES.c.seq,
            ITEMS.c.n,
            ITEMS.c.commitment,
            RECORDS.c.box,
            SLIPKEYS.c.office_key,
            SLIPKEYS.c.wrapped,
        )
        .join(ITEMS, ITEMS.c.n == LINES.c.n)
        .join(RECORDS, RECORDS.c.commitment == ITEMS.c.commitment, isouter=True)
        .join(SLIPKEYS, SLIPKEYS.c.commitment == ITEMS.c.commitment, isouter=True)
        .where(LINES.c.seq > after, LINES.c.kind == "register")
        .order_by(LINES.c.seq, LINES.c.line)
        .execution_options(yield_per=512)
    )
    for row in connection.execute(query):
        sealed = SealedRecord(row.commitment, row.box or b"", row.wrapped or b"")
        yield row.seq, row.n, row.office_key, sealed


def put_wrapped(connection: sa.Connection, name: str, kid: bytes, wrapped: bytes) -> None:
    """Store an office key or seal key, wrapped to the owner of a key."""
    connection.execute(sa.insert(WRAPPED_KEYS), [{"name": name, "kid": kid, "wrapped": wrapped}])


def find_wrapped(connection: sa.Connection, name: str, kid: bytes) -> bytes | None:
    """Find what is wrapped to the owner of a key under this name."""
    return connection.execute(
        sa.select(WRAPPED_KEYS.c.wrapped).where(
            WRAPPED_KEYS.c.name == name, WRAPPED_KEYS.c.kid == kid
        )
    ).scalar_one_or_none()


def has_wrapped(connection: sa.Connection, kid: bytes) -> bool:
    """Tell whether anything is wrapped to the owner of a key."""
    query = sa.select(WRAPPED_KEYS.c.name).where(WRAPPED_KEYS.c.kid == kid).limit(1)
    return connection.execute(query).first() is not None


def wrapped_names(connection: sa.Connection) -> list[str]:
    """List the names of wrapped keys."""
    return list(
        connection.execute(
            sa.select(WRAPPED_KEYS.c.name).distinct().order_by(WRAPPED_KEYS.c.name)
        ).scalars()
    )


def put_catalogue(connection: sa.Connection, digest: bytes, content: bytes) -> None:
    """Store the bytes of a catalogue, once."""
    known = connection.execute(
        sa.select(sa.func.count()).where(CATALOGUES.c.hash == digest)
    ).scalar_one()
    if not known:
        connection.execute(sa.insert(CATALOGUES), [{"hash": digest, "content": content}])


def catalogues(connection: sa.Connection) -> list[tuple[bytes, bytes]]:
    """Read all catalogues with the hashes they are stored under."""
    found = connection.execute(sa.select(CATALOGUES).order_by(CATALOGUES.c.hash))
    return [(row.hash, row.content) for row in found]


def put_quarantine(connection: sa.Connection, digest: bytes, content: bytes, seq: int) -> None:
    """Keep what is not authentic, and the position of the entry that says so."""
    row = {"hash": digest, "seq": seq, "content": content}
    connection.execute(sa.insert(QUARANTINE), [row])


def find_quarantined(connection: sa.Connection, digest: bytes) -> int | None:
    """Find the position of the entry that tells of a piece in quarantine."""
    return connection.execute(
        sa.select(QUARANTINE.c.seq).where(QUARANTINE.c.hash == digest)
    ).scalar_one_or_none()
