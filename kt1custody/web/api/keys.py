"""Keys in browsers: a browser becomes a device, holds keys, and its people sign in.

A PIN never comes here; what does is a hash that proves it, and what this machine gives for that is
one half of what opens the key (`services.people.browsers`).
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from kt1custody.errors import NotAllowedError, RefusedError
from kt1custody.services.keys import reading_half
from kt1custody.services.people import browsers
from kt1custody.web import wire
from kt1custody.web.asking import (
    BROWSER,
    VISIT,
    Asking,
    DeviceOf,
    SiteOf,
    VisitOf,
    asking,
    cookie_name,
)
from kt1custody.web.wire import Base64, Message

router = APIRouter(tags=["keys"])
BROWSER_LIVES = 5 * 366 * 86_400  # seconds that a browser stays a device


class BindAsked(Message):
    """A one-time code, as typed."""

    code: str


class ReleaseAsked(Message):
    """Which key is to be opened, and what proves its PIN."""

    kid: Base64
    proof: Base64


class ForgetAsked(Message):
    """Which key is taken off this browser."""

    kid: Base64


class OpeningAsked(Message):
    """What a person's key holds to open records."""

    secret: Base64


class SignInAsked(Message):
    """Who signs in, and the signature over the challenge."""

    staff: str
    kid: Base64
    challenge: Base64
    signature: Base64


class KnownKeyAsked(SignInAsked):
    """A key of the log that its owner puts into this browser."""

    proof: Base64


class KeyAsked(Message):
    """Which key."""

    kid: Base64


class NewKeyAsked(Message):
    """A key that was made in this browser."""

    key: Base64
    proof: Base64


def set_cookie(
    request: Request, response: Response, name: str, value: str, age: int | None
) -> None:
    """Give a browser what no script reads and no other site sends; by TLS it never goes without."""
    response.set_cookie(
        cookie_name(request, name),
        value,
        max_age=age,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )


def _device(device: str | None) -> str:
    if device is None:
        raise NotAllowedError("browser-unknown")
    return device


@router.post("/browser")
def bind(asked: BindAsked, site: SiteOf, request: Request, response: Response) -> dict[str, str]:
    """Make this browser the device for which a code was given."""
    device, secret = browsers.bind(site.session, asked.code)
    set_cookie(request, response, BROWSER, secret, BROWSER_LIVES)
    return {"device": device}


@router.post("/challenge")
def challenge(site: SiteOf, device: DeviceOf) -> dict[str, str]:
    """Draw what somebody who signs in must sign within two minutes."""
    _device(device)
    drawn = browsers.challenge()
    site.visits.draw(drawn)
    control = site.session.control()
    return {"challenge": wire.text(drawn), "text": wire.text(browsers.sign_in_text(control, drawn))}


@router.post("/keys/release")
def release(asked: ReleaseAsked, site: SiteOf, device: DeviceOf) -> dict[str, str]:
    """Give the half of a key to whoever proves the PIN."""
    half = browsers.release(
        site.session, _device(device), wire.octets(asked.kid), wire.octets(asked.proof)
    )
    return {"half": wire.text(half)}


@router.post("/keys/known")
def keep_known(asked: KnownKeyAsked, site: SiteOf, device: DeviceOf) -> dict[str, str]:
    """Keep the half of a key that the log knows."""
    site.visits.use(wire.octets(asked.challenge))
    half = browsers.keep_known(
        site.session,
        device=_device(device),
        staff=asked.staff,
        kid=wire.octets(asked.kid),
        drawn=wire.octets(asked.challenge),
        signature=wire.octets(asked.signature),
        proof=wire.octets(asked.proof),
    )
    return {"half": wire.text(half)}


@router.post("/keys/in-force")
def in_force(asked: KeyAsked, site: SiteOf, device: DeviceOf) -> dict[str, bool]:
    """Say whether a key that was made here has been enrolled."""
    _device(device)
    return {"in_force": browsers.is_in_force(site.session, wire.octets(asked.kid))}


@router.post("/keys/new")
def ask_for(asked: NewKeyAsked, site: SiteOf, device: DeviceOf, visit: VisitOf) -> dict[str, str]:
    """Keep the half of a key that two officers have yet to enrol."""
    half = browsers.ask_for(
        site.session,
        device=_device(device),
        raw_key=wire.octets(asked.key),
        proof=wire.octets(asked.proof),
        by=None if visit is None or visit.is_locked else visit.staff,
    )
    return {"half": wire.text(half)}


@router.post("/keys/forget")
def forget(
    asked: ForgetAsked, ask: Annotated[Asking, Depends(asking("own-key"))]
) -> dict[str, bool]:
    """Drop the half of one's own key in this browser."""
    kid = wire.octets(asked.kid)
    if ask.visit.key.kid != kid:
        raise NotAllowedError("sign-in-needed")
    browsers.forget(ask.site.session, ask.visit.device, kid)
    return {"forgotten": True}


@router.post("/keys/opening")
def draw_opening(device: DeviceOf) -> dict[str, str]:
    """Draw what will open records for an officer who makes a key here."""
    _device(device)
    secret, public = reading_half.draw()
    return {"secret": wire.text(secret), "public": wire.text(public)}


@router.post("/keys/unlock")
def unlock(
    asked: OpeningAsked, ask: Annotated[Asking, Depends(asking("unlock"))]
) -> dict[str, bool]:
    """Open names and slips for those who may read them, until the server stops."""
    with ask.site.writing:
        ask.site.unlock(ask.visit.staff, wire.octets(asked.secret))
    return {"open": True}


@router.post("/sign-in")
def sign_in(
    asked: SignInAsked,
    site: SiteOf,
    device: DeviceOf,
    visit: VisitOf,
    request: Request,
    response: Response,
) -> dict[str, str]:
    """Sign a person in at this browser, or go on with a locked visit of the same person.

    Either way the visit has a new secret. Somebody else who signs in here ends the visit before.
    """
    site.visits.use(wire.octets(asked.challenge))
    key = browsers.signed_in(
        site.session,
        staff=asked.staff,
        kid=wire.octets(asked.kid),
        drawn=wire.octets(asked.challenge),
        signature=wire.octets(asked.signature),
    )
    if visit is not None:
        if visit.key.kid == key.kid:
            set_cookie(request, response, VISIT, site.visits.unlock(visit), None)
            return {"staff": key.owner, "role": key.role}
        if visit.is_locked:
            raise RefusedError("locked-by-other", staff=visit.staff)
        site.visits.end(visit.number)
    secret = site.begin(key, _device(device), site.session.language)
    set_cookie(request, response, VISIT, secret, None)
    return {"staff": key.owner, "role": key.role}


@router.post("/lock")
def lock(site: SiteOf, visit: VisitOf) -> dict[str, bool]:
    """Lock the visit; what is on the screen stays there."""
    if visit is not None:
        site.visits.lock(visit)
    return {"locked": True}


@router.post("/sign-out")
def sign_out(site: SiteOf, visit: VisitOf, request: Request, response: Response) -> dict[str, bool]:
    """End the visit."""
    if visit is not None:
        site.visits.end(visit.number)
    set_cookie(request, response, VISIT, "", 0)
    return {"ended": True}
