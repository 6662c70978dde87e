"""Settling a fork of custody: two officers say which of two steps holds."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import REASONS
from kt1custody.services.custody import ruling
from kt1custody.web import items
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page

router = APIRouter()


@router.get("/settle/{n}")
def settle(
    request: Request, n: int, ask: Annotated[Asking, Depends(asking("settle"))]
) -> HTMLResponse:
    """Show the steps between which two officers are to settle."""
    name, language, zone = items.place_names(ask), ask.language, ask.session.zone
    branches = [
        {
            "seq": branch.entry.seq,
            "step": branch.entry.step.hex(),
            "act": language.word("act", branch.entry.act.type),
            "at": language.moment_to_the_second(branch.at, zone),
            "who": [name(staff) for staff in branch.entry.act.persons],
        }
        for branch in ruling.branches(ask.session, f"{n:012d}")
    ]
    others = [
        {"staff": key.owner, "name": ask.visit.name(key.owner)}
        for key in ask.site.people()
        if key.role == "officer" and key.owner != ask.visit.staff
    ]
    return page.show(
        request,
        "settle",
        ask=ask,
        n=n,
        named=numbers.format_item_number(n),
        branches=branches,
        reasons=REASONS["settle"],
        others=others,
    )
