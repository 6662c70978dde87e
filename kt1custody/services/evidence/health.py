"""How the machine of the log is: room, clock, backup, and who and what has been silent or ends soon.

**Rule:** read-only, and nothing of it is confidential: whoever looks after the machine sees it.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from kt1custody.core.log.schema import SERVICE_KEYS
from kt1custody.errors import KtError
from kt1custody.services.evidence import backup
from kt1custody.services.evidence.backup import LastBackup
from kt1custody.services.keys import ceremony
from kt1custody.services.people import roster
from kt1custody.services.session import clock_check, print_book
from kt1custody.services.session.session import Session
from kt1custody.store import checkpoints, db
from kt1custody.store.log import LogBook

LEAST_FREE = 2_000_000_000  # bytes; a busy year of a province has a quarter of it
_DAY = 86_400
_BACKUP_LIVES, _SILENT, _IDLE, _SOON = 2 * _DAY, 14 * _DAY, 60 * _DAY, 30 * _DAY


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
        backup: The last that was made here; None: none is known.
        is_backed_up: It is as young as it should be.
        unsent: Device → how many of its acts have not come though later ones have.
        silent: Device → when the log took its last act; those that have sent nothing for long.
        idle: Staff number → when a PIN of theirs was last typed here; those who have not for long.
        ending: Staff number, or name of a key of the service → when it ends, of what ends soon.
        printed: When labels were printed last within a week, Unix seconds UTC; None: not.
    """

    used: int
    free: int
    entries: int
    newest: int
    uncovered: int
    given_out: int | None
    clock: KtError | None
    backup: LastBackup | None
    is_backed_up: bool
    unsent: Mapping[str, int]
    silent: Mapping[str, int]
    idle: Mapping[str, int]
    ending: Mapping[str, int]
    printed: int | None

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
    now, clock_now = session.now(book.control), session.clock()
    last = backup.last(session)
    people = [one for one in roster.members(session) if not one.is_revoked]
    devices = [one for one in roster.devices(session) if one.last is not None]
    ends = {one.number: one.key.until for one in people} | {
        line.key.owner: line.key.until
        for line in ceremony.listed(session)[0]
        if line.key.owner in SERVICE_KEYS and line.state == "current"
    }
    jobs = print_book.jobs(session, None, None)
    files = (path for path in session.data.glob(f"{db.NAME}*") if path.is_file())
    return Health(
        used=sum(path.stat().st_size for path in files),
        free=shutil.disk_usage(session.data).free,
        entries=book.seq + 1,
        newest=newest,
        uncovered=book.tree.size - size,
        given_out=at,
        clock=clock,
        backup=last,
        is_backed_up=last is not None and last.at >= clock_now - _BACKUP_LIVES,
        unsent={one.number: one.missing for one in devices if one.missing},
        silent={one.number: one.last for one in devices if one.last and one.last < now - _SILENT},
        idle={one.number: one.used for one in people if one.used and one.used < clock_now - _IDLE},
        ending={
            who: end for who, end in ends.items() if end is not None and now < end < now + _SOON
        },
        printed=jobs[-1].at if jobs else None,
    )
