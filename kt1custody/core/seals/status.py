"""What the log tells those who check seals without it: the status note and the load list.

**Rule:** both are texts with one spelling, signed as notes by the log key. Both speak of the log
at one size, so a larger size is newer, whatever any clock says. Format: `.docs/formats.md` §12.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kt1custody.core.formats import numbers
from kt1custody.core.seals.seal import SealContent
from kt1custody.errors import MalformedInputError

STATUS, LOAD = "status", "load"
_VERSIONS: Final = {STATUS: "kt1-status/1", LOAD: "kt1-load/1"}
_MAX_DIGITS = 13  # of any number here; refused before conversion

_HEAD = re.compile(r"([0-9]+)\n([A-Za-z0-9+/]{43}=)\n[^\n]*\nissued ([0-9]+)\nnext ([0-9]+)\n")
_CONTROL = re.compile("control ([0-9a-f]{64})")
_KEY = re.compile("key ([0-9a-f]{16}) ([0-9]+) ([0-9]+|-) (?:active -|revoked ([0-9]+)) ([0-9]+|-)")
_VOID = re.compile("void((?: [0-9]+)+)")
_HOLDER = re.compile("holder ([A-Z0-9]{1,16})")
_SEAL = re.compile("seal ([0-9]+) ([0-9]+) ([A-Za-z0-9+/]{43}=) ([A-Za-z0-9+/]{43}=)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What both kinds of note begin with.

    Attributes:
        origin: Origin of the log.
        size: How many entries the log had: the note's number.
        root: Root of the tree over them, 32 bytes.
        issued: When the note was made, Unix seconds UTC; `next` when a newer one is due.
    """

    origin: str
    size: int
    root: bytes
    issued: int
    next: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyState:
    """What the log says of one seal key.

    Attributes:
        since: Start of its window, Unix seconds UTC; `until` its end, or None.
        revoked: From when on two officers do not trust it any more, or None.
        highest: Highest serial printed under it, or None.
        voided: Serials printed under it that are void, sorted.
    """

    kid: bytes
    since: int
    until: int | None
    revoked: int | None
    highest: int | None
    voided: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StatusNote:
    """The status note.

    Attributes:
        control: Leaf hash of the newest control entry: nothing after it may be left out.
        keys: Every seal key of the log, by kid.
    """

    head: Head
    control: bytes
    keys: Mapping[bytes, KeyState]


@dataclass(frozen=True, slots=True)
class LoadLine:
    """One item on the way, with the seal that is on it.

    Attributes:
        digests: SHA-256 of what the seal key signs, for copy 1 and copy 2.
    """

    n: int
    serial: int
    digests: tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Load:
    """The load list of one person or office.

    Attributes:
        holder: Staff number, or office number as text.
        lines: Serial → line.
    """

    head: Head
    holder: str
    lines: Mapping[int, LoadLine]

    def knows_item(self, n: int) -> bool:
        """Tell whether an item is on the list, under whatever seal."""
        return any(line.n == n for line in self.lines.values())

    def fits(self, content: SealContent, digest: bytes) -> bool:
        """Tell whether this very seal is on the list."""
        line = self.lines.get(content.serial)
        return line is not None and line.digests[content.copy - 1] == digest


def spell_status(status: StatusNote) -> str:
    """Spell the text of a status note."""
    lines = [f"control {status.control.hex()}"]
    for kid in sorted(status.keys):
        key = status.keys[kid]
        state = "active -" if key.revoked is None else f"revoked {key.revoked}"
        until, highest = _or_dash(key.until), _or_dash(key.highest)
        lines.append(f"key {kid.hex()} {key.since} {until} {state} {highest}")
        if key.voided:
            steps = (b - a for a, b in zip((0, *key.voided), key.voided, strict=False))
            lines.append(f"void {' '.join(map(str, steps))}")
    return _spell(STATUS, status.head, lines)


