"""Acts: signed statements of what happened, and the one table of what each type carries.

**Rule:** an `Act` is only made by `read_act`, so every field has the type, range and spelling of
the table. What an act means for an item is `core/custody.py`; who may sign it is
`core/keyring.py`. Format: `.docs/formats.md` §3 and §9.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from kt1custody.core import cbor, numbers
from kt1custody.errors import MalformedInputError

MAX_BODY_BYTES = 57_344  # leaves room for 500 signatures' worth of entry around it
MAX_LINES = 500
MAX_REGISTER_LINES = 200
MAX_TEXT = 200
MAX_WITNESSES = 32
MAX_NOTE = 8_192  # bytes of a signed checkpoint with many witnesses

CONTROL_TYPES = frozenset(
    {
        "genesis",
        "enrol",
        "assign",
        "rotate",
        "revoke",
        "hold",
        "lift",
        "policy",
        "catalogue",
        "quorum",
        "epoch",
    },
)
STEP_TYPES = frozenset({"register", "bind", "void", "handover", "take", "deliver", "return"})
REPORT_TYPES = frozenset({"offer", "refuse", "absent"})
RULING_TYPES = frozenset({"correct", "settle"})

PEOPLE_ROLES = ("clerk", "controller", "courier", "driver", "escort", "officer", "reserve", "admin")
SERVICE_KEYS = ("log", "server", "seal")
CONDITIONS = ("intact", "doubtful", "broken", "missing")
WITNESSED = ("bind", "handover", "void")
CATALOGUE_KINDS = ("offices", "agencies")

REASONS: Final[Mapping[str, tuple[str, ...]]] = {
    "revoke": ("lost", "stolen", "compromised", "left", "rotated"),
    "hold": ("phone-lost", "suspected", "absent", "other"),
    "lift": ("cleared", "other"),
    "void": ("misprint", "torn", "lost-label", "wrong-item", "replaced", "cancelled"),
    "refuse": ("wrong-address", "damaged", "not-expected", "no-reason"),
    "absent": ("closed", "nobody", "moved"),
    "return": ("refused", "undeliverable", "withdrawn"),
    "correct": ("misread", "mistyped", "sender", "other"),
    "settle": ("statements", "paper", "device-fault", "other"),
    "epoch": ("restored", "disk", "other"),
    "disclose": ("investigation", "inspection", "court", "sender", "other"),
    "refused": (
        "malformed",
        "unknown-key",
        "bad-signature",
        "wrong-person",
        "wrong-log",
        "too-large",
    ),
}

Check = Callable[[object], bool]


def _integer(low: int, high: int) -> Check:
    return lambda value: type(value) is int and low <= value <= high


def _octets(length: int) -> Check:
    return lambda value: type(value) is bytes and len(value) == length


def _word(*words: str) -> Check:
    return lambda value: type(value) is str and value in words


def _or_null(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _boolean(value: object) -> bool:
    return type(value) is bool


def _text(value: object) -> bool:
    return type(value) is str and 0 < len(value) <= MAX_TEXT


def _address(value: object) -> bool:
    """One word, since a line of the policy of trust ends with it."""
    return _text(value) and type(value) is str and value.isprintable() and " " not in value


def _staff(value: object) -> bool:
    return type(value) is str and numbers.is_staff_number(value)


def _numbers(value: object) -> bool:
    """Item numbers in rising order, each once."""
    return (
        type(value) is list
        and len(value) <= MAX_LINES
        and all(map(_item, value))
        and value == sorted(set(value))
    )


def _origin(value: object) -> bool:
    """A log's name and `/e` with the epoch from 1."""
    if type(value) is not str:
        return False
    log, _, epoch = value.rpartition("/e")
    return (
        numbers.is_log_name(log)
        and epoch.isdecimal()
        and epoch.isascii()
        and epoch[0] != "0"
        and len(value) <= 60
    )


def _item(value: object) -> bool:
    return type(value) is int and 10**11 <= value < 10**12 and numbers.damm(str(value)) == 0


def _previous(value: object) -> bool:
    return value is None or (type(value) is bytes and len(value) == 32)


def _map_of(value: object, checks: Mapping[str, Check]) -> bool:
    """Tell whether a value is a map with exactly these keys, each as checked."""
    if type(value) is not dict or value.keys() != checks.keys():
        return False
    for key, check in checks.items():  # noqa: SIM110  # asked of every line of every act
        if not check(value[key]):
            return False
    return True


