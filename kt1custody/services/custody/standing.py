"""How items stand: when each is due, whether it is late, and what happened at the door.

**Rule:** read-only, from the log and the dated tables in `catalogues/` alone; times are those at
which the log took an act. The item list and the closing sheet both count what is made here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from kt1custody.core.custody.due import Due, Standing, due, standing
from kt1custody.core.custody.history import history
from kt1custody.core.custody.holding import is_clear
from kt1custody.core.custody.ruling import correction_faults
from kt1custody.core.custody.table import ENDED, ItemState, Status
from kt1custody.core.formats.item import Urgency
from kt1custody.core.formats.places import Office
from kt1custody.core.log.act import Act
from kt1custody.services.session.places import read_places
from kt1custody.services.session.session import Session
from kt1custody.sheets import catalogues
from kt1custody.store.log import LogBook

PAGE = 50  # lines
_WARN_DAYS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A report from the door that an item could not be delivered.

    Attributes:
        kind: `refuse` or `absent`.
        at: When the log took it, Unix seconds UTC.
        reason: A code, as corrected since.
        is_last: Nobody has taken the item out for delivery again.
    """

    kind: str
    at: int
    reason: str
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An item of a list.

    Attributes:
        accepted: When the log took its registration, Unix seconds UTC.
        attempts: Failed deliveries, oldest first.
    """

    state: ItemState
    accepted: int
    due: Due
    standing: Standing
    attempts: tuple[Attempt, ...]

    @property
    def attempt(self) -> Attempt | None:
        """The newest failed delivery."""
        return self.attempts[-1] if self.attempts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEnd:
    """The end of the calendar of days off: behind it there are no due times.

    Attributes:
        last: The last day that it knows.
        left: Days until then; negative once it is over.
    """

    last: date
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list of items, or a page of it: late ones first, what has ended last.

    Attributes:
        page: Number of this page, from 1, and `pages` how many there are; both 1 for a whole list.
        total: How many items the whole list has.
        marks: How many of the whole list have each mark, by its number.
        counts: How many of the open ones stand in each way.
        failed: How many of the open ones were refused or met nobody and wait, by kind of report.
        calendar: Where the days off end, if that is near or over.
    """

    rows: tuple[Listed, ...]
    page: int
    pages: int
    total: int
    marks: Mapping[int, int]
    counts: Mapping[Standing, int]
    failed: Mapping[str, int]
    now: int
    calendar: CalendarEnd | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """Which items of a list are wanted; by default all.

    Attributes:
        mark: Only those of this mark.
        is_urgent: Only those with more than the normal service.
        standings: Only open ones that stand in one of these ways.
    """

    mark: int | None = None
    is_urgent: bool = False
    standings: frozenset[Standing] = frozenset()

    def fits(self, state: ItemState) -> bool:
        """Tell whether an item is wanted, as far as its mark and service say."""
        has_mark = self.mark is None or state.mark == self.mark
        return has_mark and (not self.is_urgent or state.urgency != Urgency.NORMAL)


_ALL = Only()


def calendar_end(now: int, zone: tzinfo) -> CalendarEnd | None:
    """Say where the calendar of days off ends, from 60 days before on.

    Args:
        now: Unix seconds UTC.
        zone: The office's time zone, in which days are counted.
    """
    today = datetime.fromtimestamp(now, zone).date()
    last = catalogues.targets().calendar.end(today)
    left = (last - today).days
    return CalendarEnd(last=last, left=left) if left <= _WARN_DAYS else None


