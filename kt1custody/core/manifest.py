"""From the rows of a manifest to consignments, or to what is wrong with them.

**Rule:** whole manifest in, or whole manifest out; the same rules whatever it was read from. All
reason codes stand here; each is told in `.docs/manifest.md`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kt1custody.core import spelling
from kt1custody.core.item import Consignment
from kt1custody.core.layout import (
    COLUMNS,
    Finding,
    Layout,
    Line,
    Spot,
    counts,
    lay_out,
)
from kt1custody.core.row import Counter, Key, Row, lead_hours

# Codes of findings; each has its sentence in the catalogues of words.
CODES = (
    "agency-not-yet-valid",
    "appointment-not-allowed",
    "appointment-required",
    "appointment-too-soon",
    "bad-date",
    "bad-layers",
    "bad-weight",
    "changed-by-spreadsheet",
    "conditional-format",
    "control-character",
    "count-mismatch",
    "double-column",
    "duplicate-reference",
    "error-value",
    "formula-text",
    "formula-without-value",
    "hidden-column",
    "hidden-row",
    "hidden-text",
    "merged-cells",
    "missing-column",
    "name-does-not-match-code",
    "no-rows",
    "not-a-list",
    "not-an-item",
    "reference-not-allowed",
    "reference-required",
    "reference-too-long",
    "row-cut-off",
    "row-outside-list",
    "same-sender-and-recipient",
    "second-header",
    "struck-through",
    "subject-not-allowed",
    "text-too-long",
    "too-many-columns",
    "too-many-rows",
    "truth-value",
    "two-layers-required",
    "unknown-agency",
    "unknown-column",
    "unknown-delivery-point",
    "unknown-kind",
    "unknown-secrecy-mark",
    "unknown-urgency",
)
MAX_ITEMS = 20_000

# Spots that do no harm in a row of totals, nor in these columns; None: without a heading of ours.
_HARMLESS: Mapping[str, frozenset[str | None]] = {
    "merged-cells": frozenset({None}),
    "hidden-column": frozenset({None}),
    "changed-by-spreadsheet": frozenset({None, "stt"}),
}
# Columns whose text is a number or a time, however it is spelled.
_SPELLING_FREE = ("layers", "weight", "appt")


@dataclass(slots=True)
class Checked:
    """What came of a manifest: consignments in the order of its rows, or findings.

    Attributes:
        rows: Row in the file of each consignment.
        keys: `duplicate_key` of each consignment.
        total: How many items the manifest itself says it has, or None.
    """

    consignments: list[Consignment] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    keys: list[Key | None] = field(default_factory=list)
    total: int | None = None


def check(lines: Sequence[Line], counter: Counter, spots: Iterable[Spot] = ()) -> Checked:
    """Check a manifest as read from a file.

    Args:
        lines: Untrusted rows, headings included, with their row number in the file, ascending.
        spots: What the file holds beside text.

    Returns:
        Consignments only if there is no finding.
    """
    layout = lay_out([(number, cells) for number, cells in lines if any(map(str.strip, cells))])
    checked = Checked(findings=layout.findings)
    if layout.order:
        _check_items(layout, counter, _by_row(spots, layout), checked)
    if checked.findings:
        checked.consignments.clear()
        checked.rows.clear()
        checked.keys.clear()
        checked.findings.sort(key=lambda one: one.row)
    return checked


def _check_items(
    layout: Layout, counter: Counter, spots: Mapping[int, Sequence[Finding]], checked: Checked
) -> None:
    checked.findings += (finding for row in sorted(spots) for finding in spots[row])
    if len(layout.items) > MAX_ITEMS:
        checked.findings.append(Finding(layout.items[MAX_ITEMS][0], "", "", "too-many-rows"))
        return
    seen = set(counter.known)
    for number, cells in layout.items:
        if number not in spots:
            _take_row(Row(number, cells, layout, counter, seen), number, seen, checked)
    for number, cells in layout.totals:
        if number not in spots:
            _check_total(number, cells, layout, checked)
    if not layout.items and not checked.findings:
        checked.findings.append(Finding(layout.header, "", "", "no-rows"))


def _take_row(row: Row, number: int, seen: set[Key], checked: Checked) -> None:
    made = row.check()
    checked.findings += row.findings
    if row.key is not None:
        seen.add(row.key)
    if made is not None:
        checked.consignments.append(made)
        checked.rows.append(number)
        checked.keys.append(row.key)


def _by_row(spots: Iterable[Spot], layout: Layout) -> dict[int, list[Finding]]:
    """Make findings, by row, of what matters in the headings, the items and the totals."""
    keys = {place: key for key, place in layout.order.items()}
    rows = dict(layout.items) | {layout.header: ()}
    totals = {number for number, _ in layout.totals}
    found: dict[int, list[Finding]] = {}
    for spot in spots:
        row, key = spot.row or layout.header, keys.get(spot.place)
        if spot.place in layout.aside or _is_harmless(spot, key, is_total=row in totals):
            continue
        if row in rows or row in totals:
            stt = _cell_of(rows.get(row, ()), layout.order.get("stt"))
            title = COLUMNS.get(key or "", "")
            found.setdefault(row, []).append(Finding(row, stt, title, spot.code, spot.place))
    return found


def _is_harmless(spot: Spot, key: str | None, *, is_total: bool) -> bool:
    if spot.is_same and key in _SPELLING_FREE:
        return True
    harmless = _HARMLESS.get(spot.code)
    return harmless is not None and (is_total or key in harmless)


def _cell_of(cells: Sequence[str], place: int | None) -> str:
    return spelling.shown(cells[place], 20) if place is not None and place < len(cells) else ""


def _check_total(number: int, cells: Sequence[str], layout: Layout, checked: Checked) -> None:
    """Compare what the manifest says of itself with what was read."""
    sums = {"layers": 0, "weight": 0}
    for one in checked.consignments:
        sums["layers"] += one.slip.layers
        sums["weight"] += one.slip.weight
    keys = {place: key for key, place in layout.order.items() if key in sums}
    for place, told in counts(cells).items():
        key = keys.get(place)
        if key is None:
            checked.total = told
        if key is None or not checked.findings:  # sums of a manifest with wrong rows say nothing
            right = len(layout.items) if key is None else sums[key]
            if told != right:
                title = COLUMNS[key] if key else ""
                checked.findings.append(Finding(number, "", title, "count-mismatch", place))


def holds(checked: Checked, counter: Counter) -> bool:
    """Tell whether what was right is right still, at a later time and with more known.

    Args:
        checked: Without findings; of the same catalogues.
    """
    if any(key in counter.known for key in checked.keys):
        return False
    offices = counter.places.offices
    return all(
        one.appt is None or one.appt - counter.at >= lead_hours(offices[one.dest], counter) * 3600
        for one in checked.consignments
    )
