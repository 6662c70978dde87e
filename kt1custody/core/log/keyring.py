"""Keys, people, devices, holds, policies and places of a log, folded from its control entries.

**Rule:** nothing here comes from outside the log: the genesis names the first keys, two officers
name the others. A key that left is kept, since its acts stay authentic. Who may sign an act is
`core/log/signers.py`. Format: `.docs/formats.md` §3 and §4.
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Final

from kt1custody.core.formats import cbor, numbers, places
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.schema import CONTROL_TYPES, SERVICE_KEYS
from kt1custody.errors import VerificationError

OFFICE_ROLES = frozenset({"clerk", "controller"})
RECORD_ROLES = frozenset({"clerk", "controller", "officer", "reserve"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A public key ever enrolled.

    Attributes:
        owner: Staff number, or `log`, `server`, `seal`.
        office: Office number where its owner works.
        since: Start of its owner's term, Unix seconds UTC.
        until: End of the term, or None.
        enc: Public half of the encryption key, 1 216 bytes, or None.
        enrolled: Position of the entry that brought it, or its present role and term.
    """

    kid: bytes
    owner: str
    role: str
    alg: int
    pub: bytes
    enc: bytes | None
    office: int
    since: int
    until: int | None
    enrolled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeKey:
    """Public half of a key to which an office's records of one year are sealed.

    Attributes:
        number: 1 for the year's first; one more for each that an officer has put in its place.
        enc: ML-KEM-768 ‖ X25519 public key, 1 216 bytes.
        seq: Position of the entry that names it.
    """

    office: int
    year: int
    number: int
    enc: bytes
    seq: int

    @property
    def name(self) -> str:
        """What its private half and what is sealed to it are stored under."""
        name = f"office-{self.office}-{self.year}"
        return name if self.number == 1 else f"{name}-{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Two-person and carrying rules by mark, as an act of two officers set them.

    Attributes:
        since: In force from, Unix seconds UTC.
        seq: Position of its entry.
        witness: Mark letter → act types that need a witness.
        carry: Mark letter, `0` for none → roles that may hold such an item.
        max_offline: Seconds for which an act may be judged by an older policy.
    """

    seq: int
    since: int
    witness: Mapping[str, frozenset[str]]
    carry: Mapping[str, frozenset[str]]
    max_offline: int


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody outside who cosigns checkpoints with an Ed25519 key of his own.

    Attributes:
        name: Name of his key.
        pub: Public key, 32 bytes.
        url: Where he is asked over the network, or None: by a file on a stick.
    """

    name: str
    pub: bytes
    url: str | None


@dataclass(frozen=True, slots=True)
class Quorum:
    """Who witnesses checkpoints, and how many of them make one count; more than half.

    Attributes:
        seq: Position of the act of two officers that says so.
    """

    seq: int
    witnesses: tuple[Witness, ...]
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Setback:
    """Two officers' word that some entries bear a time that had not come; Unix seconds UTC.

    Attributes:
        seq: Position of their act: from then on the right clock counts.
        first: Position of the first of those entries.
        since: Time of the entry before it; 0 if there is none.
        now: The time when it was put right.
    """

    seq: int
    first: int
    since: int
    now: int