def _sorted_words(value: object, words: tuple[str, ...]) -> bool:
    return (
        type(value) is list
        and all(type(word) is str and word in words for word in value)
        and value == sorted(set(value))
    )


def _policy(value: object) -> bool:
    """A policy map as in the format page: closed schema with allowed ranges."""
    return _map_of(
        value,
        {
            "witness": lambda part: _map_of(
                part, dict.fromkeys("ABC", lambda acts: _sorted_words(acts, WITNESSED))
            ),
            "carry": lambda part: _map_of(
                part, dict.fromkeys("ABC0", lambda roles: _sorted_words(roles, PEOPLE_ROLES))
            ),
            "max_offline": _integer(3_600, 1_209_600),
        },
    )


def _key_map(value: object) -> bool:
    if type(value) is not dict or not _map_of(value, _KEY_MAP):
        return False
    length = {numbers.ED25519: 32, numbers.ESP256: 65}[value["alg"]]
    service = value["owner"] in SERVICE_KEYS
    owned = value["role"] == value["owner"] if service else _is_person(value)
    return owned and len(value["pub"]) == length


def _is_person(key: Mapping[str, object]) -> bool:
    return _staff(key["owner"]) and key["role"] in PEOPLE_ROLES


def _device(value: object) -> bool:
    return value == "server" or _staff(value)


def _genesis_keys(value: object) -> bool:
    """Three officers, the third the reserve, then log, server and seal key."""
    if type(value) is not list or not all(_key_map(key) for key in value):
        return False
    return [key["role"] for key in value] == ["officer", "officer", "reserve", *SERVICE_KEYS]


def _service_key_map(value: object) -> bool:
    return _key_map(value) and type(value) is dict and value["owner"] in SERVICE_KEYS


def _witnesses(value: object) -> bool:
    """Witnesses by name, each once; each has cosigned a checkpoint of this log."""
    if type(value) is not list or not 1 <= len(value) <= MAX_WITNESSES:
        return False
    if not all(_map_of(one, _WITNESS) for one in value):
        return False
    names = [one["name"] for one in value]
    return names == sorted(set(names)) and len({one["pub"] for one in value}) == len(value)


_OFFICE = _integer(100_000, 999_999)
_TIME = _integer(0, numbers.LAST_TIME)
_HASH = _octets(32)
_SERIAL = _integer(numbers.FIRST_SERIAL, numbers.LAST_SERIAL)

_KEY_MAP: Mapping[str, Check] = {
    "owner": lambda value: type(value) is str,
    "role": lambda value: type(value) is str,
    "alg": lambda value: type(value) is int and value in (numbers.ED25519, numbers.ESP256),
    "pub": lambda value: type(value) is bytes,
    "enc": _or_null(_octets(1_216)),
    "kept": _word("file", "token", "browser"),
    "possess": _octets(64),
}

_OLD: Mapping[str, Check] = {"origin": _origin, "size": _integer(1, 2**53), "root": _HASH}
_WITNESS: Mapping[str, Check] = {
    "name": lambda value: type(value) is str and numbers.is_witness_name(value),
    "pub": _octets(32),
    "url": _or_null(_address),
    "size": _integer(1, 2**53),
    "root": _HASH,
    "time": _TIME,
    "signature": _octets(64),
}

_COMMON: Mapping[str, Check] = {
    "v": lambda value: type(value) is int and value == 1,
    "type": lambda value: type(value) is str,
    "log": lambda value: type(value) is str and numbers.is_log_name(value),
    "id": _octets(16),
    "at": _TIME,
    "dev": _device,
    "dseq": _integer(0, 2**40),
    "dprev": lambda value: type(value) is bytes and len(value) in (0, 32),
    "seen": lambda value: (
        value is None
        or (type(value) is list and len(value) == 2 and _TIME(value[0]) and _HASH(value[1]))
    ),
    "by": _device,
    "items": lambda value: type(value) is list and len(value) <= MAX_LINES,
}

_STEP: Mapping[str, Check] = {
    "n": _item,
    "seal": _or_null(_SERIAL),
    "cond": _word(*CONDITIONS),
    "prev": _previous,
}


@dataclass(frozen=True, slots=True)
class Form:
    """What one type of act carries: who signs, its own keys, and the keys of a line."""

    roles: tuple[str, ...]
    own: Mapping[str, Check]
    line: Mapping[str, Check] | None = None


def _reason(of: str) -> Check:
    return _word(*REASONS[of])


