"""Ceremonies of the service's own keys: another log key, server key or seal key.

**Rule:** the old key signs the switch and two officers sign the act; only where the old key is lost
does it come without, and that is an alarm. Private halves are in place before anybody depends on
them: log and server key lie beside the file in use until the log has the act, a seal key enters the
database with it. Whatever stops in between, the command is given again; a key that lies there already
goes into the log only if officers say that its fingerprint is theirs. Format:
`.docs/formats.md` §3 (Rotation).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from kt1custody.core.formats import cbor
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import switch
from kt1custody.core.log.keyring import Control, Key
from kt1custody.core.log.schema import SERVICE_KEYS
from kt1custody.errors import (
    MalformedInputError,
    NotAllowedError,
    RefusedError,
    UnavailableError,
    VerificationError,
)
from kt1custody.services.session import here, office_keys
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.office_keys import Holder
from kt1custody.services.session.proposal import Proposal, Proposer, proposing
from kt1custody.services.session.session import Session
from kt1custody.signing import key_files, sign
from kt1custody.signing.sign import key_map
from kt1custody.signing.slips import new_seed
from kt1custody.store.log import LogBook

DAY = 86_400
# How long what the old key signed holds, unless officers say otherwise.
WINDOWS: Final[Mapping[str, int]] = {
    "log": 180 * DAY,  # phones and witnesses that were away learn the new key meanwhile
    "server": 0,
    "seal": 730 * DAY,  # no envelope is on its way for so long
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What officers are shown before they sign.

    Attributes:
        service: `log`, `server` or `seal`.
        old: Kid of the key that ends, 8 bytes; `new` of the one that follows it.
        now: Time of the switch, Unix seconds UTC.
        until: Until when what the old key signed holds.
        consent: The old key signs the switch; False: it is lost.
        is_left: The new key lay there before: by a ceremony that stopped, or put there by somebody.
    """

    service: str
    old: bytes
    new: bytes
    now: int
    until: int
    consent: bool
    is_left: bool = False


