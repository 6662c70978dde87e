"""Reads a manifest back before it is registered: totals, and every appointment in words.

**Rule:** what a clerk can check against the envelopes, and a day that cannot be mistaken for a
month. No reference, no addressee.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING

from kt1custody.core.formats.item import Consignment, Kind, Mark, Urgency
from kt1custody.i18n import Language
from kt1custody.words.findings import finding_line
from kt1custody.words.items import Place
from kt1custody.words.times import clock_time

if TYPE_CHECKING:
    from kt1custody.services.registration.register import Preview


def plain_preview(preview: "Preview", zone: tzinfo) -> dict[str, object]:
    """Give a preview as plain values."""
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


def preview_lines(language: Language, preview: "Preview", zone: tzinfo, place: Place) -> list[str]:
    """Describe a preview to people."""

    def service(name: str) -> str:
        return language.word("service", Urgency[name.upper()].name)

    def kind(name: str) -> str:
        return language.word("kind", Kind[name.upper()].name)

    count = len(preview.consignments)
    if preview.total is None:
        lines = [
            language.say_count(
                "{count} item; the manifest does not say how many it has.",
                "{count} items; the manifest does not say how many it has.",
                count,
            )
        ]
    else:
        lines = [
            language.say_count(
                "{count} item, as many as the manifest says.",
                "{count} items, as many as the manifest says.",
                count,
            )
        ]
    totals = _totals(preview.consignments, place)
    lines += [
        language.say(
            "Marks: {totals}", totals=_counts(language, totals["marks"], lambda mark: mark or "–")
        ),
        language.say("Urgency: {totals}", totals=_counts(language, totals["urgencies"], service)),
        language.say("Kinds: {totals}", totals=_counts(language, totals["kinds"], kind)),
        language.say("Delivered by:"),
    ]
    lines += [f"  {name}: {language.number(count)}" for name, count in totals["offices"].items()]
    appointments = _appointments(preview)
    if appointments:
        lines.append(language.say("Appointments:"))
    lines += [
        language.say(
            "  {at}: rows {rows}",
            at=language.day_in_words(at, zone),
            rows=", ".join(str(row) for row in rows),
        )
        for at, rows in appointments.items()
    ]
    if preview.notices:
        lines.append(language.say("Read otherwise than written; compare with the envelopes:"))
    lines += [f"  {finding_line(language, notice)}" for notice in preview.notices]
    return lines


def _totals(
    consignments: Iterable[Consignment], place: Callable[[str], str]
) -> Mapping[str, Mapping[str, int]]:
    """Count by mark, urgency, kind and office of destination; the most first."""
    counted: dict[str, Counter[str]] = {
        name: Counter() for name in ("marks", "urgencies", "kinds", "offices")
    }
    for item in consignments:
        counted["marks"]["" if item.mark == Mark.NONE else item.mark.name] += 1
        counted["urgencies"][item.urgency.name.lower()] += 1
        counted["kinds"][item.kind.name.lower()] += 1
        counted["offices"][str(item.dest)] += 1
    return {
        name: {
            place(key) if name == "offices" else key: count for key, count in counts.most_common()
        }
        for name, counts in counted.items()
    }


def _appointments(preview: "Preview") -> dict[int, list[int]]:
    """Give the rows of each appointment, the earliest first."""
    rows: dict[int, list[int]] = {}
    for row, item in zip(preview.rows, preview.consignments, strict=True):
        if item.appt is not None:
            rows.setdefault(item.appt, []).append(row)
    return dict(sorted(rows.items()))


def _counts(language: Language, counts: Mapping[str, int], name: Callable[[str], str]) -> str:
    return ", ".join(f"{name(key)}: {language.number(count)}" for key, count in counts.items())
