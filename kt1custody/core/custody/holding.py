"""Which lines of the log hold, for everybody who reads it.

**Rule:** a line holds if it is neither disputed nor waiting. Of a step the fold says so, whatever was
judged when it came; of registrations, reports and offers what was judged then stays. Source:
`.docs/fold.md`, `.docs/formats.md` §8.
"""

from collections.abc import Set
from dataclasses import replace

from kt1custody.core.custody.history import Book, fold_item, history, is_stopped
from kt1custody.core.custody.ruling import put_right
from kt1custody.core.custody.table import DISPUTES, WAITING, ItemState
from kt1custody.core.log.act import Line
from kt1custody.core.log.entry import Entry, codes_of


def is_clear(entry: Entry, line: int) -> bool:
    """Tell whether a line was neither disputed nor waiting when it came; not for later steps."""
    codes = codes_of(entry.judgement, line)
    return not is_stopped(entry) and (DISPUTES | WAITING).isdisjoint(codes)


def holding(book: Book, n: int) -> Set[tuple[int, int]]:
    """Give position and line of every step of an item that has made its state."""
    return fold_item(book, n).holding


def registration(book: Book, n: int) -> tuple[Entry, Line] | None:
    """Find the entry that brought an item, and its line; what is disputed brings none."""
    for seq, index in book.past(n):
        entry = book.entry(seq)
        if entry.act.type == "register" and is_clear(entry, index):
            return entry, entry.act.lines[index]
    return None


def registered_at(book: Book, state: ItemState, seq: int) -> ItemState:
    """Give a state whose registration reads as it did when the log had reached `seq`."""
    found = registration(book, state.n)
    if found is None:
        return state
    entry, line = found
    first = replace(state, urgency=line.number("urgency"), commit=line.octets("commit"))
    known = [ruling for ruling in history(book, state.n)[1] if ruling.seq < seq]
    return put_right(first, entry.act, known)
