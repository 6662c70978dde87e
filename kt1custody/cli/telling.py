"""Puts answers into words, and into plain values for machines.

**Rule:** every word comes from the catalogues; an error shows numbers and codes, never contents.
"""

import errno
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from kt1custody.core import numbers
from kt1custody.core.custody import ItemState
from kt1custody.core.item import Kind, Mark, Urgency
from kt1custody.core.layout import Finding
from kt1custody.errors import KtError, MalformedInputError
from kt1custody.i18n import (
    has_word,
    local_time,
    moment,
    moment_to_the_second,
    number,
    say,
    span,
    word,
)

if TYPE_CHECKING:
    from kt1custody.services.look import Happening, Story

Place = Callable[[str], str]


def staff_number(typed: str) -> str:
    """Read a staff number as typed; raises as `numbers.parse_staff_number`."""
    return numbers.parse_staff_number(typed)


def genesis_hash(typed: str) -> bytes:
    """Read a genesis hash as typed from paper, spaces and all.

    Raises:
        MalformedInputError: `genesis-malformed`.
    """
    try:
        genesis = bytes.fromhex("".join(typed.split()))
    except ValueError:
        genesis = b""
    if len(genesis) != 32:
        raise MalformedInputError("genesis-malformed")
    return genesis


def clock_time(at: int | None, zone: tzinfo) -> str | None:
    """Spell a time for machines: ISO 8601 with the office's offset from UTC."""
    return None if at is None else local_time(at, zone).isoformat()


def item(state: ItemState, zone: tzinfo) -> dict[str, object]:
    """Spell an item for machines."""
    return {
        "number": f"{state.n:012d}",
        "mark": "" if state.mark == Mark.NONE else Mark(state.mark).name,
        "urgency": Urgency(state.urgency).name.lower(),
        "kind": Kind(state.kind).name.lower(),
        "appointment": clock_time(state.appt, zone),
        "destination": state.dest,
        "status": state.status.value,
        "holder": state.holder,
        "seal": None if state.seal is None else numbers.format_serial(state.seal),
        "since": clock_time(state.since, zone),
        "contested": state.contested,
        "waiting": state.waiting,
    }


def item_line(state: ItemState, zone: tzinfo, place: Place) -> str:
    """Spell an item in one line."""
    mark = "" if state.mark == Mark.NONE else f"[{Mark(state.mark).name}]"
    told = say(
        "{number} {mark:<3} {status}: {holder}, since {since}",
        number=numbers.format_item_number(state.n),
        mark=mark,
        status=word("status", state.status.value),
        holder=place(state.holder),
        since=moment(state.since, zone),
    )
    more = [] if state.urgency == Urgency.NORMAL else [word("service", Urgency(state.urgency).name)]
    more += [say("DISPUTED")] if state.contested else []
    if state.waiting:
        more.append(say("{count} acts are waiting", count=number(state.waiting)))
    return " · ".join((told, *more))


def list_lines(shown: Sequence[ItemState], zone: tzinfo, place: Place) -> list[str]:
    """Spell a list of items, and its totals by mark."""
    marks = Counter("–" if one.mark == Mark.NONE else Mark(one.mark).name for one in shown)
    totals = ", ".join(f"{mark}: {number(marks[mark])}" for mark in sorted(marks))
    lines = [item_line(one, zone, place) for one in shown]
    return [*lines, say("{count} items ({totals})", count=number(len(shown)), totals=totals or "–")]


def error_lines(error: KtError) -> list[str]:
    """Say what happened and what to do; a list of faults is told item by item."""
    facts = {name: _fact(name, value) for name, value in error.detail.items()}
    lines = [word("error", error.code, **facts)]
    if "scan" in error.detail:
        lines.insert(0, say("Scan number {scan}:", scan=error.detail["scan"]))
    faults = error.detail.get("faults")
    if isinstance(faults, list):
        lines += [f"  {_of_item(n)}: {fault(code)}" for n, code in faults]
    return lines


def fault(code: str) -> str:
    """Say what stands in the way of an act or was noted of it, and what to do if something is."""
    told = word("judgement", code)
    return f"{told} → {word('hint', code)}" if has_word("hint", code) else told


def finding_line(finding: Finding) -> str:
    """Say what is wrong with a manifest."""
    place = say("row {row}", row=finding.row)
    if finding.stt:
        place += say(" (STT {stt})", stt=finding.stt)
    if finding.column:
        place += say(", column “{column}”", column=finding.column)
    return f"{place}: {word('finding', finding.code)} [{finding.code}]"


def story_lines(told: "Story", zone: tzinfo, place: Place) -> list[str]:
    """Tell the story of an item, with the time between its happenings."""
    state = told.state
    lines = [item_line(state, zone, place)]
    lines.append(
        say(
            "Kind {kind}, delivered by {dest}, seal {seal}",
            kind=word("kind", Kind(state.kind).name),
            dest=place(str(state.dest)),
            seal="–" if state.seal is None else numbers.format_serial(state.seal),
        )
    )
    if state.appt is not None:
        lines.append(say("Appointment {at}", at=moment(state.appt, zone)))
    if told.slip is not None:
        lines += _slip_lines(told)
    for one in told.happenings:
        if one.after is not None:
            lines.append(f"    ↓ {span(max(0, one.after))}")
        lines.append(_happening_line(one, zone, place, told.names))
    if state.status.value in ("registered", "held", "out", "sent"):
        lines.append(f"    ↓ {span(max(0, told.now - told.happenings[-1].accepted_at))}")
        lines.append(
            say(
                "{now}  still: {holder}",
                now=moment_to_the_second(told.now, zone),
                holder=_person(state.holder, place, told.names),
            )
        )
    return lines


