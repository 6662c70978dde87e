"""Key files of people that are made and renewed at this machine.

**Rule:** a file whose key the log never had is gone again; whatever stops in between, the command is
given again and goes on with what lies there.
"""

from collections.abc import Mapping

from kt1custody.core import pins
from kt1custody.core.formats import cbor
from kt1custody.core.log.keyring import Key
from kt1custody.core.log.schema import PEOPLE_ROLES
from kt1custody.core.manifest.list_rows import Person
from kt1custody.errors import NotAllowedError, RefusedError
from kt1custody.services.session.here import Here
from kt1custody.signing import key_files, person_keys
from kt1custody.signing.person_keys import PersonKey
from kt1custody.signing.sign import key_map


def is_there(here: Here, staff: str) -> bool:
    """Tell whether a key file of a person lies here."""
    return (here.session.keys / f"{staff}.key").exists()


def set_aside_ended(here: Here, staff: str) -> bool:
    """Take an unlocked person's key file out of the way of a new one, if the log knows its key.

    Returns:
        Whether it was; else it is what an interrupted enrolment has left, and is to be enrolled.
    """
    kid = here.key(staff).signing.kid
    if kid not in here.session.control().keys:
        return False
    person_keys.set_aside(here.session.keys, staff, kid)
    return True


def make(here: Here, person: Person, pin: str) -> None:
    """Make a person's key file, and take its key as unlocked.

    Raises:
        RefusedError: Of the PIN as `pins.check`; `key-file-exists`.
    """
    is_officer = pins.is_passphrase(person.role)
    pins.check(pin, staff=person.number, officer=is_officer)
    here.admit(person_keys.create(here.session.keys, person.number, pin, _cost(here)))


def public(here: Here, person: Person) -> Mapping[str, cbor.Value]:
    """Give the public half of an unlocked key with its proof, for `Enrol`."""
    return _key_map(here, here.key(person.number), person.role)


def drop(here: Here, staff: str) -> None:
    """Remove the key file of a person that the log never had, nor will have."""
    if person_keys.holds(here.session.keys, here.key(staff)):
        key_files.drop(here.session.keys, staff)


def in_force(here: Here, who: str) -> Key:
    """Give the key of a person that is to be renewed.

    Raises:
        RefusedError: `no-such-person`.
    """
    key = here.session.control().current_key(who)
    if key is None or key.role not in PEOPLE_ROLES:
        raise RefusedError("no-such-person", who=who)
    return key


def renew(here: Here, old: Key, pin: str) -> PersonKey:
    """Make the new key file beside the old, or open the one that an interrupted renewal has left.

    Raises:
        RefusedError: Of the PIN as `pins.check`.
        NotAllowedError, UnavailableError: As `person_keys.unlock`.
    """
    keys, who = here.session.keys, old.owner
    pins.check(pin, staff=who, officer=pins.is_passphrase(old.role))
    if key_files.is_renewed(keys, who):
        return person_keys.unlock(keys, who, pin, here.session.clock(), renewed=True)
    return person_keys.create(keys, who, pin, _cost(here), renewed=True)


def public_of(here: Here, old: Key, fresh: PersonKey) -> Mapping[str, cbor.Value]:
    """Give the public half of a renewed key with its proof, for `RenewKey`.

    Raises:
        NotAllowedError: `not-enrolled`: what was unlocked here is not the old key.
        RefusedError: `changed-meanwhile`: other officers have changed the key or duty, or the
            renewed file was taken away.
    """
    if here.session.control().current_key(old.owner) != old:
        raise RefusedError("changed-meanwhile")
    if here.key(old.owner).signing.kid != old.kid:
        raise NotAllowedError("not-enrolled", staff=old.owner)
    if not person_keys.holds(here.session.keys, fresh, renewed=True):
        raise RefusedError("changed-meanwhile")
    return _key_map(here, fresh, old.role)


def drop_renewed(here: Here, fresh: PersonKey) -> None:
    """Remove a renewed key file, if the log never had its key."""
    keys, staff = here.session.keys, fresh.staff
    is_here = person_keys.holds(keys, fresh, renewed=True)
    if is_here and fresh.signing.kid not in here.session.control().keys:
        key_files.drop(keys, staff, renewed=True)


def put_in_place(here: Here, fresh: PersonKey) -> None:
    """Put a renewed key file in the place of the old one, once the log has the key.

    An officer's old file stays: should the log lose these acts, nobody else could begin a new epoch.
    """
    keys, who = here.session.keys, fresh.staff
    if person_keys.holds(keys, fresh, renewed=True):  # else somebody has put it in place
        before = [
            key
            for key in here.session.control().keys.values()
            if key.owner == who and key.kid != fresh.signing.kid
        ]
        is_kept = bool(before) and pins.is_passphrase(before[-1].role)
        key_files.put_renewed(keys, who, kept=before[-1].kid if is_kept else None)
    here.admit(fresh)


def _key_map(here: Here, key: PersonKey, role: str) -> Mapping[str, cbor.Value]:
    origin = here.session.control().origin
    return key_map(origin, key.staff, role, key.signing, key.opening.public())


def _cost(here: Here) -> person_keys.Cost:
    return person_keys.TRAINING if here.session.control().training else person_keys.NORMAL
