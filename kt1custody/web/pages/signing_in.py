"""Signing in, and what a browser needs before: to be a device, and to hold a key."""

import re

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kt1custody import i18n
from kt1custody.core import pins
from kt1custody.core.log.schema import PEOPLE_ROLES
from kt1custody.web.api import keys
from kt1custody.web.asking import LANGUAGE, DeviceOf, SiteOf, VisitOf
from kt1custody.web.pages import page

router = APIRouter()


@router.get("/sign-in")
def sign_in(request: Request, site: SiteOf, device: DeviceOf, visit: VisitOf) -> HTMLResponse:
    """Show who may sign in here; where they wanted to go stands behind the `#` of the address."""
    return page.show(
        request,
        "sign_in",
        device=device,
        origin=site.session.control().origin,
        locked=visit.staff if visit is not None and visit.is_locked else "",
        roles=[role for role in PEOPLE_ROLES if role != "reserve"],
        rules=pins.RULES,
        passphrases=[role for role in PEOPLE_ROLES if pins.is_passphrase(role)],
    )


@router.get("/language/{code}")
def choose_language(code: str, request: Request, to: str = "/") -> Response:
    """Speak another language in this browser."""
    answer = RedirectResponse(_own_place(to), 303)
    if code in i18n.LANGUAGES:
        keys.set_cookie(request, answer, LANGUAGE, code, keys.BROWSER_LIVES)
    return answer


def _own_place(to: str) -> str:
    """Give where somebody wanted to go, if it is a page of this server; else the first page."""
    return to if re.fullmatch(r"/[A-Za-z0-9/_-]*", to) and not to.startswith("//") else "/"
