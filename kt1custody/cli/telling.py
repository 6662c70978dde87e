"""Puts answers into words, and into plain values for machines.

**Rule:** every word comes from the catalogues; an error shows numbers and codes, never contents.
"""

import errno
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import tzinfo
from typing import TYPE_CHECKING

from kt1custody.cli import list_findings
from kt1custody.core.custody.table import ENDED, ItemState, Status
from kt1custody.core.formats import numbers, origins
from kt1custody.core.formats.item import Kind, Mark, Urgency
from kt1custody.core.manifest.layout import Finding
from kt1custody.errors import KtError, MalformedInputError
from kt1custody.i18n import (
    has_word,
    local_time,
    moment,
    number,
    one_line,
    say,
    say_count,
    span,
    wait,
    word,
)

if TYPE_CHECKING:
    from kt1custody.core.custody.custody_story import Gap, SealUse, Tenure
    from kt1custody.core.custody.story import Happening
    from kt1custody.services.custody.look import Story

Place = Callable[[str], str]


def staff_number(typed: str) -> str:
    """Read a staff number as typed; raises as `numbers.parse_staff_number`."""
    return numbers.parse_staff_number(typed)


def genesis_hash(typed: str) -> bytes:
    """Read a genesis hash as typed from paper, with spaces or dashes between its groups or without.

    Raises:
        MalformedInputError: `genesis-malformed`.
    """
    try:
        genesis = bytes.fromhex(numbers.join_lines(typed))
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
        "holder": None if state.status in ENDED else state.holder,
        "seal": None if state.seal is None else numbers.format_serial(state.seal),
        "since": clock_time(state.since, zone),
        "contested": state.contested,
        "waiting": state.waiting,
    }


def item_line(state: ItemState, zone: tzinfo, place: Place, status: str | None = None) -> str:
    """Spell an item in one line.

    Args:
        status: Words for what happens to it; None: those of its state.
    """
    told = say(
        "{number} {mark:<3} {standing}, since {since}",
        number=numbers.format_item_number(state.n),
        mark="" if state.mark == Mark.NONE else f"[{Mark(state.mark).name}]",
        standing=standing(state, place, status),
        since=moment(state.since, zone),
    )
    more = [] if state.urgency == Urgency.NORMAL else [service(state, zone)]
    more += [say("DISPUTED")] if state.contested else []
    if state.waiting:
        more.append(say_count("{count} act is waiting", "{count} acts are waiting", state.waiting))
    return " · ".join((told, *more))


def standing(state: ItemState, place: Place, status: str | None = None) -> str:
    """Say where an item stands, and with whom; nobody holds what is delivered, returned or void."""
    words = status or word("status", state.status.value)
    return words if state.status in ENDED else f"{words}: {place(state.holder)}"


def service(state: ItemState, zone: tzinfo) -> str:
    """Name the service asked for, with the hour of an appointment."""
    name = word("service", Urgency(state.urgency).name)
    if state.appt is None:
        return name
    return say("{service} at {at}", service=name, at=moment(state.appt, zone))


def list_lines(shown: Sequence[ItemState], zone: tzinfo, place: Place) -> list[str]:
    """Spell a list of items to be agreed on, and its totals by mark."""
    lines = [item_line(one, zone, place) for one in shown]
    if not shown:
        return [say("No items.")]
    return [*lines, totals_line(Counter(one.mark for one in shown))]


def totals_line(marks: Mapping[int, int]) -> str:
    """Say how many items there are of each mark."""
    named = {"–" if mark == Mark.NONE else Mark(mark).name: marks[mark] for mark in marks}
    totals = ", ".join(f"{mark}: {number(named[mark])}" for mark in sorted(named))
    return say_count(
        "{count} item ({totals})",
        "{count} items ({totals})",
        sum(marks.values()),
        totals=totals or "–",
    )


