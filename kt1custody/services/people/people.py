"""People, devices and their keys: what two officers change, and what anybody may stop.

**Rule:** every key enters by an act of two officers with proof of possession and leaves by one.
Anybody on duty may put a person or device on hold at once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kt1custody.core import pins
from kt1custody.core.custody.offer import MAX_DEVICE
from kt1custody.core.formats import cbor, spelling
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.keyring import OFFICE_ROLES, Control, Key
from kt1custody.core.log.schema import PEOPLE_ROLES, SERVICE_KEYS
from kt1custody.core.manifest.list_rows import Person
from kt1custody.errors import MalformedInputError, NotAllowedError, RefusedError
from kt1custody.services.people import staff
from kt1custody.services.session import clock_check, here, office_keys, slips
from kt1custody.services.session.clock_check import Clock
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.places import read_places
from kt1custody.services.session.proposal import Proposal, Proposer, proposing
from kt1custody.services.session.session import Session
from kt1custody.signing import key_files, sign
from kt1custody.signing.key_files import SERVICE_FILES, PersonKey
from kt1custody.signing.sign import key_map
from kt1custody.signing.slips import RecordKey, new_seed
from kt1custody.store.log import LogBook

_MAX_NAME = 100


def enrol(session: Session, file: Path, officers: tuple[str, str]) -> list[str]:
    """Enrol everybody in a list who has no key yet; raises as `staff.read` and `enrol_person`.

    Returns:
        Staff numbers that were enrolled. Each is in the log for good before the next is asked, so
        that whatever stops it, the command is given again and goes on with the rest.
    """
    new = staff.read(session, file).new
    check_enrol(session, new, officers)
    session.unlock(officers)
    for person in new:
        enrol_person(session, person, officers)
    return [person.number for person in new]


def check_enrol(session: Session, new: Sequence[Person], officers: tuple[str, str]) -> None:
    """Ask the rules whether two officers may enrol people, before anybody types a PIN.

    A key that is made for the question stands for those to come.

    Raises:
        RefusedError, NotAllowedError: As `Drafts.check`.
    """
    stand_in, opening = sign.from_seed(new_seed()), RecordKey.new().public()
    with session.database.read() as connection:
        drafts = Drafts.of(session, LogBook(connection))
        for person in new:
            origin = drafts.book.control.origin
            key = key_map(origin, person.number, person.role, stand_in, opening)
            drafts.check(_enrolment(drafts, person, key, officers, bytes(32)))


def enrol_person(session: Session, person: Person, officers: tuple[str, str]) -> Entry:
    """Enrol one person: the person chooses a PIN, and the key is in the log.

    A crash before the log has it leaves the key file, which the next try opens with its PIN.

    Raises:
        RefusedError: Of the PIN as `pins.check`; `changed-meanwhile`: other officers have enrolled
            the person, and a key file that was made here is gone again.
    """
    session.unlock(officers)
    with session.database.read() as connection:
        control = LogBook(connection).control
        training, known = control.training, frozenset(control.keys)
    is_new = _make_key(session, person, known, training=training)

    def propose() -> Proposal:
        with proposing(session) as pen:
            if pen.book.control.current_key(person.number) is not None:
                own = session.person(person.number)
                if is_new and key_files.holds(session.keys, own):
                    key_files.drop(session.keys, person.number)
                raise RefusedError("changed-meanwhile")
            _enrol_one(pen, person, officers)
            return pen.done()

    return here.carry_out(session, propose)[-1]


def enrol_device(
    session: Session, device: str, name: str, office: int, officers: tuple[str, str]
) -> Entry:
    """Let a counter machine or phone sign acts under its own counter.

    Args:
        name: What people call it; kept as a confidential record.
        office: Number of the office where it is used.

    Raises:
        RefusedError: `device-known`, `office-unknown`, or `device-name-long`: its offers would not fit into a QR.
        MalformedInputError: `text-not-allowed`.
    """
    told = spelling.tidy(name)
    if not 0 < len(told) <= _MAX_NAME or spelling.has_bad_characters(told):
        raise MalformedInputError("text-not-allowed", field="name")
    if len(device) > MAX_DEVICE:
        raise RefusedError("device-name-long", most=MAX_DEVICE)

    def draft(drafts: Drafts, commitment: bytes) -> Act:
        if office not in read_places(drafts.book).offices:
            raise RefusedError("office-unknown", office=office)
        control = drafts.book.control
        if device in control.devices or control.current_key(device) is not None:
            raise RefusedError("device-known", device=device)
        person = Person(number=device, name=told, role="device", office=office)
        return _enrolment(drafts, person, None, officers, commitment)

    with session.database.read() as connection:
        drafts = Drafts.of(session, LogBook(connection))
        drafts.check(draft(drafts, bytes(32)))
    session.unlock(officers)

    def propose() -> Proposal:
        with proposing(session) as pen:
            [commitment] = slips.put(pen, officers[0], [device], [{"name": told}])
            pen.add(draft(pen, commitment))
            return pen.done()

    return here.carry_out(session, propose)[-1]


@dataclass(frozen=True, slots=True)
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


def assign(session: Session, who: str, duty: Duty, officers: tuple[str, str]) -> Entry:
    """Give a person another role, office or term, without a new key.

    Raises:
        RefusedError: `no-such-person`, `nothing-changes`, or `not-possible`: only a new key makes
            or unmakes an officer.
    """

    def draft(drafts: Drafts) -> Act:
        key = drafts.book.control.current_key(who)
        if key is None or key.role not in PEOPLE_ROLES:
            raise RefusedError("no-such-person", who=who)
        until = None if duty.endless else duty.until or key.until
        told = (duty.role or key.role, duty.office or key.office, until)
        if told == (key.role, key.office, key.until):
            raise RefusedError("nothing-changes", who=who)
        own: dict[str, cbor.Value] = {
            "by2": officers[1],
            "kid": key.kid,
            "role": told[0],
            "office": told[1],
            "from": key.since,
            "to": until,
        }
        return drafts.draft("assign", officers[0], own)

    def share(pen: Proposer, act: Act) -> None:
        _share_with(pen, officers[0], act.octets("kid"))

    return _sign(session, officers, draft, share)


def rotate(session: Session, who: str, officers: tuple[str, str]) -> Entry | None:
    """Give a person a new key file and end the old key, in one transaction.

    The person types the old PIN and chooses a new one. The new file stands beside the old until
    the log has both acts; whatever stops in between, the command is given again. An officer's old
    file stays: should the log lose these acts, nobody else could begin a new epoch.

    Returns:
        The entry that ends the old key, or None if only the file had still to be put in place.

    Raises:
        RefusedError: `no-such-person`; of the new PIN as `pins.check`;
            `changed-meanwhile`: other officers have changed the person's key or duty, and a
            new key file that waits here for a log without it is gone again.
    """
    with session.database.read() as connection:
        control = LogBook(connection).control
    old = control.current_key(who)
    if old is None or old.role not in PEOPLE_ROLES:
        raise RefusedError("no-such-person", who=who)
    person = Person(number=who, name=who, role=old.role, office=old.office)
    check_enrol(session, [person], officers)
    fresh = _renew(session, old, training=control.training)
    if fresh.signing.kid == old.kid:
        mine = [key for key in control.keys.values() if key.owner == who and key.kid != old.kid]
        key_files.put_renewed(session.keys, who, kept=_kept(mine[-1]) if mine else None)
        return None
    session.unlock([*officers, who])

    def propose() -> Proposal:
        with proposing(session) as pen:
            is_here = key_files.holds(session.keys, fresh, renewed=True)
            if pen.book.control.current_key(who) != old or not is_here:
                if is_here and fresh.signing.kid not in pen.book.control.keys:
                    key_files.drop(session.keys, who, renewed=True)
                raise RefusedError("changed-meanwhile")
            if session.person(who).signing.kid != old.kid:
                raise NotAllowedError("not-enrolled", staff=who)
            _replace(pen, person, old, fresh, officers)
            return pen.done()

    entry = here.carry_out(session, propose)[-1]
    if key_files.holds(session.keys, fresh, renewed=True):  # else somebody has put it in place
        key_files.put_renewed(session.keys, who, kept=_kept(old))
    session.admit(fresh)
    return entry


def _replace(
    pen: Proposer, person: Person, old: Key, fresh: PersonKey, officers: tuple[str, str]
) -> None:
    """Propose that a new key follows the one that a person has."""
    who, control = old.owner, pen.book.control
    commitment = control.names.get(who)
    if commitment is None:  # an officer of the founding has no record yet
        known = slips.names(pen.session, pen.book, officers[0])
        told: dict[str, cbor.Value] = {"name": known.get(who, who)}
        [commitment] = slips.put(pen, officers[0], [who], [told], [old.office])
    key = key_map(control.origin, who, old.role, fresh.signing, fresh.opening.public())
    pen.add(_enrolment(pen, person, key, officers, commitment, old))
    _share_with(pen, officers[0], fresh.signing.kid)
    own: dict[str, cbor.Value] = {
        "by2": officers[1],
        "kid": old.kid,
        "since": pen.now,
        "reason": "rotated",
    }
    pen.add(pen.draft("revoke", officers[0], own))


def _kept(old: Key) -> bytes | None:
    """Name the key whose file stays when it is renewed."""
    return old.kid if pins.is_passphrase(old.role) else None


def _renew(session: Session, old: Key, *, training: bool) -> PersonKey:
    """Make the new key file, or open the one that an interrupted rotation has left."""
    who, passphrase = old.owner, pins.is_passphrase(old.role)
    pin = session.new_pin(who, passphrase=passphrase)
    if key_files.is_renewed(session.keys, who):
        return key_files.unlock(session.keys, who, pin, session.clock(), renewed=True)
    cost = key_files.TRAINING if training else key_files.NORMAL
    return key_files.create(session.keys, who, pin, cost, renewed=True)


def _share_with(pen: Proposer, giver: str, kid: bytes) -> None:
    """Let a person open what role and office allow."""
    office_keys.give(pen, giver, kid)
    key = pen.book.control.keys[kid]
    if key.role in OFFICE_ROLES:
        slips.pass_late(pen, giver, key.office)
    if key.owner in pen.book.control.names:
        reader = slips.Reader(pen.book, pen.session.person(giver))
        slips.pass_record(pen, reader, pen.book.control.names[key.owner], key.owner, key.office)


def hold(session: Session, by: str, who: str, reason: str) -> Entry:
    """Stop a person or device at once; what they do from now on is marked.

    No clock is in its way: where it is in doubt, the act claims what it shows, and is noted.
    """

    def draft(drafts: Drafts) -> Act:
        _refuse_unknown(drafts.book, who)
        own: dict[str, cbor.Value] = {"who": who, "reason": reason}
        return drafts.draft("hold", by, own, at=session.now(drafts.book.control))

    return _sign(session, [by], draft, clock=clock_check.check_urgent)


def lift(session: Session, who: str, reason: str, officers: tuple[str, str]) -> Entry:
    """End a hold."""

    def draft(drafts: Drafts) -> Act:
        _refuse_unknown(drafts.book, who)
        if who not in drafts.book.control.holds:
            raise RefusedError("not-on-hold", who=who)
        own: dict[str, cbor.Value] = {"by2": officers[1], "who": who, "reason": reason}
        return drafts.draft("lift", officers[0], own)

    return _sign(session, officers, draft)


def _sign(
    session: Session,
    people: Iterable[str],
    draft: Callable[[Drafts], Act],
    share: Callable[[Proposer, Act], None] | None = None,
    clock: Callable[[Session, LogBook], Clock] = clock_check.check,
) -> Entry:
    """Ask the rules about an act, then its people for their PINs, and append it.

    Args:
        share: Seals to people what the act, once it is taken, lets them open.
        clock: Reads the machine's clock, or refuses it.
    """
    with proposing(session, clock) as drafts:
        drafts.check(draft(drafts))
    session.unlock(people)

    def propose() -> Proposal:
        with proposing(session, clock) as pen:
            act = draft(pen)
            pen.add(act)
            if share is not None:
                share(pen, act)
            return pen.done()

    return here.carry_out(session, propose, clock=clock)[-1]


def revoke(
    session: Session,
    who: str,
    reason: str,
    since: int | None,
    officers: tuple[str, str],
    kid: bytes | None = None,
) -> Entry:
    """End a key of a person, or of the service once another has followed it.

    Args:
        since: From when it is not to be trusted, Unix seconds UTC; None: from now.
        kid: Which key; None: the one in force.

    Raises:
        RefusedError: `no-such-person`, `no-such-key`, `key-ended-already`; `key-in-use`: without
            it nothing more is recorded or sealed, so it is rotated first.
    """

    def draft(drafts: Drafts) -> Act:
        key = _to_end(drafts.book.control, who, kid)
        begin = drafts.now if since is None else since
        own: dict[str, cbor.Value] = {
            "by2": officers[1],
            "kid": key.kid,
            "since": begin,
            "reason": reason,
        }
        return drafts.draft("revoke", officers[0], own)

    return _sign(session, officers, draft)


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


def _refuse_unknown(book: LogBook, who: str) -> None:
    if book.control.current_key(who) is None and who not in book.control.devices:
        raise RefusedError("no-such-person", who=who)


def _make_key(session: Session, person: Person, known: frozenset[bytes], *, training: bool) -> bool:
    """Make a key file, or open the one that an interrupted enrolment has left.

    Args:
        known: Kids that the log has: a file with such a key is that of an ended one.

    Returns:
        Whether the file was made.
    """
    if (session.keys / f"{person.number}.key").exists():
        session.unlock([person.number])
        kid = session.person(person.number).signing.kid
        if kid not in known:
            return False
        key_files.set_aside(session.keys, person.number, kid)
    pin = session.new_pin(person.number, passphrase=pins.is_passphrase(person.role))
    cost = key_files.TRAINING if training else key_files.NORMAL
    session.admit(key_files.create(session.keys, person.number, pin, cost))
    return True


def _enrol_one(pen: Proposer, person: Person, officers: tuple[str, str]) -> None:
    own = pen.session.person(person.number)
    told: dict[str, cbor.Value] = {"name": person.name}
    [commitment] = slips.put(pen, officers[0], [person.number], [told], [person.office])
    control = pen.book.control
    key = key_map(control.origin, person.number, person.role, own.signing, own.opening.public())
    pen.add(_enrolment(pen, person, key, officers, commitment))
    _share_with(pen, officers[0], own.signing.kid)


def _enrolment(
    drafts: Drafts,
    person: Person,
    key: Mapping[str, cbor.Value] | None,
    officers: tuple[str, str],
    commitment: bytes,
    old: Key | None = None,
) -> Act:
    """Draft the enrolment of a person or device from now on, without end; or for an old key's term."""
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
    return drafts.draft("enrol", officers[0], own)
