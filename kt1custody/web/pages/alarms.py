"""Alarms: what in the log an officer should hear of, with what to do about each."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kt1custody.core.formats import numbers
from kt1custody.services.people import alarms as heard
from kt1custody.services.people.alarms import Alarm
from kt1custody.web import items
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page

router = APIRouter()
DAYS = (1, 7, 30, 365)
_SERVER = "server"  # which signs acts of its own
_SHOWN = 6  # items named of many
_MOST = 500  # alarms on a page


@router.get("/alarms")
def alarms(
    request: Request, ask: Annotated[Asking, Depends(asking("alarms"))], days: int = 30
) -> HTMLResponse:
    """List the alarms of some days, the newest first."""
    now = ask.session.now(ask.session.control())
    found = heard.alarms(ask.session, now - max(1, min(days, DAYS[-1])) * 86_400)[::-1]
    name = items.place_names(ask)
    return page.show(
        request,
        "alarms",
        ask=ask,
        days=days,
        choices=DAYS,
        count=len(found),
        alarms=[_row(ask, one, name) for one in found[:_MOST]],
    )


def _row(ask: Asking, one: Alarm, name: items.Name) -> dict[str, object]:
    language = ask.language
    return {
        "seq": one.seq,
        "at": language.moment(one.at, ask.session.zone),
        "words": language.word("alarm", one.code),
        "todo": language.word("todo", one.code),
        "act": language.word("act", one.kind),
        "who": [name(staff) for staff in one.persons],
        "about": one.about and name(one.about),
        "people": [
            who for who in dict.fromkeys((*one.persons, one.about)) if who and who != _SERVER
        ],
        "reason": one.reason and language.word("reason", one.reason),
        "items": [(n, numbers.format_item_number(n)) for n in one.items[:_SHOWN]],
        "more": max(0, len(one.items) - _SHOWN),
        "may_settle": one.code == "forked",
    }
