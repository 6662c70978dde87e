"""How far the numbers of items, the serials of seals and the counters of devices have got.

**Rule:** a frontier is the next one that nobody has used: of numbers and serials the first that is
free in the row from the beginning, of a device's counter the one behind its newest act. The server
gives out what lies from the frontier on. What somebody else takes ahead of it moves no frontier,
and beyond `AHEAD` it is disputed and takes nothing: so nobody uses up, with one act, what others
need. A new epoch leaves a gap, so that what lost entries have given out is not given out again.
Pure: the writer, a rebuild and the audit find the same. Source: `.docs/formats.md` §3.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from datetime import UTC, datetime
from functools import partial
from typing import Final, Protocol

from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import numbers
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.keyring import is_disputed

AHEAD: Final = 10_000  # how far beyond a frontier an act may reach
SERIALS: Final = "serials"
_NUMBERS: Final = "numbers-"
_ZONES = 86_400  # a year begins within a day of its beginning in UTC, wherever the office is


class Taken(Protocol):
    """What is known of a log here; `core.custody.history.Book` has it."""

    def frontier(self, name: str) -> int | None:
        """Give the next number of a row, or None if nothing was taken from it."""

    def item(self, n: int) -> ItemState | None:
        """Find the state of an item."""

    def printed(self, serial: int) -> int | None:
        """Find the item for which a serial was printed."""


class FrontierSource(Taken, Protocol):
    """A log whose frontiers are read from somewhere; `store.log.LogBook` is one."""

    def counted(self, device: str, counter: int) -> Sequence[int]:
        """Give positions of the acts under a device's counter, in order."""

    def entry(self, seq: int) -> Entry:
        """Read an entry."""


def numbers_of(n: int) -> str:
    """Name the row of item numbers to which a number belongs: its log's of one year."""
    return f"{_NUMBERS}{n // 10**8:04d}"


def next_number(book: Taken, first: int) -> int:
    """Give the running number at the frontier of a year.

    Args:
        first: Any item number of that log and year.
    """
    return book.frontier(numbers_of(first)) or 1


def next_serial(book: Taken) -> int:
    """Give the serial at the frontier."""
    return book.frontier(SERIALS) or numbers.FIRST_SERIAL


def next_counter(book: Taken, device: str) -> int:
    """Give the counter behind the newest act of a device; 0 if there is none."""
    return book.frontier(device) or 0


def faults(book: Taken, act: Act, accepted_at: int) -> set[str]:
    """Judge how far an act reaches ahead.

    Args:
        accepted_at: The server's clock, Unix seconds UTC.

    Returns:
        `counter-ahead`, `number-ahead`, both or none.
    """
    found = set()
    if act.dseq > next_counter(book, act.dev) + AHEAD:
        found.add("counter-ahead")
    if act.type == "register":
        rows = {numbers_of(line.n): line.n for line in act.lines}
        last = {row: next_number(book, n) + AHEAD for row, n in rows.items()}
        if any(_is_ahead(line.n, last[numbers_of(line.n)], accepted_at) for line in act.lines):
            found.add("number-ahead")
    elif act.type == "print":
        end = next_serial(book) + AHEAD
        if any(line.number("serial") > end for line in act.lines):
            found.add("number-ahead")
    return found


