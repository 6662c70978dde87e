"""The machine's clock: compared with what the log knows, taken as right, and the log put right.

**Rule:** a time that is in the log stays. Where a clock was set, or is far from the newest entry, a
person says that it is right before anything is signed; where the log itself lies ahead, two officers
say so by an act, and from then on the right clock counts. Format: `.docs/formats.md` §3 and §5.
"""

from collections.abc import Callable
from dataclasses import dataclass

from kt1custody.core.formats import cbor
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry
from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.services.session import clock_check, here, writer
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.proposal import Proposal, proposing
from kt1custody.services.session.session import Session
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True)
class Reading:
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


@dataclass(frozen=True, slots=True)
class Ahead:
    """The newest entries, which bear times that have not come; times Unix seconds UTC.

    Attributes:
        first: Position of the first of them.
        since: Time of the entry before it; 0 if there is none.
        until: Time of the newest entry.
    """

    first: int
    last: int
    since: int
    until: int
    now: int


def look(session: Session) -> Reading:
    """Read the machine's clock."""
    with session.database.read() as connection:
        book = LogBook(connection)
        should, is_far = clock_check.expected(session, book), clock_check.is_far(session, book)
        try:
            clock_check.check(session, book)
            doubt = None
        except UnavailableError as found:
            doubt = found
        return Reading(session.now(book.control), book.accepted_at, should, is_far, doubt)


def take(session: Session) -> Entry | None:
    """Take the machine's clock as right; a person has compared it.

    Returns:
        The entry that says that it was set, or None if it was not.

    Raises:
        UnavailableError: `clock-behind`: the log goes back in time by no more than two minutes
            but by `set_back`.
    """
    with writer.writing(session, clock_check.check_right) as pen:
        return pen.clock


def set_back(
    session: Session, officers: tuple[str, str], *, confirm: Callable[[Ahead], bool]
) -> tuple[Entry, Ahead]:
    """Have two officers say that the newest entries lie ahead, and that this machine's clock is right.

    Returns:
        Their act, and what it put right.

    Raises:
        RefusedError: `clock-not-behind`, `not-confirmed`, or as `Drafts.check`;
            `changed-meanwhile`: others have written since.
    """

    def draft(drafts: Drafts) -> Act:
        told = _ahead(drafts.book, drafts.now)
        own: dict[str, cbor.Value] = {
            "by2": officers[1],
            "first": told.first,
            "since": told.since,
            "was": told.until,
            "now": told.now,
        }
        return drafts.draft("setback", officers[0], own)

    with session.database.read() as connection:
        book = LogBook(connection)
        drafts = Drafts.of(session, book, clock_check.check_behind)
        drafts.check(draft(drafts))
        ahead = _ahead(book, drafts.now)
    if not confirm(ahead):
        raise RefusedError("not-confirmed")
    session.unlock(officers)

    def propose() -> Proposal:
        with proposing(session, clock_check.check_behind) as pen:
            if pen.book.seq != ahead.last:
                raise RefusedError("changed-meanwhile")
            pen.add(draft(pen))
            return pen.done()

    return here.carry_out(session, propose, clock=clock_check.check_behind)[-1], ahead


def _ahead(book: LogBook, now: int) -> Ahead:
    """Find the entries at the end of the log that lie ahead of a time."""
    first, since = book.seq, 0
    while first > 0:
        since = book.entry(first - 1).accepted_at
        if since <= now:
            break
        first, since = first - 1, 0
    return Ahead(first, book.seq, since, book.accepted_at, now)