def error_lines(error: KtError) -> list[str]:
    """Say what happened and what to do; a list of faults is told item by item."""
    facts = {name: _fact(name, value) for name, value in error.detail.items()}
    facts |= {
        name: _reason(name, value, facts)
        for name, value in error.detail.items()
        if name in _WORDS and isinstance(value, str)
    }
    lines = [word("error", error.code, **facts)]
    if "scan" in error.detail:
        lines.insert(0, say("Scan {scan}:", scan=error.detail["scan"]))
    findings, what = error.detail.get("findings"), str(error.detail.get("what"))
    if isinstance(findings, list):
        lines[:0] = [list_findings.finding_line(what, one) for one in findings]
    faults, scans = error.detail.get("faults"), error.detail.get("scans")
    if isinstance(faults, list):
        who = error.detail.get("who")
        whom = who if isinstance(who, list) else [""] * len(faults)
        lines += [
            f"  {_of_whom(n, code, person)}: {_fault_of(code, person)}"
            for (n, code), person in zip(faults, whom, strict=True)
        ]
    for one in scans if isinstance(scans, list) else ():
        inner = error_lines(KtError(one["code"], **one["detail"]))
        lines += [f"  {one['scan']}: {inner[0]}", *(f"    {line}" for line in inner[1:])]
    return lines


def _fault_of(code: str, person: str) -> str:
    """Say what stands in the way; of an item that waits for its seal, what comes first."""
    if code == "no-such-step" and person == Status.REGISTERED.value:
        hint = say("print its seal and bind it first: kt1 seal print, kt1 seal bind")
        return f"{word('judgement', code)} → {hint}"
    return fault(code)


def fault(code: str) -> str:
    """Say what stands in the way of an act or was noted of it, and what to do if something is."""
    told = word("judgement", code)
    return f"{told} → {word('hint', code)}" if has_word("hint", code) else told


def notes_lines(notes: Iterable[tuple[int | None, str]]) -> list[str]:
    """Say what the log has noted of what was just recorded, each kind once with its items.

    Args:
        notes: Pairs of item number (None: the whole act) and code.
    """
    items: dict[str, list[int]] = {}
    for n, code in notes:
        items.setdefault(code, []).append(n or 0)
    return [f"⚠ {fault(code)}: {some_items(some)}" for code, some in items.items()]


def some_items(some: Sequence[int]) -> str:
    """Name the first of many items; 0 stands for the whole act."""
    names = [numbers.format_item_number(n) if n else say("the whole act") for n in some[:_SHOWN]]
    shown, left = ", ".join(names), len(some) - _SHOWN
    return shown if left <= 0 else say("{shown} and {left} more", shown=shown, left=number(left))


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
    from kt1custody.services.evidence.story_words import Teller

    lines = [item_line(told.state, zone, place)]
    if told.slip is not None:
        lines += _slip_lines(told)
    if told.lost is not None:
        lines.append(
            say(
                "⚠ The slip was declared lost by {first} and {second} at {time}: {reason} (log position {seq}).",
                first=told.lost.officers[0],
                second=told.lost.officers[1],
                time=moment(told.lost.at, zone),
                reason=word("reason", told.lost.reason),
                seq=told.lost.seq,
            )
        )
    if told.custody is None:
        return lines
    teller = Teller(told.custody, zone, place, told.names)
    lines += teller.facts
    for title, part in teller.parts()[:-1]:
        lines += ["", title, *(f"  {line}" for line in part)]
    lines += ["", word("story", "steps")]
    before = None
    for step, line in zip(told.happenings, teller.steps, strict=True):
        if before is not None:
            lines.append(f"    ↓ {span(step.accepted_at - before)}")
        lines.append(f"  {line.text()}")
        before = step.accepted_at
    return lines


def custody(told: "Story", zone: tzinfo) -> dict[str, object] | None:
    """Spell who had an item when, for machines."""
    story = told.custody
    if story is None:
        return None
    parts: dict[str, Sequence[Tenure | Gap | SealUse]] = {
        "holders": story.holders,
        "gaps": story.gaps,
        "seals": story.seals,
    }
    return {
        name: [
            {
                **asdict(one),
                "since": clock_time(one.since, zone),
                "until": clock_time(one.until, zone),
            }
            for one in part
        ]
        for name, part in parts.items()
    }


