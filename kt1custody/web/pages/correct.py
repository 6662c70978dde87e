"""Correcting a slip: every cell as it reads now, and what it should say."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kt1custody.core.log.schema import REASONS
from kt1custody.core.manifest.layout import COLUMNS
from kt1custody.core.manifest.row import KINDS, LAYERS, URGENCIES
from kt1custody.errors import NotAllowedError
from kt1custody.i18n import local_time
from kt1custody.services.custody import correct_item
from kt1custody.services.custody.correct_item import RegisteredRow
from kt1custody.web import items
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page

router = APIRouter()
# Mark and delivery office stand on the seal: where they are wrong, the item is registered anew.
_FIXED = frozenset({"stt", "sender_name", "recipient_name", "mark"})
_CHOICES = {"urgency": URGENCIES, "kind": KINDS, "layers": LAYERS}
_FIELDS = {"urgency": "urgency", "kind": "kind", "appt": "appt"}  # the others are in the slip


@router.get("/item/{number}/correct")
def correct(
    number: str, request: Request, ask: Annotated[Asking, Depends(asking("correct"))]
) -> HTMLResponse:
    """Show the slip to the clerk who registered it."""
    found = correct_item.registered(ask.session, number, ask.visit.staff)
    if found.clerk != ask.visit.staff:
        raise NotAllowedError("registered-by-other", who=found.clerk, n=found.item.n)
    return show(request, ask, found)


def show(
    request: Request,
    ask: Asking,
    found: RegisteredRow,
    *,
    officers: Sequence[tuple[str, str]] = (),
    disclosed: int | None = None,
) -> HTMLResponse:
    """Show every cell of a slip as it reads now.

    Args:
        officers: Who may sign second, by number and name, where officers put it right.
        disclosed: By which act the first of them has opened it; None: its clerk puts it right.
    """
    [shown] = items.shown(ask, [found.item])
    return page.show(
        request,
        "correct",
        ask=ask,
        item=shown,
        offset=_offset(ask, found.item.since),
        cells=[
            {
                "key": key,
                "title": title,
                "now": found.cells[key],
                "choices": _CHOICES.get(key, ()),
                "field": _FIELDS.get(key, "commit"),
                "name": found.cells.get(f"{key}_name", ""),
            }
            for key, title in COLUMNS.items()
            if key not in _FIXED
        ],
        reasons=[(code, ask.language.word("reason", code)) for code in REASONS["correct"]],
        officers=officers,
        disclosed=disclosed,
    )


def _offset(ask: Asking, at: int) -> int:
    """Give the office's distance from UTC, in seconds."""
    offset = local_time(at, ask.session.zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())
