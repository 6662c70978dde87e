"""People at browsers: how a browser becomes a device, holds a key, and proves whose key it is.

**Rule:** a key that was made in a browser never leaves it; what comes here is its public half with
that proof, signatures, and what proves a PIN. A person is signed in by a signature of the key that
the log has in force, over what this machine has just drawn.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log.entry import Entry, possession
from kt1custody.core.log.keyring import Control, Key
from kt1custody.core.log.schema import PEOPLE_ROLES
from kt1custody.errors import KtError, MalformedInputError, NotAllowedError, RefusedError
from kt1custody.services.session.session import Session
from kt1custody.signing import browsers, sign, tries

_SIGN_IN = b"kt1-sign-in/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRequest:
    """A key that was made in a browser and that officers have yet to enrol.

    Attributes:
        staff: Whose it is to be, as the person says.
        role: Likewise.
        key: The key map; untrusted until it is enrolled.
        renews: Kid of the key of the same person that it is to follow, shown by a sign-in with that
            one; None: the person has no key.
        fingerprint: What both screens show, so that officers enrol the key that they see.
    """

    device: str
    staff: str
    role: str
    kid: bytes
    key: dict[str, cbor.Value]
    renews: bytes | None
    fingerprint: str


def offer_code(session: Session, device: str) -> str:
    """Give a one-time code by which a browser becomes an enrolled device.

    Raises:
        RefusedError: `no-such-device`; `device-of-machine`: it is this machine's own.
        UnavailableError: `keys-folder`.
    """
    if device == session.device:
        raise RefusedError("device-of-machine", device=device)
    if device not in session.control().devices:
        raise RefusedError("no-such-device", device=device)
    return browsers.offer(session.keys, device, session.clock())


def bind(session: Session, code: str) -> tuple[str, str]:
    """Make a browser the device for which a code was given; as `browsers.bind`."""
    return browsers.bind(session.keys, code, session.clock())


def device_of(session: Session, secret: str) -> str | None:
    """Give the device that shows a secret; None if it is not one of ours."""
    browser = browsers.known(session.keys, secret)
    return None if browser is None else browser.device


def challenge() -> bytes:
    """Draw what somebody who signs in must sign, 32 bytes."""
    return secrets.token_bytes(32)


def signed_in(session: Session, *, staff: str, kid: bytes, drawn: bytes, signature: bytes) -> Key:
    """Check who signs in, and give the key as it stands now.

    Args:
        drawn: What `challenge` gave for this one sign-in.
        signature: Untrusted, over `kt1-sign-in/1`, the log's origin and that.

    Raises:
        NotAllowedError: `not-enrolled`: it is not the key of this person that is in force;
            `key-over`: its term is over.
        VerificationError: `bad-signature`.
    """
    control = session.control()
    key = control.current_key(staff)
    if key is None or key.kid != kid or key.role not in PEOPLE_ROLES:
        raise NotAllowedError("not-enrolled", staff=staff)
    sign.verify(key.alg, key.pub, sign_in_text(control, drawn), signature)
    return in_force(session, staff, kid)


def in_force(session: Session, staff: str, kid: bytes) -> Key:
    """Give a person's key with the duty of now, as long as it is the one in force.

    Raises:
        NotAllowedError: `not-enrolled`, `key-over`.
    """
    control = session.control()
    current = control.current_key(staff)
    if current is None or current.kid != kid:
        raise NotAllowedError("not-enrolled", staff=staff)
    now = session.now(control)
    key = control.key_now(kid, now)
    if key.until is not None and now > key.until:
        raise NotAllowedError("key-over", staff=staff)
    return key


def sign_in_text(control: Control, drawn: bytes) -> bytes:
    """Spell what is signed to sign in; nothing that means something in the log begins so."""
    return _SIGN_IN + control.origin.encode() + drawn


def keep_known(
    session: Session,
    *,
    device: str,
    staff: str,
    kid: bytes,
    drawn: bytes,
    signature: bytes,
    proof: bytes,
) -> bytes:
    """Keep the half of a key that the log knows and that its owner puts into a browser; give it.

    Args:
        proof: What proves the PIN from now on, 32 bytes.

    Raises:
        NotAllowedError, VerificationError: As `signed_in`.
        RefusedError: `browser-full`.
    """
    signed_in(session, staff=staff, kid=kid, drawn=drawn, signature=signature)
    return browsers.keep(session.keys, device, staff, kid, _proof(proof))


def ask_for(
    session: Session, *, device: str, raw_key: bytes, proof: bytes, by: str | None = None
) -> bytes:
    """Keep a key that was made in a browser for officers to enrol; give its half.

    Args:
        raw_key: Its key map in CBOR; untrusted.
        by: Who is signed in there: only so somebody asks for a key that is to follow another.

    Raises:
        MalformedInputError: `key-map-malformed`.
        VerificationError: `bad-signature`: whoever sent it has not its private half.
        RefusedError: `browser-full`; `key-there`: the person has a key and has not signed in with it.
    """
    control = session.control()
    key = _key_map(raw_key)
    alg, pub, possess = _alg(key), _octets(key, "pub"), _octets(key, "possess")
    sign.verify(alg, pub, possession(control.origin, key), possess)
    kid, staff = numbers.key_id(alg, pub), str(key["owner"])
    old = control.current_key(staff)
    if old is not None and (by, old.role) != (staff, key["role"]):
        raise RefusedError("key-there", staff=staff)
    asked = raw_key if old is None else cbor.encode([raw_key, old.kid])
    return browsers.keep(session.keys, device, staff, kid, _proof(proof), asked=asked)


def release(session: Session, device: str, kid: bytes, proof: bytes) -> bytes:
    """Give the half of a key to whoever proves the PIN; as `browsers.release`."""
    return browsers.release(session.keys, device, kid, _proof(proof), session.clock())


def count_tries(session: Session, device: str) -> None:
    """Read how many wrong PINs of a browser's people no act has reported yet.

    Raises:
        UnavailableError: `keys-folder`, `key-file-broken`.
    """
    browser = browsers.find(session.keys, device)
    people = set() if browser is None else {half.staff for half in browser.halves.values()}
    for staff in people:
        session.tries[staff] = tries.read(tries.path(session.keys, staff)).unreported


def settle_tries(session: Session, entries: Iterable[Entry]) -> None:
    """Take wrong PINs off the count that entries have just reported, committed in this session.

    A crash before this reports them once more: too many, never too few.
    """
    try:
        for entry in entries:
            for staff in entry.act.tries.keys() & session.tries.keys():
                path = tries.path(session.keys, staff)
                tries.clear_reported(path, entry.act.tries[staff])
    except KtError as error:  # what is in the log has happened
        session.warnings.append(error)


def forget(session: Session, device: str, kid: bytes) -> None:
    """Drop the half of a key; as `browsers.forget`."""
    browsers.forget(session.keys, device, kid)


def waiting(session: Session) -> list[KeyRequest]:
    """List the keys that wait for two officers; what others have overtaken waits no more."""
    control = session.control()
    found = (
        _request(browser.device, bytes.fromhex(kid), asked)
        for browser in browsers.every(session.keys)
        for kid, asked in browser.asked.items()
    )
    return [
        one for one in found if one.kid not in control.keys and one.renews == _kid(control, one)
    ]


def wanted(session: Session, kid: bytes) -> KeyRequest:
    """Give a key that waits.

    Raises:
        RefusedError: `no-such-request`.
    """
    for one in waiting(session):
        if one.kid == kid:
            return one
    raise RefusedError("no-such-request")


def refuse(session: Session, kid: bytes) -> None:
    """Drop a key that waits; whoever made it makes another.

    Raises:
        RefusedError: `no-such-request`.
    """
    browsers.forget(session.keys, wanted(session, kid).device, kid)


def is_in_force(session: Session, kid: bytes) -> bool:
    """Tell whether the log has a key as its owner's present one."""
    control = session.control()
    key = control.keys.get(kid)
    return key is not None and control.current_key(key.owner) == key


