"""The figures of a shift: what was there, what came, what went, and what goes on to the next.

**Rule:** read-only, from the log as it stands at the end of the period, by the times at which the
log took each act; what is late is what the item list calls late. On every sheet what was carried
over and accepted is what was delivered, returned, cancelled and is carried on.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, tzinfo

from kt1custody.core.custody.due import Standing
from kt1custody.core.custody.table import ENDED, Status
from kt1custody.errors import RefusedError
from kt1custody.services.custody.standing import Listed, stand
from kt1custody.services.session.session import Session
from kt1custody.store.log import LogBook

Counted = Counter[int]  # by the number of an item's mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What happened to items in a period; each figure counts items by mark.

    Attributes:
        seq: Position of the newest entry that was counted.
        begin: First second of the period, Unix seconds UTC.
        end: When it was reckoned; its last second.
        before: Open when the period began.
        accepted: Registered in it.
        delivered: Delivered in it; so `returned` to the sender and `cancelled` at the counter.
        late: Of what was delivered in it: behind their due time.
        refused: Items that were refused at the door in it, `absent` those that met nobody.
        after: Still open at the end, which is `unsealed`, `office`, `posts`, `out` and
            `elsewhere` together.
        unsealed: Waiting for a seal.
        office: At the founding office, sealed.
        posts: At other offices of the service.
        out: Carried by somebody.
        elsewhere: On the way to another founding office.
        waiting: Still open after a failed delivery.
        overdue: Still open and behind their due time.
    """

    seq: int
    begin: int
    end: int
    before: Counted
    accepted: Counted
    delivered: Counted
    late: Counted
    returned: Counted
    cancelled: Counted
    refused: Counted
    absent: Counted
    after: Counted
    unsealed: Counted
    office: Counted
    posts: Counted
    out: Counted
    elsewhere: Counted
    waiting: Counted
    overdue: Counted


def midnight(at: int, zone: tzinfo) -> int:
    """Give the beginning of the local day of a time, both in Unix seconds UTC."""
    day = datetime.fromtimestamp(at, zone).date()
    return int(datetime.combine(day, time(), zone).timestamp())


def local_hour(session: Session) -> int:
    """Give the hour of the day at the office."""
    with session.database.read() as connection:
        now = session.now(LogBook(connection).control)
    return datetime.fromtimestamp(now, session.zone).hour


def figures(session: Session, since: int | None = None) -> Figures:
    """Reckon the figures of a period that ends now.

    Args:
        since: Its beginning, Unix seconds UTC; None for the midnight before.

    Raises:
        RefusedError: `period-ahead`: it would begin after now.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        end = session.now(book.control)
        begin = midnight(end, session.zone) if since is None else since
        if begin > end:
            raise RefusedError("period-ahead")
        rows = stand(book, book.items(open_since=begin), end, session.zone)
        return _reckon(rows, str(book.control.office), book.seq, begin, end)


def _reckon(rows: Sequence[Listed], office: str, seq: int, begin: int, end: int) -> Figures:
    ended = [row for row in rows if row.state.status in ENDED]
    still = [row for row in rows if row.state.status not in ENDED]

    def of(some: Sequence[Listed], *statuses: Status) -> list[Listed]:
        return [row for row in some if row.state.status in statuses]

    delivered = of(ended, Status.DELIVERED)
    held = of(still, Status.HELD, Status.OUT)
    here = [row for row in held if row.state.holder == office]
    failed = {
        kind: [row for row in rows if any(a.kind == kind and a.at >= begin for a in row.attempts)]
        for kind in ("refuse", "absent")
    }
    return Figures(
        seq=seq,
        begin=begin,
        end=end,
        before=_count(row for row in rows if row.accepted < begin),
        accepted=_count(row for row in rows if row.accepted >= begin),
        delivered=_count(delivered),
        late=_count(row for row in delivered if row.standing is Standing.MET_LATE),
        returned=_count(of(ended, Status.RETURNED)),
        cancelled=_count(of(ended, Status.VOIDED)),
        refused=_count(failed["refuse"]),
        absent=_count(failed["absent"]),
        after=_count(still),
        unsealed=_count(of(still, Status.REGISTERED)),
        office=_count(here),
        posts=_count(
            row for row in held if row.state.holder.isdecimal() and row.state.holder != office
        ),
        out=_count(row for row in held if not row.state.holder.isdecimal()),
        elsewhere=_count(of(still, Status.SENT)),
        waiting=_count(row for row in still if row.attempts and row.attempts[-1].is_last),
        overdue=_count(row for row in still if row.standing is Standing.LATE),
    )


def _count(rows: Iterable[Listed]) -> Counted:
    return Counter(row.state.mark for row in rows)
