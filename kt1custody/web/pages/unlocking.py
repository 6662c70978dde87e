"""Opening names and slips in a running server, by an officer whose key in this browser can do that."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kt1custody.web import access
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page

router = APIRouter()


@router.get("/unlock")
def show(request: Request, ask: Annotated[Asking, Depends(asking("home"))]) -> HTMLResponse:
    """Show who can open them, and to those a form for it."""
    people = [key for key in ask.site.people() if access.may(key.role, "unlock")]
    return page.show(
        request,
        "unlock",
        ask=ask,
        reader=ask.site.reader and ask.visit.name(ask.site.reader),
        may_unlock=access.may(ask.visit.role, "unlock"),
        readers=[(key.owner, ask.visit.name(key.owner)) for key in people if key.enc is not None],
    )