def _kid(control: Control, request: KeyRequest) -> bytes | None:
    key = control.current_key(request.staff)
    return None if key is None else key.kid


def _request(device: str, kid: bytes, asked: bytes) -> KeyRequest:
    """Read a request as `ask_for` has kept it."""
    renews: bytes | None = None
    match cbor.decode(asked, what="key-map"):
        case [bytes(raw), bytes(renews)]:
            key = _key_map(raw)
        case _:
            key = _key_map(asked)
    return KeyRequest(
        device=device,
        staff=str(key["owner"]),
        role=str(key["role"]),
        kid=kid,
        key=key,
        renews=renews,
        fingerprint=fingerprint(kid),
    )


def fingerprint(kid: bytes) -> str:
    """Spell a key for people who compare two screens: four groups of four signs."""
    text = kid.hex().upper()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def _key_map(raw: bytes) -> dict[str, cbor.Value]:
    value = cbor.decode(raw, what="key-map")
    match value:
        case {
            "owner": str(),
            "role": str(),
            "alg": int(),
            "pub": bytes(),
            "possess": bytes(),
            "enc": None | bytes(),
            "kept": "browser",
        } if (
            isinstance(value, dict)
            and len(value) == 7
            and (value["enc"] is None or value["role"] == "officer")
            and numbers.is_staff_number(str(value["owner"]))
            and value["role"] in PEOPLE_ROLES
        ):
            return value
    raise MalformedInputError("key-map-malformed")


def _alg(key: dict[str, cbor.Value]) -> int:
    alg = key["alg"]
    assert isinstance(alg, int)  # noqa: S101  # `_key_map` asked
    return alg


def _octets(key: dict[str, cbor.Value], name: str) -> bytes:
    value = key[name]
    assert isinstance(value, bytes)  # noqa: S101  # `_key_map` asked
    return value


def _proof(proof: bytes) -> bytes:
    if len(proof) != 32:
        raise MalformedInputError("key-map-malformed")
    return proof
