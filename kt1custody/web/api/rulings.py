"""What officers sign about items: opening their records, and settling a fork of custody."""

from typing import Annotated

from fastapi import APIRouter, Depends

from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import REASONS
from kt1custody.services.custody.disclose import Disclose
from kt1custody.services.custody.ruling import Settle
from kt1custody.web import proposals
from kt1custody.web.asking import Asking, asking
from kt1custody.web.wire import Message, OneOf

router = APIRouter(tags=["rulings"])
Disclosing = Annotated[Asking, Depends(asking("disclose"))]
Settling = Annotated[Asking, Depends(asking("settle"))]


class DiscloseAsked(Message):
    """Of which item the records are to be opened, and why."""

    scan: str
    reason: Annotated[str, OneOf(REASONS["disclose"])]

    def use_case(self, officer: str) -> Disclose:
        """Make the use case."""
        return Disclose(officer=officer, given=(self.scan,), reason=self.reason)


class SettleAsked(Message):
    """Which step of a fork holds; `keep` is its log position or `none`."""

    scan: str
    keep: str
    reason: Annotated[str, OneOf(REASONS["settle"])]
    second: str

    def use_case(self, officer: str) -> Settle:
        """Make the use case; who is signed in is the first officer."""
        officers = (officer, numbers.parse_staff_number(self.second))
        return Settle(given=self.scan, keep=self.keep, reason=self.reason, officers=officers)


@router.post("/disclose/check")
def check_disclose(asked: DiscloseAsked, ask: Disclosing) -> dict[str, object]:
    """Ask the rules about opening records; nothing is signed or opened."""
    return proposals.checked(ask, asked.use_case(ask.visit.staff))


@router.post("/disclose/propose")
def propose_disclose(asked: DiscloseAsked, ask: Disclosing) -> dict[str, object]:
    """Propose that the officer who is signed in opens an item's records."""
    return proposals.proposed(ask, asked.use_case(ask.visit.staff))


@router.post("/settle/check")
def check_settle(asked: SettleAsked, ask: Settling) -> dict[str, object]:
    """Ask the rules about a settlement; nothing is signed."""
    return proposals.checked(ask, asked.use_case(ask.visit.staff))


@router.post("/settle/propose")
def propose_settle(asked: SettleAsked, ask: Settling) -> dict[str, object]:
    """Propose a settlement, which two officers sign."""
    return proposals.proposed(ask, asked.use_case(ask.visit.staff))
