"""Registering at a counter: one item, many, or what a file brings; and the sender's receipt."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from kt1custody.core.formats.item import Kind, Mark, Urgency
from kt1custody.core.manifest.row import KINDS, LAYERS, MARKS, URGENCIES
from kt1custody.services.custody import look
from kt1custody.services.registration import fill_in, receipt, template
from kt1custody.web.api.register import MOST_ROWS
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page

router = APIRouter(prefix="/register")
Registering = Annotated[Asking, Depends(asking("register"))]


@router.get("")
def one(request: Request, ask: Registering) -> HTMLResponse:
    """Show the form of one item."""
    return _show(request, ask, "register")


@router.get("/many")
def many(request: Request, ask: Registering) -> HTMLResponse:
    """Show the grid for up to 200 items of one sender."""
    return _show(request, ask, "register_many")


@router.get("/file")
def file(request: Request, ask: Registering) -> HTMLResponse:
    """Show where a manifest is chosen."""
    return _show(request, ask, "register_file")


@router.get("/template.xlsx")
def give_template(ask: Registering) -> Response:
    """Give the empty manifest that offices fill in, with the agencies in force."""
    headers = {"content-disposition": 'attachment; filename="bang-ke.xlsx"'}
    content = template.manifest(ask.session).content
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.get("/receipt/{seq}.pdf")
def give_receipt(seq: int, ask: Registering) -> Response:
    """Give the sender's receipt of a registration."""
    raw = receipt.pdf(ask.session, ask.visit.staff, seq)
    headers = {"content-disposition": f'attachment; filename="bien-nhan-{seq}.pdf"'}
    return Response(raw, media_type="application/pdf", headers=headers)


def _show(request: Request, ask: Asking, name: str) -> HTMLResponse:
    return page.show(
        request,
        name,
        ask=ask,
        marks=[("", int(Mark.NONE)), *((mark, int(Mark[mark])) for mark in MARKS)],
        urgencies=list(zip(URGENCIES, map(int, Urgency), strict=True)),
        kinds=list(zip(KINDS, map(int, Kind), strict=True)),
        layers=LAYERS,
        envelope=fill_in.ENVELOPE,
        most=MOST_ROWS,
        unsealed=len(look.unsealed(ask.session, ask.visit.key.office)),
    )
