"""The first entry of a log: what its founders say, three officers' signatures, the first keys.

**Rule:** three officers sign, the third with the reserve key that is sealed afterwards; every key
proves that its private half exists. Format: `.docs/formats.md` §3 and §4.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from kt1custody.core.formats import cbor
from kt1custody.core.log.act import Act, make_act
from kt1custody.core.log.entry import (
    NO_CONTROL,
    Entry,
    first_prev,
    spell_entry,
)
from kt1custody.services.session.office_keys import seal_name
from kt1custody.services.session.session import Session
from kt1custody.signing import key_files, sign, slips
from kt1custody.signing.acts import sign_act
from kt1custody.signing.key_files import PersonKey

# The first policy; two officers change it by a `policy` act.
_CARRIERS: list[cbor.Value] = ["clerk", "controller", "courier", "driver", "escort"]
FIRST_POLICY: Mapping[str, cbor.Value] = {
    "witness": {"A": ["bind", "handover", "void"], "B": [], "C": []},
    "carry": {"0": _CARRIERS, "A": _CARRIERS, "B": _CARRIERS, "C": _CARRIERS},
    "max_offline": 259_200,  # three days: a weekend and a road that is cut
}


@dataclass(frozen=True, slots=True)
class Founding:
    """What the founders say.

    Attributes:
        log: Name of the log, such as `kt1.lamdong.vn/68`.
        name: Name of the service, in words.
        office: Number of the founding office.
        number: The log's two digits, 10–99, first in every item number.
        training: Only for practice: accepts a given clock and cheaper key files.
        officers: Staff numbers of two officers and of the holder of the reserve key.
        names: Names of these three, or none; kept as a confidential record.
    """

    log: str
    name: str
    office: int
    number: int
    training: bool
    officers: tuple[str, str, str]
    names: tuple[str, str, str] | None = None

    @property
    def origin(self) -> str:
        """Origin of the log's first epoch."""
        return f"{self.log}/e1"

    @property
    def key_names(self) -> tuple[str, ...]:
        """Names of the key files that it makes, without their ending."""
        return (*self.officers, *key_files.SERVICE_FILES)


def make(
    session: Session, founding: Founding, people: list[PersonKey], service: list[sign.SigningKey]
) -> tuple[Entry, list[tuple[str, bytes, bytes]]]:
    """Build and sign entry 0, and wrap the seal key to the officers."""
    now = session.clock() if session.as_of is None else session.as_of
    origin = founding.origin
    seal_seed = slips.new_seed()
    seal_key = sign.from_seed(seal_seed)
    log_key, server_key = service
    roles = ("officer", "officer", "reserve")
    keys = [
        sign.key_map(origin, person.staff, role, person.signing, person.opening.public())
        for person, role in zip(people, roles, strict=True)
    ] + [
        sign.key_map(origin, name, name, key, None)
        for name, key in (
            ("log", log_key),
            ("server", server_key),
            ("seal", seal_key),
        )
    ]
    act = make_act(
        {
            "v": 1,
            "type": "genesis",
            "log": founding.log,
            "id": secrets.token_bytes(16),
            "at": now,
            "dev": session.device,
            "dseq": 0,
            "dprev": b"",
            "seen": None,
            "by": founding.officers[0],
            "by2": founding.officers[1],
            "by3": founding.officers[2],
            "items": [],
            "origin": origin,
            "name": founding.name,
            "office": founding.office,
            "number": founding.number,
            "training": founding.training,
            "rules": 1,
            "policy": dict(FIRST_POLICY),
            "keys": list(keys),
        }
    )
    entry = _sign_genesis(act, people, origin, now)
    name = seal_name(seal_key.kid)
    wrapped = []
    for one in people:
        public = one.opening.public()
        told = slips.wrap(seal_seed, public, founding.log, name, seal_key.pub)
        wrapped.append((name, one.signing.kid, told))
    return entry, wrapped


def _sign_genesis(act: Act, people: list[PersonKey], origin: str, now: int) -> Entry:
    keys = {person.staff: person.signing for person in people}
    signatures = sign_act(act, keys.__getitem__)
    prev = first_prev(origin)
    raw = spell_entry(
        origin=origin,
        seq=0,
        prev=prev,
        ctl=NO_CONTROL,
        accepted_at=now,
        body=act.body,
        signatures=signatures,
        judgement=(),
    )
    return Entry(raw, origin, 0, prev, NO_CONTROL, now, act, signatures, ())