def happenings(told: "Story", zone: tzinfo) -> list[dict[str, object]]:
    """Spell every act about an item for machines."""
    befores = [None, *(one.accepted_at for one in told.happenings)]
    return [
        {**happening(one, zone), "seconds_after": None if at is None else one.accepted_at - at}
        for one, at in zip(told.happenings, befores, strict=False)
    ]


def happening(one: "Happening", zone: tzinfo) -> dict[str, object]:
    """Spell a happening for machines."""
    office = one.to_office if one.act in ("handover", "offer") else None
    return {
        "seq": one.seq,
        "act": one.act,
        "effect": one.effect,
        "at": clock_time(one.at, zone),
        "accepted_at": clock_time(one.accepted_at, zone),
        "people": [[signer.role, signer.staff] for signer in one.signers],
        "signers": [asdict(signer) for signer in one.signers],
        "to": one.to if office is None else str(office),
        "seal": None if one.seal is None else numbers.format_serial(one.seal),
        "reason": one.reason,
        "condition": one.cond,
        "judgement": list(one.codes),
        "found": one.found,
        "change": None if one.change is None else list(one.change),
        "of": one.of,
        "corrected": list(one.corrected),
    }


def evidence(told: str) -> str:
    """Spell what was expected, found or is missing: a word where it has one, else the value itself."""
    return word("evidence", told) if has_word("evidence", told) else told


def epoch_lines(origin: str) -> list[str]:
    """Say of a count of entries that it is of its epoch alone; nothing of the first one."""
    found = origins.find(origin)
    if found is None or found.epoch == 1:
        return []
    return [say("This counts the entries of the epoch {origin} alone.", origin=origin)]


def words_of(kind: str, codes: Sequence[str]) -> str:
    """List codes with their words, for the help of an option."""
    return "; ".join(f"{code}: {word(kind, code)}" for code in codes)


def _slip_lines(told: "Story") -> list[str]:
    slip, places = told.slip, told.places
    if slip is None:
        return []

    def name(code: str) -> str:
        agency = places.agencies.get(code) if places else None
        return f"{agency.name} ({code})" if agency else one_line(code)

    return [
        say("From: {sender}", sender=name(slip.sender)),
        say("To: {recipient}", recipient=name(slip.recipient)),
        say("Document number: {reference}", reference=one_line(slip.reference or "–")),
        say("Only for: {named}", named=one_line(slip.named or "–")),
        say(
            "Envelopes: {layers}, {weight} g, note: {note}",
            layers=slip.layers,
            weight=number(slip.weight),
            note=one_line(slip.note or "–"),
        ),
    ]


def _of_whom(n: int, code: str, person: str) -> str:
    """Name the item of a fault, and who is in its way: the holder, a person or a device."""
    if not n:
        return person or say("the whole act")
    item = numbers.format_item_number(n)
    if not person:
        return item
    if code == "no-such-step":
        return f"{item} ({word('status', person)})"
    if code == "not-the-holder":
        return say("{item} (held by {person})", item=item, person=person)
    return f"{item} ({person})"


_SHOWN = 5  # items named of many
_LONGEST = 200  # characters of one fact; a path may be long
_ITEMS = ("n", "first", "last")
_WORDS = {
    "why": "why",
    "what": "what",
    "kind": "catalogue",
    "field": "field",
    "role": "role",
}
_OF_SYSTEM = {os.strerror(no): code for no, code in errno.errorcode.items()}


def _fact(name: str, value: object) -> object:
    """Spell one fact of an error as people read it."""
    if name in _ITEMS and isinstance(value, int):
        return numbers.format_item_number(value)
    if name == "serial" and isinstance(value, int):
        return numbers.format_serial(value)
    if name == "seconds" and isinstance(value, int):
        return wait(value)
    if name == "most" and isinstance(value, int):
        return number(value)
    if isinstance(value, str) and len(value) > _LONGEST:  # whatever was scanned instead
        return f"{value[:_LONGEST]}…"
    return value


def _reason(name: str, value: str, facts: Mapping[str, object]) -> str:
    """Give the words for a code in an error, with the facts that stand beside it."""
    code = _OF_SYSTEM.get(value, value)  # an operating system speaks its own language
    return word(_WORDS[name], code, **facts) if has_word(_WORDS[name], code) else value