def _is_ahead(n: int, last: int, accepted_at: int) -> bool:
    year = datetime.fromtimestamp(min(accepted_at, numbers.LAST_TIME) + _ZONES, UTC).year
    is_of_future = 0 < (n // 10**8 - year) % 100 < 50
    return is_of_future or numbers.running_of(n) > min(last, numbers.LAST_RUNNING)


def moved(
    book: Taken, act: Act, codes: Iterable[str], items: Iterable[int], serials: Iterable[int]
) -> dict[str, int]:
    """Give the frontiers that an act moves.

    Args:
        book: The log before the act.
        codes: What was judged of the whole act.
        items: Numbers of the items that it changes.
        serials: Serials that it takes.
    """
    found: dict[str, int] = {}
    if "counter-ahead" not in codes and act.dseq >= next_counter(book, act.dev):
        found[act.dev] = act.dseq + 1
    fresh = {n for n in items if book.item(n) is None}
    for row, first in {numbers_of(n): n for n in fresh}.items():
        begin = next_number(book, first)
        found[row] = _end(begin, partial(_is_taken, book, fresh, first // 10**8))
    taken = {*serials}
    if taken:
        found[SERIALS] = _end(
            next_serial(book), lambda at: at in taken or book.printed(at) is not None
        )
    return {row: end for row, end in found.items() if end != book.frontier(row)}


def gaps(book: Taken, act: Act, codes: Set[str], accepted_at: int) -> dict[str, int]:
    """Give the frontiers that a new epoch moves: of the year's numbers and of serials, by `AHEAD`.

    Nothing that counted lies further on than that, but what the server itself gave out in between.

    Args:
        act: Of any type; others move nothing so.
        codes: What was judged of the whole act.
        accepted_at: The server's clock, Unix seconds UTC.
    """
    if act.type != "epoch" or is_disputed(codes):
        return {}
    log_number = int(act.log.rpartition("/")[2])
    moments = (max(0, accepted_at - _ZONES), min(accepted_at, numbers.LAST_TIME) + _ZONES)
    years = {datetime.fromtimestamp(at, UTC).year for at in moments}
    firsts = (numbers.item_number(log_number=log_number, year=one, running=1) for one in years)
    found = {numbers_of(first): next_number(book, first) + AHEAD for first in firsts}
    return {**found, SERIALS: next_serial(book) + AHEAD}


def _end(begin: int, is_taken: Callable[[int], bool]) -> int:
    """Give the first of a row that is free, from a place on."""
    while is_taken(begin):
        begin += 1
    return begin


def _is_taken(book: Taken, fresh: set[int], log_year: int, running: int) -> bool:
    if running > numbers.LAST_RUNNING:
        return False
    n = numbers.item_number(log_number=log_year // 100, year=log_year % 100, running=running)
    return n in fresh or book.item(n) is not None


def is_end(book: FrontierSource, row: str, end: int | None, *, epochs: int = 1) -> bool:
    """Tell whether a row ends where it is said to, as far as its end itself can show.

    What would be given out next is free, and what lies before it is taken, or before the gap of a
    new epoch.

    Args:
        epochs: How many the log has.
    """
    is_taken: Callable[[int], bool]
    if row == SERIALS:
        first, is_taken = numbers.FIRST_SERIAL, lambda serial: book.printed(serial) is not None
    elif row.startswith(_NUMBERS):
        first, is_taken = 1, partial(_is_taken, book, set(), int(row.removeprefix(_NUMBERS)))
    else:
        first, is_taken = 0, partial(_is_counted, book, row)
    at = first if end is None else end
    begins = range(at, first - 1, -AHEAD)[:epochs]  # of the gaps that may lie before it
    return (
        at >= first
        and not is_taken(at)
        and any(begin == first or is_taken(begin - 1) for begin in begins)
    )


def _is_counted(book: FrontierSource, device: str, counter: int) -> bool:
    entries = map(book.entry, book.counted(device, counter))
    return any("counter-ahead" not in entry.whole for entry in entries)


def numbers_from(book: Taken, *, log_number: int, year: int) -> Iterator[int]:
    """Give the item numbers of a year from the frontier on, free or taken, to the last."""
    first = numbers.item_number(log_number=log_number, year=year, running=1)
    for running in range(next_number(book, first), numbers.LAST_RUNNING + 1):
        yield numbers.item_number(log_number=log_number, year=year, running=running)


def free_serials(book: Taken, count: int) -> list[int]:
    """Give the next free serials, from the frontier on.

    Raises:
        MalformedInputError: `serial` with `why` `range`: they are used up.
    """
    behind = itertools.count(next_serial(book))
    free = (numbers.check_serial(one) for one in behind if book.printed(one) is None)
    return list(itertools.islice(free, count))
