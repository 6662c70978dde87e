"""The first entry of a log: what its founders say, three officers' signatures, the first keys.

**Rule:** three officers sign, the third with the reserve key that is sealed afterwards; every key
proves that its private half exists. Format: `.docs/formats.md` §3 and §4.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kt1custody.core.formats import cbor, origins
from kt1custody.core.log import keyring
from kt1custody.core.log.act import Act, make_act
from kt1custody.core.log.entry import (
    NO_CONTROL,
    Entry,
    Signature,
    first_prev,
    spell_entry,
)
from kt1custody.core.log.signers import CARRIERS
from kt1custody.services.session.office_keys import seal_name
from kt1custody.services.session.proposal import Proposal
from kt1custody.services.session.session import Session
from kt1custody.signing import key_files, sign, slips
from kt1custody.store import beside

# The first policy; two officers change it by a `policy` act.
_CARRIERS: list[cbor.Value] = [*sorted(CARRIERS)]
FIRST_POLICY: Mapping[str, cbor.Value] = {
    "witness": {"A": ["bind", "handover", "void"], "B": [], "C": []},
    "carry": {"0": _CARRIERS, "A": _CARRIERS, "B": _CARRIERS, "C": _CARRIERS},
    "max_offline": 259_200,  # three days: a weekend and a road that is cut
}


ROLES = ("officer", "officer", "reserve")  # of the three officers, in order


@dataclass(frozen=True, slots=True, kw_only=True)
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
        return str(origins.first(self.log))

    @property
    def key_names(self) -> tuple[str, ...]:
        """Names of the key files that it makes, without their ending."""
        return (*self.officers, *key_files.SERVICE_FILES)


def entry_of(act: Act, signatures: Sequence[Signature]) -> Entry:
    """Make entry 0 of a genesis and the signatures of the three, in order."""
    origin = act.text("origin")
    prev = first_prev(origin)
    raw = spell_entry(
        origin=origin,
        seq=0,
        prev=prev,
        ctl=NO_CONTROL,
        accepted_at=act.at,
        body=act.body,
        signatures=signatures,
        judgement=(),
    )
    return Entry(
        raw=raw,
        origin=origin,
        seq=0,
        prev=prev,
        ctl=NO_CONTROL,
        accepted_at=act.at,
        act=act,
        signatures=tuple(signatures),
        judgement=(),
    )


def propose(
    session: Session,
    founding: Founding,
    people: Sequence[Mapping[str, cbor.Value]],
    service: Sequence[sign.SigningKey],
) -> Proposal:
    """Propose the genesis; the seal key comes with it, wrapped to the three officers.

    Args:
        people: Public halves of the three officers' keys with their proofs, in order.
        service: Log key and server key.
    """
    origin = founding.origin
    seal_seed = slips.new_seed()
    own_keys = zip(("log", "server", "seal"), (*service, sign.from_seed(seal_seed)), strict=True)
    keys = [dict(key) for key in people]
    keys += [dict(sign.key_map(origin, name, name, key, None)) for name, key in own_keys]
    act = make_act(
        {
            "v": 1,
            "type": "genesis",
            "log": founding.log,
            "id": secrets.token_bytes(16),
            "at": session.clock() if session.as_of is None else session.as_of,
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
            "keys": [*keys],
        }
    )
    name, seal_key = seal_name(sign.from_seed(seal_seed).kid), sign.from_seed(seal_seed).pub
    wrapped = (
        beside.wrapped_row(
            name, key.kid, slips.wrap(seal_seed, key.enc, founding.log, name, seal_key)
        )
        for key in keyring.read_keys(act)
        if key.enc is not None
    )
    proposal = Proposal(control=NO_CONTROL, acts=(act,), shown={}, beside=tuple(wrapped))
    return proposal.with_mac(session.proposal_key(keyring.found(entry_of(act, ()))))
