"""What pages are told of a use case: who must sign it, and the bytes that they sign."""

from typing import Any

from kt1custody.services.people import browsers
from kt1custody.services.session import use_case
from kt1custody.services.session.proposal import Proposal
from kt1custody.services.session.use_case import UseCase
from kt1custody.web import wire
from kt1custody.web.asking import Asking


def propose(ask: Asking, wanted: UseCase[Any]) -> Proposal:
    """Propose a use case; its acts report the wrong PINs that were typed at this browser."""
    browsers.count_tries(ask.session, ask.visit.device)
    with ask.site.writing:
        return use_case.propose(ask.session, wanted)


def checked(ask: Asking, wanted: UseCase[Any]) -> dict[str, object]:
    """Ask the rules about a use case, and say who would sign it; nothing is signed or written."""
    return {"people": list(use_case.check(ask.session, wanted).people)}


def proposed(ask: Asking, wanted: UseCase[Any]) -> dict[str, object]:
    """Propose a use case, and say who signs it."""
    proposal = propose(ask, wanted)
    return {"people": list(proposal.people), "proposal": wire.text(proposal.encode())}
