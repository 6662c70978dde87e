"""Rules of acceptance for one row: a consignment, or what is wrong with it.

**Rule:** every fault is named with its column; nothing here asks for a subject, and what looks
like one is refused. Sources: Decision 55/2016/QĐ-TTg for the services, Decree 63/2026/NĐ-CP for
mark A; the figures are dated tables in `catalogues/`.
"""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import TypeVar

from kt1custody.core import spelling
from kt1custody.core.item import TIMED, Consignment, Kind, Mark, Slip, Urgency
from kt1custody.core.layout import COLUMNS, WHOLE_ROW, Finding, Layout
from kt1custody.core.places import FOUNDING_KINDS, Agency, Office, Places

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
Key = tuple[str, str, str]
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
    known: frozenset[Key] = frozenset()


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


def duplicate_key(slip: Slip) -> Key | None:
    """Give what may come only once a year: sender, reference and recipient; None without one."""
    if slip.reference is None:
        return None
    return (slip.sender, _fold(slip.reference).replace(" ", ""), slip.recipient)


def lead_hours(dest: Office, counter: Counter) -> int:
    """Give the clock hours that must lie between acceptance and an appointment."""
    if dest.number == counter.office:
        return counter.tables.lead_hours["office"]
    return counter.tables.lead_hours["other" if dest.kind in FOUNDING_KINDS else "commune"]


class Row:
    """Checks one row.

    Attributes:
        findings: What is wrong with it, after `check`.
        key: `duplicate_key` of its slip, if it has one.
    """

    def __init__(
        self,
        number: int,
        cells: Sequence[str],
        layout: Layout,
        counter: Counter,
        seen: Container[Key],
    ) -> None:
        """Take the untrusted cells of a row.

        Args:
            number: Row in the file.
            seen: Keys of what was accepted before.
        """
        self.findings: list[Finding] = []
        self.key: Key | None = None
        self._number = number
        self._order = layout.order
        self._cells = dict.fromkeys(COLUMNS, "") | {
            key: _tidy(cells[place]) if place < len(cells) else ""
            for key, place in layout.order.items()
        }
        self._raw = cells
        self._others = {*range(len(cells))} - layout.aside - {*layout.order.values()}
        self._counter = counter
        self._seen = seen

    def check(self) -> Consignment | None:
        """Give what the row brings, or None with findings."""
        if not self._check_text():
            return None
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
            return None
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
        if self.findings or mark is None or urgency is None or kind is None:
            return None
        return Consignment(mark, urgency, kind, appt, dest.number, slip)

    def _wrong(self, key: str, code: str) -> None:
        title, stt = COLUMNS.get(key, ""), spelling.shown(self._cells["stt"], 20)
        place = self._order.get(key, WHOLE_ROW)
        self.findings.append(Finding(self._number, stt, title, code, place))

    def _check_text(self) -> bool:
        """Refuse cells that nothing else should look at."""
        if any(self._raw[place].strip() for place in self._others):
            self._wrong("", "too-many-columns")
        for key, text in self._cells.items():
            if len(text) > _LENGTHS.get(key, _MAX_CELL):
                code = "reference-too-long" if key == "reference" else "text-too-long"
                self._wrong(key, code)
            if spelling.has_bad_characters(text):
                self._wrong(key, "control-character")
        return not self.findings

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
        elif dest is not None and appt - self._counter.at < lead_hours(dest, self._counter) * 3600:
            self._wrong("appt", "appointment-too-soon")
        return appt

    def _check_subject(self) -> None:
        """Refuse text that tells what a document is about."""
        subject = _subject(tuple(self._counter.tables.subject_words))
        for key in ("reference", "named", "note"):
            if subject.search(_fold(self._cells[key])):
                self._wrong(key, "subject-not-allowed")

    def _check_duplicate(self, slip: Slip) -> None:
        self.key = duplicate_key(slip)
        if self.key in self._seen:
            self._wrong("reference", "duplicate-reference")


def read_time(text: str, zone: tzinfo) -> int | None:
    """Read `dd/MM/yyyy HH:mm` in a time zone as Unix seconds UTC, or None."""
    if not text.isascii():  # digits of other scripts are not read
        return None
    try:
        local = datetime.strptime(text, "%d/%m/%Y %H:%M")  # noqa: DTZ007  # zone follows
    except ValueError:
        return None
    return int(local.replace(tzinfo=zone).timestamp())


# In a manifest the same names and words come again and again.


@lru_cache(maxsize=8_192)
def _tidy(cell: str) -> str:
    return spelling.tidy(spelling.narrow(cell))


@lru_cache(maxsize=8_192)
def _fold(text: str) -> str:
    return spelling.fold(text)


@lru_cache(maxsize=8)
def _subject(words: tuple[str, ...]) -> re.Pattern[str]:
    """Give the pattern of words that betray a subject."""
    listed = "|".join(re.escape(spelling.fold(word)) for word in words) or "(?!)"
    return re.compile(rf"(?<!\w)(?:{listed})(?![\w\u0300-\u036f])")
