"""Founding a log from a browser at this machine: its answers, its genesis, its first browser.

Nobody is signed in before there is a log; each answer here asks first how far the founding has come,
and what two or three officers have signed.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from kt1custody.core.formats import numbers, spelling
from kt1custody.errors import RefusedError
from kt1custody.services.keys import founding_in_browser, genesis, reading_half
from kt1custody.services.keys.founding_in_browser import FirstBrowser
from kt1custody.services.keys.genesis_entry import Founding
from kt1custody.services.people import browsers
from kt1custody.services.session import proposal, use_case, writer
from kt1custody.web import wire
from kt1custody.web.api import keys
from kt1custody.web.asking import BROWSER, Asking, LanguageOf, SiteOf, asking
from kt1custody.web.site import Site
from kt1custody.web.wire import Base64, Message

router = APIRouter(prefix="/first-run", tags=["founding"])
DEVICE = "WEB1"  # the founding browser


class AnswersAsked(Message):
    """What the founders say; two officers and the holder of the reserve key, in order."""

    training: bool
    log: str
    name: str
    office: Annotated[int, Field(ge=numbers.OFFICES[0], le=numbers.OFFICES[1])]
    number: Annotated[int, Field(ge=numbers.LOG_DIGITS[0], le=numbers.LOG_DIGITS[1])]
    officers: tuple[str, str, str]
    names: tuple[str, str, str]


class GenesisAsked(Message):
    """Public halves of the three keys."""

    people: tuple[Base64, Base64, Base64]


class FoundAsked(Message):
    """The signed genesis, and the locked key files of the three."""

    proposal: Base64
    signed: Base64
    files: dict[str, Base64]


class UnlockAsked(Message):
    """What opens records for an officer of the founding."""

    staff: str
    secret: Base64


class FirstBrowserAsked(Message):
    """The signed acts that make this browser a device."""

    proposal: Base64
    signed: Base64


class ReserveAsked(Message):
    """SHA-256 of the reserve key's file, as read back from its stick."""

    digest: Base64


@router.post("/answers")
def note(asked: AnswersAsked, site: SiteOf) -> dict[str, bool]:
    """Note the answers; nothing is made yet."""
    first, second, reserve = map(numbers.parse_staff_number, asked.officers)
    one, two, three = map(spelling.tidy, asked.names)
    founding = Founding(
        log=asked.log.strip(),
        name=spelling.tidy(asked.name),
        office=asked.office,
        number=asked.number,
        training=asked.training,
        officers=(first, second, reserve),
        names=(one, two, three),
    )
    with site.writing:
        genesis.note_answers(site.session, founding)
    return {"noted": True}


@router.post("/opening")
def draw(site: SiteOf) -> dict[str, str]:
    """Draw what will open records for one of the three."""
    _refuse_founded(site)
    secret, public = reading_half.draw()
    return {"secret": wire.text(secret), "public": wire.text(public)}


@router.post("/propose")
def propose(asked: GenesisAsked, site: SiteOf) -> dict[str, str]:
    """Propose the genesis."""
    with site.writing:
        proposed = founding_in_browser.propose(site.session, list(map(wire.octets, asked.people)))
    return {"proposal": wire.text(proposed.encode())}


@router.post("/found")
def found(asked: FoundAsked, site: SiteOf) -> dict[str, str]:
    """Make the log."""
    proposed = proposal.read(wire.octets(asked.proposal))
    signed = proposal.read_signed(wire.octets(asked.signed))
    files = {staff: wire.octets(raw) for staff, raw in asked.files.items()}
    with site.writing:
        return {"genesis": founding_in_browser.commit(site.session, proposed, signed, files).hex()}


@router.post("/device/propose")
def propose_device(asked: UnlockAsked, site: SiteOf, language: LanguageOf) -> dict[str, str]:
    """Unlock the server by an officer, and propose that this browser is a device."""
    wanted = _first_browser(site, language.say("Browser of the founding"))
    if asked.staff not in wanted.officers:
        raise RefusedError("founding-finished")
    reading_half.unlock(site.session, asked.staff, wire.octets(asked.secret))
    site.reader = asked.staff
    return {"proposal": wire.text(use_case.propose(site.session, wanted).encode())}


@router.post("/device")
def bind(
    asked: FirstBrowserAsked, site: SiteOf, request: Request, response: Response
) -> dict[str, str]:
    """Record that this browser is a device, and make it that."""
    _first_browser(site, DEVICE)
    proposed = proposal.read(wire.octets(asked.proposal))
    signed = proposal.read_signed(wire.octets(asked.signed))
    with site.writing:
        writer.commit(site.session, proposed, signed)
        code = browsers.offer_code(site.session, DEVICE)
        device, secret = browsers.bind(site.session, code)
    keys.set_cookie(request, response, BROWSER, secret, keys.BROWSER_LIVES)
    return {"device": device}


@router.post("/reserve")
def seal_reserve(
    asked: ReserveAsked, ask: Annotated[Asking, Depends(asking("first-run"))]
) -> dict[str, bool]:
    """Delete the reserve key's file here, once it lies on its stick."""
    founding_in_browser.drop_reserve(ask.site.session, wire.octets(asked.digest))
    return {"dropped": True}


def _first_browser(site: Site, name: str) -> FirstBrowser:
    """Make the use case, as long as no browser is a device of the log.

    Raises:
        RefusedError: `founding-finished`.
    """
    founding = founding_in_browser.founded(site.session)
    control = site.session.control()
    if control.devices.keys() - {site.session.device}:
        raise RefusedError("founding-finished")
    names = dict(zip(founding.officers, founding.names or (), strict=False))
    return FirstBrowser(
        device=DEVICE,
        name=name,
        office=founding.office,
        officers=founding.officers[:2],
        names=names,
    )


def _refuse_founded(site: Site) -> None:
    left = genesis.unfinished(site.session)
    if left is None or left.is_founded:
        raise RefusedError("founding-not-begun")
