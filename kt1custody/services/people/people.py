"""What people may do, where and until when: what two officers change, and what anybody may stop.

**Rule:** a key leaves by an act of two officers. Anybody on duty may put a person or device on hold
at once.
"""

from dataclasses import dataclass
from typing import ClassVar

from kt1custody.core.formats import cbor
from kt1custody.core.log.keyring import Control, Key
from kt1custody.core.log.schema import PEOPLE_ROLES, SERVICE_KEYS
from kt1custody.errors import RefusedError
from kt1custody.services.people.enrolment import share_with
from kt1custody.services.session.places import read_places
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.use_case import UseCase
from kt1custody.signing.key_files import SERVICE_FILES
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What somebody does where and for how long; None leaves it as it is.

    Attributes:
        until: End of the term, Unix seconds UTC.
        endless: The term has no end.
    """

    role: str | None = None
    office: int | None = None
    until: int | None = None
    endless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(UseCase[Key]):
    """Give a person another role, office or term, without a new key."""

    who: str
    duty: Duty
    officers: tuple[str, str]

    def propose(self, pen: Proposer) -> Key:
        """Add the `assign`; gives the key as it is before.

        Raises:
            RefusedError: `no-such-person`, `office-unknown`, `nothing-changes`, or `not-possible`: only a new key
                makes or unmakes an officer.
        """
        key = pen.book.control.current_key(self.who)
        if key is None or key.role not in PEOPLE_ROLES:
            raise RefusedError("no-such-person", who=self.who)
        duty = self.duty
        if duty.office is not None and not _is_office(pen.book, duty.office):
            raise RefusedError("office-unknown", office=duty.office)
        until = None if duty.endless else duty.until or key.until
        role, office = duty.role or key.role, duty.office or key.office
        if (role, office, until) == (key.role, key.office, key.until):
            raise RefusedError("nothing-changes", who=self.who)
        own: dict[str, cbor.Value] = {
            "by2": self.officers[1],
            "kid": key.kid,
            "role": role,
            "office": office,
            "from": key.since,
            "to": until,
        }
        pen.add(pen.draft("assign", self.officers[0], own))
        share_with(pen, self.officers[0], key.kid)
        return key


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(UseCase[str]):
    """Stop a person or device at once; what they do from now on is marked.

    No clock is in its way: where it is in doubt, the act claims what it shows, and is noted.
    """

    kind: ClassVar[str] = "hold"
    by: str
    who: str
    reason: str

    def propose(self, pen: Proposer) -> str:
        """Add the `hold`; gives who is stopped.

        Raises:
            RefusedError: `no-such-person`.
        """
        _refuse_unknown(pen.book, self.who)
        own: dict[str, cbor.Value] = {"who": self.who, "reason": self.reason}
        at = pen.session.now(pen.book.control)
        pen.add(pen.draft("hold", self.by, own, at=at))
        return self.who


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift(UseCase[str]):
    """End a hold."""

    who: str
    reason: str
    officers: tuple[str, str]

    def propose(self, pen: Proposer) -> str:
        """Add the `lift`; gives who goes on.

        Raises:
            RefusedError: `no-such-person`, `not-on-hold`.
        """
        _refuse_unknown(pen.book, self.who)
        if self.who not in pen.book.control.holds:
            raise RefusedError("not-on-hold", who=self.who)
        own: dict[str, cbor.Value] = {
            "by2": self.officers[1],
            "who": self.who,
            "reason": self.reason,
        }
        pen.add(pen.draft("lift", self.officers[0], own))
        return self.who


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoke(UseCase[Key]):
    """End a key of a person, or of the service once another has followed it.

    Attributes:
        since: From when it is not to be trusted, Unix seconds UTC; None: from now.
        kid: Which key; None: the one in force.
    """

    who: str
    reason: str
    since: int | None
    officers: tuple[str, str]
    kid: bytes | None = None

    def propose(self, pen: Proposer) -> Key:
        """Add the `revoke`; gives the key that ends.

        Raises:
            RefusedError: `no-such-person`, `no-such-key`, `key-ended-already`; `key-in-use`:
                without it nothing more is recorded or sealed, so it is rotated first.
        """
        key = _to_end(pen.book.control, self.who, self.kid)
        own: dict[str, cbor.Value] = {
            "by2": self.officers[1],
            "kid": key.kid,
            "since": pen.now if self.since is None else self.since,
            "reason": self.reason,
        }
        pen.add(pen.draft("revoke", self.officers[0], own))
        return key


def _to_end(control: Control, who: str, kid: bytes | None) -> Key:
    """Find the key that is to be revoked."""
    mine = [key for key in control.keys.values() if key.owner == who]
    if kid is None:
        key = control.current_key(who)
        if key is None or who in SERVICE_FILES:  # of these one is named
            raise RefusedError("no-such-person", who=who)
    else:
        key = control.keys.get(kid)
        if key is None or key not in mine:
            raise RefusedError("no-such-key", whose=who)
    if key.kid in control.revoked:
        raise RefusedError("key-ended-already", seq=control.revoked[key.kid][0])
    others = [one for one in mine if one != key and one.kid not in control.revoked]
    # The last seal key may go: nothing is sealed then until another has come. If an older one were
    # left, it would be in force again.
    if who in SERVICE_KEYS and key == mine[-1] and (who != "seal" or others):
        raise RefusedError("key-in-use")
    return key


def _is_office(book: LogBook, office: int) -> bool:
    return office == book.control.office or office in read_places(book).offices


def _refuse_unknown(book: LogBook, who: str) -> None:
    if book.control.current_key(who) is None and who not in book.control.devices:
        raise RefusedError("no-such-person", who=who)
