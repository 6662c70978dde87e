"""How the machine of the log is: room, clock, and the checkpoint that was given out last.

**Rule:** read-only, and nothing of it is confidential: whoever looks after the machine sees it.
"""

import shutil
from dataclasses import dataclass

from kt1custody.errors import KtError
from kt1custody.services.session import clock_check
from kt1custody.services.session.session import Session
from kt1custody.store import checkpoints, db
from kt1custody.store.log import LogBook

LEAST_FREE = 2_000_000_000  # bytes; a busy year of a province has a quarter of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The machine of a log as it is now.

    Attributes:
        used: Bytes of the database with what lies beside it.
        free: Bytes that are free on its disk.
        entries: How many the log holds; `newest` is the time of the last, Unix seconds UTC.
        uncovered: How many of them no checkpoint covers that was given out.
        given_out: When that was, Unix seconds UTC; None: never.
        clock: What is wrong with the clock; None: nothing.
    """

    used: int
    free: int
    entries: int
    newest: int
    uncovered: int
    given_out: int | None
    clock: KtError | None

    @property
    def has_room(self) -> bool:
        """Tell whether the disk has room for long."""
        return self.free >= LEAST_FREE


def look(session: Session) -> Health:
    """Look at the machine and its log."""
    with session.database.read() as connection:
        book = LogBook(connection)
        kept = checkpoints.newest(connection)
        newest = book.time_of(book.entry(book.seq))
        clock: KtError | None = None
        try:
            clock_check.check(session, book)
        except KtError as error:
            clock = error
    size, at, _ = kept or (0, None, b"")
    files = (path for path in session.data.glob(f"{db.NAME}*") if path.is_file())
    return Health(
        used=sum(path.stat().st_size for path in files),
        free=shutil.disk_usage(session.data).free,
        entries=book.seq + 1,
        newest=newest,
        uncovered=book.tree.size - size,
        given_out=at,
        clock=clock,
    )
