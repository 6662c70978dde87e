"""What an administrator suggests, for two officers to sign on their page."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from kt1custody.services.people import suggestions
from kt1custody.web.api.decisions import AnyDecision
from kt1custody.web.api.staff import AssignAsked, DeviceAsked, LiftAsked, RevokeAsked
from kt1custody.web.asking import Asking, asking
from kt1custody.web.wire import Message

router = APIRouter(prefix="/suggestions", tags=["people"])


class SuggestionAsked(Message):
    """A change as officers would ask for it; they name the second one themselves."""

    change: Annotated[
        DeviceAsked | AssignAsked | LiftAsked | RevokeAsked | AnyDecision,
        Field(discriminator="verb"),
    ]


class NumberAsked(Message):
    """Which suggestion."""

    number: int


@router.post("")
def suggest(
    asked: SuggestionAsked, ask: Annotated[Asking, Depends(asking("suggest"))]
) -> dict[str, int]:
    """Keep a suggestion; nothing is signed, and nothing changes."""
    change = asked.change.model_dump(mode="json", exclude={"second"})
    with ask.site.writing:
        return {"number": suggestions.add(ask.site.session, ask.visit.staff, change)}


@router.post("/drop")
def drop(
    asked: NumberAsked, ask: Annotated[Asking, Depends(asking("people-change"))]
) -> dict[str, bool]:
    """Drop a suggestion that was signed or is not wanted."""
    with ask.site.writing:
        suggestions.drop(ask.site.session, asked.number)
    return {"dropped": True}
