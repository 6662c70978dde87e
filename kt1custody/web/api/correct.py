"""Putting right what the registration of an item says."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from kt1custody.core.custody.table import ItemState
from kt1custody.core.log.schema import REASONS
from kt1custody.core.manifest.layout import COLUMNS
from kt1custody.errors import MalformedInputError, NotAllowedError
from kt1custody.services.custody.correct_item import CorrectItem
from kt1custody.services.registration.register import WrongRowsError
from kt1custody.services.session import use_case
from kt1custody.services.session.use_case import Allowed
from kt1custody.web.asking import Asking, asking
from kt1custody.web.proposals import proposed
from kt1custody.web.wire import Message

router = APIRouter(prefix="/correct", tags=["correct"])
Cell = Annotated[str, Field(max_length=1_000)]


class CorrectAsked(Message):
    """New texts of some cells, by the names of their columns."""

    item: str
    cells: dict[str, Cell]
    reason: str

    def use_case(self) -> CorrectItem:
        """Make the use case; signed by the clerk who registered the item."""
        if not self.cells or not self.cells.keys() <= COLUMNS.keys():
            raise MalformedInputError("request-malformed", field="cells")
        if self.reason not in REASONS["correct"]:
            raise MalformedInputError("request-malformed", field="reason")
        return CorrectItem(
            given=self.item, cells=dict(self.cells), reason=self.reason, officers=None
        )


CorrectAsking = Annotated[Asking, Depends(asking("correct"))]


@router.post("/check")
def check(asked: CorrectAsked, ask: CorrectAsking) -> dict[str, object]:
    """Ask the rules whether this may be put right, and by whom."""
    return {"people": list(_allowed(ask, asked.use_case()).people)}


@router.post("/propose")
def propose(asked: CorrectAsked, ask: CorrectAsking) -> dict[str, object]:
    """Propose the correction, or say which cells are wrong."""
    wanted = asked.use_case()
    _allowed(ask, wanted)
    return proposed_row(ask, wanted)


def proposed_row(ask: Asking, wanted: CorrectItem) -> dict[str, object]:
    """Propose a correction of a slip, or say which of its cells are wrong."""
    try:
        return {"findings": [], **proposed(ask, wanted)}
    except WrongRowsError as wrong:
        said = [
            f"{finding.column}: {ask.language.word('finding', finding.code)}"
            for finding in wrong.findings
        ]
        return {"findings": said, "people": [], "proposal": ""}


def _allowed(ask: Asking, wanted: CorrectItem) -> Allowed[ItemState]:
    """Ask the rules; nobody but who has registered the item opens its slip for this.

    Raises:
        NotAllowedError: `registered-by-other`.
    """
    allowed = use_case.check(ask.session, wanted)
    clerk = allowed.people[0]
    if clerk != ask.visit.staff:
        raise NotAllowedError("registered-by-other", who=clerk, n=allowed.shown.n)
    return allowed
