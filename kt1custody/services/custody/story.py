"""Reads what the log says of one item, and tells its story.

**Rule:** read-only; the same entries as in the item's dossier, so that both say the same.
"""

from collections.abc import Iterable

from kt1custody.core.custody import custody_story
from kt1custody.core.custody.custody_story import CustodyStory
from kt1custody.core.custody.offer import link_of
from kt1custody.core.log.entry import Entry
from kt1custody.store.log import LogBook


def tell(book: LogBook, n: int, as_of: int) -> CustodyStory | None:
    """Tell the story of an item as the log now has it; None if its registration does not hold.

    Args:
        as_of: Up to when it is told, Unix seconds UTC.
    """
    found = sorted(positions(book, n, book.seq + 1))
    return custody_story.tell(n, [book.entry(seq) for seq in found], book.control, as_of)


def positions(book: LogBook, n: int, end: int) -> set[int]:
    """Give the positions of entries that speak of an item, and of what these refer to.

    Args:
        end: Position behind the last entry that counts.
    """
    waiting = [seq for seq, _, _ in book.lines(n)]
    found: set[int] = set()
    while waiting:
        seq = waiting.pop()
        if seq not in found and seq < end:
            found.add(seq)
            waiting += _linked(book, book.entry(seq), end)
    return found


def _linked(book: LogBook, entry: Entry, end: int) -> Iterable[int]:
    """Give positions of the other half of a handover, and of the act that is corrected.

    Takes that name the same offer have nothing in common if no such offer is there.
    """
    of = link_of(entry.act, entry.signatures)
    near = [] if of is None else [seq for seq in book.links(of) if seq < end]
    if any(book.entry(seq).act.type == "offer" for seq in near):
        yield from near
    if entry.act.type == "correct":
        target = book.find(entry.act.octets("of"))
        if target is not None:
            yield target.seq
