"""Trying a scanner gun: what it types here is shown, and what is to be set at it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page

router = APIRouter()


@router.get("/gun")
def gun(request: Request, ask: Annotated[Asking, Depends(asking("gun"))]) -> HTMLResponse:
    """Show what a scanner types."""
    return page.show(request, "gun", ask=ask)
