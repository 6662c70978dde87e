"""Rules of acceptance: from the rows of a manifest to consignments, or to what is wrong with them.

**Rule:** whole manifest in, or whole manifest out. Every wrong row is named with column and
reason; nothing here asks for a subject, and what looks like one is refused. Sources: Decision
55/2016/QĐ-TTg for the services, Decree 63/2026/NĐ-CP for mark A; the figures are dated tables in
`catalogues/`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import TypeVar

from kt1custody.core import spelling
from kt1custody.core.item import TIMED, Consignment, Kind, Mark, Slip, Urgency
from kt1custody.core.layout import (
    COLUMNS,
    WHOLE_ROW,
    Finding,
    Layout,
    Line,
    Spot,
    counts,
    lay_out,
    shown,
)
from kt1custody.core.places import FOUNDING_KINDS, Agency, Office, Places

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
    "control-character",
    "count-mismatch",
    "double-column",
    "duplicate-reference",
    "error-value",
    "formula-without-value",
    "hidden-column",
    "hidden-row",
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

# What may stand under mark, urgency, kind and layers; urgency and mark may also be empty.
MARKS = ("A", "B", "C")
URGENCIES = ("Thường", "Hỏa tốc", "Hẹn giờ", "Hỏa tốc Hẹn giờ")
KINDS = ("Thư", "Gói", "Kiện")
LAYERS = ("1", "2")

_MARKS = {"": Mark.NONE, "a": Mark.A, "b": Mark.B, "c": Mark.C}
_URGENCIES = {"": Urgency.NORMAL} | {
    spelling.fold(text): value for text, value in zip(URGENCIES, Urgency, strict=True)
}
_KINDS = {spelling.fold(text): value for text, value in zip(KINDS, Kind, strict=True)}
_LENGTHS = {"reference": 60, "named": 100, "note": 200}
_MAX_CELL = 200
_MAX_WEIGHT = 50_000  # grams; what one person can carry
_NUMBER = re.compile(r"[0-9]{1,6}")
# What a spreadsheet makes of a document number that looks like a number, a date or a time.
_CHANGED = re.compile(
    r"[0-9]+([.,][0-9]+)?E\+[0-9]+|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}( [0-9:]+)?|[0-9]{1,2}:[0-9:]+"
    r"|[0-9]{1,2}-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Thg ?[0-9]{1,2})(-[0-9]+)?"
    r"|(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Thg ?[0-9]{1,2})-[0-9]+"
)
# Spots that do no harm in a row of totals, nor in these columns; None: without a heading of ours.
_HARMLESS: Mapping[str, frozenset[str | None]] = {
    "merged-cells": frozenset({None}),
    "hidden-column": frozenset({None}),
    "changed-by-spreadsheet": frozenset({None, "stt", "layers", "weight"}),
}
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Tables:
    """Dated figures that an operator can change.

    Attributes:
        lead_hours: `office`, `commune`, `other` → clock hours between acceptance and appointment.
        subject_words: Words that betray a subject, as typed.
    """

    lead_hours: Mapping[str, int]
    subject_words: Sequence[str]


@dataclass(frozen=True, slots=True)
class Counter:
    """Where and when a manifest is accepted.

    Attributes:
        office: Number of the founding office.
        at: Time of acceptance, Unix seconds UTC.
        zone: The office's time zone.
        known: Keys (`duplicate_key`) of what was accepted this year already.
    """

    places: Places
    tables: Tables
    office: int
    at: int
    zone: tzinfo
    known: frozenset[tuple[str, str, str]] = frozenset()


@dataclass(slots=True)
class Checked:
    """What came of a manifest: consignments in the order of its rows, or findings.

    Attributes:
        rows: Row in the file of each consignment.
        total: How many items the manifest itself says it has, or None.
    """

    consignments: list[Consignment] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
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
            _Row(number, cells, layout, counter, checked, seen).check()
    for number, cells in layout.totals:
        if number not in spots:
            _check_total(number, cells, layout, checked)
    if not layout.items and not checked.findings:
        checked.findings.append(Finding(layout.header, "", "", "no-rows"))


def _by_row(spots: Iterable[Spot], layout: Layout) -> dict[int, list[Finding]]:
    """Make findings, by row, of what matters in the headings, the items and the totals."""
    keys = {place: key for key, place in layout.order.items()}
    rows = dict(layout.items) | {layout.header: ()}
    totals = {number for number, _ in layout.totals}
    found: dict[int, list[Finding]] = {}
    for spot in spots:
        row, key = spot.row or layout.header, keys.get(spot.place)
        harmless = _HARMLESS.get(spot.code)
        if harmless is not None and (row in totals or key in harmless):
            continue
        if row in rows or row in totals:
            stt = _cell_of(rows.get(row, ()), layout.order.get("stt"))
            title = COLUMNS.get(key or "", "")
            found.setdefault(row, []).append(Finding(row, stt, title, spot.code, spot.place))
    return found


def _cell_of(cells: Sequence[str], place: int | None) -> str:
    return shown(cells[place], 20) if place is not None and place < len(cells) else ""


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


def spell_row(one: Consignment, places: Places, zone: tzinfo) -> dict[str, str]:
    """Spell a consignment as the row that would bring it, by the keys of `layout.COLUMNS`."""
    slip = one.slip
    agencies = places.agencies
    at = None if one.appt is None else datetime.fromtimestamp(one.appt, zone)
    return {
        "stt": "1",
        "reference": slip.reference or "",
        "sender": slip.sender,
        "sender_name": agencies[slip.sender].name if slip.sender in agencies else "",
        "recipient": slip.recipient,
        "recipient_name": agencies[slip.recipient].name if slip.recipient in agencies else "",
        "named": slip.named or "",
        "mark": "" if one.mark == Mark.NONE else one.mark.name,
        "urgency": URGENCIES[one.urgency],
        "appt": "" if at is None else at.strftime("%d/%m/%Y %H:%M"),
        "kind": KINDS[one.kind],
        "layers": str(slip.layers),
        "weight": str(slip.weight),
        "note": slip.note or "",
    }


@lru_cache(maxsize=8_192)
def _fold(text: str) -> str:
    """Fold text; in a manifest the same names come again and again."""
    return spelling.fold(text)


@lru_cache(maxsize=8)
def _subject(words: tuple[str, ...]) -> re.Pattern[str]:
    """Give the pattern of words that betray a subject."""
    listed = "|".join(re.escape(spelling.fold(word)) for word in words) or "(?!)"
    return re.compile(rf"(?<!\w)(?:{listed})(?![\w\u0300-\u036f])")


def duplicate_key(slip: Slip) -> tuple[str, str, str] | None:
    """Give what may come only once a year: sender, reference and recipient; None without one."""
    if slip.reference is None:
        return None
    return (slip.sender, spelling.fold(slip.reference).replace(" ", ""), slip.recipient)


class _Row:
    """Checks one row; writes a consignment or findings into `checked`."""

    def __init__(
        self,
        number: int,
        cells: Sequence[str],
        layout: Layout,
        counter: Counter,
        checked: Checked,
        seen: set[tuple[str, str, str]],
    ) -> None:
        self._number = number
        self._order = layout.order
        self._cells = dict.fromkeys(COLUMNS, "") | {
            key: spelling.tidy(spelling.narrow(cells[place])) if place < len(cells) else ""
            for key, place in layout.order.items()
        }
        self._raw = cells
        self._places = layout.aside | set(layout.order.values())
        self._counter = counter
        self._checked = checked
        self._seen = seen
        self._before = len(checked.findings)

    def check(self) -> None:
        if not self._check_text():
            return
        sender, recipient = self._agency("sender"), self._agency("recipient")
        if sender is not None and sender == recipient:
            self._wrong("recipient", "same-sender-and-recipient")
        mark = self._choice("mark", _MARKS, "unknown-secrecy-mark")
        urgency = self._choice("urgency", _URGENCIES, "unknown-urgency")
        kind = self._choice("kind", _KINDS, "unknown-kind")
        layers, weight = self._layers(mark), self._weight()
        reference = self._reference(mark)
        dest = self._destination(recipient)
        appt = self._appointment(urgency, dest)
        self._check_subject()
        if sender is None or recipient is None or dest is None:
            return
        slip = Slip(
            sender.code,
            recipient.code,
            reference,
            self._cells["named"] or None,
            layers,
            weight,
            self._cells["note"] or None,
        )
        self._check_duplicate(slip)
        if len(self._checked.findings) == self._before and mark is not None:
            assert urgency is not None and kind is not None  # noqa: S101, PT018  # no finding
            self._checked.consignments.append(
                Consignment(mark, urgency, kind, appt, dest.number, slip)
            )
            self._checked.rows.append(self._number)

    def _wrong(self, key: str, code: str) -> None:
        title, stt = COLUMNS.get(key, ""), shown(self._cells["stt"], 20)
        place = self._order.get(key, WHOLE_ROW)
        self._checked.findings.append(Finding(self._number, stt, title, code, place))

    def _check_text(self) -> bool:
        """Refuse cells that nothing else should look at."""
        if any(c.strip() for place, c in enumerate(self._raw) if place not in self._places):
            self._wrong("", "too-many-columns")
        for key, text in self._cells.items():
            if len(text) > _LENGTHS.get(key, _MAX_CELL):
                code = "reference-too-long" if key == "reference" else "text-too-long"
                self._wrong(key, code)
            if spelling.has_bad_characters(text):
                self._wrong(key, "control-character")
        return len(self._checked.findings) == self._before

    def _agency(self, key: str) -> Agency | None:
        agency = self._counter.places.agencies.get(self._cells[key])
        if agency is None:
            self._wrong(key, "unknown-agency")
            return None
        name = self._cells[f"{key}_name"]
        if _fold(name) != _fold(agency.name):
            self._wrong(f"{key}_name", "name-does-not-match-code")
        day = datetime.fromtimestamp(self._counter.at, self._counter.zone).date().isoformat()
        if agency.valid_from > day:
            self._wrong(key, "agency-not-yet-valid")
        return agency

    def _choice(self, key: str, words: Mapping[str, _T], code: str) -> _T | None:
        value = words.get(_fold(self._cells[key]))
        if value is None:
            self._wrong(key, code)
        return value

    def _layers(self, mark: Mark | None) -> int:
        text = self._cells["layers"]
        if text not in LAYERS:
            self._wrong("layers", "bad-layers")
            return 0
        # Mark A travels in two envelopes, Decree 63/2026/NĐ-CP.
        if mark == Mark.A and text != "2":
            self._wrong("layers", "two-layers-required")
        return int(text)

    def _weight(self) -> int:
        text = self._cells["weight"]
        weight = int(text) if _NUMBER.fullmatch(text) and text.isascii() else 0
        if not 0 < weight <= _MAX_WEIGHT:
            self._wrong("weight", "bad-weight")
        return weight

    def _reference(self, mark: Mark | None) -> str | None:
        text = self._cells["reference"]
        if mark == Mark.A and text:
            self._wrong("reference", "reference-not-allowed")
        if mark not in (None, Mark.A) and not text:
            self._wrong("reference", "reference-required")
        if _CHANGED.fullmatch(text):
            self._wrong("reference", "changed-by-spreadsheet")
        return text or None

    def _destination(self, recipient: Agency | None) -> Office | None:
        if recipient is None:
            return None
        office = self._counter.places.destination(recipient)
        if office is None:
            self._wrong("recipient", "unknown-delivery-point")
        return office

    def _appointment(self, urgency: Urgency | None, dest: Office | None) -> int | None:
        text = self._cells["appt"]
        if urgency is None or (urgency not in TIMED and not text):
            return None
        if urgency not in TIMED:
            self._wrong("appt", "appointment-not-allowed")
            return None
        if not text:
            self._wrong("appt", "appointment-required")
            return None
        appt = read_time(text, self._counter.zone)
        if appt is None:
            self._wrong("appt", "bad-date")
        elif dest is not None and appt - self._counter.at < self._lead_hours(dest) * 3600:
            self._wrong("appt", "appointment-too-soon")
        return appt

    def _lead_hours(self, dest: Office) -> int:
        if dest.number == self._counter.office:
            area = "office"
        else:
            area = "other" if dest.kind in FOUNDING_KINDS else "commune"
        return self._counter.tables.lead_hours[area]

    def _check_subject(self) -> None:
        """Refuse text that tells what a document is about."""
        subject = _subject(tuple(self._counter.tables.subject_words))
        for key in ("reference", "named", "note"):
            if subject.search(_fold(self._cells[key])):
                self._wrong(key, "subject-not-allowed")

    def _check_duplicate(self, slip: Slip) -> None:
        key = duplicate_key(slip)
        if key in self._seen:
            self._wrong("reference", "duplicate-reference")
        if key is not None:
            self._seen.add(key)


def read_time(text: str, zone: tzinfo) -> int | None:
    """Read `dd/MM/yyyy HH:mm` in a time zone as Unix seconds UTC, or None."""
    if not text.isascii():  # digits of other scripts are not read
        return None
    try:
        local = datetime.strptime(text, "%d/%m/%Y %H:%M")  # noqa: DTZ007  # zone follows
    except ValueError:
        return None
    return int(local.replace(tzinfo=zone).timestamp())
