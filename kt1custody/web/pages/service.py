"""The rules and lists of the service: policy, offices, agencies, witnesses, the service's own keys.

An administrator suggests a change, two officers sign it on the same page.
"""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from kt1custody.core.formats import note, spelling
from kt1custody.core.formats.note import VerifierKey
from kt1custody.core.formats.places import Agency, Office
from kt1custody.core.log.schema import REASONS, SERVICE_KEYS, WITNESSED
from kt1custody.core.log.signers import CARRIERS
from kt1custody.core.manifest.lists import AGENCY_WORDS, OFFICE_WORDS
from kt1custody.services.custody import look, policy
from kt1custody.services.custody.policy import MARKS, WITNESS_MARKS, DatedPolicy, PolicyRules
from kt1custody.services.keys import ceremony, minutes
from kt1custody.services.keys.ceremony import KeyLine
from kt1custody.services.people import suggestions
from kt1custody.services.people.suggestions import Suggestion, Told
from kt1custody.services.witness import coverage
from kt1custody.web import access, zips
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page
from kt1custody.words.policies import rule_lines

router = APIRouter(prefix="/service")
Looking = Annotated[Asking, Depends(asking("service"))]
_HOUR, _DAY = 3_600, 86_400
_MOST = 50  # rows of a list that are shown at once
WARN_DAYS = 60

# Verb of a suggestion → page on which officers look at it.
PLACES: Mapping[str, str] = {
    "policy": "policy",
    "office": "offices",
    "agency": "agencies",
    "witnesses": "witnesses",
    "switch": "keys",
    "end-key": "keys",
}


@router.get("")
def overview(request: Request, ask: Looking) -> HTMLResponse:
    """Show what is in force, until when, and what is suggested."""
    known, seen = look.places(ask.session), coverage.standing(ask.session)
    current = next(one for one in policy.listed(ask.session) if one.state == "current")
    coming = [one for one in policy.listed(ask.session) if one.state == "coming"]
    return page.show(
        request,
        "service",
        ask=ask,
        policy=_dated(ask, current),
        coming=[_dated(ask, one) for one in coming],
        offices=len(known.offices) if known else 0,
        agencies=len(known.agencies) if known else 0,
        quorum=seen.quorum,
        uncovered=seen.uncovered,
        keys=[key for key in _keys(ask) if key["state"] == "current"],
        may_decide=access.may(ask.visit.role, "decide"),
        suggestions=[
            {
                "number": one.number,
                "verb": str(one.change["verb"]),
                "about": _about(one),
                "by": ask.visit.name(one.by),
                "at": ask.language.moment(one.at, ask.session.zone),
                "place": PLACES[str(one.change["verb"])],
            }
            for one in suggestions.every(ask.site.session)
            if one.change.get("verb") in PLACES
        ],
    )


@router.get("/policy")
def show_policy(request: Request, ask: Looking, suggestion: int | None = None) -> HTMLResponse:
    """Show the policy in force and the others, and a form for another."""
    known = policy.listed(ask.session)
    current = next(one for one in known if one.state == "current")
    suggested = _suggested(ask, suggestion, "policy")
    value: Mapping[str, Told] = suggested.change if suggested else _form_of(current.rules)
    return page.show(
        request,
        "service_policy",
        ask=ask,
        decide=_deciding(ask, suggested),
        value=value,
        policies=[_dated(ask, one) for one in known],
        sources=policy.sources(ask.session),
        witness_marks_all=WITNESS_MARKS,
        marks=MARKS,
        acts=WITNESSED,
        carriers=sorted(CARRIERS),
    )


@router.get("/offices")
def show_offices(
    request: Request, ask: Looking, code: str = "", q: str = "", suggestion: int | None = None
) -> HTMLResponse:
    """Show the offices, and a form for one."""
    known = look.places(ask.session)
    rows = list(known.offices.values()) if known else []
    return _show_list(request, ask, "office", rows, OFFICE_WORDS, code, q, suggestion)


@router.get("/agencies")
def show_agencies(
    request: Request, ask: Looking, code: str = "", q: str = "", suggestion: int | None = None
) -> HTMLResponse:
    """Show the agencies, and a form for one."""
    known = look.places(ask.session)
    rows = list(known.agencies.values()) if known else []
    return _show_list(request, ask, "agency", rows, AGENCY_WORDS, code, q, suggestion)


@router.get("/witnesses")
def show_witnesses(request: Request, ask: Looking, suggestion: int | None = None) -> HTMLResponse:
    """Show the witnesses, and a form for all of them."""
    seen, suggested = coverage.standing(ask.session), _suggested(ask, suggestion, "witnesses")
    rows = [
        {
            "name": one.name,
            "key": str(VerifierKey(one.name, note.COSIGNATURE, one.pub)),
            "url": one.url,
            "last": last and (last[0], ask.language.moment(last[1], ask.session.zone)),
        }
        for one in (seen.quorum.witnesses if seen.quorum else ())
        for last in [seen.last.get(one.name)]
    ]
    least = seen.quorum.least if seen.quorum else 1
    lines = [f"{row['key']} {row['url'] or ''}".strip() for row in rows]
    value: Mapping[str, Told] = (
        suggested.change if suggested else {"keys": "\n".join(lines), "least": least}
    )
    return page.show(
        request,
        "service_witnesses",
        ask=ask,
        decide=_deciding(ask, suggested),
        value=value,
        seen=seen,
        witnesses=rows,
    )