# What `correct` may put right, by type and key. Mark and destination decide custody: where they are
# wrong, the item is voided and registered anew.
_REGISTERED: Final[Mapping[str, Check]] = {
    "urgency": _integer(0, 3),
    "kind": _integer(0, 2),
    "appt": _or_null(_TIME),
    "commit": _HASH,
}
_SEEN: Final[Mapping[str, Check]] = {"cond": _word(*CONDITIONS)}
CORRECTABLE: Final[Mapping[str, Mapping[str, Check]]] = {
    "register": _REGISTERED,
    **dict.fromkeys(("bind", "handover", "offer", "take"), _SEEN),
    "deliver": {**_SEEN, "commit": _HASH, "remark": _boolean},
    "return": {**_SEEN, "commit": _HASH, "reason": _reason("return")},
    **{kind: {**_SEEN, "reason": _reason(kind)} for kind in ("void", "refuse", "absent")},
}
_FIELDS: Final = tuple(sorted({key for keys in CORRECTABLE.values() for key in keys}))


def is_correctable(kind: str, key: str, value: object) -> bool:
    """Tell whether `correct` may give this value to a key of this type of act."""
    check = CORRECTABLE.get(kind, {}).get(key)
    return check is not None and check(value)


FORMS: Final[Mapping[str, Form]] = {
    "genesis": Form(
        ("officer", "officer", "officer"),
        {
            "by2": _staff,
            "by3": _staff,
            "origin": _origin,
            "name": _text,
            "office": _OFFICE,
            "number": _integer(10, 99),
            "training": _boolean,
            "rules": lambda value: type(value) is int and value == 1,
            "policy": _policy,
            "keys": _genesis_keys,
        },
    ),
    "enrol": Form(
        ("officer", "officer"),
        {
            "by2": _staff,
            "key": _or_null(_key_map),
            "who": _staff,
            "role": _word(*PEOPLE_ROLES, "device"),
            "office": _OFFICE,
            "from": _TIME,
            "to": _or_null(_TIME),
            "commit": _HASH,
        },
    ),
    "assign": Form(
        ("officer", "officer"),
        {
            "by2": _staff,
            "kid": _octets(8),
            "role": _word(*PEOPLE_ROLES),
            "office": _OFFICE,
            "from": _TIME,
            "to": _or_null(_TIME),
        },
    ),
    "rotate": Form(
        ("officer", "officer"),
        {
            "by2": _staff,
            "kid": _octets(8),
            "key": _service_key_map,
            "consent": _or_null(_octets(64)),
            "from": _TIME,
            "until": _or_null(_TIME),
        },
    ),
    "revoke": Form(
        ("officer", "officer"),
        {"by2": _staff, "kid": _octets(8), "since": _TIME, "reason": _reason("revoke")},
    ),
    "hold": Form(("author",), {"who": _staff, "reason": _reason("hold")}),
    "lift": Form(("officer", "officer"), {"by2": _staff, "who": _staff, "reason": _reason("lift")}),
    "policy": Form(("officer", "officer"), {"by2": _staff, "policy": _policy, "from": _TIME}),
    "catalogue": Form(
        ("officer", "officer"),
        {"by2": _staff, "kind": _word(*CATALOGUE_KINDS), "hash": _HASH, "from": _TIME},
    ),
    "quorum": Form(
        ("officer", "officer"),
        {"by2": _staff, "witnesses": _witnesses, "least": _integer(1, MAX_WITNESSES)},
    ),
    "epoch": Form(
        ("officer", "officer"),
        {
            "by2": _staff,
            "origin": _origin,
            "old": lambda value: _map_of(value, _OLD),
            "genesis": _HASH,
            "note": lambda value: (
                value is None or (type(value) is bytes and 0 < len(value) <= MAX_NOTE)
            ),
            "reason": _reason("epoch"),
        },
    ),
    "register": Form(
        ("author",),
        {"office": _OFFICE, "list": _HASH},
        {
            "n": _item,
            "mark": _integer(0, 3),
            "urgency": _integer(0, 3),
            "kind": _integer(0, 2),
            "appt": _or_null(_TIME),
            "dest": _OFFICE,
            "commit": _HASH,
        },
    ),
    "print": Form(
        ("author",),
        {"office": _OFFICE},
        {"n": _item, "serial": _SERIAL, "job": _SERIAL, "copy": _integer(1, 2)},
    ),
    "bind": Form(("author", "witness"), {"office": _OFFICE, "witness": _or_null(_staff)}, _STEP),
    "void": Form(
        ("author", "witness"),
        {"office": _OFFICE, "witness": _or_null(_staff)},
        {**_STEP, "reason": _reason("void"), "new": _or_null(_SERIAL)},
    ),
    "handover": Form(
        ("giver", "receiver", "witness"),
        {"to": _staff, "office": _or_null(_OFFICE), "witness": _or_null(_staff)},
        _STEP,
    ),
    "offer": Form(("giver",), {"to": _staff, "office": _or_null(_OFFICE)}, _STEP),
    "take": Form(
        ("receiver", "witness"),
        {"of": _HASH, "short": _numbers, "witness": _or_null(_staff)},
        {"n": _item, "seal": _or_null(_SERIAL), "cond": _word(*CONDITIONS)},
    ),
    "withdraw": Form(("giver",), {"of": _HASH}),
    "deliver": Form(("giver",), {"commit": _HASH, "remark": _boolean}, _STEP),
    "refuse": Form(("giver",), {"reason": _reason("refuse")}, _STEP),
    "absent": Form(("giver",), {"reason": _reason("absent")}, _STEP),
    "return": Form(("giver",), {"commit": _HASH, "reason": _reason("return")}, _STEP),
    "correct": Form(
        ("officer", "officer"),  # or the authors; see `Act.roles`
        {
            "by2": _or_null(_staff),
            "by3": _or_null(_staff),
            "officers": _boolean,
            "of": _HASH,
            "field": _word(*_FIELDS),
            "value": lambda _: True,  # as the field wants it; see `_correct_fault`
            "reason": _reason("correct"),
        },
        {"n": _item},
    ),
    "settle": Form(
        ("officer", "officer"),
        {"by2": _staff, "reason": _reason("settle")},
        {"n": _item, "prev": _HASH, "keep": _or_null(_HASH)},
    ),
    "disclose": Form(("officer",), {"reason": _reason("disclose")}, {"n": _item}),
    "refused": Form(
        ("server",),
        {
            "hash": _HASH,
            "length": _integer(0, 2**40),
            "reason": _reason("refused"),
            "device": _or_null(_device),
        },
    ),
    "clock": Form(("server",), {"was": _TIME, "now": _TIME}),
}

