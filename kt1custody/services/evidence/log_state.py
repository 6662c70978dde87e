"""How the log stands, at a glance: how long it is, how old, and what was given out of it.

**Rule:** read-only, and no verdict: what it reads is not verified here (`verify`).
"""

from dataclasses import dataclass

from kt1custody.services.session.session import Session
from kt1custody.store import checkpoints
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    """How the log stands; times are Unix seconds UTC.

    Attributes:
        size: Entries of the present epoch.
        accepted_at: When the newest was taken.
        now: The office's clock.
        given_out: Size and time of the newest checkpoint that was given out, or None.
        stamped: Size of the newest checkpoint with a time stamp of an authority, or None.
    """

    origin: str
    size: int
    accepted_at: int
    now: int
    given_out: tuple[int, int] | None
    stamped: int | None


def of(session: Session) -> LogState:
    """Tell how the log stands."""
    with session.database.read() as connection:
        book = LogBook(connection)
        newest = checkpoints.newest(connection)
        stamps = checkpoints.stamps(connection)
        return LogState(
            origin=book.control.origin,
            size=book.tree.size,
            accepted_at=book.control.time_of(book.seq, book.accepted_at),
            now=session.now(book.control),
            given_out=None if newest is None else newest[:2],
            stamped=stamps[-1][0] if stamps else None,
        )
