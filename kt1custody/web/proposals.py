"""What pages are told of a use case: who must sign it, and the bytes that they sign."""

from typing import Any

from kt1custody.services.session import use_case
from kt1custody.services.session.use_case import UseCase
from kt1custody.web import wire
from kt1custody.web.asking import Asking


def proposed(ask: Asking, wanted: UseCase[Any]) -> dict[str, object]:
    """Propose a use case."""
    proposal = use_case.propose(ask.session, wanted)
    return {"people": list(proposal.people), "proposal": wire.text(proposal.encode())}