@dataclass(frozen=True, slots=True)
class Rotated:
    """What came of it.

    Attributes:
        seq: Position of the act.
        fresh: False if the log had the act already and only its file had to be put in place.
    """

    plan: Plan
    officers: tuple[str, str]
    seq: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key of the log as it stands now.

    Attributes:
        state: `current`, `rotated`, `ended` (its term or window is over) or `revoked`.
        revoked: From when it is not trusted, Unix seconds UTC, or None.
        is_here: Of a log key or server key: whether its file is on this machine; else None.
    """

    key: Key
    state: str
    revoked: int | None
    is_here: bool | None


def rotate_service_key(
    session: Session,
    service: str,
    officers: tuple[str, str],
    until: int | None = None,
    *,
    old_key_lost: bool = False,
    left: bytes | None = None,
    confirm: Callable[[Plan], bool],
) -> Rotated:
    """Let another key of the service follow the one in force.

    Args:
        service: `log`, `server` or `seal`.
        until: Until when what the old key signed holds, Unix seconds UTC; None: as `WINDOWS` says.
        old_key_lost: Go on without the old key's signature; refused while it can sign.
        left: Kid of the new key that an interrupted ceremony has left, as it was noted then; None:
            it is shown in the plan.
        confirm: Shows the plan to both officers and asks; nothing is signed on False.

    Raises:
        RefusedError: `until-past`, `not-confirmed`, `changed-meanwhile`, `not-possible`;
            `old-key-missing`: it cannot sign the switch; `old-key-there`: it can;
            `new-key-differs`: what lies there is not `left`.
        NotAllowedError: One of both is no officer, or a PIN is wrong.
        UnavailableError: `keys-folder`. Nothing has changed but that a new key may lie ready.
    """
    with session.database.read() as connection:
        control = LogBook(connection).control
    old, now = keys_of(control, service)[-1], session.now(control)
    if old.enrolled > 0 and _begun(session, service) == old.kid:
        return _go_on(session, service, control)
    end = now + WINDOWS[service] if until is None else until
    if end < now:
        raise RefusedError("until-past")
    _check_rules(session, old, officers, end)
    session.unlock(officers)
    signer = _old_key(session, old, officers[0], is_lost=old_key_lost)
    is_left = service != "seal" and key_files.is_renewed(session.keys, service)
    seed, fresh = _renew(session, service)
    if left is not None and (not is_left or fresh.kid != left):
        raise RefusedError("new-key-differs", found=fresh.kid.hex(), name=f"{service}.new.key")
    plan = Plan(service, old.kid, fresh.kid, now, end, signer is not None, is_left)
    if not confirm(plan):
        raise RefusedError("not-confirmed")

    def propose() -> Proposal:
        nonlocal plan
        with proposing(session) as pen:
            _refuse_changed(pen, old, fresh, is_in_memory=seed is not None)
            plan = replace(plan, now=pen.now, until=max(end, pen.now))
            pen.add(_draft(pen, old, fresh, signer, officers, plan.until))
            if seed is not None:
                _share(pen, fresh.kid, seed)
            return pen.done()

    entry = here.carry_out(session, propose)[-1]
    _put_in_place(session, service, replace(old, until=plan.until), plan.now)
    return Rotated(plan, officers, entry.seq, fresh=True)


def _refuse_changed(pen: Proposer, old: Key, fresh: sign.SigningKey, *, is_in_memory: bool) -> None:
    """Stop where another ceremony was faster; the file of a key that nobody uses goes."""
    session, service = pen.session, old.owner
    is_here = is_in_memory or _begun(session, service) == fresh.kid
    if keys_of(pen.book.control, service)[-1] != old or not is_here:
        if not is_in_memory and is_here and fresh.kid not in pen.book.control.keys:
            key_files.drop(session.keys, service, renewed=True)
        raise RefusedError("changed-meanwhile")


def _check_rules(session: Session, old: Key, officers: tuple[str, str], until: int) -> None:
    """Ask the rules about a rotation before anybody types a PIN; keys of no use stand for both."""
    with proposing(session) as drafts:
        fresh = sign.from_seed(new_seed())
        drafts.check(_draft(drafts, old, fresh, None, officers, max(until, drafts.now)))


def _draft(
    drafts: Drafts,
    old: Key,
    fresh: sign.SigningKey,
    signer: sign.SigningKey | None,
    officers: tuple[str, str],
    until: int,
) -> Act:
    origin = drafts.book.control.origin
    told = key_map(origin, old.owner, old.owner, fresh, None)
    own: dict[str, cbor.Value] = {
        "by2": officers[1],
        "kid": old.kid,
        "key": told,
        "consent": None if signer is None else signer.sign(switch(origin, told)),
        "from": drafts.now,
        "until": until,
    }
    return drafts.draft("rotate", officers[0], own)


def keys_of(control: Control, owner: str) -> list[Key]:
    """List every key that a person or service ever had, the newest last."""
    return [key for key in control.keys.values() if key.owner == owner]


def find_keys(control: Control, whose: str) -> list[Key]:
    """Find the keys that somebody means: all of an owner, or the one with this fingerprint.

    Args:
        whose: Untrusted: a staff number, `log`, `server`, `seal`, or a kid in hex.

    Raises:
        RefusedError: `no-such-key`.
    """
    typed = whose.strip()
    name = typed.lower() if typed.lower() in SERVICE_KEYS else typed.upper()
    found = keys_of(control, name)
    if not found:
        try:
            kid = read_kid(typed)
        except MalformedInputError:
            kid = b""
        found = [key for key in control.keys.values() if key.kid == kid]
    if not found:
        raise RefusedError("no-such-key", whose=typed)
    return found


def read_kid(typed: str) -> bytes:
    """Read a fingerprint as typed from paper, spaces and all.

    Raises:
        MalformedInputError: `kid-malformed`.
    """
    try:
        kid = bytes.fromhex("".join(typed.split()))
    except ValueError:
        kid = b""
    if len(kid) != 8:
        raise MalformedInputError("kid-malformed")
    return kid


def fingerprint(kid: bytes) -> str:
    """Spell a kid as people read it aloud: `0011 2233 4455 6677`."""
    digits = kid.hex()
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def owner_of(session: Session, kid: bytes) -> str:
    """Say whose key this is.

    Raises:
        RefusedError: `no-such-key`.
    """
    with session.database.read() as connection:
        [key] = find_keys(LogBook(connection).control, kid.hex())
    return key.owner


def listed(session: Session) -> tuple[list[KeyLine], int]:
    """List every key of the log, the service's own first, then people's by number; and the time."""
    with session.database.read() as connection:
        control = LogBook(connection).control
    now = session.now(control)
    owners = sorted({key.owner for key in control.keys.values()} - {*SERVICE_KEYS})
    lines = [
        _line(session, control, key, now)
        for owner in (*SERVICE_KEYS, *owners)
        for key in keys_of(control, owner)
    ]
    return lines, now


def _line(session: Session, control: Control, key: Key, now: int) -> KeyLine:
    revoked = control.revoked.get(key.kid)
    if revoked is not None:
        state = "revoked"
    elif key.until is not None and key.until < now:
        state = "ended"
    else:
        state = "current" if key == control.current_key(key.owner) else "rotated"
    return KeyLine(key, state, None if revoked is None else revoked[1], _is_here(session, key))


def _is_here(session: Session, key: Key) -> bool | None:
    if key.owner not in key_files.SERVICE_FILES:
        return None
    try:
        key_files.find_service_key(session.keys, key.owner, key.kid)
    except UnavailableError:
        return False
    return True


def _begun(session: Session, service: str) -> bytes | None:
    """Give the kid of the key that a ceremony was bringing when it stopped, or None."""
    if service == "seal":
        return key_files.read_mark(session.keys, service)
    if not key_files.is_renewed(session.keys, service):
        return None
    return key_files.read_service_key(session.keys, service, renewed=True).kid


def _go_on(session: Session, service: str, control: Control) -> Rotated:
    """End a ceremony that stopped after the log had its act."""
    old, new = keys_of(control, service)[-2:]
    with session.database.read() as connection:
        entry = LogBook(connection).entry(new.enrolled)
    act, now = entry.act, session.now(control)
    _put_in_place(session, service, old, now)
    until = now if old.until is None else old.until
    consent = act.fields["consent"] is not None
    plan = Plan(service, old.kid, new.kid, act.number("from"), until, consent)
    return Rotated(plan, (act.by, act.text("by2")), entry.seq, fresh=False)


def _renew(session: Session, service: str) -> tuple[bytes | None, sign.SigningKey]:
    """Make the new key, or take the one that an interrupted ceremony has made.

    Returns:
        Of a seal key its seed, which is nowhere but in memory yet; else None; and the key.
    """
    if service == "seal":
        seed = new_seed()
        key = sign.from_seed(seed)
        key_files.mark_begun(session.keys, service, key.kid)
        return seed, key
    if key_files.is_renewed(session.keys, service):
        return None, key_files.read_service_key(session.keys, service, renewed=True)
    return None, key_files.create_service_key(session.keys, service, renewed=True)


def _old_key(session: Session, old: Key, officer: str, *, is_lost: bool) -> sign.SigningKey | None:
    """Open the key that signs the switch; None where officers say that it is lost, and it is."""
    try:
        found = _open(session, old, officer)
    except (UnavailableError, NotAllowedError, VerificationError):
        if not is_lost:
            raise RefusedError("old-key-missing") from None
        return None
    if is_lost:
        raise RefusedError("old-key-there")
    return found


def _open(session: Session, old: Key, officer: str) -> sign.SigningKey:
    if old.owner != "seal":
        return key_files.find_service_key(session.keys, old.owner, old.kid)
    with session.database.read() as connection:
        return Holder(LogBook(connection), session.person(officer)).seal_key(old.kid)


def _share(pen: Proposer, kid: bytes, seed: bytes) -> None:
    """Wrap a new seal key to everybody whose role may use it."""
    for reader in office_keys.readers(pen.book.control):
        office_keys.share(pen, office_keys.seal_name(kid), seed, reader)


def _put_in_place(session: Session, service: str, old: Key, now: int) -> None:
    """Let the new key's file take the old one's place; the log has the act."""
    if service == "seal":
        key_files.drop_mark(session.keys, service)
        return
    if service == "log" and (old.until is None or old.until > now):
        key_files.keep_service_key(session.keys, service, old.kid)
    key_files.put_renewed(session.keys, service)
