"""Finding an item: by its number or seal, or by what its slip says, for whom that may be read."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from kt1custody.core.formats import numbers
from kt1custody.core.seals import scanner
from kt1custody.errors import NotAllowedError
from kt1custody.i18n import local_time, one_line
from kt1custody.services.custody import look, near
from kt1custody.services.registration.search import Finder, FoundSlip, FoundSlips
from kt1custody.web import items
from kt1custody.web.asking import Asking, asking
from kt1custody.web.wire import Message
from kt1custody.words.items import item_standing

router = APIRouter(tags=["find"])
_OFFERED = 12  # items that may be meant
_FEWEST = 11  # digits of the shortest code


class FindAsked(Message):
    """What somebody remembers; it is written nowhere."""

    text: Annotated[str, Field(max_length=2_000)]


@router.post("/find")
def find(asked: FindAsked, ask: Annotated[Asking, Depends(asking("find"))]) -> dict[str, object]:
    """Find an item by its number or seal; else slips, for a clerk or controller."""
    if _is_code(asked.text):
        _, state = look.scanned(ask.session, asked.text)
        return {"item": f"{state.n:012d}"}
    visit = ask.visit
    if not visit.is_at_counter:
        raise NotAllowedError("find-by-number", staff=visit.staff)
    if visit.finder is None:
        visit.finder = Finder(ask.session, visit.staff)
    found = visit.finder.search(asked.text)
    return {
        "total": found.total,
        "searched": found.searched,
        "slips": [_slip(ask, found, slip) for slip in found.best],
    }


@router.post("/near")
def find_near(
    asked: FindAsked, ask: Annotated[Asking, Depends(asking("investigate"))]
) -> dict[str, object]:
    """Offer the items that a number with one slip in it may mean; a check digit has found the slip."""
    found = near.near(ask.session, asked.text)[:_OFFERED]
    shown = items.shown(ask, [one.state for one in found])
    return {
        "items": [
            {**item, "digits": one.digits, "is_seal": one.is_seal}
            for item, one in zip(shown, found, strict=True)
        ]
    }


def _is_code(text: str) -> bool:
    """Tell whether a text is meant as an item's number, a seal's serial or a seal."""
    digits = numbers.join_groups(scanner.unframe(text))
    return digits.isdecimal() and len(digits) >= _FEWEST


def _slip(ask: Asking, found: FoundSlips, slip: FoundSlip) -> dict[str, object]:
    def name(code: str) -> str:
        agency = found.places.agencies.get(code)
        return agency.name if agency else one_line(code)

    return {
        "item": f"{slip.state.n:012d}",
        "number": numbers.format_item_number(slip.state.n),
        "day": local_time(slip.at, ask.session.zone).strftime("%d/%m/%Y"),
        "sender": name(slip.slip.sender),
        "recipient": name(slip.slip.recipient),
        "reference": one_line(slip.slip.reference or "–"),
        "standing": item_standing(ask.language, slip.state, items.place_names(ask)),
    }