_CHECKS: Final = {kind: {**_COMMON, **form.own} for kind, form in FORMS.items()}
_PERSON_KEY = {"giver": "by", "receiver": "to", "witness": "witness"}


@dataclass(frozen=True, slots=True)
class Line:
    """One item's line in an act; a field that its type does not carry is None.

    Attributes:
        n: Item number.
        seal: Serial seen, bound or voided.
        cond: One of `CONDITIONS`.
        prev: Step hash of the step before, as the giver knows it.
        fields: The line as read, for the keys that only one type carries.
    """

    n: int
    seal: int | None
    cond: str | None
    prev: bytes | None
    fields: Mapping[str, cbor.Value]

    def number(self, key: str) -> int:
        """Give an integer of the line."""
        value = self.fields[key]
        if not isinstance(value, int):
            raise TypeError(key)
        return value

    def number_or_none(self, key: str) -> int | None:
        """Give an integer of the line, or None where it says null."""
        return None if self.fields[key] is None else self.number(key)

    def octets(self, key: str) -> bytes:
        """Give a byte string of the line."""
        value = self.fields[key]
        if not isinstance(value, bytes):
            raise TypeError(key)
        return value


@dataclass(frozen=True, slots=True)
class Act:
    """A well-formed act. Whether it is authentic is for `keyring.signers` and `signing`.

    Attributes:
        body: The bytes that were signed.
        hash: SHA-256 of them, 32 bytes: the act's identity.
        at: Time claimed by the signing device, Unix seconds UTC; never trusted.
        seen: Position and leaf hash of the newest entry the device had verified.
        fields: The whole map, for the keys that only one type carries.
    """

    body: bytes
    hash: bytes
    type: str
    log: str
    id: bytes
    at: int
    dev: str
    dseq: int
    dprev: bytes
    seen: tuple[int, bytes] | None
    by: str
    lines: tuple[Line, ...]
    fields: Mapping[str, cbor.Value]

    def text(self, key: str) -> str:
        """Give a text of the body."""
        value = self.fields[key]
        if not isinstance(value, str):
            raise TypeError(key)
        return value

    def text_or_none(self, key: str) -> str | None:
        """Give a text of the body, or None where it says null or has no such key."""
        return None if self.fields.get(key) is None else self.text(key)

    def number(self, key: str) -> int:
        """Give an integer of the body."""
        value = self.fields[key]
        if not isinstance(value, int):
            raise TypeError(key)
        return value

    def number_or_none(self, key: str) -> int | None:
        """Give an integer of the body, or None where it says null or has no such key."""
        return None if self.fields.get(key) is None else self.number(key)

    def octets(self, key: str) -> bytes:
        """Give a byte string of the body."""
        value = self.fields[key]
        if not isinstance(value, bytes):
            raise TypeError(key)
        return value

    def maps(self, key: str) -> tuple[Mapping[str, cbor.Value], ...]:
        """Give the maps under a key of the body: one map, or an array of them."""
        value = self.fields[key]
        if isinstance(value, Mapping):
            return (value,)
        if not isinstance(value, list | tuple):
            raise TypeError(key)
        return tuple(part for part in value if isinstance(part, Mapping))

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles that must sign, in order."""
        roles = FORMS[self.type].roles
        if roles[-1] == "witness" and self.fields["witness"] is None:
            return roles[:-1]
        if self.type == "correct" and not self.fields["officers"]:
            return ("author",) * sum(self.fields[by] is not None for by in ("by", "by2", "by3"))
        return roles

    @property
    def persons(self) -> tuple[str, ...]:
        """Who must sign, in the order of `roles`."""
        authors = iter(("by", "by2", "by3"))
        named = {**_PERSON_KEY, "receiver": "by" if self.type == "take" else "to"}
        return tuple(
            role
            if role == "server"
            else self.text(next(authors) if role in ("author", "officer") else named[role])
            for role in self.roles
        )

    @property
    def names(self) -> tuple[tuple[int, str], ...]:
        """The items that the act speaks of, and how: its lines by its type, then `short` ones."""
        short = self.fields.get("short", ())
        assert isinstance(short, list | tuple)  # noqa: S101  # of a read act
        missing = ((n, "short") for n in short if isinstance(n, int))
        return (*((line.n, self.type) for line in self.lines), *missing)

    @property
    def tries(self) -> Mapping[str, int]:
        """Wrong PINs typed since each person's act before."""
        return {who: count for who, count in (self._tries()).items() if isinstance(count, int)}

    def _tries(self) -> Mapping[str, cbor.Value]:
        value = self.fields.get("tries", {})
        return value if isinstance(value, Mapping) else {}


