"""Health of the server, in plain words: what is well, and what whoever looks after it must do."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kt1custody.services.evidence import health
from kt1custody.services.evidence.health import Health
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page
from kt1custody.words.errors import error_lines

router = APIRouter()
_GIGA, _MEGA = 1_000_000_000, 1_000_000
_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One line: what is looked at, how it is, and what to do if it is not well."""

    title: str
    text: str
    is_well: bool = True
    advice: str = ""


@router.get("/health")
def show(request: Request, ask: Annotated[Asking, Depends(asking("health"))]) -> HTMLResponse:
    """Show how the server is."""
    found = health.look(ask.site.session)
    signs = [*_of_server(ask), *_of_machine(ask, found), *_of_log(ask, found)]
    return page.show(request, "health", ask=ask, signs=signs)


def _of_server(ask: Asking) -> Iterator[Sign]:
    say = ask.language.say
    reader = ask.site.reader
    yield Sign(
        title=say("Names and slips"),
        text=say("opened by {who}", who=ask.visit.name(reader)) if reader else say("shut"),
        is_well=reader is not None,
        advice=say("An officer opens them: page “Open names and slips”."),
    )
    yield Sign(title=say("Signed in"), text=ask.language.number(len(ask.site.visits.every())))
    certificate = ask.site.certificate
    if certificate is None:
        yield Sign(title=say("Network"), text=say("answers this machine alone"))
    else:
        end = ask.language.moment(certificate.until, ask.session.zone)
        yield Sign(
            title=say("Network"),
            text=say(
                "{url}, certificate until {end}; it is renewed by itself", url=ask.site.url, end=end
            ),
        )
    yield Sign(title=say("Version"), text=metadata.version("kt1custody"))


def _of_machine(ask: Asking, found: Health) -> Iterator[Sign]:
    say, number = ask.language.say, ask.language.number
    yield Sign(
        title=say("Free on the disk"),
        text=f"{number(round(found.free / _GIGA, 1))} GB",
        is_well=found.has_room,
        advice=say("Make room, or move the data folder to a larger disk, before it is full."),
    )
    yield Sign(title=say("Database"), text=f"{number(round(found.used / _MEGA, 1))} MB")
    yield Sign(
        title=say("Clock"),
        text=say("right, as far as the log can tell") if found.clock is None else say("in doubt"),
        is_well=found.clock is None,
        advice="\n".join(error_lines(ask.language, found.clock)) if found.clock else "",
    )


def _of_log(ask: Asking, found: Health) -> Iterator[Sign]:
    language, zone = ask.language, ask.session.zone
    say = language.say
    yield Sign(
        title=say("Newest entry"),
        text=f"#{found.entries - 1} · {language.moment(found.newest, zone)}",
    )
    late = found.given_out is None or found.newest - found.given_out > _DAY
    yield Sign(
        title=say("Last closing"),
        text=say("never") if found.given_out is None else language.moment(found.given_out, zone),
        is_well=not (late and found.uncovered),
        advice=say("Have an officer close the shift and print the closing sheet."),
    )