@router.get("/keys")
def show_keys(request: Request, ask: Looking, suggestion: int | None = None) -> HTMLResponse:
    """Show the service's own keys, and a form to switch or end one."""
    suggested = _suggested(ask, suggestion, "switch", "end-key")
    value: Mapping[str, Told] = suggested.change if suggested else {"verb": "switch"}
    return page.show(
        request,
        "service_keys",
        ask=ask,
        decide=_deciding(ask, suggested),
        value=value,
        keys=_keys(ask),
        services=SERVICE_KEYS,
        reasons=REASONS["revoke"],
    )


@router.post("/keys/{seq}/minutes.pdf")
def key_minutes(seq: int, ask: Annotated[Asking, Depends(asking("decide"))]) -> Response:
    """Give the minutes of a rotation, which two officers sign by hand; they bear a checkpoint."""
    with ask.site.writing:
        made = minutes.pdf(ask.session, ceremony.done(ask.session, seq))
    headers = zips.attachment(f"bien-ban-khoa-{seq}.pdf")
    return Response(made, media_type="application/pdf", headers=headers)


def _deciding(ask: Asking, suggested: Suggestion | None) -> dict[str, object]:
    """Give what the part of a page shows where officers sign and an administrator suggests."""
    officers = [key for key in ask.site.people() if key.role == "officer"]
    return {
        "suggestion": suggested,
        "may": access.may(ask.visit.role, "decide"),
        "officers": [
            (key.owner, ask.visit.name(key.owner))
            for key in officers
            if key.owner != ask.visit.staff
        ],
        "zone": str(ask.session.zone),
    }


def _show_list(
    request: Request,
    ask: Asking,
    verb: str,
    rows: "list[Office] | list[Agency]",
    words: Mapping[str, str],
    code: str,
    typed: str,
    suggestion: int | None,
) -> HTMLResponse:
    suggested = _suggested(ask, suggestion, verb)
    wanted = spelling.plain(typed)
    found = [row for row in rows if wanted in spelling.plain(f"{row.code} {row.name}")]
    named = next((row for row in rows if row.code == code), None)
    value: Mapping[str, Told] = {"code": code} if named is None else _cells(named)
    return page.show(
        request,
        "service_list",
        ask=ask,
        decide=_deciding(ask, suggested),
        verb=verb,
        value=suggested.change if suggested else value,
        rows=[_cells(row) for row in found[:_MOST]],
        left_off=max(0, len(found) - _MOST),
        count=len(rows),
        words=words,
        typed=typed,
        points=[] if verb == "office" else _points(ask),
    )


def _points(ask: Asking) -> list[tuple[str, str]]:
    known = look.places(ask.session)
    return [(one.code, one.name) for one in known.offices.values()] if known else []


def _cells(row: Office | Agency) -> dict[str, Told]:
    if isinstance(row, Office):
        return {
            "number": str(row.number),
            "code": row.code,
            "name": row.name,
            "kind": row.kind,
            "unit": row.unit,
        }
    return {
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        "unit": row.unit,
        "address": row.address,
        "delivery_point": row.delivery_point,
        "valid_from": row.valid_from,
    }


def _suggested(ask: Asking, number: int | None, *verbs: str) -> Suggestion | None:
    known = suggestions.every(ask.site.session) if number is not None else []
    return next(
        (one for one in known if one.number == number and one.change.get("verb") in verbs), None
    )


def _about(one: Suggestion) -> str:
    parts = (one.change.get(name) for name in ("code", "name", "begin"))
    return " · ".join(str(part) for part in parts if part)


def _form_of(rules: PolicyRules) -> dict[str, Told]:
    held = [f"witness {mark} {act}" for mark, acts in rules.witness.items() for act in acts]
    held += [f"carry {mark} {role}" for mark, roles in rules.carry.items() for role in roles]
    return {"rules": held, "hours": rules.max_offline // _HOUR, "begin": None}


def _dated(ask: Asking, one: DatedPolicy) -> dict[str, object]:
    language, zone = ask.language, ask.session.zone
    return {
        "seq": one.seq,
        "state": one.state,
        "since": language.moment(one.since, zone) if one.since else "",
        "until": "" if one.until is None else language.moment(one.until, zone),
        "officers": [ask.visit.name(staff) for staff in one.officers],
        "rules": list(rule_lines(language, one.rules)),
    }


def _keys(ask: Asking) -> list[dict[str, object]]:
    lines, now = ceremony.listed(ask.session)
    return [_key(ask, line, now) for line in lines if line.key.owner in SERVICE_KEYS]


def _key(ask: Asking, line: KeyLine, now: int) -> dict[str, object]:
    until, zone = line.key.until, ask.session.zone
    return {
        "service": line.key.owner,
        "kid": line.key.kid.hex(),
        "fingerprint": ceremony.fingerprint(line.key.kid).upper(),
        "state": line.state,
        "seq": line.key.enrolled,
        "until": "" if until is None else ask.language.moment(until, zone),
        "is_soon": until is not None and 0 < until - now < WARN_DAYS * _DAY,
        "is_here": line.is_here,
    }
