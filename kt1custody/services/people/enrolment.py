"""People and devices enter the log, and people get new keys: by two officers each time.

**Rule:** every key enters by an act of two officers with proof of possession. The key is made where
the person is, on this machine (`own_keys.py`), in a browser or on a phone; what comes here is its
public half with that proof. Format: `.docs/formats.md` §3.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kt1custody.core.custody.offer import MAX_DEVICE
from kt1custody.core.formats import cbor, spelling
from kt1custody.core.log.act import Act
from kt1custody.core.log.keyring import OFFICE_ROLES, Key, read_keys
from kt1custody.core.manifest.list_rows import Person
from kt1custody.errors import MalformedInputError, RefusedError, UnavailableError
from kt1custody.services.session import office_keys, slips
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.places import read_offices
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.use_case import UseCase
from kt1custody.signing import sign
from kt1custody.signing.sign import key_map
from kt1custody.signing.slips import RecordKey, new_seed

KeyMap = Mapping[str, cbor.Value]  # of the public half of a key, with its proof; untrusted
_MAX_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrol(UseCase[Person]):
    """Enrol one person.

    Attributes:
        key: None as long as there is none; then it can only be tried.
    """

    person: Person
    key: KeyMap | None
    officers: tuple[str, str]

    def propose(self, pen: Proposer) -> Person:
        """Add the `enrol`.

        Raises:
            RefusedError: `changed-meanwhile`: other officers have enrolled the person;
                `office-unknown`.
            NotAllowedError: `role-may-not`, `no-access`.
            MalformedInputError: `text-not-allowed`.
        """
        person, giver = self.person, self.officers[0]
        _refuse_name(person.name)
        _refuse_no_office(pen, person.office)
        if pen.book.control.current_key(person.number) is not None:
            raise RefusedError("changed-meanwhile")
        name: dict[str, cbor.Value] = {"name": person.name}
        [commitment] = slips.put(pen, giver, [person.number], [name], [person.office])
        key = _stand_in(pen, person) if self.key is None else self.key
        act = _draft(pen, person, key, self.officers, commitment)
        pen.add(act)
        share_with(pen, giver, read_keys(act)[0].kid)
        return person


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewKey(UseCase[Key]):
    """Give a person a new key and end the old one, by one commit.

    Attributes:
        old: The key in force.
        key: The new one; None as long as there is none; then it can only be tried.
    """

    old: Key
    key: KeyMap | None
    officers: tuple[str, str]

    def propose(self, pen: Proposer) -> Key:
        """Add the `enrol` of the new key and the `revoke` of the old one.

        Raises:
            RefusedError: `changed-meanwhile`: other officers have changed the person's key or duty.
        """
        old, giver = self.old, self.officers[0]
        if pen.book.control.current_key(old.owner) != old:
            raise RefusedError("changed-meanwhile")
        person = Person(number=old.owner, name=old.owner, role=old.role, office=old.office)
        commitment = pen.book.control.names.get(old.owner)
        if commitment is None:  # an officer of the founding has no record yet
            known = {} if pen.is_trial else slips.names(pen.session, pen.book, giver)
            name: dict[str, cbor.Value] = {"name": known.get(old.owner, old.owner)}
            [commitment] = slips.put(pen, giver, [old.owner], [name], [old.office])
        key = _stand_in(pen, person) if self.key is None else self.key
        act = _draft(pen, person, key, self.officers, commitment, old)
        pen.add(act)
        share_with(pen, giver, read_keys(act)[0].kid)
        own: dict[str, cbor.Value] = {
            "by2": self.officers[1],
            "kid": old.kid,
            "since": pen.now,
            "reason": "rotated",
        }
        pen.add(pen.draft("revoke", giver, own))
        pen.need(old.owner)  # whoever gets a new key shows that the old one is theirs
        return old


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolDevice(UseCase[str]):
    """Let a counter machine or phone sign acts under its own counter.

    Attributes:
        name: What people call it; untrusted; kept as a confidential record.
        office: Number of the office where it is used.
    """

    device: str
    name: str
    office: int
    officers: tuple[str, str]

    def propose(self, pen: Proposer) -> str:
        """Add the `enrol`; gives the device.

        Raises:
            RefusedError: `device-known`, `office-unknown`, or `device-name-long`: its offers would
                not fit into a QR.
            MalformedInputError: `text-not-allowed`.
        """
        name = spelling.tidy(self.name)
        _refuse_name(name)
        if len(self.device) > MAX_DEVICE:
            raise RefusedError("device-name-long", most=MAX_DEVICE)
        _refuse_no_office(pen, self.office)
        control = pen.book.control
        if self.device in control.devices or control.current_key(self.device) is not None:
            raise RefusedError("device-known", device=self.device)
        [commitment] = slips.put(pen, self.officers[0], [self.device], [{"name": name}])
        person = Person(number=self.device, name=name, role="device", office=self.office)
        pen.add(_draft(pen, person, None, self.officers, commitment))
        return self.device


def share_with(pen: Proposer, giver: str, kid: bytes) -> None:
    """Let a person open what role and office allow.

    Args:
        giver: An officer whose records can be opened in this session.
        kid: Of the person's key.
    """
    pen.need(giver)
    if pen.is_trial:
        return
    office_keys.give(pen, giver, kid)
    key = pen.book.control.keys[kid]
    if key.role in OFFICE_ROLES:
        slips.pass_late(pen, giver, key.office)
    if key.owner in pen.book.control.names:
        reader = slips.Reader(pen.book, pen.session.opener(giver))
        slips.pass_record(pen, reader, pen.book.control.names[key.owner], key.owner, key.office)


def _refuse_name(name: str) -> None:
    if not 0 < len(name) <= _MAX_NAME or spelling.has_bad_characters(name):
        raise MalformedInputError("text-not-allowed", field="name")


def _refuse_no_office(pen: Proposer, office: int) -> None:
    """Refuse an office that is not in the list; the founding office is there before any list."""
    if office == pen.book.control.office:
        return
    if office not in {known.number for known in read_offices(pen.book)}:
        raise RefusedError("office-unknown", office=office)


def _stand_in(pen: Proposer, person: Person) -> KeyMap:
    """Make a key that stands for one to come when the rules are asked.

    Raises:
        ValueError: It is no trial: nobody has the private half of this key.
    """
    if not pen.is_trial:
        raise ValueError(person.number)
    origin, opening = pen.book.control.origin, RecordKey.new().public()
    return key_map(origin, person.number, person.role, sign.from_seed(new_seed()), opening)


def _draft(
    drafts: Drafts,
    person: Person,
    key: KeyMap | None,
    officers: tuple[str, str],
    commitment: bytes,
    old: Key | None = None,
) -> Act:
    """Draft the enrolment of a person or device from now on, without end; or for an old key's term.

    Raises:
        MalformedInputError: `act-malformed`: what came as a key map is none.
    """
    own: dict[str, cbor.Value] = {
        "by2": officers[1],
        "key": None if key is None else {**key},
        "who": person.number,
        "role": person.role,
        "office": person.office,
        "from": drafts.now if old is None else old.since,
        "to": None if old is None else old.until,
        "commit": commitment,
    }
    try:
        return drafts.draft("enrol", officers[0], own)
    except UnavailableError as error:  # all the rest was checked
        if key is None:
            raise
        raise MalformedInputError("act-malformed", why="key") from error
