"""A person's own key, as it lies in this browser."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kt1custody.services.people import browsers
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page

router = APIRouter()


@router.get("/own-key")
def own_key(request: Request, ask: Annotated[Asking, Depends(asking("own-key"))]) -> HTMLResponse:
    """Show it, and what can be done with it."""
    fingerprint = browsers.fingerprint(ask.visit.key.kid)
    return page.show(request, "own_key", ask=ask, fingerprint=fingerprint)
