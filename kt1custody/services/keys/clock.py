"""The machine's clock: compared with what the log knows, taken as right, and the log put right.

**Rule:** a time that is in the log stays. Where a clock was set, or is far from the newest entry, a
person says that it is right before anything is signed; where the log itself lies ahead, two officers
say so by an act, and from then on the right clock counts. Format: `.docs/formats.md` §3 and §5.
"""

from dataclasses import dataclass, field
from typing import ClassVar

from kt1custody.core.formats import cbor
from kt1custody.core.log.entry import Entry
from kt1custody.errors import UnavailableError
from kt1custody.services.session import clock_check, writer
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.session import Session
from kt1custody.services.session.use_case import UseCase
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """What the machine's clock shows; all times Unix seconds UTC.

    Attributes:
        newest: Time of the newest entry.
        expected: What the clock should show; None if nobody has signed since the machine started.
        is_far: It is days ahead of the log, and only a person can vouch for it.
        doubt: Why nothing is signed by it, or None.
    """

    now: int
    newest: int
    expected: int | None
    is_far: bool
    doubt: UnavailableError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """The newest entries, which bear times that have not come; times Unix seconds UTC.

    Attributes:
        first: Position of the first of them.
        since: Time of the entry before it; 0 if there is none.
        until: Time of the newest entry.
        now: Time by this machine's clock; it goes on while people read.
    """

    first: int
    last: int
    since: int
    until: int
    now: int = field(compare=False)


def look(session: Session) -> ClockReading:
    """Read the machine's clock."""
    with session.database.read() as connection:
        book = LogBook(connection)
        should, is_far = clock_check.expected(session, book), clock_check.is_far(session, book)
        try:
            clock_check.check(session, book)
            doubt = None
        except UnavailableError as found:
            doubt = found
        return ClockReading(
            now=session.now(book.control),
            newest=book.accepted_at,
            expected=should,
            is_far=is_far,
            doubt=doubt,
        )


def take(session: Session) -> Entry | None:
    """Take the machine's clock as right; a person has compared it.

    Returns:
        The entry that says that it was set, or None if it was not.

    Raises:
        UnavailableError: `clock-behind`: the log goes back in time by no more than two minutes
            but by `set_back`.
    """
    with writer.writing(session, is_clock_right=True) as pen:
        return pen.clock


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBack(UseCase[Ahead]):
    """Have two officers say that the newest entries lie ahead, and this machine's clock is right."""

    kind: ClassVar[str] = "setback"
    officers: tuple[str, str]

    def propose(self, pen: Proposer) -> Ahead:
        """Add the `setback`; gives what it corrects.

        Raises:
            RefusedError: `clock-not-behind`, or as `Drafts.check`.
        """
        ahead = _ahead(pen.book, pen.now)
        own: dict[str, cbor.Value] = {
            "by2": self.officers[1],
            "first": ahead.first,
            "since": ahead.since,
            "was": ahead.until,
            "now": ahead.now,
        }
        pen.add(pen.draft("setback", self.officers[0], own))
        return ahead


def ahead_of(entry: Entry) -> Ahead:
    """Read what a `setback` that is in the log corrects."""
    act = entry.act
    return Ahead(
        first=act.number("first"),
        last=entry.seq - 1,
        since=act.number("since"),
        until=act.number("was"),
        now=act.number("now"),
    )


def _ahead(book: LogBook, now: int) -> Ahead:
    """Find the entries at the end of the log that lie ahead of a time."""
    first, since = book.seq, 0
    while first > 0:
        since = book.entry(first - 1).accepted_at
        if since <= now:
            break
        first, since = first - 1, 0
    return Ahead(first=first, last=book.seq, since=since, until=book.accepted_at, now=now)
