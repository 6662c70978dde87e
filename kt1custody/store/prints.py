"""Print acts and what became of their labels, counted without reading the acts again.

**Rule:** a row says what its `print` act says, if any of its serials is its own; how many labels
are bound or missing is counted from `serials` and `items` when somebody asks.
"""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from kt1custody.store.log import ITEMS, SERIALS
from kt1custody.store.statements import LOG, Query, by, index_of, run
from kt1custody.store.tables import PrintRow

PRINTS = PrintRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it

_BATCH = 400
_SINCE = Query(
    sa.select(PRINTS)
    .where(PRINTS.c.log == LOG, PRINTS.c.seq > sa.bindparam("after"))
    .order_by(PRINTS.c.seq)
)
_BOUND = sa.text("items.seal = serials.serial")
_MISSING = sa.text(
    "items.status = 'registered' AND (items.seal IS NULL OR items.seal <> serials.serial)"
    " AND ' ' || items.voided || ' ' NOT LIKE '% ' || serials.serial || ' %'"
)
_COUNTS = (
    by(
        sa.select(
            SERIALS.c.seq,
            sa.func.count(),
            sa.func.sum(sa.case((_BOUND, 1), else_=0)),
            sa.func.sum(sa.case((_MISSING, 1), else_=0)),
        ),
        index_of(SERIALS, "serials_seq"),
    )
    .join(ITEMS, sa.and_(ITEMS.c.log == SERIALS.c.log, ITEMS.c.n == SERIALS.c.n))
    .where(SERIALS.c.log == LOG, SERIALS.c.seq.in_(sa.bindparam("positions", expanding=True)))
    .group_by(SERIALS.c.seq)
)


class PrintAct(NamedTuple):
    """A `print` act.

    Attributes:
        seq: Its position.
        job: The number of the job that it names, as its author chose it.
        by: Who printed, for which `office`, on which device `dev`.
        at: When, as the act claims; Unix seconds UTC.
        accepted_at: When the log took it, as it says itself.
    """

    seq: int
    job: int
    by: str
    office: int
    dev: str
    at: int
    accepted_at: int


class LabelCounts(NamedTuple):
    """How many labels of known items a `print` act made, and what became of them."""

    printed: int
    bound: int
    missing: int


def acts(connection: sa.Connection, after: int) -> list[PrintAct]:
    """List the `print` acts behind a position, in the log's order."""
    return [PrintAct(*row[1:]) for row in _SINCE.rows(connection, after=after)]


def labels(connection: sa.Connection, positions: Sequence[int]) -> dict[int, LabelCounts]:
    """Count the labels of some `print` acts, by position; of an act without any there is none."""
    found: dict[int, LabelCounts] = {}
    for begin in range(0, len(positions), _BATCH):
        some = positions[begin : begin + _BATCH]
        for seq, *counts in run(connection, _COUNTS, positions=some):
            found[seq] = LabelCounts(*counts)
    return found
