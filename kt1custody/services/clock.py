"""The machine's clock: compared with what the log knows, and taken as right after it was set.

**Rule:** a time that is in the log stays, and until it has come again nothing more is signed. So
where the clock was set by more than ten minutes, a person says that it is right before anything is
signed, and an entry says by how much. Format: `.docs/formats.md` §5.
"""

from dataclasses import dataclass

from kt1custody.core.entry import Entry
from kt1custody.services import append
from kt1custody.services.desk import Desk
from kt1custody.store import clocks
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True)
class Reading:
    """What the machine's clock shows; all times Unix seconds UTC.

    Attributes:
        newest: Time of the newest entry.
        expected: What the clock should show; None if nobody has signed since the machine started.
    """

    now: int
    newest: int
    expected: int | None


def look(desk: Desk) -> Reading:
    """Read the machine's clock."""
    with desk.database.read() as connection:
        book = LogBook(connection)
        expected = clocks.expected(connection, desk.device, *desk.counted())
        return Reading(desk.now(book.control), book.accepted_at, expected)


def take(desk: Desk) -> Entry | None:
    """Take the machine's clock as right; a person has compared it.

    Returns:
        The entry that says that it was set, or None if it was not.

    Raises:
        UnavailableError: As `append.writing`, `clock-behind` too: the log goes back in time by no
            more than two minutes.
    """
    with append.writing(desk, is_clock_right=True) as pen:
        return pen.clock
