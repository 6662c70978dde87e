"""Acts as plain values, as they stand in the story of an item."""

from dataclasses import asdict
from datetime import tzinfo
from typing import TYPE_CHECKING

from kt1custody.core.formats import numbers
from kt1custody.words.times import clock_time

if TYPE_CHECKING:
    from kt1custody.core.custody.story import Happening
    from kt1custody.core.log.entry import Entry


def plain_entry(entry: "Entry", zone: tzinfo) -> dict[str, object]:
    """Give an entry of the log as plain values; nothing in it is confidential."""
    act = entry.act
    return {
        "seq": entry.seq,
        "hash": act.hash.hex(),
        "act": act.type,
        "at": clock_time(act.at, zone),
        "accepted_at": clock_time(entry.accepted_at, zone),
        "device": act.dev,
        "people": [[role, staff] for role, staff in zip(act.roles, act.persons, strict=True)],
        "items": [f"{line.n:012d}" for line in act.lines],
        "judgement": [list(note) for note in entry.judgement],
    }


def plain_act(step: "Happening", zone: tzinfo) -> dict[str, object]:
    """Give an act about an item as plain values."""
    office = step.to_office if step.act in ("handover", "offer") else None
    return {
        "seq": step.seq,
        "act": step.act,
        "effect": step.effect,
        "at": clock_time(step.at, zone),
        "accepted_at": clock_time(step.accepted_at, zone),
        "people": [[signer.role, signer.staff] for signer in step.signers],
        "signers": [asdict(signer) for signer in step.signers],
        "to": step.to if office is None else str(office),
        "seal": None if step.seal is None else numbers.format_serial(step.seal),
        "reason": step.reason,
        "condition": step.cond,
        "judgement": list(step.codes),
        "found": step.found,
        "change": None if step.change is None else list(step.change),
        "of": step.of,
        "corrected": list(step.corrected),
    }
