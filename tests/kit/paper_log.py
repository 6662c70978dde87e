"""A log in memory, with the real keys of the cast, for acts in any order."""

import secrets
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from kt1custody.audit.findings import Report
from kt1custody.audit.replay import Replay
from kt1custody.core.custody import judgement
from kt1custody.core.custody.offer import link_of
from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log.act import Act, make_act
from kt1custody.core.log.entry import (
    Entry,
    Judgement,
    Signature,
    read_entry,
    spell_entry,
    step_hash,
)
from kt1custody.signing.acts import sign_next
from kt1custody.signing.sign import SigningKey
from kt1custody.store import log
from tests.kit import cast

BEGIN = cast.MORNING + 3_600
Signed = tuple[Act, tuple[Signature, ...]]
Fields = Mapping[str, cbor.Value]


def sign_act(act: Act, key_of: Callable[[str], SigningKey]) -> tuple[Signature, ...]:
    """Have all persons of an act, or the server, sign it in order."""
    signatures: list[Signature] = []
    for person in act.persons:
        signatures.append(sign_next(act, signatures, key_of(person)))
    return tuple(signatures)


@dataclass
class Office:
    """What all paper logs begin with: the control entries of the founded log, and people's keys."""

    raws: list[bytes]
    catalogues: dict[bytes, bytes]
    keys: dict[str, SigningKey]
    devices: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    @property
    def head(self) -> tuple[int, bytes]:
        return len(self.raws) - 1, read_entry(self.raws[-1]).leaf

    def signed(
        self,
        kind: str,
        by: str,
        own: Fields,
        lines: Sequence[Fields] = (),
        *,
        device: str = "QUAY01",
        at: int = BEGIN,
        **over: cbor.Value,
    ) -> Signed:
        """An authentic act of a device, the next one in its row."""
        last, before = self.devices.get(device, (-1, b""))
        fields: dict[str, cbor.Value] = {
            "v": 1,
            "type": kind,
            "log": "kt1.lamdong.vn/68",
            "id": secrets.token_bytes(16),
            "at": at,
            "dev": device,
            "dseq": last + 1,
            "dprev": before,
            "seen": list(self.head),
            "by": by,
            "items": [dict(line) for line in lines],
            **own,
            **over,
        }
        act = make_act(fields)
        self.devices[device] = (act.dseq, act.hash)
        return act, self.sign(act)

    def again(self) -> "Office":
        """The same office for another log: its devices' rows grow apart from here on."""
        return Office(self.raws, self.catalogues, dict(self.keys), dict(self.devices))

    def sign(self, act: Act) -> tuple[Signature, ...]:
        return sign_act(act, self.keys.__getitem__)


def open_office(world: cast.World) -> Office:
    """Read what paper logs begin with from the founded log."""
    people = [
        *cast.OFFICERS, cast.CLERK, cast.CLERK_2, cast.CONTROLLER, cast.COURIER, cast.COURIER_2,
        cast.DRIVER, cast.COMMUNE_CLERK, cast.RESERVE, cast.ADMIN,
    ]  # fmt: skip
    world.session.unlock(people)
    keys = {staff: world.session.person(staff).signing for staff in people}
    keys["server"] = world.session.service_key("server")
    with world.session.database.read() as connection:
        raws = list(log.entries(connection))
        acts = [read_entry(raw).act for raw in raws]
        digests = [act.octets("hash") for act in acts if act.type == "catalogue"]
        catalogues = {digest: log.catalogue(connection, digest) or b"" for digest in digests}
    last = {act.dev: (act.dseq, act.hash) for act in acts}
    return Office(raws, catalogues, keys, last)


class PaperLog:
    """Takes acts in the order in which they come, as the writer does.

    Attributes:
        expected: Codes of findings that an audit of these acts may have.
    """

    def __init__(self, office: Office, expected: Set[str] = frozenset()) -> None:
        self.expected = expected
        self.raws: list[bytes] = []
        self.report = Report()
        self.replay = Replay(self.raws.__getitem__, office.catalogues.get, self.report)
        for raw in office.raws:
            self._append(raw)

    @property
    def now(self) -> Mapping[str, Any]:
        """What an act says that is signed when all of this log was seen."""
        last = read_entry(self.raws[-1])
        return {"seen": [last.seq, last.leaf], "at": last.accepted_at}

    def take(self, signed: Signed, at: int = BEGIN + 86_400) -> Judgement:
        """Append an act; gives its judgement on arrival."""
        act, signatures = signed
        seq = len(self.raws)
        outcome = judgement.take_in(
            self.replay, seq=seq, accepted_at=at, act=act, signatures=signatures
        )
        raw = spell_entry(
            origin=self.replay.control.origin,
            seq=seq,
            prev=read_entry(self.raws[-1]).leaf,
            ctl=self.replay.control.head,
            accepted_at=at,
            body=act.body,
            signatures=signatures,
            judgement=outcome.judgement,
        )
        self._append(raw)
        assert {one.kind for one in self.report.findings} <= self.expected
        return outcome.judgement

    def codes(self, signed: Signed, at: int = BEGIN + 86_400) -> set[str]:
        """Append an act; gives the codes of its judgement."""
        return {code for _, code in self.take(signed, at)}

    def state(self, n: int) -> ItemState:
        state = self.replay.item(n)
        assert state is not None
        return state

    def _append(self, raw: bytes) -> None:
        self.raws.append(raw)
        entry: Entry = read_entry(raw)
        self.replay.take(entry.seq, entry)


