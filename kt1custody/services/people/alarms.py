"""Alarms: what in the log an officer should hear of, even if every rule allowed it.

**Rule:** read-only and made from the log alone, so nobody can silence one. A kind of alarm is a line
of `_ALARMS`, and its code has a word `alarm.<code>`. A fork of custody is one in whatever order its
steps came: the fold says so, beside what was judged when they did.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from kt1custody.core.custody.history import fold_item
from kt1custody.core.log.entry import Entry, read_entry
from kt1custody.core.log.keyring import Control
from kt1custody.services.session.session import Session
from kt1custody.store import log
from kt1custody.store.log import LogBook

MANY_PINS = 5  # wrong PINs of one person before an act; from then on there is a wait between them
MANY_PINS_A_DAY = 15  # in all acts of one person
MANY_HOLDS_A_DAY = 4  # persons or devices that one person has put on hold
_DAY = 86_400
_GRAVE = frozenset({"lost", "stolen", "compromised"})
_LATE = frozenset({"key-late", "key-revoked"})
_DOUBLE = frozenset({"counter-reused", "id-reused", "seen-fork"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something in the log that an officer should hear of.

    Attributes:
        at: When the log took it, Unix seconds UTC; of a fork, when the log had all of it.
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
    "decided-since": _judged(frozenset({"decided-since"})),
    "seen-back": _judged(frozenset({"seen-back"})),
    "ahead": _judged(frozenset({"counter-ahead", "number-ahead"})),
    "forked": _judged(frozenset({"contested"})),
    "outweighed": _judged(frozenset({"outweighed", "outweighs"})),
    "printed-elsewhere": lambda _, entry: (
        entry.act.type == "print" and any(code == "not-the-holder" for _, code in entry.judgement)
    ),
    "epoch": _of("epoch"),
    "disclosed": _of("disclose"),
    "records-lost": _of("lost"),
    "refused": _of("refused"),
    "clock-set": _of("clock"),
    "log-ahead": _of("setback"),
    "wrong-pins": lambda _, entry: any(n >= MANY_PINS for n in _tries(entry).values()),
}
_BY_DAY: Final = ("many-pins", "many-holds")  # alarms of what one person did in a day
CODES: Final = (*_ALARMS, *_BY_DAY)
# One of these is in the bytes of every entry that may be an alarm; reading all takes much longer.
_MAYBE = re.compile(
    b"enrol|revoke|rotate|disclose|refused|clock|tries|hold|key-|-reused|seen-fork|contested|outweigh|epoch"
    b"|setback|role-ended|seen-back|r-ahead|lost|not-the-h|decided-s"
)


def alarms(session: Session, since: int = 0) -> list[Alarm]:
    """List the alarms in the log, in its order; an entry may be several.

    Args:
        since: Only what the log took from then on, Unix seconds UTC.
    """
    with session.database.read() as connection:
        book, days = LogBook(connection), _Days()
        forks = _forks(book)
        return [
            one
            for seq, raw in enumerate(log.entries(connection))
            if seq in forks or _MAYBE.search(raw)
            for one in _of_entry(book.control, read_entry(raw), days, forks.get(seq))
            if one.at >= since
        ]


@dataclass(slots=True)
class _Days:
    """What people did within the last 24 hours, by the log's clock.

    Attributes:
        pins: Staff number → times and counts of his wrong PINs.
        holds: Staff number → times of his holds, and whom they were about.
    """

    pins: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    holds: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))

    def take(self, entry: Entry, at: int) -> Iterator[str]:
        """Take an entry, the log's next, and give the alarms that it completes."""
        act = entry.act
        for staff, count in _tries(entry).items():
            pins = [one for one in self.pins[staff] if at - one[0] < _DAY]
            self.pins[staff] = [*pins, (at, count)]
            if sum(count for _, count in self.pins[staff]) >= MANY_PINS_A_DAY:
                yield "many-pins"
        if act.type == "hold":
            holds = [one for one in self.holds[act.by] if at - one[0] < _DAY]
            self.holds[act.by] = [*holds, (at, act.text("who"))]
            if len({who for _, who in self.holds[act.by]}) >= MANY_HOLDS_A_DAY:
                yield "many-holds"


def _tries(entry: Entry) -> Mapping[str, int]:
    """Give the wrong PINs that an act tells of those who signed it; nobody tells those of others."""
    act = entry.act
    return {staff: count for staff, count in act.tries.items() if staff in act.persons}


def _forks(book: LogBook) -> dict[int, int]:
    """Find the forks of custody, contested and settled.

    Returns:
        By position of a fork's newest branch, when the log had all of it, Unix seconds UTC.
    """
    numbers = {state.n for state in book.items(is_contested=True)}
    numbers |= {line.n for entry in book.acts("settle") for line in entry.act.lines}
    found: dict[int, int] = {}
    for n in sorted(numbers):
        folded = fold_item(book, n)
        seqs = {entry.step: entry.seq for entry in (book.entry(seq) for seq, _ in book.past(n))}
        way = list(folded.along)
        for head, branches in folded.forks.items():
            if len(branches) > 1:  # a counter used twice is an alarm of its own
                newest = max(seqs[name] for name in branches)
                last = max(newest, *(seqs[name] for name in way[: way.index(head) + 1]))
                found[newest] = book.time_of(book.entry(last))
    return found


def _of_entry(
    control: Control, entry: Entry, days: _Days, forked_at: int | None
) -> Iterator[Alarm]:
    act, found = entry.act, [code for code, holds in _ALARMS.items() if holds(control, entry)]
    if forked_at is not None and "forked" not in found:
        found.append("forked")
    took = control.time_of(entry.seq, entry.accepted_at)
    for code in dict.fromkeys((*found, *days.take(entry, took))):
        if code != "forked" or "doubled" not in found:  # a counter used twice contests by itself
            at = None if code != "forked" else forked_at
            yield Alarm(
                code=code,
                seq=entry.seq,
                at=took if at is None else at,
                kind=act.type,
                persons=act.persons,
                reason=act.text_or_none("reason"),
                about=about(control, entry),
                items=tuple(dict.fromkeys(n for n, _ in act.names)),
            )


def about(control: Control, entry: Entry) -> str | None:
    """Name the person, device or service that an act is about, if it is about one."""
    act = entry.act
    if act.type in ("revoke", "assign", "rotate"):
        key = control.keys.get(act.octets("kid"))
        return None if key is None else key.owner
    name = {"enrol": "who", "hold": "who", "lift": "who", "refused": "device"}.get(act.type)
    return None if name is None else act.text_or_none(name)
