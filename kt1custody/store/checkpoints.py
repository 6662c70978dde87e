"""Checkpoints that were given out, with the cosignatures and time stamps they have gathered.

**Rule:** nothing here is believed but by its signatures; the audit compares every checkpoint with
the tree.
"""

from collections.abc import Iterator

import sqlalchemy as sa

from kt1custody.store.log import HEAD
from kt1custody.store.statements import LOG, Query, add, log_of, run
from kt1custody.store.tables import CheckpointRow, StampRow

CHECKPOINTS = CheckpointRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it
STAMPS = StampRow.__table__  # type: ignore[attr-defined]

_PRESENT = sa.select(HEAD.c.origin).where(HEAD.c.log == LOG).scalar_subquery()
_NEWEST = (
    sa.select(CHECKPOINTS)
    .where(CHECKPOINTS.c.log == LOG, CHECKPOINTS.c.origin == _PRESENT)
    .order_by(CHECKPOINTS.c.size.desc())
)
_LAST = Query(_NEWEST.limit(1))
_FIND = Query(
    sa.select(CHECKPOINTS.c.note).where(
        CHECKPOINTS.c.log == LOG,
        CHECKPOINTS.c.origin == sa.func.coalesce(sa.bindparam("origin"), _PRESENT),
        CHECKPOINTS.c.size == sa.bindparam("size"),
    )
)
_ADD, _ADD_STAMP = add(CHECKPOINTS), add(STAMPS)


def newest(connection: sa.Connection) -> tuple[int, int, bytes] | None:
    """Give size, time (Unix seconds UTC) and note of the present epoch's newest checkpoint."""
    row = _LAST.first(connection)
    return None if row is None else (row.size, row.at, row.note)


def backwards(connection: sa.Connection) -> Iterator[tuple[int, bytes]]:
    """Give size and note of every checkpoint of the present epoch, the newest first; streams."""
    for row in run(connection, _NEWEST.execution_options(yield_per=64)):
        yield row.size, row.note


def find(connection: sa.Connection, size: int, origin: str | None = None) -> bytes | None:
    """Find the note of a checkpoint, of the present epoch unless another is named."""
    note: bytes | None = _FIND.value(connection, size=size, origin=origin)
    return note


def put(connection: sa.Connection, origin: str, size: int, at: int, note: bytes) -> None:
    """Keep a checkpoint, or the same one with more signature lines.

    Args:
        at: When it was given out, Unix seconds UTC.
    """
    key = CHECKPOINTS.c.origin == origin, CHECKPOINTS.c.size == size
    change = sa.update(CHECKPOINTS).where(CHECKPOINTS.c.log == log_of(connection), *key)
    if connection.execute(change.values(note=note)).rowcount == 0:
        row = {"log": log_of(connection), "origin": origin, "size": size, "at": at, "note": note}
        _ADD.run(connection, [row])


def put_stamp(connection: sa.Connection, origin: str, size: int, response: bytes) -> None:
    """Keep a time stamp in the place of an older one."""
    key = STAMPS.c.log == LOG, STAMPS.c.origin == origin, STAMPS.c.size == size
    run(connection, sa.delete(STAMPS).where(*key))
    row = {"log": log_of(connection), "origin": origin, "size": size, "response": response}
    _ADD_STAMP.run(connection, [row])


def stamps(connection: sa.Connection) -> list[tuple[int, bytes]]:
    """Give size and response of every time stamp of the present epoch, by size."""
    present = STAMPS.c.log == LOG, STAMPS.c.origin == _PRESENT
    found = run(connection, sa.select(STAMPS).where(*present).order_by(STAMPS.c.size))
    return [(row.size, row.response) for row in found]
