"""Ceremonies of the service's own keys: another log key, server key or seal key.

**Rule:** the old key signs the switch and two officers sign the act; only where the old key is lost
does it come without, and that is an alarm. Private halves are in place before anybody depends on
them: log and server key lie beside the file in use until the log has the act, a seal key enters the
database with it. Whatever stops in between, the command is given again; a key that lies there already
goes into the log only if officers say that its fingerprint is theirs. Format:
`.docs/formats.md` §3 (Rotation).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from kt1custody.core.formats import cbor
from kt1custody.core.log.entry import Entry, switch
from kt1custody.core.log.keyring import Control, Key, read_keys
from kt1custody.core.log.schema import SERVICE_KEYS
from kt1custody.errors import (
    MalformedInputError,
    NotAllowedError,
    RefusedError,
    UnavailableError,
    VerificationError,
)
from kt1custody.services.session import office_keys
from kt1custody.services.session.office_keys import Holder
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.session import Session
from kt1custody.services.session.use_case import UseCase
from kt1custody.signing import key_files, service_keys, sign
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What officers are shown before they sign.

    Attributes:
        service: `log`, `server` or `seal`.
        old: Kid of the key that ends, 8 bytes; `new` of the one that follows it.
        now: Time of the switch, Unix seconds UTC.
        until: Until when what the old key signed holds; at the end of its usual time unless
            officers say otherwise, so it goes on with `now`.
        consent: The old key signs the switch; False: it is lost.
        is_left: The new key lay there before: by a ceremony that stopped, or put there by somebody.
    """

    service: str
    old: bytes
    new: bytes
    now: int = field(compare=False)
    until: int = field(compare=False)
    consent: bool
    is_left: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchKey(UseCase[Plan]):
    """Let another key of the service follow the one in force.

    Attributes:
        old: The key in force.
        until: Until when what the old key signed holds, Unix seconds UTC.
        fresh: The new key; None before `make_ready`; then it can only be tried.
        seed: Of a new seal key, which is nowhere but in memory yet.
        signer: The old key, which signs the switch; None: it is lost.
        is_left: As of `Plan`.
    """

    old: Key
    officers: tuple[str, str]
    until: int
    fresh: sign.SigningKey | None = None
    seed: bytes | None = field(default=None, repr=False)
    signer: sign.SigningKey | None = None
    is_left: bool = False

    def propose(self, pen: Proposer) -> Plan:
        """Add the `rotate`.

        Raises:
            RefusedError: `changed-meanwhile`: another ceremony was faster; the file of a key that
                nobody uses is gone then.
        """
        old, fresh = self.old, self.fresh
        if fresh is None:
            if not pen.is_trial:
                raise ValueError(old.owner)
            fresh = sign.from_seed(new_seed())  # a key of no use stands for the one to come
        else:
            self._refuse_changed(pen, fresh)
        until = max(self.until, pen.now)
        origin = pen.book.control.origin
        public = key_map(origin, old.owner, old.owner, fresh, None)
        signer = self.signer
        own: dict[str, cbor.Value] = {
            "by2": self.officers[1],
            "kid": old.kid,
            "key": public,
            "consent": None if signer is None else signer.sign(switch(origin, public)),
            "from": pen.now,
            "until": until,
        }
        pen.add(pen.draft("rotate", self.officers[0], own))
        if self.seed is not None:
            for reader in office_keys.readers(pen.book.control):
                name = office_keys.seal_name(fresh.kid)
                office_keys.share(pen, name, self.seed, reader)
        return Plan(
            service=old.owner,
            old=old.kid,
            new=fresh.kid,
            now=pen.now,
            until=until,
            consent=signer is not None,
            is_left=self.is_left,
        )

    def _refuse_changed(self, pen: Proposer, fresh: sign.SigningKey) -> None:
        session, service = pen.session, self.old.owner
        is_in_memory = self.seed is not None
        is_here = is_in_memory or _begun(session, service) == fresh.kid
        if keys_of(pen.book.control, service)[-1] != self.old or not is_here:
            if not is_in_memory and is_here and fresh.kid not in pen.book.control.keys:
                key_files.drop(session.keys, service, renewed=True)
            raise RefusedError("changed-meanwhile")


def switch_of(
    session: Session, service: str, officers: tuple[str, str], until: int | None = None
) -> SwitchKey:
    """Begin a ceremony: the rules can be asked about it before anybody types a PIN.

    Args:
        service: `log`, `server` or `seal`.
        until: Until when what the old key signed holds, Unix seconds UTC; None: as `WINDOWS` says.

    Raises:
        RefusedError: `until-past`.
    """
    control = session.control()
    now = session.now(control)
    end = now + WINDOWS[service] if until is None else until
    if end < now:
        raise RefusedError("until-past")
    return SwitchKey(old=keys_of(control, service)[-1], officers=officers, until=end)


