"""The log as a feed: entries after a position, for programs that follow it.

**Rule:** nothing confidential stands in an entry; what is in a record is not told here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kt1custody.core.log.entry import Entry
from kt1custody.services.session.session import Session
from kt1custody.store import log
from kt1custody.store.log import LogBook

MOST = 500  # entries at once


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEnd:
    """Where the log ends.

    Attributes:
        size: Number of entries.
        root: Of the Merkle tree of all of them, 32 bytes.
    """

    origin: str
    size: int
    root: bytes


def head(session: Session) -> LogEnd:
    """Say where the log ends now."""
    with session.database.read() as connection:
        book = LogBook(connection)
        return LogEnd(origin=book.control.origin, size=book.tree.size, root=book.tree.root())


def after(session: Session, seq: int, count: int) -> Sequence[Entry]:
    """Give the entries behind a position, at most `MOST`.

    Args:
        seq: −1: from the first on.
    """
    with session.database.read() as connection:
        last = min(LogBook(connection).seq + 1, seq + 1 + min(count, MOST))
        return [log.stored(log.raw_entry(connection, at)) for at in range(max(0, seq + 1), last)]
