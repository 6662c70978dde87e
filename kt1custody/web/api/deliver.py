"""Items that leave our hands at the counter: to whoever receives them, or back to their sender.

**Rule:** the holder alone signs; whoever is handed the items is named in a record that is sealed to the
office of the clerk who is signed in, and never in the log.
"""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import AfterValidator

from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import REASONS
from kt1custody.services.custody.deliver import BringBack, Deliver, Receiver
from kt1custody.web.api.acts import StepAsked, checked
from kt1custody.web.asking import Asking, asking
from kt1custody.web.proposals import proposed

router = APIRouter(tags=["acts"])


def _reason(value: str) -> str:
    if value not in REASONS["return"]:
        raise ValueError(value)
    return value


class DeliverAsked(StepAsked):
    """Who holds the items, and to whom they were given; untrusted text.

    Attributes:
        paper: Number of the letter of introduction or card, or empty.
    """

    giver: str
    name: str
    paper: str = ""
    note: str = ""

    def use_case(self, keeper: str) -> Deliver:
        """Make the use case."""
        return Deliver(
            given=self.scans,
            giver=numbers.parse_staff_number(self.giver),
            keeper=keeper,
            receiver=self.receiver(),
            cond=self.cond,
        )

    def receiver(self) -> Receiver:
        """Give who takes them."""
        return Receiver(self.name, self.paper or None, self.note or None)


class ReturnAsked(DeliverAsked):
    """The same, and why they go back to their sender."""

    reason: Annotated[str, AfterValidator(_reason)]

    def use_case(self, keeper: str) -> BringBack:  # type: ignore[override]
        """Make the use case."""
        return BringBack(
            given=self.scans,
            giver=numbers.parse_staff_number(self.giver),
            keeper=keeper,
            receiver=self.receiver(),
            cond=self.cond,
            reason=self.reason,
        )


DeliverAsking = Annotated[Asking, Depends(asking("deliver"))]


@router.post("/deliver/check")
def check_delivery(asked: DeliverAsked, ask: DeliverAsking) -> dict[str, object]:
    """Ask the rules about a delivery; nothing is signed or written."""
    return checked(ask, asked.use_case(ask.visit.staff))


@router.post("/deliver/propose")
def propose_delivery(asked: DeliverAsked, ask: DeliverAsking) -> dict[str, object]:
    """Propose a delivery."""
    return proposed(ask, asked.use_case(ask.visit.staff))


@router.post("/return/check")
def check_return(asked: ReturnAsked, ask: DeliverAsking) -> dict[str, object]:
    """Ask the rules about a return; nothing is signed or written."""
    return checked(ask, asked.use_case(ask.visit.staff))


@router.post("/return/propose")
def propose_return(asked: ReturnAsked, ask: DeliverAsking) -> dict[str, object]:
    """Propose a return."""
    return proposed(ask, asked.use_case(ask.visit.staff))
