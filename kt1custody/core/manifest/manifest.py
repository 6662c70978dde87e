"""From the rows of a manifest to consignments, or to what is wrong with them.

**Rule:** whole manifest in, or whole manifest out; the same rules whatever it was read from. All
reason codes stand here; each is told in `.docs/manifest.md`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kt1custody.core.formats.item import Consignment
from kt1custody.core.manifest import old_fonts
from kt1custody.core.manifest.layout import (
    COLUMNS,
    Layout,
    Line,
    RowFinding,
    Spot,
    counts,
    lay_out,
)
from kt1custody.core.manifest.row import Counter, Key, Row, lead_hours

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
    "foreign-letter",
    "formula-text",
    "formula-without-value",
    "hidden-column",
    "hidden-row",
    "hidden-text",
    "letter-or-digit",
    "letters-lost",
    "letters-saved-twice",
    "merged-cells",
    "missing-column",
    "name-does-not-match-code",
    "no-rows",
    "not-a-list",
    "not-an-item",
    "old-font-tcvn3",
    "old-font-unknown",
    "old-font-viqr",
    "old-font-viscii",
    "old-font-vni",
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
# Codes of notices: what was read otherwise than it was written, for a person to compare.
NOTICES = ("letter-among-digits", "read-as-latin")
MAX_ITEMS = 20_000

# Spots that do no harm in a row of totals, nor in these columns; None: without a heading of ours.
_HARMLESS: Mapping[str, frozenset[str | None]] = {
    "merged-cells": frozenset({None}),
    "hidden-column": frozenset({None}),
    "changed-by-spreadsheet": frozenset({None, "stt"}),
    **{code: frozenset[str | None]({None}) for code in old_fonts.CODES},
}
# Columns whose text is a number or a time, however it is spelled.
_SPELLING_FREE = ("layers", "weight", "appt")
_MANY = 6  # headings in an old font, from which on the whole list is taken to be typed so


@dataclass(slots=True)
class CheckedManifest:
    """What came of a manifest: consignments in the order of its rows, or findings.

    Attributes:
        rows: Row in the file of each consignment.
        keys: `duplicate_key` of each consignment.
        references: Row in the file → `duplicate_key`, of every row that has one, wrong or right.
        notices: What a person should compare although nothing is wrong.
        total: How many items the manifest itself says it has, or None.
    """

    consignments: list[Consignment] = field(default_factory=list)
    findings: list[RowFinding] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    keys: list[Key | None] = field(default_factory=list)
    references: dict[int, Key] = field(default_factory=dict)
    notices: list[RowFinding] = field(default_factory=list)
    total: int | None = None


def check(lines: Sequence[Line], counter: Counter, spots: Iterable[Spot] = ()) -> CheckedManifest:
    """Check a manifest as read from a file.

    Args:
        lines: Untrusted rows, headings included, with their row number in the file, ascending.
        spots: What the file holds beside text.

    Returns:
        Consignments only if there is no finding.
    """
    filled = [(number, cells) for number, cells in lines if any(map(str.strip, cells))]
    judged = [(number, tuple(map(old_fonts.judge, cells))) for number, cells in filled]
    meant = [(number, tuple(text for _, text in cells)) for number, cells in judged]
    layout = lay_out(meant, counter.tables.subject_words)
    checked = CheckedManifest(findings=layout.findings)
    if layout.order:
        known = _by_row([*spots, *_old_fonts(judged)], layout)
        fonts = [code for code in known.get(layout.header, {}).values() if code in old_fonts.CODES]
        if len(fonts) >= _MANY:
            checked.findings = [RowFinding(layout.header, "", "", fonts[0])]
        else:
            _check_items(dict(filled), layout, counter, known, checked)
    if checked.findings:
        for part in (checked.consignments, checked.rows, checked.keys, checked.notices):
            part.clear()
        checked.findings.sort(key=lambda finding: (finding.row, finding.place))
    return checked


def _old_fonts(judged: Sequence[tuple[int, Sequence[tuple[str, str]]]]) -> Iterator[Spot]:
    """Name the cells whose letters are not Unicode Vietnamese."""
    return (
        Spot(number, place, code)
        for number, cells in judged
        for place, (code, _) in enumerate(cells)
        if code
    )


def _check_items(
    lines: Mapping[int, Sequence[str]],
    layout: Layout,
    counter: Counter,
    spots: Mapping[int, Mapping[int, str]],
    checked: CheckedManifest,
) -> None:
    keys = {place: key for key, place in layout.order.items()}
    for number in (layout.header, *(number for number, _ in layout.totals)):
        for place, code in spots.get(number, {}).items():
            title = COLUMNS.get(keys.get(place, ""), "")
            checked.findings.append(RowFinding(number, "", title, code, place))
    if len(layout.items) > MAX_ITEMS:
        checked.findings.append(RowFinding(layout.items[MAX_ITEMS][0], "", "", "too-many-rows"))
        return
    seen = set(counter.known)
    for number, _ in layout.items:
        row = Row(number, lines[number], layout, counter, seen, spots.get(number, {}))
        _take_row(row, number, seen, checked)
    for number, cells in layout.totals:
        _check_total(number, cells, spots.get(number, {}), layout, checked)
    if not layout.items and not checked.findings:
        checked.findings.append(RowFinding(layout.header, "", "", "no-rows"))


def _take_row(row: Row, number: int, seen: set[Key], checked: CheckedManifest) -> None:
    made = row.check()
    checked.findings += row.findings
    checked.notices += row.notices
    if row.key is not None:
        seen.add(row.key)
        checked.references[number] = row.key
    if made is not None:
        checked.consignments.append(made)
        checked.rows.append(number)
        checked.keys.append(row.key)


def _by_row(spots: Iterable[Spot], layout: Layout) -> dict[int, dict[int, str]]:
    """Give what matters in the headings, the items and the totals: row, column, first code."""
    keys = {place: key for key, place in layout.order.items()}
    totals = {number for number, _ in layout.totals}
    rows = {layout.header, *totals, *(number for number, _ in layout.items)}
    known: dict[int, dict[int, str]] = {}
    for spot in spots:
        row = spot.row or layout.header
        if row not in rows or spot.place in layout.aside | layout.refused:
            continue
        if not _is_harmless(spot, keys.get(spot.place), is_total=row in totals):
            known.setdefault(row, {}).setdefault(spot.place, spot.code)
    return known


def _is_harmless(spot: Spot, key: str | None, *, is_total: bool) -> bool:
    if spot.is_same and key in _SPELLING_FREE:
        return True
    harmless = _HARMLESS.get(spot.code)
    return harmless is not None and (is_total or key in harmless)


def _check_total(
    number: int,
    cells: Sequence[str],
    spots: Mapping[int, str],
    layout: Layout,
    checked: CheckedManifest,
) -> None:
    """Compare what the manifest says of itself with what was read."""
    sums = {"layers": 0, "weight": 0}
    for one in checked.consignments:
        sums["layers"] += one.slip.layers
        sums["weight"] += one.slip.weight
    keys = {place: key for key, place in layout.order.items() if key in sums}
    for place, told in counts(cells).items():
        key = keys.get(place)
        if key is None and place not in spots:
            checked.total = told
        if key is None or not checked.findings:  # sums of a manifest with wrong rows say nothing
            right = len(layout.items) if key is None else sums[key]
            if told != right and place not in spots:
                title = COLUMNS[key] if key else ""
                checked.findings.append(RowFinding(number, "", title, "count-mismatch", place))


def holds(checked: CheckedManifest, counter: Counter) -> bool:
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
