"""States of items for tests of rules that need no log."""

from kt1custody.core.custody.table import ItemState, Status
from kt1custody.core.formats.item import Kind, Mark, Urgency


def item(urgency: Urgency = Urgency.NORMAL, appt: int | None = None) -> ItemState:
    """A letter without a mark that a courier carries to a commune."""
    return ItemState(
        682_600_000_014, Mark.NONE, urgency, Kind.LETTER, appt, 680_101, b"", Status.OUT,
        "NV011", None, (), b"", 1, 0,
    )  # fmt: skip
