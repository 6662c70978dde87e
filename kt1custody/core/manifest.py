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
from typing import TypeVar

from kt1custody.core import spelling
from kt1custody.core.item import TIMED, Consignment, Kind, Mark, Slip, Urgency
from kt1custody.core.places import FOUNDING_KINDS, Agency, Office, Places

COLUMNS: Mapping[str, str] = {
    "stt": "STT",
    "reference": "Số công văn",
    "sender": "Mã cơ quan gửi",
    "sender_name": "Cơ quan gửi",
    "recipient": "Mã cơ quan nhận",
    "recipient_name": "Cơ quan nhận",
    "named": "Người nhận đích danh",
    "mark": "Độ mật",
    "urgency": "Độ khẩn",
    "appt": "Giờ hẹn",
    "kind": "Loại",
    "layers": "Số lớp bì",
    "weight": "Khối lượng (g)",
    "note": "Ghi chú",
}
# Codes of findings; each has its sentence in the catalogues of words.
CODES = (
    "agency-not-yet-valid",
    "appointment-not-allowed",
    "appointment-required",
    "appointment-too-soon",
    "bad-characters",
    "bad-date",
    "bad-layers",
    "bad-weight",
    "double-column",
    "duplicate-reference",
    "missing-column",
    "name-does-not-match-code",
    "no-rows",
    "reference-not-allowed",
    "reference-required",
    "same-sender-and-recipient",
    "subject-not-allowed",
    "too-long",
    "too-many-columns",
    "two-layers-required",
    "unknown-agency",
    "unknown-column",
    "unknown-delivery-point",
    "unknown-kind",
    "unknown-secrecy-mark",
    "unknown-urgency",
)

_MARKS = {"": Mark.NONE, "a": Mark.A, "b": Mark.B, "c": Mark.C}
_URGENCIES = {
    "": Urgency.NORMAL,
    "thường": Urgency.NORMAL,
    "hỏa tốc": Urgency.EXPRESS,
    "hẹn giờ": Urgency.TIMED,
    "hỏa tốc hẹn giờ": Urgency.EXPRESS_TIMED,
}
_KINDS = {"thư": Kind.LETTER, "gói": Kind.PACKET, "kiện": Kind.PARCEL}
_FOLDED_URGENCIES = {spelling.fold(word): value for word, value in _URGENCIES.items()}
_FOLDED_KINDS = {spelling.fold(word): value for word, value in _KINDS.items()}
_LENGTHS = {"reference": 60, "named": 100, "note": 200}
_MAX_CELL = 200
_MAX_WEIGHT = 50_000  # grams; what one person can carry
_NUMBER = re.compile(r"[0-9]{1,6}")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a manifest.

    Attributes:
        row: Row in the file, the header being 1.
        stt: What the row says under STT.
        column: Heading of the column, or empty for the whole row or file.
        code: One of `CODES`.
    """

    row: int
    stt: str
    column: str
    code: str


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
    """What came of a manifest: consignments in the order of its rows, or findings."""

    consignments: list[Consignment] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def check(
    header: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]], counter: Counter
) -> Checked:
    """Check a manifest as read from a file.

    Args:
        header: Untrusted headings.
        rows: Untrusted rows, with their row number in the file; blank ones are left out.

    Returns:
        Consignments only if there is no finding.
    """
    checked = Checked()
    order = _order(header, checked)
    if not checked.findings:
        seen = set(counter.known)
        for number, cells in rows:
            if any(cell.strip() for cell in cells):
                _Row(number, cells, order, counter, checked, seen).check()
        if not checked.consignments and not checked.findings:
            checked.findings.append(Finding(1, "", "", "no-rows"))
    if checked.findings:
        checked.consignments.clear()
    return checked


def duplicate_key(slip: Slip) -> tuple[str, str, str] | None:
    """Give what may come only once a year: sender, reference and recipient; None without one."""
    if slip.reference is None:
        return None
    return (slip.sender, spelling.fold(slip.reference).replace(" ", ""), slip.recipient)


def _shown(text: str, length: int) -> str:
    """Spell untrusted text for a finding: short, and nothing that steers a terminal."""
    signs = spelling.tidy(text)[:length]
    return "".join("\ufffd" if spelling.has_bad_characters(sign) else sign for sign in signs)


def _order(header: Sequence[str], checked: Checked) -> dict[str, int]:
    """Find the columns by their headings."""
    names = {spelling.fold(title): key for key, title in COLUMNS.items()}
    order: dict[str, int] = {}
    for place, title in enumerate(header):
        key = names.get(spelling.fold(title))
        told = _shown(title, 60)
        if key is None and told:
            subject = spelling.fold("trích yếu") in spelling.fold(title)
            code = "subject-not-allowed" if subject else "unknown-column"
            checked.findings.append(Finding(1, "", told, code))
        elif key in order:
            checked.findings.append(Finding(1, "", told, "double-column"))
        elif key:
            order[key] = place
    for key, title in COLUMNS.items():
        if key not in order:
            checked.findings.append(Finding(1, "", title, "missing-column"))
    return order


class _Row:
    """Checks one row; writes a consignment or findings into `checked`."""

    def __init__(
        self,
        number: int,
        cells: Sequence[str],
        order: Mapping[str, int],
        counter: Counter,
        checked: Checked,
        seen: set[tuple[str, str, str]],
    ) -> None:
        self._number = number
        self._cells = {
            key: spelling.tidy(cells[place]) if place < len(cells) else ""
            for key, place in order.items()
        }
        self._raw = cells
        self._places = frozenset(order.values())
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
        urgency = self._choice("urgency", _FOLDED_URGENCIES, "unknown-urgency")
        kind = self._choice("kind", _FOLDED_KINDS, "unknown-kind")
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

    def _wrong(self, key: str, code: str) -> None:
        title = COLUMNS.get(key, "")
        finding = Finding(self._number, _shown(self._cells["stt"], 20), title, code)
        self._checked.findings.append(finding)

    def _check_text(self) -> bool:
        """Refuse cells that nothing else should look at."""
        if any(c.strip() for place, c in enumerate(self._raw) if place not in self._places):
            self._wrong("", "too-many-columns")
        for key, text in self._cells.items():
            if len(text) > _LENGTHS.get(key, _MAX_CELL):
                self._wrong(key, "too-long")
            if spelling.has_bad_characters(text):
                self._wrong(key, "bad-characters")
        return len(self._checked.findings) == self._before

    def _agency(self, key: str) -> Agency | None:
        agency = self._counter.places.agencies.get(self._cells[key])
        if agency is None:
            self._wrong(key, "unknown-agency")
            return None
        name = self._cells[f"{key}_name"]
        if spelling.fold(name) != spelling.fold(agency.name):
            self._wrong(f"{key}_name", "name-does-not-match-code")
        day = datetime.fromtimestamp(self._counter.at, self._counter.zone).date().isoformat()
        if agency.valid_from > day:
            self._wrong(key, "agency-not-yet-valid")
        return agency

    def _choice(self, key: str, words: Mapping[str, _T], code: str) -> _T | None:
        value = words.get(spelling.fold(self._cells[key]))
        if value is None:
            self._wrong(key, code)
        return value

    def _layers(self, mark: Mark | None) -> int:
        text = self._cells["layers"]
        if text not in ("1", "2"):
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
        words = [spelling.fold(word) for word in self._counter.tables.subject_words]
        for key in ("reference", "named", "note"):
            text = spelling.fold(self._cells[key])
            if any(
                re.search(rf"(?<!\w){re.escape(word)}(?![\w\u0300-\u036f])", text) for word in words
            ):
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
