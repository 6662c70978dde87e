"""States of items for tests of rules that need no log."""

from kt1custody.core.custody.table import ItemState, Status
from kt1custody.core.formats.item import Kind, Mark, Urgency


def item(urgency: Urgency = Urgency.NORMAL, appt: int | None = None) -> ItemState:
    """A letter without a mark that a courier carries to a commune."""
    return ItemState(
        n=682_600_000_014, mark=Mark.NONE, urgency=urgency, kind=Kind.LETTER, appt=appt, dest=680_101, commit=b"", status=Status.OUT,
        holder="NV011", seal=None, voided=(), head=b"", head_seq=1, since=0,
    )  # fmt: skip
