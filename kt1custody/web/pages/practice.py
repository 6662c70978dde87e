"""What only a server of a log for practice answers."""

from fastapi import APIRouter, Request, Response

from kt1custody.core.formats import numbers
from kt1custody.services.people import practice
from kt1custody.web.api import keys
from kt1custody.web.asking import BROWSER, SiteOf

router = APIRouter(prefix="/training")


@router.get("/{staff}.key")
def key_file(staff: str, site: SiteOf) -> Response:
    """Give a person's key file, so that they can try their PIN in this browser."""
    raw = practice.key_file(site.session, numbers.parse_staff_number(staff))
    return Response(raw, media_type="application/octet-stream")


@router.post("/browser")
def bind(site: SiteOf, request: Request, response: Response) -> dict[str, str]:
    """Make this browser a device for practice."""
    device, secret = practice.bind(site.session)
    keys.set_cookie(request, response, BROWSER, secret, keys.BROWSER_LIVES)
    return {"device": device}
