"""Acts: signed statements of what happened.

**Rule:** an `Act` is only made by `read_act`, so every field has the type, range and spelling of
the table in `core/log/schema.py`. What an act means for an item is `core/custody/rules.py`; who may sign it is
`core/log/signers.py`. Format: `.docs/formats.md` §3 and §9.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from kt1custody.core.formats import cbor, origins
from kt1custody.core.log.schema import (
    CHECKS,
    CORRECTABLE,
    FORMS,
    MAX_REGISTER_LINES,
    Form,
    integer,
    is_staff,
    map_of,
)
from kt1custody.errors import MalformedInputError

MAX_BODY_BYTES = 57_344  # leaves room for 500 signatures' worth of entry around it
_PERSON_KEY = {"giver": "by", "receiver": "to", "witness": "witness"}


@dataclass(frozen=True, slots=True)
class Line:
    """One item's line in an act; a field that its type does not carry is None.

    Attributes:
        n: Item number.
        seal: Serial seen, bound or voided.
        cond: One of `forms.CONDITIONS`.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A well-formed act. Whether it is authentic is for `signers.check` and `signing`.

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
        body=body,
        hash=hashlib.sha256(body).digest(),
        type=value["type"],
        log=value["log"],
        id=value["id"],
        at=value["at"],
        dev=value["dev"],
        dseq=value["dseq"],
        dprev=value["dprev"],
        seen=None if seen is None else (seen[0], seen[1]),
        by=value["by"],
        lines=tuple(
            Line(line["n"], line.get("seal"), line.get("cond"), line.get("prev"), line)
            for line in value["items"]
        ),
        fields=value,
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
    checks = CHECKS[value["type"]]
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
    counted = integer(1, 2**31)
    fine = (
        type(tries) is dict and tries and all(is_staff(w) and counted(c) for w, c in tries.items())
    )
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
    if not all(map_of(line, form.line) for line in lines):
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
    return None if origin == str(origins.first(str(value["log"]))) else "origin"


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
    """The new origin is the old one with a larger number."""
    old = value["old"]
    assert type(old) is dict  # noqa: S101  # checked among its own keys
    before, after = origins.find(old["origin"]), origins.find(str(value["origin"]))
    assert before is not None and after is not None  # noqa: S101, PT018  # checked before
    fits = before.log == after.log == value["log"] and before < after
    return None if fits else "origin"


def _setback_fault(value: Mapping[str, object]) -> str | None:
    """The time goes back, and not behind what came before the entries that lie ahead."""
    since, now, was = value["since"], value["now"], value["was"]
    assert type(since) is type(now) is type(was) is int  # noqa: S101  # checked among its own keys
    return None if since <= now < was else "now"


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
    "setback": _setback_fault,
    "offer": _offer_fault,
    "take": _take_fault,
    "correct": _correct_fault,
}
