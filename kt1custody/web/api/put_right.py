"""What two officers put right: a field of an act, and what the slip of an item says."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import REASONS
from kt1custody.core.manifest.layout import COLUMNS
from kt1custody.errors import MalformedInputError
from kt1custody.services.custody.correct_item import CorrectItem
from kt1custody.services.custody.ruling import Correct
from kt1custody.services.session import use_case
from kt1custody.web.api.correct import Cell, proposed_row
from kt1custody.web.asking import Asking, asking
from kt1custody.web.proposals import proposed
from kt1custody.web.wire import Message

router = APIRouter(prefix="/put-right", tags=["put-right"])
PuttingRight = Annotated[Asking, Depends(asking("put-right"))]
_MOST = 500  # items of one act


class ActAsked(Message):
    """A new value of one field of an act, for some of its items; none: for all of them."""

    seq: int
    field: Annotated[str, Field(max_length=20)]
    value: Annotated[str, Field(max_length=20)] | bool
    items: Annotated[tuple[Annotated[str, Field(max_length=20)], ...], Field(max_length=_MOST)]
    reason: str
    second: str

    def use_case(self, officer: str) -> Correct:
        """Make the use case; who is signed in is the first officer."""
        return Correct(
            seq=self.seq,
            field=self.field,
            value=self.value,
            reason=_reason(self.reason),
            officers=(officer, numbers.parse_staff_number(self.second)),
            given=self.items,
        )


class SlipAsked(Message):
    """New texts of some cells of a slip that the first officer has opened; `disclosed` is by what."""

    item: str
    cells: dict[str, Cell]
    reason: str
    second: str
    disclosed: int

    def use_case(self, officer: str) -> CorrectItem:
        """Make the use case; who is signed in is the first officer."""
        if not self.cells or not self.cells.keys() <= COLUMNS.keys():
            raise MalformedInputError("request-malformed", field="cells")
        return CorrectItem(
            given=self.item,
            cells=dict(self.cells),
            reason=_reason(self.reason),
            officers=(officer, numbers.parse_staff_number(self.second)),
            disclosed=self.disclosed,
        )


@router.post("/act/check")
def check_act(asked: ActAsked, ask: PuttingRight) -> dict[str, object]:
    """Ask the rules about a correction of an act; nothing is signed."""
    return {"people": list(use_case.check(ask.session, asked.use_case(ask.visit.staff)).people)}


@router.post("/act/propose")
def propose_act(asked: ActAsked, ask: PuttingRight) -> dict[str, object]:
    """Propose a correction of an act, which two officers sign."""
    return proposed(ask, asked.use_case(ask.visit.staff))


@router.post("/slip/check")
def check_slip(asked: SlipAsked, ask: PuttingRight) -> dict[str, object]:
    """Ask the rules about a correction of a slip; nothing is signed."""
    return {"people": list(use_case.check(ask.session, asked.use_case(ask.visit.staff)).people)}


@router.post("/slip/propose")
def propose_slip(asked: SlipAsked, ask: PuttingRight) -> dict[str, object]:
    """Propose a correction of a slip, which two officers sign, or say which cells are wrong."""
    return proposed_row(ask, asked.use_case(ask.visit.staff))


def _reason(reason: str) -> str:
    if reason not in REASONS["correct"]:
        raise MalformedInputError("request-malformed", field="reason")
    return reason
