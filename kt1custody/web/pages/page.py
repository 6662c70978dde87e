"""How a page is made: its template, its words, and what stands around it."""

from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse

from kt1custody.errors import KtError
from kt1custody.services.custody import look
from kt1custody.web import access, asking
from kt1custody.web.asking import Asking
from kt1custody.words.errors import error_lines

TEMPLATES = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A page in the bar at the top."""

    what: str
    path: str
    words: str


TABS = (
    Tab(what="overview", path="/overview", words="Overview"),
    Tab(what="register", path="/register", words="Registering"),
    Tab(what="seals", path="/seals", words="Seals"),
    Tab(what="handover", path="/handover", words="Handover"),
    Tab(what="stock", path="/stock", words="Stock"),
    Tab(what="find", path="/find", words="Find"),
    Tab(what="investigate", path="/investigate", words="Investigate"),
    Tab(what="alarms", path="/alarms", words="Alarms"),
    Tab(what="log", path="/log", words="Log"),
    Tab(what="people", path="/people", words="People and machines"),
    Tab(what="service", path="/service", words="Rules and lists"),
    Tab(what="health", path="/health", words="Health"),
    Tab(what="visits", path="/sessions", words="Signed in"),
)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def show(
    request: Request,
    name: str,
    /,
    *,
    ask: Asking | None = None,
    status: int = 200,
    **facts: object,
) -> HTMLResponse:
    """Show a page.

    Args:
        name: Of its template, without its ending.
        ask: Who is signed in; None: the page is for anybody.
        facts: What the template shows.
    """
    language, site = asking.language_of(request), asking.site_of(request)
    tabs = [] if ask is None else [tab for tab in TABS if access.may(ask.visit.role, tab.what)]
    html = (
        _environment()
        .get_template(f"{name}.html")
        .render(
            say=language.say,
            say_count=language.say_count,
            word=language.word,
            number=language.number,
            language=language.code,
            path=request.url.path,
            tabs=tabs,
            visit=None if ask is None else ask.visit,
            person=None if ask is None else ask.visit.name(ask.visit.staff),
            is_training=look.is_founded(site.session) and look.is_training(site.session),
            is_open=site.reader is not None,
            office=_office_name(request, ask),
            **facts,
        )
    )
    return HTMLResponse(html, status)


def error(request: Request, error: KtError, status: HTTPStatus) -> HTMLResponse:
    """Show an error as a page: what happened and what to do."""
    lines = error_lines(asking.language_of(request), error)
    return show(request, "error", status=status, lines=lines, code=error.code)


def _office_name(request: Request, ask: Asking | None) -> str:
    session = asking.site_of(request).session
    if not look.is_founded(session):
        return ""
    number = session.control().office if ask is None else ask.visit.key.office
    known = look.places(session)
    office = known.offices.get(number) if known else None
    return office.name if office else str(number)
