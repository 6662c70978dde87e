"""The first run: from an empty folder to the first closing sheet, in steps that can be left.

What is done is read from the log and from the note of the answers, so each step goes on where it was.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kt1custody.core import pins
from kt1custody.core.log.schema import PEOPLE_ROLES
from kt1custody.errors import RefusedError
from kt1custody.services.custody import look
from kt1custody.services.evidence import closing
from kt1custody.services.keys import founding_in_browser, genesis, genesis_sheet
from kt1custody.services.seals import labels
from kt1custody.web.asking import Asking, DeviceOf, SiteOf, asking
from kt1custody.web.pages import page

router = APIRouter(prefix="/first-run")
FirstRunAsking = Annotated[Asking, Depends(asking("first-run"))]
_DPI = 203


@router.get("")
def first_run(request: Request, site: SiteOf, device: DeviceOf) -> Response:
    """Lead to the step that comes next."""
    left = genesis.unfinished(site.session)
    if look.is_founded(site.session) and (left is None or device is not None):
        return RedirectResponse("/first-run/lists", 303)
    return page.show(
        request,
        "first_run",
        left=left,
        answers=None if left is None else left.founding,
        folder=str(site.session.keys.absolute()),
        rules=pins.RULES,
        passphrases=[role for role in PEOPLE_ROLES if pins.is_passphrase(role)],
    )


@router.get("/lists")
def lists(request: Request, ask: FirstRunAsking) -> HTMLResponse:
    """Show what is still to be done, once the log is there and this browser is a device of it."""
    left = genesis.unfinished(ask.site.session)
    control = ask.session.control()
    reserve = None if left is None else founding_in_browser.reserve_file(ask.site.session)
    officers = [key for key in ask.site.people() if key.role == "officer"]
    return page.show(
        request,
        "first_run_lists",
        ask=ask,
        is_open_founding=left is not None,
        reserve="" if reserve is None or left is None else left.founding.officers[2],
        loaded=set(control.catalogues),
        genesis=control.genesis.hex(" ", 2),
        officers=[
            (key.owner, ask.visit.name(key.owner))
            for key in officers
            if key.owner != ask.visit.staff
        ],
        people=len(ask.site.people()),
        sample=labels.sample_text(_DPI),
    )


@router.get("/genesis.pdf")
def sheet(ask: FirstRunAsking) -> Response:
    """Give the genesis sheet, to be printed and signed by all three."""
    founding = founding_in_browser.founded(ask.site.session)
    return _pdf(genesis_sheet.pdf(ask.session, founding))


@router.get("/reserve.key")
def reserve(ask: FirstRunAsking) -> Response:
    """Give the locked file of the reserve key, for its stick."""
    raw = founding_in_browser.reserve_file(ask.site.session)
    if raw is None:
        raise RefusedError("founding-finished")
    return Response(raw, media_type="application/octet-stream")


@router.get("/label.pdf")
def label(ask: FirstRunAsking) -> Response:
    """Give the test label."""
    return _pdf(labels.calibrate(ask.language, _DPI)[0])


@router.post("/closing.pdf")
def close(ask: FirstRunAsking) -> Response:
    """Sign a checkpoint and give its closing sheet."""
    with ask.site.writing:
        return _pdf(closing.close_with_sheet(ask.session)[1])


@router.post("/finish")
def finish(ask: FirstRunAsking) -> Response:
    """End the founding: everything is on paper and the reserve is sealed."""
    if founding_in_browser.reserve_file(ask.site.session) is not None:
        raise RefusedError("reserve-here")
    genesis.finish(ask.site.session)
    return RedirectResponse("/", 303)


def _pdf(raw: bytes) -> Response:
    return Response(raw, media_type="application/pdf")