@dataclass(slots=True, kw_only=True)
class Control:
    """The control state of a log after some entry; changed only by `take`.

    Attributes:
        genesis: Leaf hash of entry 0, 32 bytes: the one thing given by hand.
        head: Leaf hash of the newest control entry: the next entry's `ctl`.
        keys: kid → key as it is now, the revoked ones too.
        terms: kid → the key with each role and term it ever had, the present one last.
        revoked: kid → position of the entry that revoked it, and the act's `since`.
        devices: Device → office number.
        holds: Staff number or device → position of the hold in force.
        catalogues: Kind → SHA-256 of the newest catalogue's bytes.
        foreign: Position of each list of offices, and the numbers of those in it that belong to
            other founding offices.
        names: Staff number or device → commitment of the record that holds the name.
        office_keys: Every key that was named for an office, by its name, in order.
        quorums: Every quorum of witnesses there ever was; the last one is in force.
        origin: Origin of the log's present epoch.
        base: Position of the epoch's first entry: the tree of this origin begins with it.
        epochs: Origin and base of every epoch, the first one first.
        setbacks: Every time a clock that had been ahead was put right, in order.
        decided: What control entries were about, and of the newest about each its position, its
            device and the device's counter.
    """

    log: str
    origin: str
    name: str
    office: int
    number: int
    training: bool
    genesis: bytes
    head: bytes
    keys: dict[bytes, Key] = field(default_factory=dict)
    terms: dict[bytes, tuple[Key, ...]] = field(default_factory=dict)
    revoked: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    devices: dict[str, int] = field(default_factory=dict)
    holds: dict[str, int] = field(default_factory=dict)
    policies: list[Policy] = field(default_factory=list)
    catalogues: dict[str, bytes] = field(default_factory=dict)
    foreign: list[tuple[int, frozenset[int]]] = field(default_factory=list)
    names: dict[str, bytes] = field(default_factory=dict)
    office_keys: dict[str, OfficeKey] = field(default_factory=dict)
    quorums: list[Quorum] = field(default_factory=list)
    epochs: list[tuple[str, int]] = field(default_factory=list)
    setbacks: list[Setback] = field(default_factory=list)
    decided: dict[str, tuple[int, str, int]] = field(default_factory=dict)

    def copy(self) -> "Control":
        """Copy it with its tables; what stands in them is never changed."""
        return Control(**{name: copy.copy(getattr(self, name)) for name in _TABLES})

    @property
    def base(self) -> int:
        """Position of the first entry of the present epoch."""
        return self.epochs[-1][1]

    def policy_at(self, seq: int, at: int) -> Policy:
        """Give the policy in force for somebody who knew the log up to `seq` at time `at`."""
        known = [one for one in self.policies if one.seq <= seq and one.since <= at]
        return known[-1] if known else self.policies[0]

    def key_at(self, kid: bytes, seq: int, at: int) -> Key:
        """Give a key with the role and term it had for somebody who knew the log up to `seq`.

        Args:
            at: Unix seconds UTC; a term that begins later does not count yet.
        """
        terms = self.terms[kid]
        begun = (one for one in reversed(terms) if one.enrolled <= seq and one.since <= at)
        return next(begun, terms[0])

    def key_now(self, kid: bytes, at: int) -> Key:
        """Give a key with the role and term it has at a time, by all that the log says now."""
        return self.key_at(kid, numbers.LAST_TIME, at)

    def quorum_at(self, size: int) -> Quorum | None:
        """Give the quorum that a checkpoint of this epoch and size needs, or None."""
        end = self.base + size
        return next((one for one in reversed(self.quorums) if one.seq < end), None)

    def put_right(self, seq: int) -> int | None:
        """Give the position of the act that says that an entry bears a time ahead, if one does."""
        return next((one.seq for one in self.setbacks if one.first <= seq < one.seq), None)

    def time_of(self, seq: int, accepted_at: int) -> int:
        """Give the time of an entry: as it says, or when its clock was put right if it was ahead."""
        ahead = (one.now for one in self.setbacks if one.first <= seq < one.seq)
        return min(ahead, default=accepted_at)

    def proved_at(self, seq: int, accepted_at: int, *, before: int | None = None) -> int:
        """Give the time from which on an entry proves that something was known.

        Args:
            before: Only setbacks before this position count; None: all.
        """
        known = (one for one in self.setbacks if before is None or one.seq < before)
        return min((one.since for one in known if one.first <= seq < one.seq), default=accepted_at)

    def foreign_at(self, seq: int) -> frozenset[int]:
        """Give the numbers of offices of other founding offices by the list in force at `seq`."""
        known = (others for since, others in reversed(self.foreign) if since <= seq)
        return next(known, frozenset())

    def put_key(self, key: Key) -> None:
        """Let a key take effect, or its new role and term."""
        self.keys[key.kid] = key
        self.terms[key.kid] = (*self.terms.get(key.kid, ()), key)

    def current_key(self, owner: str) -> Key | None:
        """Find the newest key of a person or service that is not revoked."""
        mine = [
            key for key in self.keys.values() if key.owner == owner and key.kid not in self.revoked
        ]
        return mine[-1] if mine else None

    def service_key(self, owner: str) -> Key:
        """Give the key of `log`, `server` or `seal`."""
        found = self.current_key(owner)
        if found is None:
            raise VerificationError("no-service-key", owner=owner)
        return found

    def seal_keys(self) -> list[Key]:
        """List every seal key of this log, the revoked ones too, in order of enrolment."""
        return [key for key in self.keys.values() if key.role == "seal"]

    def seal_key_at(self, seq: int) -> Key | None:
        """Give the seal key that printed at a position: the newest that was not revoked then."""
        for key in reversed(self.seal_keys()):
            ended = self.revoked.get(key.kid)
            if key.enrolled <= seq and (ended is None or seq < ended[0]):
                return key
        return None

    def wrapped_keys(self) -> dict[str, bytes]:
        """Give every key whose private half is kept wrapped: its name, and its public half."""
        offices = {one.name: one.enc for one in self.office_keys.values()}
        return offices | {f"seal-{key.kid.hex()}": key.pub for key in self.seal_keys()}

    def may_read(self, key: Key, office: int | None) -> bool:
        """Tell whether the owner of a key may read the records of an office, as of now.

        Args:
            office: None: of any; who may do that may use the seal key too.
        """
        is_there = office in (None, key.office) or key.role not in OFFICE_ROLES
        return key.role in RECORD_ROLES and is_there and key.kid not in self.revoked

    def may_have(self, kid: bytes, name: str) -> bool:
        """Tell whether a wrapped key that the log names may lie here for the owner of a key, as of now.

        Nothing is wrapped to a key that cannot open, as one that was made in a browser.
        """
        key = self.keys.get(kid)
        return key is not None and key.enc is not None and self.may_use(key, name)

    def may_use(self, key: Key, name: str) -> bool:
        """Tell whether the owner of a key may use a wrapped key that the log names, as of now."""
        if name not in self.wrapped_keys():
            return False
        office_key = self.office_keys.get(name)
        return self.may_read(key, None if office_key is None else office_key.office)

    def is_overtaken(self, act: Act, seen: int) -> bool:
        """Tell whether the log holds a newer decision than its signers had seen about the same.

        What takes a right away counts however late it comes: a hold, a revocation. What is made
        only where the log is cannot be late. What stands before an act in its device's own row was
        known when it was signed.

        Args:
            seen: Position of the newest entry that they had seen.
        """
        newest = self.decided.get(_subject(self, act))
        if act.type not in MAY_BE_LATE or newest is None:
            return False
        seq, device, counter = newest
        return seq > seen and not (device == act.dev and counter < act.dseq)

    def take(self, entry: Entry, offices: Sequence[places.Office] | None = None) -> None:
        """Let a control entry take effect, or not if it is disputed.

        Args:
            entry: Authentic and judged; any but a control entry is ignored.
            offices: For a `catalogue` of offices, what its bytes say.
        """
        act = entry.act
        if act.type not in CONTROL_TYPES:
            return
        self.head = entry.leaf
        if is_disputed(entry.whole):
            return
        if act.seen is not None and self.is_overtaken(act, act.seen[0]):
            return  # whatever a judgement says that nobody has recomputed
        self.decided[_subject(self, act)] = (entry.seq, act.dev, act.dseq)
        _EFFECTS[act.type](self, entry)  # a genesis is for `found`
        if offices is not None and act.type == "catalogue":
            others = frozenset(
                one.number
                for one in offices
                if one.kind in places.FOUNDING_KINDS and one.number != self.office
            )
            self.foreign.append((entry.seq, others))


