"""Reads a manifest back before it is registered: totals, and every appointment in words.

**Rule:** what a clerk can check against the envelopes, and a day that cannot be mistaken for a
month. No reference, no addressee.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING

from kt1custody.cli.telling import Place, clock_time, finding_line
from kt1custody.core.formats.item import Consignment, Kind, Mark, Urgency
from kt1custody.i18n import day_in_words, number, say, say_count, word

if TYPE_CHECKING:
    from kt1custody.services.registration.register import Preview


def for_machines(preview: "Preview", zone: tzinfo) -> dict[str, object]:
    """Spell a preview for machines."""
    totals = _totals(preview.consignments, str)
    return {
        "items": len(preview.consignments),
        "told_total": preview.total,
        **{name: dict(counted) for name, counted in totals.items()},
        "appointments": [
            {"at": clock_time(at, zone), "rows": rows}
            for at, rows in _appointments(preview).items()
        ],
        "notices": [
            {"row": notice.row, "column": notice.column, "code": notice.code}
            for notice in preview.notices
        ],
    }


def lines(preview: "Preview", zone: tzinfo, place: Place) -> list[str]:
    """Spell a preview for people."""
    count = len(preview.consignments)
    if preview.total is None:
        told = [
            say_count(
                "{count} item; the manifest does not say how many it has.",
                "{count} items; the manifest does not say how many it has.",
                count,
            )
        ]
    else:
        told = [
            say_count(
                "{count} item, as many as the manifest says.",
                "{count} items, as many as the manifest says.",
                count,
            )
        ]
    totals = _totals(preview.consignments, place)
    told += [
        say("Marks: {totals}", totals=_spell(totals["marks"], lambda mark: mark or "–")),
        say("Urgency: {totals}", totals=_spell(totals["urgencies"], _service)),
        say("Kinds: {totals}", totals=_spell(totals["kinds"], _kind)),
        say("Delivered by:"),
    ]
    told += [f"  {name}: {number(count)}" for name, count in totals["offices"].items()]
    appointments = _appointments(preview)
    if appointments:
        told.append(say("Appointments:"))
    told += [
        say(
            "  {at}: rows {rows}",
            at=day_in_words(at, zone),
            rows=", ".join(str(row) for row in rows),
        )
        for at, rows in appointments.items()
    ]
    if preview.notices:
        told.append(say("Read otherwise than written; compare with the envelopes:"))
    told += [f"  {finding_line(notice)}" for notice in preview.notices]
    return told


def _totals(
    consignments: Iterable[Consignment], place: Callable[[str], str]
) -> Mapping[str, Mapping[str, int]]:
    """Count by mark, urgency, kind and office of destination; the most first."""
    counted: dict[str, Counter[str]] = {
        name: Counter() for name in ("marks", "urgencies", "kinds", "offices")
    }
    for one in consignments:
        counted["marks"]["" if one.mark == Mark.NONE else one.mark.name] += 1
        counted["urgencies"][one.urgency.name.lower()] += 1
        counted["kinds"][one.kind.name.lower()] += 1
        counted["offices"][str(one.dest)] += 1
    return {
        name: {
            place(key) if name == "offices" else key: count for key, count in counts.most_common()
        }
        for name, counts in counted.items()
    }


def _appointments(preview: "Preview") -> dict[int, list[int]]:
    """Give the rows of each appointment, the earliest first."""
    found: dict[int, list[int]] = {}
    for row, one in zip(preview.rows, preview.consignments, strict=True):
        if one.appt is not None:
            found.setdefault(one.appt, []).append(row)
    return dict(sorted(found.items()))


def _spell(counts: Mapping[str, int], name: Callable[[str], str]) -> str:
    return ", ".join(f"{name(key)}: {number(count)}" for key, count in counts.items())


def _service(name: str) -> str:
    return word("service", Urgency[name.upper()].name)


def _kind(name: str) -> str:
    return word("kind", Kind[name.upper()].name)
