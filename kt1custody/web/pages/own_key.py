"""A person's own key, as it lies in this browser."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kt1custody.core import pins
from kt1custody.core.log.schema import PEOPLE_ROLES
from kt1custody.services.people import browsers
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page

router = APIRouter()


@router.get("/own-key")
def own_key(request: Request, ask: Annotated[Asking, Depends(asking("own-key"))]) -> HTMLResponse:
    """Show it, and what can be done with it; a new one can be made that is to follow it."""
    return page.show(
        request,
        "own_key",
        ask=ask,
        origin=ask.session.control().origin,
        fingerprint=browsers.fingerprint(ask.visit.key.kid),
        roles=[ask.visit.role],
        rules=pins.RULES,
        passphrases=[role for role in PEOPLE_ROLES if pins.is_passphrase(role)],
    )