def read_act(unverified_body: bytes) -> Act:
    """Read the body of an act.

    Args:
        unverified_body: Untrusted bytes of any length.

    Raises:
        MalformedInputError: `act-too-large`, `not-canonical` or `act-malformed` with `why` (the
            key that is wrong).
    """
    if len(unverified_body) > MAX_BODY_BYTES:
        raise MalformedInputError("act-too-large", length=len(unverified_body))
    return _act(unverified_body, cbor.decode(unverified_body, what="act"))


def _act(body: bytes, value: cbor.Value) -> Act:
    """Make an act of a body and of what it says."""
    fault = _fault(value)
    if fault or type(value) is not dict:
        raise MalformedInputError("act-malformed", why=fault or "map")
    seen = value["seen"]
    return Act(
        body,
        hashlib.sha256(body).digest(),
        value["type"],
        value["log"],
        value["id"],
        value["at"],
        value["dev"],
        value["dseq"],
        value["dprev"],
        None if seen is None else (seen[0], seen[1]),
        value["by"],
        tuple(
            Line(line["n"], line.get("seal"), line.get("cond"), line.get("prev"), line)
            for line in value["items"]
        ),
        value,
    )


def make_act(fields: Mapping[str, cbor.Value]) -> Act:
    """Spell an act that this program builds itself.

    Args:
        fields: The whole map, of lists and dicts; the act keeps it.

    Raises:
        ValueError: The fields do not fit the table: a programmer's mistake.
        MalformedInputError: `act-too-large`; fewer items must go into one act.
    """
    value = dict(fields)
    body = cbor.encode(value)
    if len(body) > MAX_BODY_BYTES:
        raise MalformedInputError("act-too-large", length=len(body))
    try:
        return _act(body, value)
    except MalformedInputError as error:
        raise ValueError(str(error)) from error