def spell_load(load: Load) -> str:
    """Spell the text of a load list."""
    lines = [f"holder {load.holder}"]
    for serial in sorted(load.lines):
        one = load.lines[serial]
        first, second = map(_base64, one.digests)
        lines.append(f"seal {one.n} {serial} {first} {second}")
    return _spell(LOAD, load.head, lines)


def read_status(text: str, origin: str) -> StatusNote:
    """Read the text of a status note of a log.

    Args:
        text: Untrusted in form, or of a verified note.

    Raises:
        MalformedInputError: `note-malformed`: anything but what `spell_status` writes.
    """
    head, lines = _read(text, origin)
    control = _CONTROL.fullmatch(next(lines, ""))
    keys: dict[bytes, KeyState] = {}
    for line in lines:
        found, void = _KEY.fullmatch(line), _VOID.fullmatch(line)
        if found:
            kid = bytes.fromhex(found[1])
            since, until, revoked, highest = map(_number_or_none, found.groups()[1:])
            keys[kid] = KeyState(
                kid=kid, since=since or 0, until=until, revoked=revoked, highest=highest, voided=()
            )
        elif void and keys:
            kid, last = next(reversed(keys.items()))
            steps = tuple(_sum_up(map(_number, void[1].split())))
            keys[kid] = KeyState(
                kid=kid,
                since=last.since,
                until=last.until,
                revoked=last.revoked,
                highest=last.highest,
                voided=steps,
            )
    if control is None:
        raise MalformedInputError("note-malformed")
    status = StatusNote(head, bytes.fromhex(control[1]), keys)
    if spell_status(status) != text or not _are_serials(status):
        raise MalformedInputError("note-malformed")
    return status


def read_load(text: str, origin: str) -> Load:
    """Read the text of a load list of a log.

    Raises:
        MalformedInputError: `note-malformed`: anything but what `spell_load` writes.
    """
    head, lines = _read(text, origin)
    holder = _HOLDER.fullmatch(next(lines, ""))
    rows: dict[int, LoadLine] = {}
    for line in lines:
        found = _SEAL.fullmatch(line)
        if found:
            serial = numbers.check_serial(_number(found[2]))
            digests = (base64.b64decode(found[3]), base64.b64decode(found[4]))
            rows[serial] = LoadLine(numbers.check_item_number(_number(found[1])), serial, digests)
    load = Load(head, holder[1] if holder else "", rows)
    if spell_load(load) != text:
        raise MalformedInputError("note-malformed")
    return load


def _spell(kind: str, head: Head, lines: list[str]) -> str:
    told = [
        f"{head.origin}/{kind}",
        str(head.size),
        _base64(head.root),
        _VERSIONS[kind],
        f"issued {head.issued}",
        f"next {head.next}",
        *lines,
    ]
    return "\n".join(told) + "\n"


def _read(text: str, origin: str) -> tuple[Head, Iterator[str]]:
    """Read the head; whoever asked spells all of it again and compares."""
    _, _, rest = text.partition("\n")
    found = _HEAD.match(rest)
    if found is None:
        raise MalformedInputError("note-malformed")
    size, issued, due = (_number(found[place]) for place in (1, 3, 4))
    head = Head(origin=origin, size=size, root=base64.b64decode(found[2]), issued=issued, next=due)
    return head, iter(rest[found.end() :].split("\n"))


def _are_serials(status: StatusNote) -> bool:
    """Tell whether voided serials rise and were issued."""
    return all(
        list(key.voided) == sorted(set(key.voided))
        and all(numbers.FIRST_SERIAL <= one <= (key.highest or 0) for one in key.voided)
        for key in status.keys.values()
    )


def _sum_up(steps: Iterator[int]) -> Iterator[int]:
    last = 0
    for step in steps:
        last += step
        yield last


def _number(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise MalformedInputError("note-malformed")
    return int(digits)


def _number_or_none(digits: str | None) -> int | None:
    return None if digits in (None, "-") else _number(digits or "")


def _or_dash(number: int | None) -> str:
    return "-" if number is None else str(number)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
