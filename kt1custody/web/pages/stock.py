"""The stock: what lies in the safe, or with a person."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kt1custody.services.custody import look
from kt1custody.web import items
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page

router = APIRouter()


@router.get("/stock")
def stock(request: Request, ask: Annotated[Asking, Depends(asking("stock"))]) -> HTMLResponse:
    """Show what the office of a clerk holds, or a person."""
    holder = str(ask.visit.key.office) if ask.visit.is_at_counter else ask.visit.staff
    states = look.by_right_clock(ask.session, look.held(ask.session, holder))
    return page.show(request, "stock", ask=ask, holder=holder, items=items.shown(ask, states))
