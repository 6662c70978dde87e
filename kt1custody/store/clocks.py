"""A machine's clock, held against one that nobody can set.

**Rule:** from one start of the machine to the next both run alike, whichever program looks; where
they part, somebody has set the clock. It proves nothing, and whoever owns the machine can change it.
"""

import sqlalchemy as sa

from kt1custody.store.statements import LOG, Query, log_of, put
from kt1custody.store.tables import ClockRow

CLOCKS = ClockRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it

_FIND = Query(
    sa.select(CLOCKS).where(CLOCKS.c.log == LOG, CLOCKS.c.device == sa.bindparam("device"))
)
_PUT = put(CLOCKS)


def expected(connection: sa.Connection, device: str, start: str, counted: int) -> int | None:
    """Give the time that a machine's clock should show, Unix seconds UTC.

    Args:
        start: Names this start of the machine.
        counted: Seconds since then, by the clock that nobody can set.

    Returns:
        None if nothing was remembered since this start of the machine.
    """
    row = _FIND.first(connection, device=device)
    return row.began + counted if row is not None and row.start == start else None


def remember(connection: sa.Connection, device: str, start: str, counted: int, now: int) -> None:
    """Take what the machine's clock shows, Unix seconds UTC, as right from here on."""
    log = log_of(connection)
    row = {"log": log, "device": device, "start": start, "began": now - counted}
    _PUT.run(connection, [row])
