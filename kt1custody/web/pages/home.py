"""The first page: what this person's work is, and how the log stands."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from kt1custody.web import access
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page

router = APIRouter()


@router.get("/")
def home(request: Request, ask: Annotated[Asking, Depends(asking("home"))]) -> Response:
    """Lead to the first page of a person's work."""
    mine = [tab for tab in page.TABS if access.may(ask.visit.role, tab.what)]
    if mine:
        return RedirectResponse(mine[0].path, 303)
    return page.show(request, "home", ask=ask)
