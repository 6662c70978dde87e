"""Handing over while the receiver is elsewhere: offered here, taken at another browser, or withdrawn."""

from fastapi import APIRouter

from kt1custody.core.formats import numbers
from kt1custody.services.custody.offer import Offer, Take, Withdraw
from kt1custody.services.session import use_case
from kt1custody.web.api.acts import HandoverAsking, StepAsked, checked
from kt1custody.web.proposals import proposed
from kt1custody.web.wire import Message

router = APIRouter(tags=["acts"])


class OfferAsked(StepAsked):
    """Who gives, and who is to take."""

    giver: str
    receiver: str

    def use_case(self) -> Offer:
        """Make the use case."""
        return Offer(
            given=self.scans,
            giver=numbers.parse_staff_number(self.giver),
            receiver=numbers.parse_staff_number(self.receiver),
            cond=self.cond,
        )


class TakeAsked(StepAsked):
    """What the receiver has found of an offer.

    Attributes:
        offered: Log position of the offer.
    """

    offered: int
    receiver: str
    witness: str | None = None

    def use_case(self) -> Take:
        """Make the use case."""
        return Take(
            given=self.scans,
            receiver=numbers.parse_staff_number(self.receiver),
            witness=numbers.parse_staff_number(self.witness) if self.witness else None,
            offered=str(self.offered),
            cond=self.cond,
        )


class WithdrawAsked(Message):
    """An offer that nobody is to take any more, and who withdraws it."""

    offered: int
    giver: str

    def use_case(self) -> Withdraw:
        """Make the use case."""
        giver = numbers.parse_staff_number(self.giver)
        return Withdraw(giver=giver, offered=str(self.offered))


@router.post("/offer/check")
def check_offer(asked: OfferAsked, ask: HandoverAsking) -> dict[str, object]:
    """Ask the rules about an offer; nothing is signed or written."""
    return checked(ask, asked.use_case())


@router.post("/offer/propose")
def propose_offer(asked: OfferAsked, ask: HandoverAsking) -> dict[str, object]:
    """Propose an offer; slips are sealed on to the receiver's office, and nobody reads them here."""
    ask.site.lend(ask.session, numbers.parse_staff_number(asked.giver))
    return proposed(ask, asked.use_case())


@router.post("/take/check")
def check_take(asked: TakeAsked, ask: HandoverAsking) -> dict[str, object]:
    """Ask the rules about a take, and say what was offered and not found."""
    allowed = use_case.check(ask.session, asked.use_case())
    return {"people": list(allowed.signers), "short": allowed.shown.short}


@router.post("/take/propose")
def propose_take(asked: TakeAsked, ask: HandoverAsking) -> dict[str, object]:
    """Propose a take."""
    return proposed(ask, asked.use_case())


@router.post("/withdraw/check")
def check_withdrawal(asked: WithdrawAsked, ask: HandoverAsking) -> dict[str, object]:
    """Ask the rules whether an offer may be withdrawn."""
    return {"people": list(use_case.check(ask.session, asked.use_case()).signers)}


@router.post("/withdraw/propose")
def propose_withdrawal(asked: WithdrawAsked, ask: HandoverAsking) -> dict[str, object]:
    """Propose to withdraw an offer."""
    return proposed(ask, asked.use_case())
