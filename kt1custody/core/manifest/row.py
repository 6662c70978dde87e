"""Rules of acceptance for one row: a consignment, or what is wrong with it.

**Rule:** every wrong cell is named at once, each with the one reason that comes first, and no cell
for the fault of another. Nothing here asks for a subject, and what looks like one is refused.
Look-alike letters are read as what they are meant as; O and 0 are never exchanged. Sources:
Decision 55/2016/QĐ-TTg for the services, Decree 63/2026/NĐ-CP for mark A; the figures are dated
tables in `catalogues/`.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import lru_cache, partial
from typing import TypeVar

from kt1custody.core.formats import letters, spelling
from kt1custody.core.formats.item import TIMED, Consignment, Kind, Mark, Slip, Urgency
from kt1custody.core.formats.places import FOUNDING_KINDS, Agency, Office, Places
from kt1custody.core.manifest import cells as values
from kt1custody.core.manifest import old_fonts, subject
from kt1custody.core.manifest.layout import COLUMNS, WHOLE_ROW, Layout, RowFinding

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
_WEIGHT = partial(values.read_number, most=50_000)  # grams; what one person can carry
_ENVELOPES = partial(values.read_number, most=len(LAYERS))
# Columns whose letters are Latin, whatever script they were typed in.
_CODES = frozenset({"stt", "reference", "sender", "recipient", "mark", "layers", "weight", "appt"})
_SHOWN = ("reference", "named", "mark", "note")  # what somebody will read on envelope or list
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


def duplicate_key(slip: Slip) -> Key | None:
    """Give what may come only once a year: sender, reference and recipient; None without one."""
    if not slip.reference:
        return None
    return reference_key(slip.sender, slip.reference, slip.recipient)


def reference_key(sender: str, reference: str, recipient: str) -> Key:
    """Give what may come only once a year.

    Args:
        sender: Code in its canonical form; so is `recipient`.
    """
    return (sender, _fold(reference).replace(" ", ""), recipient)


def lead_hours(dest: Office, counter: Counter) -> int:
    """Give the clock hours that must lie between acceptance and an appointment."""
    if dest.number == counter.office:
        return counter.tables.lead_hours["office"]
    return counter.tables.lead_hours["other" if dest.kind in FOUNDING_KINDS else "commune"]


def note_fault(text: str, tables: Tables) -> str:
    """Give the code of what is wrong with a note that was typed beside its row; empty: nothing."""
    if subject.is_told(text, tables.subject_words):
        return "subject-not-allowed"
    return old_fonts.judge(text)[0] or _shape_fault("note", text)


def _shape_fault(key: str, text: str) -> str:
    if spelling.has_bad_characters(text):
        return "control-character"
    if len(text) > _LENGTHS.get(key, _MAX_CELL):
        return "reference-too-long" if key == "reference" else "text-too-long"
    return ""


class Row:
    """Checks one row.

    Attributes:
        findings: What is wrong with it, after `check`.
        notices: What was read otherwise than written, for a person to compare.
        key: `duplicate_key` of its slip, if it has one.
    """

    def __init__(
        self,
        number: int,
        cells: Sequence[str],
        layout: Layout,
        counter: Counter,
        seen: Container[Key],
        spots: Mapping[int, str],
    ) -> None:
        """Take the untrusted cells of a row.

        Args:
            number: Row in the file.
            seen: Keys of what was accepted before.
            spots: What hinders the reading of a cell, one of `manifest.CODES`, by its column.
        """
        self.findings: list[RowFinding] = []
        self.notices: list[RowFinding] = []
        self.key: Key | None = None
        self._number = number
        self._order = layout.order
        self._raw = {
            key: spelling.tidy(cells[place]) if place < len(cells) else ""
            for key, place in layout.order.items()
        }
        self._cells = dict.fromkeys(COLUMNS, "") | {
            key: _read_code(text) if key in _CODES else _read(text)
            for key, text in self._raw.items()
        }
        elsewhere = {*layout.order.values(), *layout.aside, WHOLE_ROW}
        self._others = {place: "" for place in spots if place not in elsewhere} | {
            place: cell for place, cell in enumerate(cells) if place not in elsewhere
        }
        self._refused = layout.refused
        self._counter = counter
        self._seen = seen
        self._spots = spots
        self._unread = set(layout.unclear)  # keys of which nothing more is to be said

    def check(self) -> Consignment | None:
        """Give what the row brings, or None with findings."""
        self._check_text()
        if self._spots.get(WHOLE_ROW) == "row-cut-off":  # what is missing is no fault of its cell
            return None
        sender, recipient = self._agency("sender"), self._agency("recipient")
        if sender is not None and sender == recipient:
            self._wrong("recipient", "same-sender-and-recipient")
        mark = self._choice("mark", _MARKS, "unknown-secrecy-mark")
        urgency = self._choice("urgency", _URGENCIES, "unknown-urgency")
        kind = self._choice("kind", _KINDS, "unknown-kind")
        layers = self._layers(mark)
        weight = self._read_number("weight", _WEIGHT, "bad-weight")
        self._check_reference(mark)
        dest = self._destination(recipient)
        appt = self._appointment(urgency, dest)
        if sender is not None and recipient is not None:
            self._check_duplicate(sender, recipient)
        if self.findings or self._unread or mark is None or urgency is None or kind is None:
            return None
        if sender is None or recipient is None or dest is None or layers is None or weight is None:
            return None
        named, note = self._cells["named"] or None, self._cells["note"] or None
        reference = self._cells["reference"] or None
        slip = Slip(
            sender=sender.code,
            recipient=recipient.code,
            reference=reference,
            named=named,
            layers=layers,
            weight=weight,
            note=note,
        )
        self._notice()
        return Consignment(
            mark=mark, urgency=urgency, kind=kind, appt=appt, dest=dest.number, slip=slip
        )

    def _wrong(self, key: str, code: str) -> None:
        """Name a cell, unless something was said of it already."""
        if key not in self._unread:
            self._unread.add(key)
            self._add(self.findings, COLUMNS[key], code, self._order.get(key, WHOLE_ROW))

    def _add(self, to: list[RowFinding], title: str, code: str, place: int) -> None:
        stt = spelling.shown(self._raw.get("stt", ""), 20)
        to.append(RowFinding(self._number, stt, title, code, place))

    def _check_text(self) -> None:
        """Name cells that nothing else should look at; first those that tell a subject."""
        if WHOLE_ROW in self._spots:
            self._add(self.findings, "", self._spots[WHOLE_ROW], WHOLE_ROW)
        for place, cell in self._others.items():
            is_more = bool(cell.strip()) and place not in self._refused
            code = self._spots.get(place) or ("too-many-columns" if is_more else "")
            code = "subject-not-allowed" if self._is_subject(cell) else code
            if code:
                self._add(self.findings, "", code, place)
        for key, text in self._raw.items():
            if code := self._text_fault(key, text):
                self._wrong(key, code)

    def _text_fault(self, key: str, text: str) -> str:
        if self._is_subject(text) and not self._is_name(key):
            return "subject-not-allowed"
        if self._order[key] in self._spots:
            return self._spots[self._order[key]]
        return _shape_fault(key, text)

    def _is_subject(self, text: str) -> bool:
        return subject.is_told(text, self._counter.tables.subject_words)

    def _is_name(self, key: str) -> bool:
        """Tell whether a cell holds the name of the agency whose code stands beside it."""
        agency = self._counter.places.agency(self._cells.get(key.removesuffix("_name"), ""))
        return agency is not None and _fold(self._cells[key]) == _fold(agency.name)

    def _agency(self, key: str) -> Agency | None:
        if key in self._unread:
            return None
        code = self._cells[key]
        agency = self._counter.places.agency(code)
        if agency is None:
            is_alike = self._counter.places.has_alike(code)
            self._wrong(key, "letter-or-digit" if is_alike else "unknown-agency")
            return None
        if _fold(self._cells[f"{key}_name"]) != _fold(agency.name):
            self._wrong(f"{key}_name", "name-does-not-match-code")
        day = datetime.fromtimestamp(self._counter.at, self._counter.zone).date().isoformat()
        if agency.valid_from > day:
            self._wrong(key, "agency-not-yet-valid")
        return agency

    def _choice(self, key: str, words: Mapping[str, _T], code: str) -> _T | None:
        value = words.get(_fold(self._cells[key]))
        if value is None:
            self._wrong(key, code)
        return None if key in self._unread else value

    def _read_number(self, key: str, read: Callable[[str], int | None], code: str) -> int | None:
        text = self._cells[key]
        number = read(text)
        if number is None:
            self._wrong(key, "letter-or-digit" if values.needs_digits(text, read) else code)
        return number

    def _layers(self, mark: Mark | None) -> int | None:
        layers = self._read_number("layers", _ENVELOPES, "bad-layers")
        # Mark A travels in two envelopes, Decree 63/2026/NĐ-CP.
        if mark == Mark.A and layers == 1:
            self._wrong("layers", "two-layers-required")
        return layers

    def _check_reference(self, mark: Mark | None) -> None:
        text = self._cells["reference"]
        if mark == Mark.A and text:
            self._wrong("reference", "reference-not-allowed")
        if mark not in (None, Mark.A) and not text:
            self._wrong("reference", "reference-required")
        if values.is_changed(text):
            self._wrong("reference", "changed-by-spreadsheet")
        if letters.are_of_other_scripts(text):
            self._wrong("reference", "foreign-letter")

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
        read = partial(values.read_time, zone=self._counter.zone)
        appt = self._read_number("appt", read, "bad-date")
        if dest is None or appt is None:
            return appt
        if appt - self._counter.at < lead_hours(dest, self._counter) * 3600:
            self._wrong("appt", "appointment-too-soon")
        return appt

    def _check_duplicate(self, sender: Agency, recipient: Agency) -> None:
        reference = self._cells["reference"]
        if reference and "reference" not in self._unread:
            self.key = reference_key(sender.code, reference, recipient.code)
            if self.key in self._seen:
                self._wrong("reference", "duplicate-reference")

    def _notice(self) -> None:
        """Note what a person should compare with the envelope."""
        for key in _SHOWN:
            text = self._cells[key]
            if text != letters.signs(self._raw.get(key, "")):
                self._add(self.notices, COLUMNS[key], "read-as-latin", self._order[key])
            elif key == "reference" and values.has_letter_among_digits(text):
                self._add(self.notices, COLUMNS[key], "letter-among-digits", self._order[key])


# In a manifest the same names and words come again and again.
_read = lru_cache(maxsize=8_192)(spelling.canonical)
_read_code = lru_cache(maxsize=8_192)(spelling.canonical_code)
_fold = lru_cache(maxsize=8_192)(spelling.fold)
