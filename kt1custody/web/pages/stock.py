"""The stock: what lies in the safe, or with a person; and counting it by scanning."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kt1custody.core.custody.due import Standing
from kt1custody.core.formats.item import Mark
from kt1custody.errors import NotAllowedError
from kt1custody.services.custody import look, standing
from kt1custody.services.custody.standing import Listed, Only
from kt1custody.web import items
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page
from kt1custody.web.pages.handover import HANDS

router = APIRouter(prefix="/stock")
StockAsking = Annotated[Asking, Depends(asking("stock"))]
_DUE = {  # what may be asked for → how such items stand
    "": frozenset[Standing](),
    "late": frozenset({Standing.LATE}),
    "today": frozenset({Standing.LATE, Standing.TODAY}),
}


@router.get("")
def stock(
    request: Request,
    ask: StockAsking,
    holder: str = "",
    mark: str = "",
    urgent: str = "",
    due: str = "",
    number: int = 1,
) -> HTMLResponse:
    """Show a page of what an office or a person holds: what needs somebody first."""
    who = _holder(ask, holder)
    shown = standing.listing(
        ask.session,
        holder=who,
        is_open=True,
        page=max(1, number),
        only=Only(
            mark=Mark[mark] if mark in Mark.__members__ else None,
            is_urgent=bool(urgent),
            standings=_DUE.get(due, _DUE[""]),
        ),
    )
    states = look.by_right_clock(ask.session, [row.state for row in shown.rows])
    rows = zip(shown.rows, items.shown(ask, states), strict=True)
    return page.show(
        request,
        "stock",
        ask=ask,
        holder=who,
        holders=_holders(ask),
        mark=mark,
        urgent=urgent,
        due=due,
        listing=shown,
        before=_page(request, shown.page - 1),
        after=_page(request, shown.page + 1),
        late=shown.counts.get(Standing.LATE, 0),
        today=shown.counts.get(Standing.TODAY, 0),
        items=[{**item, **_due(ask, row)} for row, item in rows],
    )


@router.get("/count")
def count(request: Request, ask: StockAsking, holder: str = "", blind: str = "") -> HTMLResponse:
    """Show all that an office or a person holds, to be scanned one by one; nothing is signed."""
    who = _holder(ask, holder)
    states = look.by_right_clock(ask.session, look.held(ask.session, who))
    return page.show(
        request,
        "stock_count",
        ask=ask,
        holder=who,
        name=items.place_names(ask)(who),
        is_blind=bool(blind),
        expected=items.shown(ask, states),
    )


def _page(request: Request, number: int) -> str:
    """Give the address of another page of the same list."""
    return f"?{request.url.include_query_params(number=number).query}"


def _due(ask: Asking, row: Listed) -> dict[str, object]:
    """Say when an item is due and how it stands."""
    is_marked = row.standing in (Standing.LATE, Standing.TODAY)
    return {
        "due": "" if row.due.at is None else ask.language.moment(row.due.at, ask.session.zone),
        "standing": ask.language.word("standing", row.standing.value) if is_marked else "",
        "late": row.standing is Standing.LATE,
    }


def _holder(ask: Asking, asked: str) -> str:
    """Give whose stock is meant; who carries items sees their own alone.

    Raises:
        NotAllowedError: `not-your-work`.
    """
    visit = ask.visit
    own = str(visit.key.office) if visit.is_at_counter else visit.staff
    if asked in ("", own):
        return own
    if asked not in {code for code, _ in _holders(ask)}:
        raise NotAllowedError("not-your-work", staff=visit.staff, role=visit.role)
    return asked


def _holders(ask: Asking) -> list[tuple[str, str]]:
    """List whose stock this person may look at, with their names."""
    visit, name = ask.visit, items.place_names(ask)
    if visit.role in HANDS and not visit.is_at_counter:
        return [(visit.staff, name(visit.staff))]
    offices = [str(visit.key.office)]
    if not visit.is_at_counter:
        offices = sorted({str(key.office) for key in ask.site.people()})
    people = [key.owner for key in ask.site.people() if key.role in HANDS]
    return [(code, name(code)) for code in [*offices, *people]]
