"""Tags of slips: what may come only once a year is found by a keyed hash, and no slip is opened.

**Rule:** a tag is made by whoever can open the slips of an office, under a key of theirs that never
lies here, so that rows tell nobody else which agency wrote what. A tag proves nothing: the slip
that it leads to is opened and compared. A slip that was registered elsewhere, or before there were
tags, or was corrected, waits for whoever next registers at its office, who opens and tags it: its
row has the name of an office key in the place of a tag. Whoever erases a slip deletes its rows with
its one-time keys; then nobody tags it any more.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import sqlalchemy as sa

from kt1custody.store.statements import LOG, Change, Query, by, index_of, log_of, run
from kt1custody.store.tables import RecordRow, SlipKeyRow, SlipTagRow

SLIP_TAGS = SlipTagRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it
_RECORDS = RecordRow.__table__  # type: ignore[attr-defined]
_SLIPKEYS = SlipKeyRow.__table__  # type: ignore[attr-defined]

_FIND = Query(
    sa.select(SLIP_TAGS.c.commitment, _RECORDS.c.about)
    .join(
        _RECORDS,
        sa.and_(_RECORDS.c.log == SLIP_TAGS.c.log, _RECORDS.c.commitment == SLIP_TAGS.c.commitment),
    )
    .where(SLIP_TAGS.c.log == LOG, SLIP_TAGS.c.tag == sa.bindparam("tag"))
    .order_by(SLIP_TAGS.c.commitment)
)
_ADD = Change(sa.insert(SLIP_TAGS).prefix_with("OR IGNORE"))
_DELETE = Change(
    sa.delete(SLIP_TAGS).where(
        SLIP_TAGS.c.log == sa.bindparam("log"),
        SLIP_TAGS.c.tag == sa.bindparam("tag"),
        SLIP_TAGS.c.commitment == sa.bindparam("commitment"),
    )
)
_TAGGED = by(sa.select(SLIP_TAGS.c.tag), index_of(SLIP_TAGS, "slip_tags_commitment"))
_UNTAGGED = (
    sa.select(_RECORDS.c.about, _SLIPKEYS.c.office_key, _SLIPKEYS.c.commitment)
    .join(
        _SLIPKEYS,
        sa.and_(_SLIPKEYS.c.log == _RECORDS.c.log, _SLIPKEYS.c.commitment == _RECORDS.c.commitment),
    )
    .where(
        _RECORDS.c.log == LOG,
        ~_TAGGED.where(
            SLIP_TAGS.c.log == _RECORDS.c.log, SLIP_TAGS.c.commitment == _RECORDS.c.commitment
        ).exists(),
    )
)


class SlipTag(NamedTuple):
    """A keyed hash, or the name of an office key; and the commitment of a slip."""

    tag: bytes
    commitment: bytes


class TaggedSlip(NamedTuple):
    """A slip that a tag leads to, and the item that it says to be about."""

    commitment: bytes
    n: int


def waiting(office_key: str, commitment: bytes) -> SlipTag:
    """Give the row of a slip that is still to be tagged.

    Args:
        office_key: Name of the key with which it can be opened.
    """
    return SlipTag(office_key.encode(), commitment)


def put(connection: sa.Connection, tags: Iterable[SlipTag]) -> None:
    """Keep tags; those that are there stay."""
    log = log_of(connection)
    _ADD.run(connection, [{"log": log, **one._asdict()} for one in tags])


def settle(connection: sa.Connection, row: SlipTag, tags: Iterable[SlipTag]) -> None:
    """Put the tags of a slip in the place of its waiting row; if that is gone, nothing is put."""
    if _DELETE.run(connection, [{"log": log_of(connection), **row._asdict()}]):
        put(connection, tags)


def find(connection: sa.Connection, tag: bytes) -> list[TaggedSlip]:
    """Give the slips that a tag leads to: what was corrected, too, and nothing that is proved."""
    rows = _FIND.rows(connection, tag=tag)
    return [TaggedSlip(row.commitment, int(row.about)) for row in rows if _is_of_item(row.about)]


def drop(connection: sa.Connection, commitment: object) -> None:
    """Delete the tags of a slip."""
    which = SLIP_TAGS.c.log == LOG, SLIP_TAGS.c.commitment == commitment
    run(connection, sa.delete(SLIP_TAGS).where(*which))


def wait_untagged(connection: sa.Connection) -> None:
    """Let every slip wait that has no tag, as after records came from elsewhere; reads all."""
    put(connection, list(_untagged(connection)))


def _untagged(connection: sa.Connection) -> Iterator[SlipTag]:
    for about, office_key, commitment in run(connection, _UNTAGGED):
        if _is_of_item(about):
            yield waiting(office_key, commitment)


def _is_of_item(about: str) -> bool:
    """Tell whether what a record is about, as the tables spell it, can be an item."""
    return len(about) == 12 and about.isascii() and about.isdecimal()
