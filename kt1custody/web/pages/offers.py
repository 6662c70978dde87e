"""Offers that wait to be taken: the list, and the page on which one is taken or withdrawn."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kt1custody.core.log.entry import Entry
from kt1custody.core.log.keyring import OFFICE_ROLES
from kt1custody.errors import RefusedError
from kt1custody.services.custody import look, offer
from kt1custody.web import items
from kt1custody.web.api.acts import HandoverAsking
from kt1custody.web.asking import Asking
from kt1custody.web.pages import page
from kt1custody.web.pages.handover import HANDS, person

router = APIRouter(prefix="/offers")


@router.get("")
def offers(request: Request, ask: HandoverAsking) -> HTMLResponse:
    """Show what waits to be taken, oldest first."""
    return page.show(request, "offers", ask=ask, offers=[_offer(ask, one) for one in _waiting(ask)])


@router.get("/{seq}")
def take(seq: int, request: Request, ask: HandoverAsking) -> HTMLResponse:
    """Show what is offered, to be scanned one by one.

    Raises:
        RefusedError: `no-such-offer`: it does not wait, or is none of this person's.
    """
    entry = next((one for one in _waiting(ask) if one.seq == seq), None)
    if entry is None:
        raise RefusedError("no-such-offer", seq=str(seq))
    states = [look.scanned(ask.session, str(line.n))[1] for line in entry.act.lines]
    return page.show(
        request,
        "offer",
        ask=ask,
        offer=_offer(ask, entry),
        expected=items.shown(ask, states),
        people=[person(ask, key) for key in ask.site.people() if key.role in HANDS],
    )


def _waiting(ask: Asking) -> list[Entry]:
    """List the offers that this person may see: at a counter all, else those by or to them."""
    visit = ask.visit
    who = None if visit.is_at_counter else visit.staff
    return [one.entry for one in offer.waiting(ask.session, who)]


def _withdrawer(ask: Asking, giver: str) -> str:
    """Give who withdraws an offer here: for a clerk whoever is at the counter, else the giver."""
    key = ask.session.control().current_key(giver)
    is_of_counter = key is not None and key.role in OFFICE_ROLES
    return ask.visit.staff if is_of_counter and ask.visit.is_at_counter else giver


def _offer(ask: Asking, entry: Entry) -> dict[str, object]:
    act = entry.act
    receiver = act.text("to")
    return {
        "seq": entry.seq,
        "count": len(act.lines),
        "giver": ask.visit.name(act.by),
        "receiver": ask.visit.name(receiver),
        "receiver_code": receiver,
        "withdrawer": _withdrawer(ask, act.by),
        "at": ask.language.moment(act.at, ask.session.zone),
    }
