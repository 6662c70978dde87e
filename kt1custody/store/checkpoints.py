"""Checkpoints that were given out, with the cosignatures and time stamps they have gathered.

**Rule:** nothing here is believed but by its signatures; the audit compares every checkpoint with
the tree.
"""

from collections.abc import Iterator

import sqlalchemy as sa

from kt1custody.store.log import HEAD
from kt1custody.store.tables import CheckpointRow, StampRow

CHECKPOINTS = CheckpointRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it
STAMPS = StampRow.__table__  # type: ignore[attr-defined]

_PRESENT = sa.select(HEAD.c.origin).scalar_subquery()
_NEWEST = (
    sa.select(CHECKPOINTS)
    .where(CHECKPOINTS.c.origin == _PRESENT)
    .order_by(CHECKPOINTS.c.size.desc())
)
_LAST = _NEWEST.limit(1)
_FIND = sa.select(CHECKPOINTS.c.note).where(
    CHECKPOINTS.c.origin == sa.func.coalesce(sa.bindparam("origin"), _PRESENT),
    CHECKPOINTS.c.size == sa.bindparam("size"),
)


def newest(connection: sa.Connection) -> tuple[int, int, bytes] | None:
    """Give size, time (Unix seconds UTC) and note of the present epoch's newest checkpoint."""
    row = connection.execute(_LAST).one_or_none()
    return None if row is None else (row.size, row.at, row.note)


def backwards(connection: sa.Connection) -> Iterator[tuple[int, bytes]]:
    """Give size and note of every checkpoint of the present epoch, the newest first; streams."""
    for row in connection.execute(_NEWEST.execution_options(yield_per=64)):
        yield row.size, row.note


def find(connection: sa.Connection, size: int, origin: str | None = None) -> bytes | None:
    """Find the note of a checkpoint, of the present epoch unless another is named."""
    asked = {"size": size, "origin": origin}
    note: bytes | None = connection.execute(_FIND, asked).scalar_one_or_none()
    return note


def put(connection: sa.Connection, origin: str, size: int, at: int, note: bytes) -> None:
    """Keep a checkpoint, or the same one with more signature lines.

    Args:
        at: When it was given out, Unix seconds UTC.
    """
    changed = connection.execute(
        sa.update(CHECKPOINTS)
        .where(CHECKPOINTS.c.origin == origin, CHECKPOINTS.c.size == size)
        .values(note=note)
    )
    if changed.rowcount == 0:
        row = {"origin": origin, "size": size, "at": at, "note": note}
        connection.execute(sa.insert(CHECKPOINTS), [row])


def put_stamp(connection: sa.Connection, origin: str, size: int, response: bytes) -> None:
    """Keep a time stamp in the place of an older one."""
    connection.execute(sa.delete(STAMPS).where(STAMPS.c.origin == origin, STAMPS.c.size == size))
    row = {"origin": origin, "size": size, "response": response}
    connection.execute(sa.insert(STAMPS), [row])


def stamps(connection: sa.Connection) -> list[tuple[int, bytes]]:
    """Give size and response of every time stamp of the present epoch, by size."""
    query = sa.select(STAMPS).where(STAMPS.c.origin == _PRESENT).order_by(STAMPS.c.size)
    found = connection.execute(query)
    return [(row.size, row.response) for row in found]