def step_of(signed: Signed) -> bytes:
    """What the next step of an item names as `prev`."""
    return step_hash(signed[0].body, signed[1])


def number(running: int) -> int:
    return numbers.item_number(log_number=68, year=2026, running=running)


def line(n: int, prev: bytes | None, seal: int | None = None, cond: str = "intact") -> Fields:
    return {"n": n, "seal": seal, "cond": cond, "prev": prev}


def register(office: Office, *items: int, mark: int = 0, dest: int = cast.OFFICE) -> Signed:
    lines: list[Fields] = [
        {
            "n": n,
            "mark": mark,
            "urgency": 0,
            "kind": 0,
            "appt": None,
            "dest": dest,
            "commit": bytes(32),
        }
        for n in items
    ]
    return office.signed("register", cast.CLERK, {"office": cast.OFFICE, "list": bytes(32)}, lines)


def printed(office: Office, n: int, serial: int) -> Signed:
    told: Fields = {"n": n, "serial": serial, "job": serial, "copy": 1}
    return office.signed("print", cast.CLERK, {"office": cast.OFFICE}, [told])


def bound(office: Office, n: int, serial: int, prev: bytes | None) -> Signed:
    own: Fields = {"office": cast.OFFICE, "witness": None}
    return office.signed("bind", cast.CLERK, own, [line(n, prev, serial)])


def handed(
    office: Office,
    giver: str,
    receiver: str,
    *lines: Fields,
    witness: str | None = None,
    to_office: int | None = None,
    at: int = BEGIN,
) -> Signed:
    own: Fields = {"to": receiver, "office": to_office, "witness": witness}
    return office.signed("handover", giver, own, lines, device=device_of(giver), at=at)


def device_of(person: str) -> str:
    return f"PHONE{person[2:]}" if person.startswith("NV01") else "QUAY01"


def offered(
    office: Office,
    giver: str,
    receiver: str,
    *lines: Fields,
    to_office: int | None = None,
    at: int = BEGIN,
    **over: cbor.Value,
) -> Signed:
    own: Fields = {"to": receiver, "office": to_office}
    device = device_of(giver)
    return office.signed("offer", giver, own, lines, device=device, at=at, **over)


def of(offer: Signed) -> bytes:
    """What a take names."""
    linked = link_of(*offer)
    assert linked is not None
    return linked


def taken(
    office: Office,
    receiver: str,
    offer: Signed,
    found: Sequence[int],
    short: Sequence[int] = (),
    *,
    seal: int | None = None,
    witness: str | None = None,
    at: int = BEGIN,
    **over: cbor.Value,
) -> Signed:
    own: Fields = {"of": of(offer), "short": list(short), "witness": witness}
    lines: list[Fields] = [{"n": n, "seal": seal, "cond": "intact"} for n in found]
    device = device_of(receiver)
    return office.signed("take", receiver, own, lines, device=device, at=at, **over)


def withdrawn(office: Office, giver: str, offer: Signed) -> Signed:
    return office.signed("withdraw", giver, {"of": of(offer)}, device=device_of(giver))


def settled(office: Office, n: int, fork: Signed, keep: Signed | None, **over: Any) -> Signed:
    told: Fields = {"n": n, "prev": step_of(fork), "keep": step_of(keep) if keep else None}
    own: Fields = {"by2": cast.OFFICERS[1], "reason": "statements"}
    return office.signed("settle", cast.OFFICERS[0], own, [told], **over)


def corrected(
    office: Office,
    act: Signed,
    field: str,
    value: cbor.Value,
    *people: str,
    officers: bool,
    n: int,
    more: int | None = None,
    **over: Any,
) -> Signed:
    rest = [*people[1:], None, None]
    own: Fields = {
        "by2": rest[0],
        "by3": rest[1],
        "officers": officers,
        "of": act[0].hash,
        "field": field,
        "value": value,
        "reason": "mistyped",
    }
    items = [n] if more is None else [n, more]
    return office.signed("correct", people[0], own, [{"n": one} for one in items], **over)
