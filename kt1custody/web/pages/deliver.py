"""Items leave our hands at the counter: an agency's messenger collects them, or they go back."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kt1custody.core.log.schema import CONDITIONS, REASONS
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page
from kt1custody.web.pages.handover import HANDS, person

router = APIRouter()


@router.get("/deliver")
def deliver(request: Request, ask: Annotated[Asking, Depends(asking("deliver"))]) -> HTMLResponse:
    """Show an empty list; who is signed in holds the items, unless somebody else is chosen."""
    language = ask.language
    return page.show(
        request,
        "deliver",
        ask=ask,
        people=[person(ask, key) for key in ask.site.people() if key.role in HANDS],
        reasons=[(code, language.word("reason", code)) for code in REASONS["return"]],
        conditions=[(code, language.word("cond", code)) for code in CONDITIONS],
    )
