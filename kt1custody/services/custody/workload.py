"""What lies with whom for how long, and when items change hands: figures for a glance.

**Rule:** read-only, from the log as it stands; by the times at which the log took each act.
"""

import bisect
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from kt1custody.core.custody.table import ENDED
from kt1custody.core.log.entry import read_entry
from kt1custody.i18n import local_time
from kt1custody.services.session.session import Session
from kt1custody.store import log
from kt1custody.store.log import LogBook

AGES = (86_400, 3 * 86_400)  # seconds; what is older than the last is old
_GIVING = frozenset({"handover", "take"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Figures of one moment.

    Attributes:
        held: Holder → how many open items of each age, youngest first; who has most comes first.
        handed: How many items changed hands in each hour of the office's day, from 0 to 23.
        since: Beginning of that day, Unix seconds UTC.
    """

    held: Mapping[str, tuple[int, ...]]
    handed: tuple[int, ...]
    since: int


def of(session: Session) -> Workload:
    """Count what everybody holds, and what changed hands today."""
    with session.database.read() as connection:
        book = LogBook(connection)
        now = session.now(book.control)
        counted: dict[str, Counter[int]] = {}
        for state in map(book.by_right_clock, book.items(is_open=True)):
            if state.status not in ENDED:
                age = bisect.bisect_right(AGES, now - state.since)
                counted.setdefault(state.holder, Counter())[age] += 1
        midnight = local_time(now, session.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        since = int(midnight.timestamp())
        most = sorted(counted, key=lambda holder: (-counted[holder].total(), holder))
        return Workload(
            held={
                holder: tuple(counted[holder][age] for age in range(len(AGES) + 1))
                for holder in most
            },
            handed=_handed(session, book, since),
            since=since,
        )


def _handed(session: Session, book: LogBook, since: int) -> tuple[int, ...]:
    """Count items that changed hands, by hour; the other half of a handover counts once."""
    first = bisect.bisect_left(
        range(book.seq + 1), since, key=lambda seq: book.time_of(book.entry(seq))
    )
    hours: Counter[int] = Counter()
    for raw in log.entries(book.connection, first):
        entry = read_entry(raw)
        if entry.act.type in _GIVING:
            hours[local_time(book.time_of(entry), session.zone).hour] += len(entry.act.lines)
    return tuple(hours[hour] for hour in range(24))
