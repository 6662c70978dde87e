"""The web application: one log, its pages and what they ask for."""

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Scope

from kt1custody.errors import KtError, MalformedInputError, RefusedError, UnavailableError
from kt1custody.web import asking, wire
from kt1custody.web.api import (
    acts,
    correct,
    cosigning,
    decisions,
    deliver,
    feed,
    find,
    founding,
    keys,
    lists,
    offer,
    paper,
    put_right,
    register,
    rules,
    rulings,
    scan,
    seals,
    staff,
    suggestions,
)
from kt1custody.web.guard import Guard
from kt1custody.web.pages import (
    alarms,
    authority,
    check,
    entry,
    first_run,
    gun,
    handover,
    health,
    home,
    investigate,
    item,
    log,
    offers,
    overview,
    own_key,
    page,
    people,
    practice,
    registering,
    service,
    settle,
    signing_in,
    stock,
    unlocking,
    visits,
)
from kt1custody.web.pages import correct as correct_page
from kt1custody.web.pages import deliver as deliver_page
from kt1custody.web.pages import put_right as put_right_page
from kt1custody.web.pages import seals as seals_page
from kt1custody.web.site import Site
from kt1custody.words.errors import error_lines

STATIC = Path(__file__).parent / "static"
PAGES = (
    signing_in,
    practice,
    home,
    own_key,
    handover,
    offers,
    deliver_page,
    stock,
    registering,
    seals_page,
    item,
    investigate,
    entry,
    settle,
    alarms,
    log,
    check,
    overview,
    people,
    visits,
    correct_page,
    gun,
    first_run,
    authority,
    health,
    service,
    put_right_page,
    unlocking,
)
ANSWERS = (
    keys,
    scan,
    acts,
    offer,
    deliver,
    feed,
    register,
    seals,
    find,
    rulings,
    staff,
    correct,
    founding,
    lists,
    suggestions,
    decisions,
    rules,
    paper,
    put_right,
    cosigning,
)


def make(site: Site) -> ASGIApp:
    """Put the application together; the guard stands before all of it, its own faults included."""
    app = FastAPI(
        title="KT1",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
    )
    app.state.site = site
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for part in PAGES:
        app.include_router(part.router, include_in_schema=False)
    for part in ANSWERS:
        app.include_router(part.router, prefix="/api", responses=wire.FAILURES)
    app.include_router(check.answers, prefix="/api", responses=wire.FAILURES)
    app.add_api_route("/healthz", _healthz, include_in_schema=False)
    app.add_exception_handler(KtError, _tell)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _tell_malformed)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _tell_http)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, _tell_fault)

    def refuse(scope: Scope, error: KtError) -> Response:
        return _tell_plainly(Request({**scope, "app": app}), error)

    return Guard(app, is_secure=site.is_secure, hosts=site.hosts, refuse=refuse)


def _healthz() -> PlainTextResponse:
    return PlainTextResponse("ok")


async def _tell(request: Request, error: KtError) -> Response:
    """Answer with an error: to a program as JSON, to a person as a page."""
    language, status = asking.language_of(request), wire.status_of(error)
    if request.url.path.startswith("/api/"):
        return JSONResponse(wire.plain(language, error), status)
    if error.code in ("sign-in-needed", "visit-locked"):
        return RedirectResponse(f"/sign-in#{request.url.path}", 303)
    if error.code == "database-missing":
        return RedirectResponse("/first-run", 303)
    return page.error(request, error, status)


async def _tell_malformed(request: Request, error: RequestValidationError) -> Response:
    whole, *parts = error.errors()[0]["loc"]
    field = ".".join(map(str, parts)) or str(whole)
    return await _tell(request, MalformedInputError("request-malformed", field=field))


async def _tell_http(request: Request, error: HTTPException) -> Response:
    known = {404: RefusedError("page-unknown"), 405: RefusedError("method-unknown")}
    malformed = MalformedInputError("request-malformed", field="body")
    answer = await _tell(request, known.get(error.status_code, malformed))
    answer.headers.update(error.headers or {})
    return answer


async def _tell_fault(request: Request, _: Exception) -> Response:
    """Answer with a fault of the program's own, of which nothing is said; the server notes the rest.

    To a person it is a sentence alone: whatever makes pages may be what has failed.
    """
    return _tell_plainly(request, UnavailableError("server-fault"))


def _tell_plainly(request: Request, error: KtError) -> Response:
    """Answer with an error: to a program as JSON, to a person as a sentence alone."""
    language, status = asking.language_of(request), wire.status_of(error)
    if request.url.path.startswith("/api/"):
        return JSONResponse(wire.plain(language, error), status)
    return PlainTextResponse("\n".join(error_lines(language, error)), status)
