"""Handing over at a counter: two people look at one list and sign it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kt1custody.core.log.keyring import Key
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page

router = APIRouter()
HANDS = frozenset({"clerk", "controller", "courier", "driver", "escort"})


@router.get("/handover")
def handover(request: Request, ask: Annotated[Asking, Depends(asking("handover"))]) -> HTMLResponse:
    """Show an empty list, with this person on one side."""
    people = [person(ask, key) for key in ask.site.people() if key.role in HANDS]
    return page.show(request, "handover", ask=ask, people=people)


def person(ask: Asking, key: Key) -> dict[str, object]:
    """Describe somebody who may stand at the counter."""
    return {
        "staff": key.owner,
        "name": ask.visit.name(key.owner),
        "role": ask.language.word("role", key.role),
        "office": key.office,
    }
