"""The tables that follow from the log: written with each entry, thrown away and made again.

**Rule:** nothing here is evidence; the audit compares every column with a replay.
"""

from collections.abc import Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from kt1custody.core.custody import ItemState, columns
from kt1custody.core.entry import Entry
from kt1custody.core.fold import fresh_serials
from kt1custody.store import tables
from kt1custody.store.log import HEAD, ITEMS, LINES, SERIALS

_UPSERT = insert(ITEMS)
_UPSERT = _UPSERT.on_conflict_do_update(
    index_elements=[ITEMS.c.n],
    set_={name: _UPSERT.excluded[name] for name in ITEMS.c.keys() if name != "n"},  # noqa: SIM118
)


def write(connection: sa.Connection, entry: Entry, items: Mapping[int, ItemState]) -> None:
    """Write what one entry changes.

    Args:
        items: New states, as `core.fold.take_in` gave them for this entry.
    """
    act = entry.act
    if items:
        connection.execute(_UPSERT, [columns(state) for state in items.values()])
    if act.lines:
        connection.execute(
            sa.insert(LINES),
            [
                {"n": line.n, "seq": entry.seq, "line": index, "kind": act.type}
                for index, line in enumerate(act.lines)
            ],
        )
    serials = fresh_serials(entry)
    if serials:
        connection.execute(
            sa.insert(SERIALS),
            [{"serial": serial, "n": n, "seq": entry.seq} for serial, n in serials.items()],
        )
    _write_head(connection, entry)


def wipe(connection: sa.Connection) -> None:
    """Empty the derived tables, so that they can be made again."""
    for table in (ITEMS, LINES, SERIALS, HEAD):
        connection.execute(sa.delete(table))


def rows(connection: sa.Connection, table: str) -> Iterator[dict[str, object]]:
    """Read a derived table for the audit, row by row, by its key."""
    known = {"head": HEAD, "items": ITEMS, "serials": SERIALS, "lines": LINES}[table]
    # Lines in the log's order, the others by their key.
    order = [LINES.c.seq, LINES.c.line] if table == "lines" else list(known.primary_key.columns)
    found = connection.execution_options(yield_per=512).execute(sa.select(known).order_by(*order))
    for row in found.mappings():
        yield dict(row)


def _write_head(connection: sa.Connection, entry: Entry) -> None:
    values = {"seq": entry.seq, "leaf": entry.leaf, "accepted_at": entry.accepted_at}
    log = entry.act.log
    done = connection.execute(sa.update(HEAD).where(HEAD.c.log == log).values(**values))
    if done.rowcount == 0:
        first = {"log": log, "origin": entry.origin, "format": tables.FORMAT}
        connection.execute(sa.insert(HEAD), [{**first, **values}])
