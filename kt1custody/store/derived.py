"""What follows from the log's bytes: written with each entry, thrown away and made again.

**Rule:** nothing here is evidence; the audit compares every column with a replay.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from kt1custody.core.custody import aside
from kt1custody.core.custody.judgement import Outcome, fresh_serials
from kt1custody.core.custody.table import FORMAT, columns
from kt1custody.core.formats.tree import Tree
from kt1custody.core.log.entry import Entry
from kt1custody.store import tree
from kt1custody.store.log import (
    ENTRIES,
    FRONTIERS,
    HEAD,
    ITEMS,
    LINES,
    LINKS,
    SERIALS,
    columns_of,
    stored,
)


def _upsert(table: sa.Table) -> sa.Executable:
    """Build the statement that writes a row whether or not one with its key is there."""
    fresh = insert(table)
    return fresh.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={one.name: fresh.excluded[one.name] for one in table.columns if not one.primary_key},
    )


_PUT_ITEM, _PUT_HEAD, _PUT_FRONTIER = _upsert(ITEMS), _upsert(HEAD), _upsert(FRONTIERS)
_ADD_LINE, _ADD_SERIAL, _ADD_LINK = sa.insert(LINES), sa.insert(SERIALS), sa.insert(LINKS)
_COLUMNS = [column.name for column in ENTRIES.columns]
_MEND = f"UPDATE entries SET {', '.join(f'{name} = ?' for name in _COLUMNS)} WHERE rowid = ?"  # noqa: S608  # our own names
# Bytes and columns as they lie there, whatever they are; no index is asked.
_ALL = f"SELECT rowid, {', '.join(_COLUMNS)} FROM entries NOT INDEXED"  # noqa: S608  # our own names


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
                for index, (n, kind) in enumerate(aside.names(act, entry.judgement))
            ],
        )
    if outcome.link is not None:
        connection.execute(_ADD_LINK, [{"of": outcome.link, "seq": entry.seq}])
    serials = fresh_serials(act, entry.judgement)
    if serials:
        connection.execute(
            _ADD_SERIAL,
            [{"serial": serial, "n": n, "seq": entry.seq} for serial, n in serials.items()],
        )
    head = {
        "log": act.log,
        "origin": entry.origin,
        "format": FORMAT,
        "seq": entry.seq,
        "leaf": entry.leaf,
        "accepted_at": entry.accepted_at,
        "base": base,
        "peaks": grown.peaks,
    }
    connection.execute(_PUT_HEAD, [head])
    tree.keep_full_tiles(connection, base, grown.size)


def mend_columns(connection: sa.Connection) -> None:
    """Make the columns of every entry again those that its bytes give.

    Args:
        connection: Of a rebuild, which has taken the guards away.

    Raises:
        UnavailableError: `database-broken`: an entry cannot be read.
    """
    wrong: dict[int, dict[str, Any]] = {}
    for place, *found in connection.exec_driver_sql(_ALL):
        wanted = columns_of(stored(found[-1]))
        if found != [wanted[name] for name in _COLUMNS]:
            wrong[place] = wanted
    for place in wrong:  # two may have each other's columns; every key begins with the log
        connection.exec_driver_sql("UPDATE entries SET log = rowid WHERE rowid = ?", (place,))
    for place, wanted in wrong.items():
        connection.exec_driver_sql(_MEND, (*(wanted[name] for name in _COLUMNS), place))