def _fault(value: object) -> str | None:
    """Name the key that does not fit the table, or None."""
    if type(value) is not dict:
        return "map"
    form = FORMS.get(value.get("type")) if type(value.get("type")) is str else None  # type: ignore[arg-type]
    if form is None:
        return "type"
    checks = _CHECKS[value["type"]]
    if value.keys() != checks.keys() and value.keys() - {"tries"} != checks.keys():
        return "keys"
    for key, check in checks.items():
        if not check(value[key]):
            return key
    return _tries_fault(value) or _lines_fault(value, form) or _sense_fault(value, form)


def _tries_fault(value: Mapping[str, object]) -> str | None:
    if "tries" not in value:
        return None
    tries = value["tries"]
    counted = _integer(1, 2**31)
    fine = type(tries) is dict and tries and all(_staff(w) and counted(c) for w, c in tries.items())
    return None if fine else "tries"


def _lines_fault(value: Mapping[str, object], form: Form) -> str | None:
    lines = value["items"]
    assert type(lines) is list  # noqa: S101  # checked among the common keys
    if form.line is None:
        return "items" if lines else None
    if not lines and value["type"] == "take":  # nothing of the offer was found
        return None
    if not lines or (value["type"] == "register" and len(lines) > MAX_REGISTER_LINES):
        return "items"
    if not all(_map_of(line, form.line) for line in lines):
        return "items"
    # An item stands once in an act; a print job may give one item two copies of its seal.
    name = "serial" if value["type"] == "print" else "n"
    return None if len({line[name] for line in lines}) == len(lines) else "items"


def _sense_fault(value: Mapping[str, object], form: Form) -> str | None:
    """Check what two keys must say together."""
    if (value["dseq"] == 0) != (value["dprev"] == b""):
        return "dprev"
    if (value["seen"] is None) != (value["type"] == "genesis"):
        return "seen"
    if (value["by"] == "server") != (form.roles == ("server",)) or (
        (value["dev"] == "server") != (value["by"] == "server")
    ):
        return "by"
    check = _SENSE.get(str(value["type"]))
    return None if check is None else check(value)


def _genesis_fault(value: Mapping[str, object]) -> str | None:
    keys = value["keys"]
    assert type(keys) is list  # noqa: S101  # checked among its own keys
    if [key["owner"] for key in keys[:3]] != [value["by"], value["by2"], value["by3"]]:
        return "keys"
    origin = value["origin"]
    return None if origin == f"{value['log']}/e1" else "origin"


def _enrol_fault(value: Mapping[str, object]) -> str | None:
    key = value["key"]
    if (key is None) != (value["role"] == "device"):
        return "key"
    if type(key) is dict and (key["owner"], key["role"]) != (value["who"], value["role"]):
        return "key"
    return None


def _quorum_fault(value: Mapping[str, object]) -> str | None:
    """Any two quorums must have a witness in common, or two histories could each have one."""
    witnesses, least = value["witnesses"], value["least"]
    assert type(witnesses) is list and type(least) is int  # noqa: S101, PT018  # checked before
    return None if len(witnesses) < 2 * least <= 2 * len(witnesses) else "least"


def _epoch_fault(value: Mapping[str, object]) -> str | None:
    """The new origin is the old one with the next number."""
    old = value["old"]
    assert type(old) is dict  # noqa: S101  # checked among its own keys
    log, _, number = old["origin"].rpartition("/e")
    fits = log == value["log"] and value["origin"] == f"{log}/e{int(number) + 1}"
    return None if fits else "origin"


def _offer_fault(value: Mapping[str, object]) -> str | None:
    return "to" if value["to"] == value["by"] else None


def _take_fault(value: Mapping[str, object]) -> str | None:
    lines, short = value["items"], value["short"]
    assert type(lines) is list and type(short) is list  # noqa: S101, PT018  # checked before
    found = {line["n"] for line in lines}
    return "short" if found & set(short) or not (lines or short) else None


def _correct_fault(value: Mapping[str, object]) -> str | None:
    checks = [keys[str(value["field"])] for keys in CORRECTABLE.values() if value["field"] in keys]
    if not any(check(value["value"]) for check in checks):
        return "value"
    if value["officers"]:
        return None if value["by2"] is not None and value["by3"] is None else "by2"
    return "by2" if value["by2"] is None and value["by3"] is not None else None


_SENSE: Final[Mapping[str, Callable[[Mapping[str, object]], str | None]]] = {
    "genesis": _genesis_fault,
    "enrol": _enrol_fault,
    "quorum": _quorum_fault,
    "epoch": _epoch_fault,
    "offer": _offer_fault,
    "take": _take_fault,
    "correct": _correct_fault,
}
