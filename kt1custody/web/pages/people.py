"""People and machines: who may do what, whose key waits, and what two officers change of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kt1custody.core.log.schema import PEOPLE_ROLES, REASONS
from kt1custody.services.custody import look
from kt1custody.services.people import browsers, roster, suggestions
from kt1custody.web import access
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page

router = APIRouter()
_VERBS = ("assign", "lift", "revoke", "device")  # of suggestions about people and devices


@router.get("/people")
def people(request: Request, ask: Annotated[Asking, Depends(asking("people"))]) -> HTMLResponse:
    """Show people, machines, and keys that wait; officers may change them."""
    officers = [key for key in ask.site.people() if key.role == "officer"]
    members = [_member(ask, member) for member in roster.members(ask.session)]
    return page.show(
        request,
        "people",
        ask=ask,
        may_change=access.may(ask.visit.role, "people-change"),
        requests=browsers.waiting(ask.session),
        expected=ask.site.expected,
        members=members,
        suggestions=_suggestions(ask, {str(one["staff"]): one for one in members}),
        devices=[_device(ask, device) for device in roster.devices(ask.session)],
        officers=[
            (key.owner, ask.visit.name(key.owner))
            for key in officers
            if key.owner != ask.visit.staff
        ],
        offices=_offices(ask),
        roles=PEOPLE_ROLES,
        reasons={verb: REASONS[verb] for verb in ("hold", "lift", "revoke")},
        zone=str(ask.session.zone),
    )


def _offices(ask: Asking) -> list[tuple[int, str]]:
    """Give the offices in force; as long as there is no list, the founding office."""
    known, own = look.places(ask.session), ask.session.control().office
    if known is None:
        return [(own, str(own))]
    return [(number, office.name) for number, office in sorted(known.offices.items())]


def _suggestions(
    ask: Asking, members: Mapping[str, Mapping[str, object]]
) -> list[dict[str, object]]:
    """Describe what is suggested, each beside the facts of the person as the log has them now."""
    nobody = {"kid": "", "since": "", "role": ""}
    parts = ("verb", "who", "role", "office", "until", "reason", "device", "name")
    return [
        {
            "number": one.number,
            "by": ask.visit.name(one.by),
            "at": ask.language.moment(one.at, ask.session.zone),
            "change": {part: one.change.get(part) for part in parts},
            "member": members.get(str(one.change.get("who")), nobody),
        }
        for one in suggestions.every(ask.site.session)
        if one.change.get("verb") in _VERBS
    ]


def _member(ask: Asking, member: roster.Member) -> dict[str, object]:
    key, zone = member.key, ask.session.zone
    return {
        "staff": member.number,
        "name": ask.visit.name(member.number),
        "role": key.role,
        "office": key.office,
        "kid": key.kid.hex(),
        "fingerprint": browsers.fingerprint(key.kid),
        "since": key.since,
        "until": "" if key.until is None else ask.language.moment(key.until, zone),
        "day": "" if key.until is None else datetime.fromtimestamp(key.until, zone).date(),
        "hold": member.hold,
        "is_revoked": member.is_revoked,
        "used": "" if member.used is None else ask.language.moment(member.used, zone),
    }


def _device(ask: Asking, device: roster.EnrolledDevice) -> dict[str, object]:
    zone = ask.session.zone
    return {
        "number": device.number,
        "office": device.office,
        "last": "" if device.last is None else ask.language.moment(device.last, zone),
        "hold": device.hold,
        "is_machine": device.number == ask.site.session.device,
    }
