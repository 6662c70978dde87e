"""What follows from the log's bytes: written with each entry, thrown away and made again.

**Rule:** nothing here is evidence; the audit compares every column with a replay.
"""

from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from kt1custody.core.custody import aside
from kt1custody.core.custody.judgement import Outcome, fresh_serials, printed
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
from kt1custody.store.prints import PRINTS
from kt1custody.store.statements import add, forget_log, log_of, put

_PUT_ITEM, _PUT_HEAD, _PUT_FRONTIER = put(ITEMS), put(HEAD), put(FRONTIERS)
_ADD_LINE, _ADD_SERIAL, _ADD_LINK = add(LINES), add(SERIALS), add(LINKS)
_ADD_PRINT = add(PRINTS)
_COLUMNS = [column.name for column in ENTRIES.columns]
_MEND = f"UPDATE entries SET {', '.join(f'{name} = ?' for name in _COLUMNS)} WHERE rowid = ?"  # noqa: S608  # our own names
# Bytes and columns as they lie there, whatever they are; no index is asked.
_ALL = f"SELECT rowid, {', '.join(_COLUMNS)} FROM entries NOT INDEXED"  # noqa: S608  # our own names


def write(connection: sa.Connection, entry: Entry, outcome: Outcome, grown: Tree) -> None:
    """Write what one entry changes; the entry itself is in the log already.

    Args:
        outcome: What `core.custody.judgement` made of this entry.
        grown: The tree of its epoch with this entry as its last leaf.
    """
    act, base = entry.act, entry.seq + 1 - grown.size
    log, seq = act.log, entry.seq
    _PUT_ITEM.run(connection, [{"log": log, **columns(state)} for state in outcome.items.values()])
    _PUT_FRONTIER.run(
        connection,
        [{"log": log, "name": row, "next": at} for row, at in outcome.frontiers.items()],
    )
    if act.names:
        _ADD_LINE.run(
            connection,
            [
                {"log": log, "n": n, "seq": seq, "line": index, "kind": kind}
                for index, (n, kind) in enumerate(aside.names(act, entry.judgement))
            ],
        )
    if outcome.link is not None:
        _ADD_LINK.run(connection, [{"log": log, "of": outcome.link, "seq": seq}])
    serials = fresh_serials(act, entry.judgement)
    if serials:
        rows = [{"log": log, "serial": serial, "n": n, "seq": seq} for serial, n in serials.items()]
        _ADD_SERIAL.run(connection, rows)
        _ADD_PRINT.run(connection, [{"log": log, "seq": seq, **printed(act, entry.accepted_at)}])
    head = {
        "log": log,
        "origin": entry.origin,
        "format": FORMAT,
        "seq": seq,
        "leaf": entry.leaf,
        "accepted_at": entry.accepted_at,
        "base": base,
        "peaks": grown.peaks,
    }
    _PUT_HEAD.run(connection, [head])
    tree.keep_full_tiles(connection, base, grown.size)


def mend_columns(connection: sa.Connection) -> None:
    """Make the columns of every entry again those that its bytes give.

    What lies beside the entries is filed under the log that they name.

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
    forget_log(connection)
    for table in SQLModel.metadata.sorted_tables:
        if table.name != ENTRIES.name:  # a row that stands in the way of another stays
            connection.exec_driver_sql(
                f"UPDATE OR IGNORE {table.name} SET log = ?1 WHERE log <> ?1",  # noqa: S608  # our own names
                (log_of(connection),),
            )