def listing(
    session: Session,
    *,
    holder: str | None = None,
    is_open: bool = False,
    is_unsealed: bool = False,
    page: int | None = None,
    lines: int = PAGE,
    only: Only = _ALL,
) -> Listing:
    """List items: those that need somebody first.

    Args:
        holder: Only what this person or office holds.
        page: From 1; beyond the last one: the last one. None for the whole list.
        lines: How many items a page has.
        only: Which of these items are wanted.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        now = session.now(book.control)
        every = book.items(holder=holder, is_open=is_open, is_unsealed=is_unsealed)
        states = [state for state in every if only.fits(state)]
        waiting = [state for state in states if state.status not in ENDED]
        ended = sorted(
            (state for state in states if state.status in ENDED),
            key=lambda state: (-state.since, state.n),
        )
        rows = sorted(stand(book, waiting, now, session.zone), key=_urgent_first)
        if only.standings:
            rows, ended = [row for row in rows if row.standing in only.standings], []
            states = [row.state for row in rows]
        counts = Counter(row.standing for row in rows)
        failed = Counter(row.attempt.kind for row in rows if row.attempt and row.attempt.is_last)
        pages, number, begin, end = 1, 1, 0, len(states)
        if page is not None:
            pages = max(1, -(-len(states) // lines))
            number = min(page, pages)
            begin, end = (number - 1) * lines, number * lines
        # Of what has ended, only what is shown is looked up: it grows for ever.
        shown = ended[max(0, begin - len(rows)) : max(0, end - len(rows))]
        told = (*rows[begin:end], *stand(book, shown, now, session.zone))
    marks = Counter(state.mark for state in states)
    return Listing(
        rows=told,
        page=number,
        pages=pages,
        total=len(states),
        marks=marks,
        counts=counts,
        failed=failed,
        now=now,
        calendar=calendar_end(now, session.zone),
    )


def stand(book: LogBook, states: Sequence[ItemState], now: int, zone: tzinfo) -> list[Listed]:
    """Say how items stand, in the order given.

    Args:
        states: As `LogBook.items` gives them.
        now: Unix seconds UTC.
        zone: The office's time zone, in which days are counted.
    """
    if not states:
        return []
    offices, own, targets = _offices(book), book.control.office, catalogues.targets()
    accepted = acceptances(book, (state.n for state in states))
    attempts = _attempts(book, states)
    rows = []
    for state in states:
        at_door = tuple(attempts.get(state.n, ()))
        first = at_door[0].at if at_door else None
        if first is None and state.status is Status.DELIVERED:
            first = state.since
        dest = offices.get(state.dest)
        since = accepted.get(state.n, state.since)
        limit = due(state, since, dest, own, targets, zone)
        rows.append(
            Listed(
                state=state,
                accepted=since,
                due=limit,
                standing=standing(state, limit.at, first, now, zone),
                attempts=at_door,
            )
        )
    return rows


def acceptances(book: LogBook, numbers: Iterable[int]) -> dict[int, int]:
    """Give by item number when the log took the registration that holds, Unix seconds UTC."""
    found: dict[int, int] = {}
    lines: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for seq, line, n in book.lines_of(numbers, ("register",)):
        lines[seq].append((line, n))
    for seq, named in lines.items():
        entry = book.entry(seq)
        for line, n in named:
            if is_clear(entry, line):  # of registrations the first counts, whatever comes
                found.setdefault(n, book.time_of(entry))
    return found


def _offices(book: LogBook) -> Mapping[int, Office]:
    return read_places(book).offices if "offices" in book.control.catalogues else {}


def _attempts(book: LogBook, states: Iterable[ItemState]) -> dict[int, list[Attempt]]:
    """Give the failed deliveries of items in the log's order; what was disputed is none."""
    by_number = {state.n: state for state in states}
    found: dict[int, list[Attempt]] = defaultdict(list)
    for seq, line, n in book.lines_of(by_number, ("refuse", "absent")):
        entry = book.entry(seq)
        if is_clear(entry, line):
            attempt = Attempt(
                kind=entry.act.type,
                at=book.time_of(entry),
                reason=_reason(book, entry.act, n),
                is_last=_waits(by_number[n], seq, entry.act.lines[line].prev),
            )
            found[n].append(attempt)
    return found


def _reason(book: LogBook, act: Act, n: int) -> str:
    """Give the reason of a report as the last correction that holds has it."""
    reason = act.text("reason")
    for ruling in history(book, n)[1]:
        fix = ruling.act
        is_about = fix.type == "correct" and fix.octets("of") == act.hash
        if is_about and fix.text("field") == "reason" and not correction_faults(fix, act, n):
            reason = fix.text("value")
    return reason


def _waits(state: ItemState, report: int, prev: bytes | None) -> bool:
    """Tell whether an item still waits after a report: nobody carries it to the door again.

    Args:
        report: Its position.
        prev: The step under which it was made, as far as its device knew it.
    """
    if state.status is not Status.OUT:
        return state.status not in ENDED
    return state.head_seq < report if prev is None else state.head == prev


_ORDER = {
    Standing.LATE: 0,
    Standing.TODAY: 1,
    Standing.MET_LATE: 2,
    Standing.MET: 2,
    Standing.LATER: 3,
    Standing.OPEN: 4,
    Standing.ELSEWHERE: 5,
    Standing.CLOSED: 6,
}


def _urgent_first(row: Listed) -> tuple[int, int, int]:
    return _ORDER[row.standing], row.due.at or 0, row.state.n
