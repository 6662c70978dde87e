"""The one table of what each type of act carries, and the checks of a single value.

**Rule:** a value fits if it has the type, range and spelling of its check; what values must say
together is `core/log/act.py`. Format: `.docs/formats.md` §3 and §9.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from kt1custody.core.formats import numbers, origins

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
        "setback",
        "office_key",
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
    "lost": ("restored", "disk", "other"),
    "disclose": ("investigation", "inspection", "court", "sender", "other"),
    "refused": (
        "malformed",
        "unknown-key",
        "bad-signature",
        "wrong-person",
        "wrong-log",
        "too-large",
        "too-many",
    ),
}

Check = Callable[[object], bool]


def integer(low: int, high: int) -> Check:
    """Make the check of an integer in a range, both ends included."""
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


def is_staff(value: object) -> bool:
    """Tell whether a value is a staff number."""
    return type(value) is str and numbers.is_staff_number(value)


def _numbers(value: object) -> bool:
    """Item numbers in rising order, each once."""
    return (
        type(value) is list
        and len(value) <= MAX_LINES
        and all(map(_item, value))
        and value == sorted(set(value))
    )


def _commits(value: object) -> bool:
    """Commitments in rising order, each once."""
    return (
        type(value) is list
        and 0 < len(value) <= MAX_LINES
        and all(map(_HASH, value))
        and value == sorted(set(value))
    )


def _origin(value: object) -> bool:
    return type(value) is str and origins.find(value) is not None


def _item(value: object) -> bool:
    return type(value) is int and 10**11 <= value < 10**12 and numbers.damm(str(value)) == 0


def _previous(value: object) -> bool:
    return value is None or (type(value) is bytes and len(value) == 32)


def map_of(value: object, checks: Mapping[str, Check]) -> bool:
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
    return map_of(
        value,
        {
            "witness": lambda part: map_of(
                part, dict.fromkeys("ABC", lambda acts: _sorted_words(acts, WITNESSED))
            ),
            "carry": lambda part: map_of(
                part, dict.fromkeys("ABC0", lambda roles: _sorted_words(roles, PEOPLE_ROLES))
            ),
            "max_offline": integer(3_600, 1_209_600),
        },
    )


def _key_map(value: object) -> bool:
    if type(value) is not dict or not map_of(value, _KEY_MAP):
        return False
    length = {numbers.ED25519: 32, numbers.ESP256: 65}[value["alg"]]
    service = value["owner"] in SERVICE_KEYS
    owned = value["role"] == value["owner"] if service else _is_person(value)
    return owned and len(value["pub"]) == length


def _is_person(key: Mapping[str, object]) -> bool:
    return is_staff(key["owner"]) and key["role"] in PEOPLE_ROLES


def _device(value: object) -> bool:
    return value == "server" or is_staff(value)


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
    if not all(map_of(one, _WITNESS) for one in value):
        return False
    names = [one["name"] for one in value]
    return names == sorted(set(names)) and len({one["pub"] for one in value}) == len(value)


_OFFICE = integer(*numbers.OFFICES)
_TIME = integer(0, numbers.LAST_TIME)
_HASH = _octets(32)
_SERIAL = integer(numbers.FIRST_SERIAL, numbers.LAST_SERIAL)

_KEY_MAP: Mapping[str, Check] = {
    "owner": lambda value: type(value) is str,
    "role": lambda value: type(value) is str,
    "alg": lambda value: type(value) is int and value in (numbers.ED25519, numbers.ESP256),
    "pub": lambda value: type(value) is bytes,
    "enc": _or_null(_octets(1_216)),
    "kept": _word("file", "token", "browser"),
    "possess": _octets(64),
}

_OLD: Mapping[str, Check] = {"origin": _origin, "size": integer(1, 2**53), "root": _HASH}
_WITNESS: Mapping[str, Check] = {
    "name": lambda value: type(value) is str and numbers.is_witness_name(value),
    "pub": _octets(32),
    "url": _or_null(_address),
    "size": integer(1, 2**53),
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
    "dseq": integer(0, 2**40),
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
    "urgency": integer(0, 3),
    "kind": integer(0, 2),
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
            "by2": is_staff,
            "by3": is_staff,
            "origin": _origin,
            "name": _text,
            "office": _OFFICE,
            "number": integer(10, 99),
            "training": _boolean,
            "rules": lambda value: type(value) is int and value == 1,
            "policy": _policy,
            "keys": _genesis_keys,
        },
    ),
    "enrol": Form(
        ("officer", "officer"),
        {
            "by2": is_staff,
            "key": _or_null(_key_map),
            "who": is_staff,
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
            "by2": is_staff,
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
            "by2": is_staff,
            "kid": _octets(8),
            "key": _service_key_map,
            "consent": _or_null(_octets(64)),
            "from": _TIME,
            "until": _or_null(_TIME),
        },
    ),
    "revoke": Form(
        ("officer", "officer"),
        {"by2": is_staff, "kid": _octets(8), "since": _TIME, "reason": _reason("revoke")},
    ),
    "hold": Form(("author",), {"who": is_staff, "reason": _reason("hold")}),
    "lift": Form(
        ("officer", "officer"), {"by2": is_staff, "who": is_staff, "reason": _reason("lift")}
    ),
    "policy": Form(("officer", "officer"), {"by2": is_staff, "policy": _policy, "from": _TIME}),
    "catalogue": Form(
        ("officer", "officer"),
        {"by2": is_staff, "kind": _word(*CATALOGUE_KINDS), "hash": _HASH, "from": _TIME},
    ),
    "quorum": Form(
        ("officer", "officer"),
        {"by2": is_staff, "witnesses": _witnesses, "least": integer(1, MAX_WITNESSES)},
    ),
    "epoch": Form(
        ("officer", "officer"),
        {
            "by2": is_staff,
            "origin": _origin,
            "old": lambda value: map_of(value, _OLD),
            "genesis": _HASH,
            "note": lambda value: (
                value is None or (type(value) is bytes and 0 < len(value) <= MAX_NOTE)
            ),
            "reason": _reason("epoch"),
        },
    ),
    "setback": Form(
        ("officer", "officer"),
        {
            "by2": is_staff,
            "first": integer(0, 2**53),
            "since": _TIME,
            "was": _TIME,
            "now": _TIME,
        },
    ),
    "office_key": Form(
        ("author",),
        {"office": _OFFICE, "year": integer(2000, 9998), "enc": _octets(1_216)},
    ),
    "register": Form(
        ("author",),
        {"office": _OFFICE, "list": _HASH},
        {
            "n": _item,
            "mark": integer(0, 3),
            "urgency": integer(0, 3),
            "kind": integer(0, 2),
            "appt": _or_null(_TIME),
            "dest": _OFFICE,
            "commit": _HASH,
        },
    ),
    "print": Form(
        ("author",),
        {"office": _OFFICE},
        {"n": _item, "serial": _SERIAL, "job": _SERIAL, "copy": integer(1, 2)},
    ),
    "bind": Form(("author", "witness"), {"office": _OFFICE, "witness": _or_null(is_staff)}, _STEP),
    "void": Form(
        ("author", "witness"),
        {"office": _OFFICE, "witness": _or_null(is_staff)},
        {**_STEP, "reason": _reason("void"), "new": _or_null(_SERIAL)},
    ),
    "handover": Form(
        ("giver", "receiver", "witness"),
        {"to": is_staff, "office": _or_null(_OFFICE), "witness": _or_null(is_staff)},
        _STEP,
    ),
    "offer": Form(("giver",), {"to": is_staff, "office": _or_null(_OFFICE)}, _STEP),
    "take": Form(
        ("receiver", "witness"),
        {"of": _HASH, "short": _numbers, "witness": _or_null(is_staff)},
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
            "by2": _or_null(is_staff),
            "by3": _or_null(is_staff),
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
        {"by2": is_staff, "reason": _reason("settle")},
        {"n": _item, "prev": _HASH, "keep": _or_null(_HASH)},
    ),
    "lost": Form(
        ("officer", "officer"), {"by2": is_staff, "commits": _commits, "reason": _reason("lost")}
    ),
    "disclose": Form(("officer",), {"reason": _reason("disclose")}, {"n": _item}),
    "refused": Form(
        ("server",),
        {
            "hash": _HASH,
            "length": integer(0, 2**40),
            "reason": _reason("refused"),
            "device": _or_null(_device),
        },
    ),
    "clock": Form(("server",), {"was": _TIME, "now": _TIME}),
}

# The keys of each type, those of every act included.
CHECKS: Final = {kind: {**_COMMON, **form.own} for kind, form in FORMS.items()}
