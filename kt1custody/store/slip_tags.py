"""Tags of slips: what may come only once a year is found by a keyed hash, and no slip is opened.

**Rule:** a tag is made by whoever can open the slips of an office, under a key of theirs that never
lies here, so that rows tell nobody else which agency wrote what. A tag proves nothing: the slip
that it leads to is opened and compared. A slip without tags was brought from elsewhere, or is older
than they are; it is opened, and tagged then. Whoever erases a slip deletes its tags with its
one-time keys.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import sqlalchemy as sa

from kt1custody.store.log import ITEMS, LINES
from kt1custody.store.statements import LOG, Query, by, index_of, log_of, run
from kt1custody.store.tables import SlipTagRow

SLIP_TAGS = SlipTagRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it

_FIND = Query(
    sa.select(SLIP_TAGS.c.commitment)
    .where(SLIP_TAGS.c.log == LOG, SLIP_TAGS.c.tag == sa.bindparam("tag"))
    .order_by(SLIP_TAGS.c.commitment)
)
_TAGGED = by(sa.select(SLIP_TAGS.c.tag), index_of(SLIP_TAGS, "slip_tags_commitment"))
_UNTAGGED = (
    sa.select(LINES.c.seq, ITEMS.c.n, ITEMS.c.commitment)
    .join(ITEMS, sa.and_(ITEMS.c.log == LINES.c.log, ITEMS.c.n == LINES.c.n))
    .where(
        LINES.c.log == LOG,
        LINES.c.seq > sa.bindparam("after"),
        LINES.c.kind == "register",
        ~_TAGGED.where(
            SLIP_TAGS.c.log == LINES.c.log, SLIP_TAGS.c.commitment == ITEMS.c.commitment
        ).exists(),
    )
    .order_by(LINES.c.seq, LINES.c.line)
)


class SlipTag(NamedTuple):
    """A keyed hash, and the commitment of the slip that it was made of."""

    tag: bytes
    commitment: bytes


def put(connection: sa.Connection, tags: Iterable[SlipTag]) -> None:
    """Keep tags; those that are there stay."""
    log = log_of(connection)
    rows = [{"log": log, "tag": one.tag, "commitment": one.commitment} for one in tags]
    if rows:
        connection.execute(sa.insert(SLIP_TAGS).prefix_with("OR IGNORE"), rows)


def find(connection: sa.Connection, tag: bytes) -> list[bytes]:
    """Give the commitments of the slips that a tag leads to: of corrected ones too."""
    return _FIND.column(connection, tag=tag)


def drop(connection: sa.Connection, commitment: bytes) -> None:
    """Delete the tags of a slip."""
    which = SLIP_TAGS.c.log == LOG, SLIP_TAGS.c.commitment == commitment
    run(connection, sa.delete(SLIP_TAGS).where(*which))


def untagged(connection: sa.Connection, *, after: int) -> Iterator[tuple[int, int, bytes]]:
    """Give position, item and commitment of the slips without a tag, in the log's order; streams.

    Args:
        after: Only of items that were registered behind this position.
    """
    query = _UNTAGGED.execution_options(yield_per=512)
    yield from run(connection, query, after=after)