def happening(one: "Happening", zone: tzinfo) -> dict[str, object]:
    """Spell a happening for machines."""
    return {
        "seq": one.seq,
        "act": one.kind,
        "at": clock_time(one.at, zone),
        "accepted_at": clock_time(one.accepted_at, zone),
        "seconds_after": one.after,
        "people": [list(pair) for pair in one.people],
        "to": one.to,
        "seal": None if one.serial is None else numbers.format_serial(one.serial),
        "reason": one.reason,
        "condition": one.cond,
        "judgement": list(one.codes),
        "found": one.found,
        "change": None if one.change is None else list(one.change),
        "of": one.of,
    }


def words_of(kind: str, codes: Sequence[str]) -> str:
    """List codes with their words, for the help of an option."""
    return "; ".join(f"{code}: {word(kind, code)}" for code in codes)


def _happening_line(one: "Happening", zone: tzinfo, place: Place, names: Mapping[str, str]) -> str:
    told = f"{moment_to_the_second(one.accepted_at, zone)}  {word('act', one.kind)}"
    told += " – " + ", ".join(
        f"{word('role', role)} {_person(staff, place, names)}" for role, staff in one.people
    )
    if one.to is not None and one.to.isdecimal():
        told += say(" → office {office}", office=place(one.to))
    elif one.to is not None and one.kind == "offer":
        told += say(" → {who}", who=_person(one.to, place, names))
    if one.serial is not None:
        told += say(", seal {serial}", serial=numbers.format_serial(one.serial))
    if one.reason is not None:
        told += f", {word('reason', one.reason)}"
    if one.cond not in (None, "intact"):
        told += f", {word('cond', one.cond or '')}"
    told += _more(one, zone)
    if one.at != one.accepted_at:
        told += say(" (device's clock: {at})", at=moment_to_the_second(one.at, zone))
    marks = [f"⚠ {word('judgement', code)}" for code in one.codes if not code.startswith("cond-")]
    return "; ".join((told, *marks)) + f"  #{one.seq}"


def _more(one: "Happening", zone: tzinfo) -> str:
    """Say what only some acts carry."""
    told = "" if one.found else say(", not found")
    if one.change is not None:
        field, value = one.change
        told += say(
            ", of #{seq}: {field} is {value}",
            seq=one.of,
            field=word("key", field),
            value=_value(field, value, zone),
        )
    elif one.kind == "settle":
        told += say(", no step holds") if one.of is None else say(", #{seq} holds", seq=one.of)
    return told


def _value(field: str, value: object, zone: tzinfo) -> str:
    """Spell what a correction says."""
    match field, value:
        case "urgency", int(number):
            return word("service", Urgency(number).name)
        case "kind", int(number):
            return word("kind", Kind(number).name)
        case "appt", int(at):
            return moment(at, zone)
        case (("cond" | "reason"), str(code)):
            return word(field, code)
        case "commit", _:
            return say("a new confidential record")
        case "remark", _:
            return say("yes") if value else say("no")
        case _:
            return "–"


def _slip_lines(told: "Story") -> list[str]:
    slip, places = told.slip, told.places
    if slip is None:
        return []

    def name(code: str) -> str:
        agency = places.agencies.get(code) if places else None
        return f"{agency.name} ({code})" if agency else code

    return [
        say("From: {sender}", sender=name(slip.sender)),
        say("To: {recipient}", recipient=name(slip.recipient)),
        say("Document number: {reference}", reference=slip.reference or "–"),
        say("Only for: {named}", named=slip.named or "–"),
        say(
            "Envelopes: {layers}, {weight} g, note: {note}",
            layers=slip.layers,
            weight=number(slip.weight),
            note=slip.note or "–",
        ),
    ]


def _person(staff: str, place: Place, names: Mapping[str, str]) -> str:
    return f"{staff} {names[staff]}" if staff in names else place(staff)


def _of_item(n: int) -> str:
    return numbers.format_item_number(n) if n else say("the whole act")


_ITEMS = ("n", "first", "last")
_WORDS = {
    "why": "why",
    "what": "what",
    "kind": "catalogue",
    "field": "field",
    "role": "role",
    "letters": "finding",
}
_OF_SYSTEM = {os.strerror(no): code for no, code in errno.errorcode.items()}


def _fact(name: str, value: object) -> object:
    """Spell one fact of an error as people read it."""
    if name in _ITEMS and isinstance(value, int):
        return numbers.format_item_number(value)
    if name == "serial" and isinstance(value, int):
        return numbers.format_serial(value)
    if name == "seconds" and isinstance(value, int):
        return span(value)
    if name == "most" and isinstance(value, int):
        return number(value)
    if name in _WORDS and isinstance(value, str):
        code = _OF_SYSTEM.get(value, value)  # an operating system speaks its own language
        return word(_WORDS[name], code) if has_word(_WORDS[name], code) else value
    return value