MAY_BE_LATE: Final = frozenset(
    {"enrol", "assign", "rotate", "lift", "policy", "catalogue", "quorum"}
)


def _subject(control: Control, act: Act) -> str:
    """Name what a control act decides about: of all that have one name the newest counts."""
    match act.type:
        case "hold" | "lift":
            return f"hold {act.text('who')}"
        case "enrol":
            return f"keys of {act.text('who')}"
        case "assign" | "rotate" | "revoke":
            key = control.keys.get(act.octets("kid"))
            return "keys of" if key is None else f"keys of {key.owner}"
        case "catalogue":
            return f"catalogue {act.text('kind')}"
        case _:
            return act.type


_TABLES: Final = tuple(each.name for each in fields(Control))


# Disputes of a whole act.
ACT_DISPUTES: Final = frozenset(
    {
        "key-revoked",
        "key-expired",
        "counter-reused",
        "id-reused",
        "seen-fork",
        "wrong-office",
        "not-assignable",
        "counter-ahead",
        "key-not-nameable",
        "number-ahead",
        "too-many-faults",
        "role-ended",
        "decided-since",
    },
)


def is_disputed(codes: Iterable[str]) -> bool:
    """Tell whether an act is disputed as a whole: it is kept, and moves nothing.

    Args:
        codes: What was judged of the whole act.
    """
    return not ACT_DISPUTES.isdisjoint(codes)


