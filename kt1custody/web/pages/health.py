"""Health of the server, in plain words: what is well, and what whoever looks after it must do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kt1custody.core.log.schema import SERVICE_KEYS
from kt1custody.i18n import one_line
from kt1custody.services.evidence import health
from kt1custody.services.evidence.health import Health
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page
from kt1custody.words.errors import error_lines

router = APIRouter()
_GIGA, _MEGA = 1_000_000_000, 1_000_000
_DAY = 86_400
_MOST = 8  # people or machines that one line names


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
    signs = [
        *_of_server(ask),
        *_of_machine(ask, found),
        *_of_log(ask, found),
        _of_verification(ask),
        *_of_people(ask, found),
    ]
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
    last = found.backup
    yield Sign(
        title=say("Last backup"),
        text=say("none is known here")
        if last is None
        else say(
            "{at}, up to #{last}, read again and whole, in {place}",
            at=ask.language.moment(last.at, ask.session.zone),
            last=last.size - 1,
            place=one_line(last.place),
        ),
        is_well=found.is_backed_up,
        advice=say(
            "At the machine of the log: kt1 backup FOLDER, every day and onto another disk; then check "
            "the copy on another machine."
        ),
    )
    yield Sign(
        title=say("Printer"),
        text=say("no labels within a week")
        if found.printed is None
        else say(
            "last labels {at}; a test label is on the page “Seals”",
            at=ask.language.moment(found.printed, ask.session.zone),
        ),
    )
    yield Sign(
        title=say("Clock"),
        text=say("right, as far as the log can tell") if found.clock is None else say("in doubt"),
        is_well=found.clock is None,
        advice="\n".join(error_lines(ask.language, found.clock)) if found.clock else "",
    )


def _of_verification(ask: Asking) -> Sign:
    """Say what the last verification of the whole log came to."""
    say, title = ask.language.say, ask.language.say("Last full verification")
    last = ask.site.verification.last
    if last is None:
        running = ask.site.verification.progress is not None
        text = say("at work beside") if running else say("none since the server started")
        return Sign(title=title, text=text, is_well=running, advice=say("It begins by itself."))
    at = ask.language.moment(last.at, ask.session.zone)
    if last.fault is not None or last.report.findings:
        return Sign(
            title=title,
            text=say("{at}: not whole, or something is wrong", at=at),
            is_well=False,
            advice=say("Leave the machine as it is and call an officer: page “Log”."),
        )
    return Sign(title=title, text=say("{at}: nothing wrong was found", at=at))


def _of_people(ask: Asking, found: Health) -> Iterator[Sign]:
    """Say who and what was silent for long, has not sent everything, or ends soon."""
    say = ask.language.say
    yield Sign(
        title=say("Unsent acts"),
        text=", ".join(f"{device}: {count}" for device, count in found.unsent.items())
        or say("none"),
        is_well=not found.unsent,
        advice=say("Bring these machines into the network, or their acts in a file."),
    )
    yield Sign(
        title=say("Silent machines"),
        text=_dated(ask, found.silent),
        is_well=not found.silent,
        advice=say("Ask where they are. Suggest a hold if nobody knows."),
    )
    yield Sign(
        title=say("People without a PIN for long"),
        text=_dated(ask, found.idle),
        is_well=not found.idle,
        advice=say("Ask whether they still work here. Suggest to end the key if not."),
    )
    yield Sign(
        title=say("Keys and terms that end soon"),
        text=_dated(ask, found.ending),
        is_well=not found.ending,
        advice=say("Suggest a longer term, or another key, before that day."),
    )


def _dated(ask: Asking, times: Mapping[str, int]) -> str:
    """List whom or what something is about, each with its time."""
    language, zone = ask.language, ask.session.zone
    lines = (
        f"{_whose(ask, who)} · {language.moment(at, zone)}"
        for who, at in list(times.items())[:_MOST]
    )
    more = len(times) - _MOST
    return "; ".join(lines) + (f" (+{more})" if more > 0 else "") or language.say("none")


def _whose(ask: Asking, who: str) -> str:
    return ask.language.word("key-of", who) if who in SERVICE_KEYS else ask.visit.name(who)


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
