"""An officer's first page: where items lie and for how long, and when they change hands."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kt1custody.services.custody import workload
from kt1custody.web import charts, items
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page

router = APIRouter()
_AGES = ("young", "older", "old")
_SHOWN = 20  # holders


@router.get("/overview")
def overview(request: Request, ask: Annotated[Asking, Depends(asking("overview"))]) -> HTMLResponse:
    """Show the figures of this moment."""
    figures, name = workload.of(ask.session), items.place_names(ask)
    held = [
        (name(holder), list(zip(_AGES, counts, strict=True)))
        for holder, counts in list(figures.held.items())[:_SHOWN]
    ]
    hours = [(f"{hour:02d}", [("handed", count)]) for hour, count in enumerate(figures.handed)]
    return page.show(
        request,
        "overview",
        ask=ask,
        held=[(row, counts) for row, (_, counts) in zip(charts.stacked(held), held, strict=True)],
        left_off=max(0, len(figures.held) - _SHOWN),
        open=sum(sum(counts) for counts in figures.held.values()),
        hours=charts.stacked(hours),
        handed=sum(figures.handed),
        day=ask.language.moment(figures.since, ask.session.zone)[:10],
    )