def found(entry: Entry) -> Control:
    """Begin the control state with the genesis.

    Raises:
        VerificationError: `not-a-genesis`.
    """
    act = entry.act
    if act.type != "genesis" or entry.seq != 0:
        raise VerificationError("not-a-genesis", seq=entry.seq)
    control = Control(
        log=act.log,
        origin=act.text("origin"),
        name=act.text("name"),
        office=act.number("office"),
        number=act.number("number"),
        training=act.fields["training"] is True,
        genesis=entry.leaf,
        head=entry.leaf,
    )
    for one in read_keys(act):
        control.put_key(one)
    control.epochs.append((control.origin, 0))
    control.devices[act.dev] = control.office
    control.policies.append(_read_policy(act, seq=0, since=0))
    return control


def read_keys(act: Act) -> tuple[Key, ...]:
    """Give the keys that a genesis, an enrolment or a rotation brings."""
    genesis = act.type == "genesis"
    office = 0 if act.type == "rotate" else act.number("office") if key_maps(act) else 0
    return tuple(
        _read_key(one, office, 0 if genesis else act.number("from"), act) for one in key_maps(act)
    )


def key_maps(act: Act) -> tuple[Mapping[str, cbor.Value], ...]:
    """Give the maps of those keys, as spelled in the act."""
    match act.type:
        case "genesis":
            return act.maps("keys")
        case "enrol" if act.fields["key"] is None:
            return ()
        case "enrol" | "rotate":
            return act.maps("key")
        case _:
            return ()


def octets_of(one: Mapping[str, cbor.Value], key: str) -> bytes:
    """Give a byte string of a map in an act."""
    value = one[key]
    assert isinstance(value, bytes)  # noqa: S101  # of a read act
    return value


def _read_key(one: Mapping[str, cbor.Value], office: int, since: int, act: Act) -> Key:
    alg, pub, enc = one["alg"], one["pub"], one["enc"]
    assert isinstance(alg, int) and isinstance(pub, bytes)  # noqa: S101, PT018  # of a read act
    return Key(
        kid=numbers.key_id(alg, pub),
        owner=str(one["owner"]),
        role=str(one["role"]),
        alg=alg,
        pub=pub,
        enc=enc if isinstance(enc, bytes) else None,
        office=office,
        since=since,
        until=act.number_or_none("to") if act.type == "enrol" else None,
        enrolled=0,
    )


def read_new_keys(act: Act) -> tuple[Key, ...]:
    """Give the keys that an enrolment or a rotation brings, none for other acts."""
    return () if act.type == "genesis" else read_keys(act)


def _read_policy(act: Act, *, seq: int, since: int) -> Policy:
    told = act.maps("policy")[0]
    witness, carry = told["witness"], told["carry"]
    assert isinstance(witness, Mapping) and isinstance(carry, Mapping)  # noqa: S101, PT018
    return Policy(
        seq=seq,
        since=since,
        witness={mark: _words(acts) for mark, acts in witness.items()},
        carry={mark: _words(roles) for mark, roles in carry.items()},
        max_offline=int(str(told["max_offline"])),
    )


def _words(value: cbor.Value) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, list | tuple) else frozenset()


def _enrol(control: Control, entry: Entry) -> None:
    act = entry.act
    for key in read_keys(act):
        control.put_key(replace(key, enrolled=entry.seq))
    if act.fields["role"] == "device":
        control.devices[act.text("who")] = act.number("office")
    control.names[act.text("who")] = act.octets("commit")


def is_assignable(control: Control, act: Act) -> bool:
    """Tell whether a key may get the role that an `assign` names.

    An officer's key is made with a long passphrase and the reserve is sealed, so nobody comes to
    either role or leaves it but with a new key.
    """
    key, role = control.keys.get(act.octets("kid")), act.text("role")
    if key is None or key.owner in SERVICE_KEYS:
        return False
    return role == key.role or not {role, key.role} & {"officer", "reserve"}


def _assign(control: Control, entry: Entry) -> None:
    act = entry.act
    if not is_assignable(control, act):  # whatever a judgement says that nobody has recomputed
        return
    control.put_key(
        replace(
            control.keys[act.octets("kid")],
            role=act.text("role"),
            office=act.number("office"),
            since=act.number("from"),
            until=act.number_or_none("to"),
            enrolled=entry.seq,
        )
    )


def is_rotatable(control: Control, act: Act) -> bool:
    """Tell whether a key is the newest of its service, so that another may follow it."""
    owner = read_keys(act)[0].owner
    newest = [key.kid for key in control.keys.values() if key.owner == owner][-1:]
    return newest == [act.octets("kid")]


def _rotate(control: Control, entry: Entry) -> None:
    act = entry.act
    if not is_rotatable(control, act):  # whatever a judgement says that nobody has recomputed
        return
    old = control.keys[act.octets("kid")]
    [new] = read_keys(act)
    control.put_key(replace(old, until=act.number_or_none("until")))
    control.put_key(replace(new, office=old.office, enrolled=entry.seq))


