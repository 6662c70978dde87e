"""Alarms: what in the log an officer should hear of, even if every rule allowed it.

**Rule:** read-only and made from the log alone, so nobody can silence one. A kind of alarm is a line
of `_ALARMS`, and its code has a word `alarm.<code>`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kt1custody.core.log.entry import Entry, read_entry
from kt1custody.core.log.keyring import Control
from kt1custody.services.session.session import Desk
from kt1custody.store import log
from kt1custody.store.log import LogBook

MANY_PINS = 5  # wrong PINs of one person before an act; from then on there is a wait between them
_GRAVE = frozenset({"lost", "stolen", "compromised"})
_LATE = frozenset({"key-late", "key-revoked"})
_DOUBLE = frozenset({"counter-reused", "id-reused", "seen-fork"})


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something in the log that an officer should hear of.

    Attributes:
        at: When the log took it, Unix seconds UTC.
        kind: Type of the act.
        persons: All who signed, in order; `server` for the server's own acts.
        reason: Reason that the act names, or None.
        about: Person, device or service that it is about, or None.
        items: Numbers of the items that it names.
    """

    code: str
    seq: int
    at: int
    kind: str
    persons: tuple[str, ...]
    reason: str | None
    about: str | None
    items: tuple[int, ...]


def _by_reserve(control: Control, entry: Entry) -> bool:
    keys = (control.keys[one.kid] for one in entry.signatures if one.kid in control.keys)
    return entry.act.type != "genesis" and any(key.role == "reserve" for key in keys)


def _judged(codes: frozenset[str]) -> Callable[[Control, Entry], bool]:
    return lambda _, entry: any(code in codes for _, code in entry.judgement)


def _of(kind: str) -> Callable[[Control, Entry], bool]:
    return lambda _, entry: entry.act.type == kind


_ALARMS: Final[Mapping[str, Callable[[Control, Entry], bool]]] = {
    "reserve-used": _by_reserve,
    "no-consent": lambda _, entry: (
        entry.act.type == "rotate" and entry.act.fields["consent"] is None
    ),
    "key-lost": lambda _, entry: entry.act.type == "revoke" and entry.act.text("reason") in _GRAVE,
    "key-late": _judged(_LATE),
    "doubled": _judged(_DOUBLE),
    "role-ended": _judged(frozenset({"role-ended"})),
    "seen-back": _judged(frozenset({"seen-back"})),
    "ahead": _judged(frozenset({"counter-ahead", "number-ahead"})),
    "forked": _judged(frozenset({"contested"})),
    "printed-elsewhere": lambda _, entry: (
        entry.act.type == "print" and any(code == "not-the-holder" for _, code in entry.judgement)
    ),
    "epoch": _of("epoch"),
    "disclosed": _of("disclose"),
    "records-lost": _of("lost"),
    "refused": _of("refused"),
    "clock-set": _of("clock"),
    "log-ahead": _of("setback"),
    "wrong-pins": lambda _, entry: any(n >= MANY_PINS for n in entry.act.tries.values()),
}
CODES: Final = tuple(_ALARMS)
# One of these is in the bytes of every entry that may be an alarm; reading all takes much longer.
_MAYBE = re.compile(
    b"enrol|revoke|rotate|disclose|refused|clock|tries|key-|-reused|seen-fork|contested|epoch"
    b"|setback|role-ended|seen-back|r-ahead|lost|not-the-h"
)


def alarms(desk: Desk, since: int = 0) -> list[Alarm]:
    """List the alarms in the log, in its order; an entry may be several.

    Args:
        since: Only what the log took from then on, Unix seconds UTC.
    """
    with desk.database.read() as connection:
        control = LogBook(connection).control
        return [
            one
            for raw in log.entries(connection)
            if _MAYBE.search(raw)
            for one in _of_entry(control, read_entry(raw))
            if one.at >= since
        ]


def _of_entry(control: Control, entry: Entry) -> Iterator[Alarm]:
    act, found = entry.act, [code for code, holds in _ALARMS.items() if holds(control, entry)]
    for code in found:
        if code != "forked" or "doubled" not in found:  # a counter used twice contests by itself
            yield Alarm(
                code,
                entry.seq,
                control.time_of(entry.seq, entry.accepted_at),
                act.type,
                act.persons,
                act.text_or_none("reason"),
                about(control, entry),
                tuple(dict.fromkeys(n for n, _ in act.names)),
            )


def about(control: Control, entry: Entry) -> str | None:
    """Name the person, device or service that an act is about, if it is about one."""
    act = entry.act
    if act.type in ("revoke", "assign", "rotate"):
        key = control.keys.get(act.octets("kid"))
        return None if key is None else key.owner
    name = {"enrol": "who", "hold": "who", "lift": "who", "refused": "device"}.get(act.type)
    return None if name is None else act.text_or_none(name)
