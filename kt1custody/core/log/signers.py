"""Who signs an act: the persons whom it names, each with a key of his own and in a role that may.

**Rule:** nothing is verified here; what must be verified is given as `Signing`, and whether a
signature is right is for `signing`. Format: `.docs/formats.md` §4.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log import checkpoint
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Signature, possession, switch, to_be_signed
from kt1custody.core.log.keyring import (
    OFFICE_ROLES,
    Control,
    Key,
    key_maps,
    octets_of,
    read_keys,
    read_new_keys,
)
from kt1custody.errors import VerificationError

_ON_DUTY = frozenset({"clerk", "controller", "courier", "driver", "escort", "officer"})
CARRIERS = frozenset({"clerk", "controller", "courier", "driver", "escort"})
_OFFICERS = frozenset({"officer"})
_KEY_MAKERS = OFFICE_ROLES | _OFFICERS


@dataclass(frozen=True, slots=True)
class Signing:
    """One signature of an act with what is needed to verify it."""

    key: Key
    to_be_signed: bytes
    signature: bytes


def possessions(control: Control | None, act: Act) -> Iterable[Signing]:
    """Give the proofs that new keys exist and that old ones agree, to be verified.

    A genesis and an enrolment prove possession, a rotation also that the old key has signed the
    switch, a quorum that each witness has cosigned a checkpoint of this log.

    Raises:
        VerificationError: `unknown-key`: a rotation of a key that this log does not have.
    """
    origin = act.text("origin") if control is None else control.origin
    if act.type == "quorum":
        yield from (_witnessing(one, origin) for one in act.maps("witnesses"))
        return
    for key, one in zip(read_keys(act), key_maps(act), strict=True):
        yield Signing(key, possession(origin, dict(one)), octets_of(one, "possess"))
        if act.type == "rotate" and act.fields["consent"] is not None and control is not None:
            old = control.keys.get(act.octets("kid"))
            if old is None:
                raise VerificationError("unknown-key", kid=act.octets("kid").hex())
            yield Signing(old, switch(origin, dict(one)), act.octets("consent"))


def _witnessing(one: Mapping[str, cbor.Value], origin: str) -> Signing:
    """Spell what a witness has cosigned before he was enrolled."""
    size, root, time, pub = one["size"], one["root"], one["time"], one["pub"]
    assert isinstance(size, int) and isinstance(time, int)  # noqa: S101, PT018  # of a read act
    assert isinstance(root, bytes) and isinstance(pub, bytes)  # noqa: S101, PT018
    told = checkpoint.Checkpoint(origin, size, root)
    key = Key(
        kid=bytes(8),
        owner=str(one["name"]),
        role="witness",
        alg=numbers.ED25519,
        pub=pub,
        enc=None,
        office=0,
        since=0,
        until=None,
        enrolled=0,
    )
    return Signing(key, checkpoint.cosigned(told.text, time), octets_of(one, "signature"))


def check(
    control: Control | None, act: Act, signatures: Sequence[Signature]
) -> tuple[Signing, ...]:
    """Check who signed an act: roles, order, owners, and that all persons differ.

    Args:
        control: State before the act; None for a genesis, whose keys come with it.
        act: Well-formed.
        signatures: As received; not verified here.

    Returns:
        What `signing.verify` must check, one per signature.

    Raises:
        VerificationError: `unknown-key`, `wrong-person` or `wrong-log`: the act is not authentic.

    Source: `.docs/formats.md` §4.
    """
    keys = {key.kid: key for key in read_keys(act)} if control is None else control.keys
    if control is not None and (act.log != control.log or act.type == "genesis"):
        raise VerificationError("wrong-log")
    roles, persons = act.roles, act.persons
    if tuple(one.role for one in signatures) != roles or len(set(persons)) != len(persons):
        raise VerificationError("wrong-person", why="roles")
    checked = []
    for place, (one, person) in enumerate(zip(signatures, persons, strict=True)):
        key = keys.get(one.kid)
        if key is None:
            raise VerificationError("unknown-key", kid=one.kid.hex())
        held = {key.role} if control is None else {term.role for term in control.terms[key.kid]}
        if key.owner != person or not held & allowed_roles(act, one.role, control):
            raise VerificationError("wrong-person", role=one.role, person=person)
        told = to_be_signed(
            log=act.log,
            body=act.body,
            role=one.role,
            alg=key.alg,
            kid=key.kid,
            before=signatures[:place],
        )
        checked.append(Signing(key, told, one.value))
    if control is not None and any(key.kid in keys for key in read_new_keys(act)):
        raise VerificationError("wrong-person", why="key-known")
    return tuple(checked)


def allowed_roles(act: Act, role: str, control: Control | None) -> frozenset[str]:
    """Give the people's roles that may sign this act in this role."""
    match role:
        case "author":
            others = {"hold": _ON_DUTY, "correct": CARRIERS, "office_key": _KEY_MAKERS}
            return others.get(act.type, OFFICE_ROLES)
        case "witness":
            return _ON_DUTY
        case "giver" | "receiver":
            return CARRIERS
        case "officer":
            return _OFFICERS | {"reserve"} if _of_an_officer(act, control) else _OFFICERS
        case _:
            return frozenset({role})


def _of_an_officer(act: Act, control: Control | None) -> bool:
    """Tell whether the sealed reserve key may be used for this act."""
    if act.type == "enrol":
        return act.fields["role"] in ("officer", "reserve")
    if act.type == "revoke" and control is not None:
        key = control.keys.get(act.octets("kid"))
        return key is not None and key.role in ("officer", "reserve")
    return act.type == "genesis"
