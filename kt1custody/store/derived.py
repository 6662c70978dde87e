"""The tables that follow from the log: written with each entry, thrown away and made again.

**Rule:** nothing here is evidence; the audit compares every column with a replay.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import SQLModel

from kt1custody.core.custody import columns
from kt1custody.core.entry import Entry
from kt1custody.core.judgement import Outcome, fresh_serials
from kt1custody.core.offer import link_of
from kt1custody.core.tree import Tree
from kt1custody.store import tables, tree
from kt1custody.store.log import FRONTIERS, HEAD, ITEMS, LINES, LINKS, SERIALS
from kt1custody.store.tree import TILES


def _upsert(table: sa.Table) -> sa.Executable:
    """Build the statement that writes a row whether or not one with its key is there."""
    fresh = insert(table)
    return fresh.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={one.name: fresh.excluded[one.name] for one in table.columns if not one.primary_key},
    )


_PUT_ITEM, _PUT_HEAD, _PUT_FRONTIER = _upsert(ITEMS), _upsert(HEAD), _upsert(FRONTIERS)
_ADD_LINE, _ADD_SERIAL, _ADD_LINK = sa.insert(LINES), sa.insert(SERIALS), sa.insert(LINKS)


_TABLES = (HEAD, ITEMS, SERIALS, FRONTIERS, LINES, LINKS, TILES)


def write(connection: sa.Connection, entry: Entry, outcome: Outcome, grown: Tree) -> None:
    """Write what one entry changes; the entry itself is in the log already.

    Args:
        outcome: What `core.judgement` made of this entry.
        grown: The tree of its epoch with this entry as its last leaf.
    """
    act, base = entry.act, entry.seq + 1 - grown.size
    if outcome.items:
        connection.execute(_PUT_ITEM, [columns(state) for state in outcome.items.values()])
    if outcome.frontiers:
        connection.execute(
            _PUT_FRONTIER, [{"name": row, "next": at} for row, at in outcome.frontiers.items()]
        )
    if act.names:
        connection.execute(
            _ADD_LINE,
            [
                {"n": n, "seq": entry.seq, "line": index, "kind": kind}
                for index, (n, kind) in enumerate(act.names)
            ],
        )
    of = link_of(act, entry.signatures)
    if of is not None:
        connection.execute(_ADD_LINK, [{"of": of, "seq": entry.seq}])
    serials = fresh_serials(act, entry.judgement)
    if serials:
        connection.execute(
            _ADD_SERIAL,
            [{"serial": serial, "n": n, "seq": entry.seq} for serial, n in serials.items()],
        )
    head = {
        "log": act.log,
        "origin": entry.origin,
        "format": tables.FORMAT,
        "seq": entry.seq,
        "leaf": entry.leaf,
        "accepted_at": entry.accepted_at,
        "base": base,
        "peaks": grown.peaks,
    }
    connection.execute(_PUT_HEAD, [head])
    tree.keep_full_tiles(connection, base, grown.size)


def wipe(connection: sa.Connection) -> None:
    """Make the derived tables anew and empty, whichever version of this program made the old."""
    for table in _TABLES:
        table.drop(connection, checkfirst=True)
    SQLModel.metadata.create_all(connection)