def is_nameable(control: Control, act: Act, role: str, accepted_at: int) -> bool:
    """Tell whether an act names a new key of its office for the year that it is.

    One of the office itself names the year's first; an officer puts another in its place, where it
    was lost or nobody was given it. Which year it is depends on the time zone, so near its turn both
    years will do.

    Args:
        role: Of the author.
        accepted_at: When the log takes it, Unix seconds UTC.
    """
    office, year, enc = act.number("office"), act.number("year"), act.octets("enc")
    years = {datetime.fromtimestamp(accepted_at + day, UTC).year for day in (-86_400, 86_400)}
    known = {one.enc for one in control.office_keys.values()}
    known |= {key.enc for key in control.keys.values() if key.enc is not None}
    is_turn = role == "officer" or not keys_of(control, office, year)
    return is_turn and year in years and enc not in known


def keys_of(control: Control, office: int, year: int) -> list[OfficeKey]:
    """Give the keys that were named for an office and year, in order."""
    named = control.office_keys.values()
    return [one for one in named if (one.office, one.year) == (office, year)]


def _name_office_key(control: Control, entry: Entry) -> None:
    act = entry.act
    role = control.keys[entry.signatures[0].kid].role
    if not is_nameable(control, act, role, entry.accepted_at):  # whatever a judgement says
        return
    office, year = act.number("office"), act.number("year")
    number = len(keys_of(control, office, year)) + 1
    one = OfficeKey(office=office, year=year, number=number, enc=act.octets("enc"), seq=entry.seq)
    control.office_keys[one.name] = one


def _quorum(control: Control, entry: Entry) -> None:
    witnesses = tuple(
        Witness(
            str(one["name"]), octets_of(one, "pub"), None if one["url"] is None else str(one["url"])
        )
        for one in entry.act.maps("witnesses")
    )
    control.quorums.append(Quorum(entry.seq, witnesses, entry.act.number("least")))


def follows(control: Control, act: Act) -> bool:
    """Tell whether an `epoch` act goes on from the present epoch of this very log."""
    old = act.maps("old")[0]
    return (old["origin"], act.octets("genesis")) == (control.origin, control.genesis)


def _epoch(control: Control, entry: Entry) -> None:
    if not follows(control, entry.act):  # whatever a judgement says that nobody has recomputed
        return
    control.origin = entry.act.text("origin")
    control.epochs.append((control.origin, entry.seq))


def _set_back(control: Control, entry: Entry) -> None:
    """Judge by the right clock again; terms and policies that began ahead begin with what is proved."""
    act = entry.act
    first, since = act.number("first"), act.number("since")
    ahead = range(first, entry.seq)
    control.setbacks.append(Setback(seq=entry.seq, first=first, since=since, now=act.number("now")))

    def right(key: Key) -> Key:
        return replace(key, since=min(key.since, since)) if key.enrolled in ahead else key

    control.keys = {kid: right(key) for kid, key in control.keys.items()}
    control.terms = {kid: tuple(map(right, terms)) for kid, terms in control.terms.items()}
    control.policies = [
        replace(one, since=since)
        if one.seq in ahead and since < one.since <= act.number("was")
        else one
        for one in control.policies
    ]


def _revoke(control: Control, entry: Entry) -> None:
    kid = entry.act.octets("kid")
    if kid in control.keys:
        control.revoked.setdefault(kid, (entry.seq, entry.act.number("since")))


def _hold(control: Control, entry: Entry) -> None:
    control.holds.setdefault(entry.act.text("who"), entry.seq)


def _lift(control: Control, entry: Entry) -> None:
    control.holds.pop(entry.act.text("who"), None)


def _change_policy(control: Control, entry: Entry) -> None:
    since = max(entry.act.number("from"), entry.accepted_at)  # never before its own acceptance
    control.policies.append(_read_policy(entry.act, seq=entry.seq, since=since))


def _catalogue(control: Control, entry: Entry) -> None:
    control.catalogues[entry.act.text("kind")] = entry.act.octets("hash")


_EFFECTS = {
    "enrol": _enrol,
    "assign": _assign,
    "rotate": _rotate,
    "quorum": _quorum,
    "epoch": _epoch,
    "setback": _set_back,
    "revoke": _revoke,
    "hold": _hold,
    "lift": _lift,
    "policy": _change_policy,
    "catalogue": _catalogue,
    "office_key": _name_office_key,
}