def make_ready(
    session: Session,
    switch_key: SwitchKey,
    *,
    old_key_lost: bool = False,
    left: bytes | None = None,
) -> SwitchKey:
    """Make the new key, or take the one that lies here, and open the old one.

    Args:
        switch_key: The records of its first officer can be opened in this session.
        old_key_lost: Go on without the old key's signature; refused while it can sign.
        left: Kid of the new key that an interrupted ceremony has left, as it was noted then; None:
            it is shown in the plan.

    Raises:
        RefusedError: `old-key-missing`: it cannot sign the switch; `old-key-there`: it can;
            `new-key-differs`: what lies there is not `left`.
        UnavailableError: `keys-folder`. Nothing has changed but that a new key may lie ready.
    """
    old = switch_key.old
    signer = _old_key(session, old, switch_key.officers[0], is_lost=old_key_lost)
    is_left = old.owner != "seal" and key_files.is_renewed(session.keys, old.owner)
    seed, fresh = _renew(session, old.owner)
    if left is not None and (not is_left or fresh.kid != left):
        raise RefusedError("new-key-differs", found=fresh.kid.hex(), name=f"{old.owner}.new.key")
    return replace(switch_key, fresh=fresh, seed=seed, signer=signer, is_left=is_left)


def finish(session: Session, switch_key: SwitchKey, entry: Entry) -> Rotated:
    """Put the new key's file in its place, once the log has the act."""
    act, old = entry.act, switch_key.old
    plan = Plan(
        service=old.owner,
        old=old.kid,
        new=read_keys(act)[0].kid,
        now=act.number("from"),
        until=act.number("until"),
        consent=act.fields["consent"] is not None,
        is_left=switch_key.is_left,
    )
    _put_in_place(session, old.owner, replace(old, until=plan.until), plan.now)
    return Rotated(plan=plan, officers=switch_key.officers, seq=entry.seq, fresh=True)


def unfinished(session: Session, service: str) -> Rotated | None:
    """End a ceremony that stopped after the log had its act; None if none did."""
    control = session.control()
    newest = keys_of(control, service)[-1]
    if newest.enrolled > 0 and _begun(session, service) == newest.kid:
        return _go_on(session, service, control)
    return None


def done(session: Session, seq: int) -> Rotated:
    """Give the ceremony whose act has a position in the log.

    Raises:
        RefusedError: `no-such-entry`: there is none.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        act = book.entry(seq).act if 0 <= seq <= book.seq else None
    if act is None or act.type != "rotate":
        raise RefusedError("no-such-entry", seq=seq)
    [new] = read_keys(act)
    begin = act.number("from")
    plan = Plan(
        service=new.owner,
        old=act.octets("kid"),
        new=new.kid,
        now=begin,
        until=act.number_or_none("until") or begin,
        consent=act.fields["consent"] is not None,
    )
    return Rotated(plan=plan, officers=(act.by, act.text("by2")), seq=seq, fresh=False)


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
        service_keys.find(session.keys, key.owner, key.kid)
    except UnavailableError:
        return False
    return True


def _begun(session: Session, service: str) -> bytes | None:
    """Give the kid of the key that a ceremony was bringing when it stopped, or None."""
    if service == "seal":
        return service_keys.read_mark(session.keys, service)
    if not key_files.is_renewed(session.keys, service):
        return None
    return service_keys.read(session.keys, service, renewed=True).kid


def _go_on(session: Session, service: str, control: Control) -> Rotated:
    """End a ceremony that stopped after the log had its act."""
    old, new = keys_of(control, service)[-2:]
    _put_in_place(session, service, old, session.now(control))
    return done(session, new.enrolled)


def _renew(session: Session, service: str) -> tuple[bytes | None, sign.SigningKey]:
    """Make the new key, or take the one that an interrupted ceremony has made.

    Returns:
        Of a seal key its seed, which is nowhere but in memory yet; else None; and the key.
    """
    if service == "seal":
        seed = new_seed()
        key = sign.from_seed(seed)
        service_keys.mark_begun(session.keys, service, key.kid)
        return seed, key
    if key_files.is_renewed(session.keys, service):
        return None, service_keys.read(session.keys, service, renewed=True)
    return None, service_keys.create(session.keys, service, renewed=True)


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
        return service_keys.find(session.keys, old.owner, old.kid)
    with session.database.read() as connection:
        return Holder(LogBook(connection), session.opener(officer)).seal_key(old.kid)


def _put_in_place(session: Session, service: str, old: Key, now: int) -> None:
    """Let the new key's file take the old one's place; the log has the act."""
    if service == "seal":
        service_keys.drop_mark(session.keys, service)
        return
    if service == "log" and (old.until is None or old.until > now):
        service_keys.keep(session.keys, service, old.kid)
    key_files.put_renewed(session.keys, service)
