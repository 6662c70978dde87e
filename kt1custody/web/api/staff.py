"""What officers change about people and machines: proposed here, signed in browsers.

The person who is signed in is the first of the two officers, always. What comes of it is committed
by `acts.commit`.
"""

from abc import ABC, abstractmethod
from datetime import date, datetime, time
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from kt1custody.core.formats import numbers, spelling
from kt1custody.core.log.schema import PEOPLE_ROLES, REASONS
from kt1custody.core.manifest.list_rows import Person
from kt1custody.errors import MalformedInputError, RefusedError
from kt1custody.services.people import browsers
from kt1custody.services.people.enrolment import Enrol, EnrolDevice, RenewKey
from kt1custody.services.people.people import Assign, Duty, Hold, Lift, Revoke
from kt1custody.services.session import use_case
from kt1custody.services.session.session import Session
from kt1custody.services.session.use_case import UseCase
from kt1custody.web import proposals, wire
from kt1custody.web.asking import Asking, asking
from kt1custody.web.wire import Base64, Message, OneOf

router = APIRouter(tags=["people"])
PeopleAsking = Annotated[Asking, Depends(asking("people-change"))]


class ChangeAsked(Message, ABC):
    """What two officers want; the second one by staff number."""

    second: str

    @abstractmethod
    def use_case(self, ask: Asking) -> UseCase[object]:
        """Make the use case."""

    def officers(self, ask: Asking) -> tuple[str, str]:
        """Give the two officers, the person who is signed in first."""
        return ask.visit.staff, numbers.parse_staff_number(self.second)

    def signers(self, ask: Asking) -> tuple[str, ...]:
        """Give those who sign at this browser."""
        return self.officers(ask)


class EnrolAsked(ChangeAsked):
    """A person whose new key waits."""

    verb: Literal["enrol"]
    kid: Base64
    name: str
    office: int

    def use_case(self, ask: Asking) -> Enrol:
        """Make the use case."""
        request = browsers.wanted(ask.session, wire.octets(self.kid))
        if request.renews is not None:
            raise RefusedError("no-such-request")
        person = Person(
            number=request.staff,
            name=spelling.tidy(self.name),
            role=request.role,
            office=self.office,
        )
        return Enrol(person=person, key=request.key, officers=self.officers(ask))


class RenewAsked(ChangeAsked):
    """A person's new key that is to follow theirs; they have asked for it signed in with the old one."""

    verb: Literal["renew"]
    kid: Base64

    def use_case(self, ask: Asking) -> RenewKey:
        """Make the use case."""
        request = browsers.wanted(ask.session, wire.octets(self.kid))
        if request.renews is None:
            raise RefusedError("no-such-request")
        old = ask.session.control().keys[request.renews]
        return RenewKey(old=old, key=request.key, officers=self.officers(ask))


class DeviceAsked(ChangeAsked):
    """A machine or browser that is to sign acts."""

    verb: Literal["device"]
    device: str
    name: str
    office: int

    def use_case(self, ask: Asking) -> EnrolDevice:
        """Make the use case."""
        device = numbers.parse_staff_number(self.device)
        return EnrolDevice(
            device=device, name=self.name, office=self.office, officers=self.officers(ask)
        )


class AssignAsked(ChangeAsked):
    """Another duty of a person.

    Attributes:
        until: Last day of the term; None: it has no end.
    """

    verb: Literal["assign"]
    who: str
    role: Annotated[str, OneOf(PEOPLE_ROLES)]
    office: int
    until: date | None

    def use_case(self, ask: Asking) -> Assign:
        """Make the use case."""
        duty = Duty(
            role=self.role,
            office=self.office,
            until=None if self.until is None else _end_of(self.until, ask.session),
            endless=self.until is None,
        )
        return Assign(who=_who(self.who), duty=duty, officers=self.officers(ask))


class HoldAsked(ChangeAsked):
    """Whom to stop at once; only the person who is signed in signs."""

    verb: Literal["hold"]
    second: str = ""
    who: str
    reason: Annotated[str, OneOf(REASONS["hold"])]

    def use_case(self, ask: Asking) -> Hold:
        """Make the use case."""
        return Hold(by=ask.visit.staff, who=_who(self.who), reason=self.reason)

    def signers(self, ask: Asking) -> tuple[str, ...]:
        """Give the one officer."""
        return (ask.visit.staff,)


class LiftAsked(ChangeAsked):
    """Whose hold ends."""

    verb: Literal["lift"]
    who: str
    reason: Annotated[str, OneOf(REASONS["lift"])]

    def use_case(self, ask: Asking) -> Lift:
        """Make the use case."""
        return Lift(who=_who(self.who), reason=self.reason, officers=self.officers(ask))


class RevokeAsked(ChangeAsked):
    """Whose key ends, from now on."""

    verb: Literal["revoke"]
    who: str
    reason: Annotated[str, OneOf(REASONS["revoke"])]

    def use_case(self, ask: Asking) -> Revoke:
        """Make the use case."""
        who, officers = _who(self.who), self.officers(ask)
        return Revoke(who=who, reason=self.reason, since=None, officers=officers)


class CodeAsked(Message):
    """For which device."""

    device: str


class RequestAsked(Message):
    """Which key that waits."""

    kid: Base64


Change = Annotated[
    EnrolAsked | RenewAsked | DeviceAsked | AssignAsked | HoldAsked | LiftAsked | RevokeAsked,
    Field(discriminator="verb"),
]


@router.post("/people/check")
def check(asked: Change, ask: PeopleAsking) -> dict[str, object]:
    """Ask the rules about a change; nothing is signed or written."""
    allowed = use_case.check(ask.session, asked.use_case(ask))
    return {"people": _signers(asked, ask, allowed.people)}


@router.post("/people/propose")
def propose(asked: Change, ask: PeopleAsking) -> dict[str, object]:
    """Propose a change."""
    proposed = proposals.propose(ask, asked.use_case(ask))
    people = _signers(asked, ask, proposed.people)
    return {"people": people, "proposal": wire.text(proposed.encode())}


@router.post("/people/refuse")
def refuse(asked: RequestAsked, ask: PeopleAsking) -> dict[str, bool]:
    """Drop a key that waits."""
    browsers.refuse(ask.session, wire.octets(asked.kid))
    return {"dropped": True}


@router.post("/people/code")
def code(asked: CodeAsked, ask: PeopleAsking) -> dict[str, str]:
    """Give a one-time code by which a browser becomes an enrolled device."""
    device = numbers.parse_staff_number(asked.device)
    return {"device": device, "code": browsers.offer_code(ask.site.session, device)}


def _signers(asked: ChangeAsked, ask: Asking, named: tuple[str, ...]) -> list[str]:
    """Give those who sign here; the owner of an old key has shown it when asking for the new one."""
    return [staff for staff in named if staff in asked.signers(ask)]


def _who(typed: str) -> str:
    return numbers.parse_staff_number(typed)


def _end_of(day: date, session: Session) -> int:
    """Give the last second of a day at the office, Unix seconds UTC.

    Raises:
        MalformedInputError: `request-malformed`: no act can say it.
    """
    end = int(datetime.combine(day, time(23, 59, 59), session.zone).timestamp())
    if not 0 <= end <= numbers.LAST_TIME:
        raise MalformedInputError("request-malformed", field="until")
    return end
