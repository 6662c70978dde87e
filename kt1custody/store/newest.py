"""The end of the log, held against itself before anything is signed on top of it.

**Rule:** what is hashed and signed next rests on the newest entry, its head, its tree and the newest
control entry. A flipped bit in one of them would break the chain for ever, so all are compared
first; it costs one entry and one proof. What was found right is not looked at again before a row of
the file has changed.
"""

from typing import Any

import sqlalchemy as sa

from kt1custody.core.formats.tree import check_inclusion
from kt1custody.core.log.schema import CONTROL_TYPES
from kt1custody.errors import UnavailableError, VerificationError
from kt1custody.store import tree
from kt1custody.store.log import ENTRIES, LogBook, columns_of
from kt1custody.store.statements import LOG, Query, driver

_NEWEST = Query(
    sa.select(ENTRIES)
    .where(ENTRIES.c.log == LOG, ENTRIES.c.seq >= sa.bindparam("seq"))
    .order_by(ENTRIES.c.seq)
    .limit(2)
)
_LOOKED = "kt1-newest"  # where a connection keeps the `_state` that it found right


def refuse_differing(book: LogBook) -> None:
    """Refuse to go on where head, newest entry, tree and control state do not agree.

    An act looks when its items are checked, when it is proposed and when it is appended. The second
    and third look see what the first saw as long as neither another connection has committed
    anything (SQLite's `data_version`) nor this one has changed a row (`total_changes`), and the
    head is the same: whoever edits the file with SQLite in between is found. Of an edit behind
    SQLite's back a look through the same connection would show no more, since it keeps what it
    has read; the next act looks again at all.

    Raises:
        UnavailableError: `database-broken` with the place.
    """
    state = _state(book)
    if book.connection.info.get(_LOOKED) == state:
        return
    control = book.control
    found = _NEWEST.rows(book.connection, seq=book.seq)
    if len(found) != 1 or found[0].seq != book.seq:
        raise UnavailableError("database-broken", place=f"entries {book.seq}")
    entry = book.entry(book.seq)
    act, is_control = entry.act, entry.act.type in CONTROL_TYPES
    last, is_ahead = book.last_of(act.dev), "counter-ahead" in entry.whole
    told = {
        f"entries {book.seq}": columns_of(entry) == found[0]._asdict(),
        "head.seq": entry.seq == book.seq,
        "head.leaf": entry.leaf == book.leaf,
        "head.accepted_at": entry.accepted_at == book.accepted_at,
        "head.origin": entry.origin == control.origin,
        "head.base": book.base == control.base,
        "entries.kind": control.head == (entry.leaf if is_control else entry.ctl),
        "entries.dseq": is_ahead or (last is not None and last[0] >= act.dseq),
        "head.peaks": _is_last(book, entry.leaf),
    }
    for place, is_right in told.items():
        if not is_right:
            raise UnavailableError("database-broken", place=place)
    book.connection.info[_LOOKED] = state


def _state(book: LogBook) -> tuple[Any, ...]:
    """Give what changes if anything does that is compared here."""
    connection = driver(book.connection)
    [version] = connection.execute("PRAGMA data_version").fetchone()
    control, tree_there = book.control, book.tree
    head = book.seq, book.leaf, book.accepted_at, book.base, tree_there.size, tree_there.peaks
    return version, connection.total_changes, *head, control.head, control.origin


def _is_last(book: LogBook, leaf: bytes) -> bool:
    """Tell whether the tree ends with a leaf."""
    size = book.tree.size
    try:
        proof = tree.tiles(book.connection, book.base).inclusion(size - 1, size)
        check_inclusion(leaf, size - 1, size, book.tree.root(), proof)
    except (VerificationError, IndexError, ValueError):
        return False
    return True
