"""Putting right by two officers: a field of an act, and the slip that the first of them has opened."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import CONDITIONS, CORRECTABLE, REASONS
from kt1custody.errors import NotAllowedError, RefusedError
from kt1custody.services.custody import correct_item, signed_record
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import correct, page

router = APIRouter()
PuttingRight = Annotated[Asking, Depends(asking("put-right"))]
_BY_CODE = ("cond", "reason", "remark")  # what an act says in codes; the rest is in its slip


@router.get("/entry/{seq}/put-right")
def act(request: Request, seq: int, ask: PuttingRight) -> HTMLResponse:
    """Show what may be put right of an act.

    Raises:
        RefusedError: `no-such-entry`; `not-correctable`: nothing of it.
    """
    signed = signed_record.read(ask.session, seq).entry.act
    fields = choices(signed.type)
    if not fields:
        raise RefusedError("not-correctable", field="")
    return page.show(
        request,
        "put_right",
        ask=ask,
        seq=seq,
        act=ask.language.word("act", signed.type),
        of=signed.hash.hex(),
        fields=[
            (field, ask.language.word("key", field), _choices(ask, field, values))
            for field, values in fields.items()
        ],
        numbers=[(line.n, numbers.format_item_number(line.n)) for line in signed.lines],
        reasons=_reasons(ask),
        officers=_officers(ask),
    )


@router.get("/investigate/{n}/opened/{seq}/put-right")
def slip(request: Request, n: int, seq: int, ask: PuttingRight) -> HTMLResponse:
    """Show the slip of an item to the officer who has opened it, to be put right by two.

    Raises:
        NotAllowedError: `disclosed-to-another`, or as `slips.Reader.open`.
    """
    opening = signed_record.read(ask.session, seq).entry.act
    if opening.by != ask.visit.staff:
        raise NotAllowedError("disclosed-to-another", seq=seq)
    found = correct_item.registered(ask.session, f"{n:012d}", ask.visit.staff, seq)
    return correct.show(request, ask, found, officers=_officers(ask), disclosed=seq)


def choices(kind: str) -> dict[str, tuple[str, ...]]:
    """Give the fields of a type of act that two officers may put right, with what each may say."""
    said = {"cond": CONDITIONS, "reason": REASONS.get(kind, ()), "remark": ("yes", "no")}
    return {field: said[field] for field in _BY_CODE if field in CORRECTABLE.get(kind, ())}


def _choices(ask: Asking, field: str, values: tuple[str, ...]) -> list[tuple[str, str]]:
    kind = "story" if field == "remark" else field
    return [(value, ask.language.word(kind, value)) for value in values]


def _reasons(ask: Asking) -> list[tuple[str, str]]:
    return [(code, ask.language.word("reason", code)) for code in REASONS["correct"]]


def _officers(ask: Asking) -> list[tuple[str, str]]:
    """List the officers who may sign second, by number and name."""
    return [
        (key.owner, ask.visit.name(key.owner))
        for key in ask.site.people()
        if key.role == "officer" and key.owner != ask.visit.staff
    ]
