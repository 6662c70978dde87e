"""Who is signed in: every visit of this server, each of which can be ended."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page

router = APIRouter()
VisitsAsking = Annotated[Asking, Depends(asking("visits"))]


@router.get("/sessions")
def visits(request: Request, ask: VisitsAsking) -> HTMLResponse:
    """Show who is signed in, where, since when, and who has left a browser alone."""
    now = ask.site.steady()
    shown = [
        {
            "number": visit.number,
            "staff": visit.staff,
            "name": ask.visit.name(visit.staff),
            "role": visit.role,
            "device": visit.device,
            "minutes": int(now - visit.begun) // 60,
            "idle": int(now - visit.seen) // 60,
            "is_locked": visit.is_locked,
            "is_own": visit is ask.visit,
        }
        for visit in ask.site.visits.every()
    ]
    return page.show(request, "visits", ask=ask, visits=shown)


@router.post("/sessions/{number}/end")
def end(number: int, ask: VisitsAsking) -> Response:
    """End a visit; its key can be opened again with the PIN alone."""
    ask.site.visits.end(number)
    return RedirectResponse("/sessions", 303)
