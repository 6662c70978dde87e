"""Who asks: the visit, the language and the site of a request, as handlers take them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from kt1custody import i18n
from kt1custody.errors import NotAllowedError
from kt1custody.i18n import Language
from kt1custody.services.people import browsers, tokens
from kt1custody.services.session.session import Session
from kt1custody.web import access
from kt1custody.web.sessions import Visit
from kt1custody.web.site import Site

VISIT = "kt1-visit"
BROWSER = "kt1-browser"
LANGUAGE = "kt1-language"


def site_of(request: Request) -> Site:
    """Give the site that answers."""
    site = request.app.state.site
    assert isinstance(site, Site)  # noqa: S101  # `app.make` put it there
    return site


def cookie_name(request: Request, name: str) -> str:
    """Give the name of a cookie; by TLS browsers take it from this host alone, and not from plain HTTP."""
    return f"__Host-{name}" if request.url.scheme == "https" else name


def _cookie(request: Request, name: str) -> str:
    return request.cookies.get(cookie_name(request, name), "")


def language_of(request: Request) -> Language:
    """Give the language that a person has chosen here, else the machine's."""
    code = _cookie(request, LANGUAGE)
    known = code if code in i18n.LANGUAGES else site_of(request).session.language.code
    return i18n.language(known, is_page=True)


def device_of(request: Request) -> str | None:
    """Give the device that this browser is in the log; None if it is none."""
    secret = _cookie(request, BROWSER)
    return browsers.device_of(site_of(request).session, secret) if secret else None


def visit_of(request: Request) -> Visit | None:
    """Give the visit, locked or not; None if nobody is signed in here any more.

    Its secret counts in the browser alone in which it began.
    """
    site, secret = site_of(request), _cookie(request, VISIT)
    by_itself = request.headers.get("x-by-itself") == "1"
    visit = site.visits.find(secret, by_itself=by_itself) if secret else None
    if visit is None or visit.device != device_of(request):
        return None
    try:
        browsers.in_force(site.session, visit.staff, visit.key.kid)
    except NotAllowedError:
        site.visits.end(visit.number)
        return None
    visit.session.language = language_of(request)
    return visit


@dataclass(frozen=True, slots=True)
class Asking:
    """A signed-in person's request; nobody else uses the session of the visit meanwhile."""

    site: Site
    visit: Visit
    language: Language

    @property
    def session(self) -> Session:
        """The session in which services are called."""
        return self.visit.session


def asking(what: str) -> "Callable[[Request], Iterator[Asking]]":
    """Make what a handler depends on that only some roles may call; `what` as in `access.MAY`.

    Raises:
        NotAllowedError: `sign-in-needed`, `visit-locked`, `not-your-work`.
    """
    access.MAY[what]

    def ask(request: Request) -> Iterator[Asking]:
        visit = _working(request, what)
        with visit.turn:
            visit.session.warnings.clear()
            yield Asking(site_of(request), visit, language_of(request))

    return ask


def reading(scope: str) -> "Callable[[Request], Session]":
    """Make what a handler depends on that programs with a token of a scope may call, and people.

    Raises:
        NotAllowedError: `token-unknown`, `token-scope`; else as `asking`.
    """
    access.MAY[scope]

    def read(request: Request) -> Session:
        site = site_of(request)
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            tokens.check(site.session, token.strip(), scope)
            return site.session
        _working(request, scope)
        return site.session

    return read


def _working(request: Request, what: str) -> Visit:
    """Give the visit of somebody who is at work here, and whose work it is."""
    visit = visit_of(request)
    if visit is None:
        raise NotAllowedError("sign-in-needed")
    if visit.is_locked:
        raise NotAllowedError("visit-locked", staff=visit.staff)
    if not access.may(visit.role, what):
        raise NotAllowedError("not-your-work", staff=visit.staff, role=visit.role)
    return visit


SiteOf = Annotated[Site, Depends(site_of)]
LanguageOf = Annotated[Language, Depends(language_of)]
DeviceOf = Annotated[str | None, Depends(device_of)]
VisitOf = Annotated[Visit | None, Depends(visit_of)]
