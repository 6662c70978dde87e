"""Whether the machine's clock may be believed for what is about to be written.

**Rule:** a time that is in the log stays, so a clock is held against the newest entry and against
the machine's own count of seconds before anything is signed. Where neither vouches for it, a person
does. Format: `.docs/formats.md` §5.
"""

from dataclasses import dataclass

from kt1custody.core.log.entry import CLOCK_SLACK
from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.services.session.session import Session
from kt1custody.store import clocks
from kt1custody.store.log import LogBook

SET = 600  # seconds off the machine's own count beyond which somebody has set the clock
# Longer than a weekend with a day off before it: nobody says yes every Monday without looking.
FAR = 4 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A time that may be written; Unix seconds UTC.

    Attributes:
        was: What it should be, if it went back or was set.
        is_new: The machine's count is to be held against it from here on.
    """

    now: int
    was: int | None = None
    is_new: bool = False


def check(session: Session, book: LogBook, *, is_right: bool = False) -> Clock:
    """Read the clock for what is to be written.

    Args:
        is_right: A person has compared it with a clock outside this machine.

    Raises:
        UnavailableError: `clock-behind`: more than two minutes behind the newest entry;
            `clock-ahead` or `clock-back`: set by more than ten since the machine was started;
            `clock-far`: days ahead of the newest entry, and nothing has been counted since.
    """
    now = session.now(book.control)
    if now < book.accepted_at - CLOCK_SLACK:
        raise UnavailableError("clock-behind", seconds=book.accepted_at - now)
    should, is_set = None, False
    if session.as_of is None:
        should = expected(session, book)
        is_set = should is not None and abs(now - should) > SET
        if should is not None and is_set and not is_right:
            code = "clock-ahead" if now > should else "clock-back"
            raise UnavailableError(code, seconds=abs(now - should))
        if is_far(session, book) and not is_right:
            raise UnavailableError("clock-far", seconds=now - book.accepted_at)
    is_new = session.as_of is None and (should is None or is_set)
    back = book.accepted_at if now < book.accepted_at else None
    return Clock(now=now, was=should if is_set else back, is_new=is_new)


def check_for(session: Session, book: LogBook, kind: str) -> Clock:
    """Read the clock for an act of some type; raises as `check`.

    A hold is stopped by no clock: where the clock is in doubt, the newest entry's time is taken. A
    `setback` says that the log's newest entries lie ahead of a clock that is right.

    Raises:
        RefusedError: `clock-not-behind`, of a `setback`.
    """
    if kind == "setback":
        return _check_behind(session, book)
    try:
        return check(session, book)
    except UnavailableError:
        if kind != "hold":
            raise
        return Clock(now=book.accepted_at)


def _check_behind(session: Session, book: LogBook) -> Clock:
    now = session.now(book.control)
    if now >= book.accepted_at - CLOCK_SLACK:
        raise RefusedError("clock-not-behind")
    return Clock(now=now, is_new=session.as_of is None)


def is_far(session: Session, book: LogBook) -> bool:
    """Tell whether the clock is so far ahead of the log that only a person can vouch for it."""
    if session.as_of is not None or book.control.training:
        return False
    gap = session.now(book.control) - book.accepted_at
    return gap > FAR and expected(session, book) is None


def expected(session: Session, book: LogBook) -> int | None:
    """Give the time that the clock should show, or None if nothing was counted since its start.

    The clock of a training log is no machine's, and nothing is counted for it.
    """
    if session.has_training_clock(book.control):
        return None
    return clocks.expected(book.connection, session.device, *session.counted())


def keep(session: Session, book: LogBook, clock: Clock) -> None:
    """Hold the machine's count against this time from here on, within a write transaction."""
    if clock.is_new:
        start, counted = session.counted()
        clocks.remember(book.connection, session.device, start, counted, clock.now)
