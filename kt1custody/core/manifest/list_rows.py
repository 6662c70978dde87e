"""From the rows of a list of offices, agencies or people to values, or to what is wrong with them.

**Rule:** a list goes in as a whole or not at all. A row is left aside only if it says that it is an
example; every other wrong cell is a finding.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from kt1custody.core.formats import numbers, places, spelling
from kt1custody.core.formats.places import Agency, Office
from kt1custody.core.log.schema import SERVICE_KEYS
from kt1custody.core.manifest import old_fonts
from kt1custody.core.manifest.layout import WHOLE_ROW, Line, RowFinding, Spot
from kt1custody.core.manifest.lists import (
    AGENCIES,
    COLUMNS,
    EXAMPLE,
    OFFICES,
    PEOPLE,
    find_header,
    read_header,
)

MAX_NAME = 100  # characters of a person's name
_NUMBER = re.compile(r"[1-9][0-9]{5}")
_DAYS = (re.compile(r"(\d{4})-(\d{2})-(\d{2})"), re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})"))
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A line of the list of people.

    Attributes:
        office: Number of the office where they work.
    """

    number: str
    name: str
    role: str
    office: int


@dataclass(slots=True)
class CheckedList(Generic[_T]):
    """What came of a list: its values in the order of its rows, or findings.

    Attributes:
        examples: How many rows were left aside as examples.
    """

    values: list[_T] = field(default_factory=list)
    findings: list[RowFinding] = field(default_factory=list)
    examples: int = 0


def check_offices(lines: Sequence[Line], spots: Iterable[Spot], own: int) -> CheckedList[Office]:
    """Check a list of offices as read from a file.

    Args:
        lines: Untrusted rows, headings included, with their row number in the file, ascending.
        spots: What the file holds beside text.
        own: Number of the office that keeps the log; it must be in the list.
    """
    made = _check(OFFICES, lines, spots, _office)
    header = find_header(OFFICES, lines)
    if header is not None and not made.findings and own not in {one.number for one in made.values}:
        title = COLUMNS[OFFICES]["number"].title
        made.findings.append(RowFinding(header[0], "", title, "own-office-missing"))
        made.values.clear()
    return made


def check_agencies(
    lines: Sequence[Line], spots: Iterable[Spot], offices: Iterable[Office]
) -> CheckedList[Agency]:
    """Check a list of agencies; each is served by one of these offices. Else as `check_offices`."""
    codes = {one.code for one in offices}
    return _check(AGENCIES, lines, spots, lambda row: _agency(row, codes))


def check_people(
    lines: Sequence[Line], spots: Iterable[Spot], offices: Iterable[Office]
) -> CheckedList[Person]:
    """Check a list of people; each works at one of these offices. Else as `check_offices`."""
    by_code = {one.code: one.number for one in offices}
    return _check(PEOPLE, lines, spots, lambda row: _person(row, by_code))


class _Row:
    """One row of a list, and what is wrong with it.

    Attributes:
        typed: Its cells as typed, by key.
    """

    def __init__(
        self, kind: str, number: int, cells: Sequence[str], order: Mapping[str, int], stt: str
    ) -> None:
        self.findings: list[RowFinding] = []
        self.number, self._kind, self._order, self._stt = number, kind, order, stt
        self.typed = {key: _cell(cells, place) for key, place in order.items()}

    def text(self, key: str, most: int = places.MAX_NAME) -> str:
        """Give the text of a cell that must not be empty, look-alike letters read as meant."""
        text = spelling.canonical(self.typed[key])
        if not text:
            self.wrong(key, "cell-empty")
        elif code := old_fonts.code_of(self.typed[key]):
            self.wrong(key, code)
        elif len(text) > most:
            self.wrong(key, "text-too-long")
        elif spelling.has_bad_characters(text):
            self.wrong(key, "control-character")
        return text

    def code(self, key: str) -> str:
        """Give the code in a cell."""
        text = spelling.canonical_code(self.text(key))
        if text and not places.is_code(text):
            self.wrong(key, "bad-code")
        return text

    def choice(self, key: str) -> str:
        """Give what is stored for a word of a closed list."""
        text = self.text(key)
        words = COLUMNS[self._kind][key].words
        known = {spelling.plain(word): code for code, word in words.items()}
        known |= {spelling.plain(code): code for code in words}
        found = known.get(spelling.plain(text), "")
        if text and not found:
            self.wrong(key, "unknown-word")
        return found

    def wrong(self, key: str, code: str) -> None:
        """Say what is wrong with a cell; one thing is enough."""
        title = COLUMNS[self._kind][key].title
        if all(one.column != title for one in self.findings):
            place = self._order[key]
            self.findings.append(RowFinding(self.number, self._stt, title, code, place))


def _office(row: _Row) -> Office:
    number = row.text("number")
    if number and not (number.isascii() and _NUMBER.fullmatch(number)):
        row.wrong("number", "bad-office-number")
        number = ""
    return Office(
        int(number or 0), row.code("code"), row.text("name"), row.choice("kind"), row.code("unit")
    )


def _agency(row: _Row, offices: set[str]) -> Agency:
    point = row.code("delivery_point")
    if point and point not in offices:
        row.wrong("delivery_point", "unknown-office")
    day = read_day(row.text("valid_from"))
    if day is None:
        row.wrong("valid_from", "bad-day")
    return Agency(
        row.code("code"),
        row.text("name"),
        row.choice("kind"),
        row.code("unit"),
        row.text("address"),
        point,
        day or "",
    )


def _person(row: _Row, offices: Mapping[str, int]) -> Person:
    number, office = row.text("number").upper(), row.code("office")
    if number and (not numbers.is_staff_number(number) or number.lower() in SERVICE_KEYS):
        row.wrong("number", "bad-staff-number")
    if office and office not in offices:
        row.wrong("office", "unknown-office")
    return Person(
        number=number,
        name=row.text("name", MAX_NAME),
        role=row.choice("role"),
        office=offices.get(office, 0),
    )


def read_day(text: str) -> str | None:
    """Read `dd/mm/yyyy` or `yyyy-mm-dd` as `yyyy-mm-dd`; None if there is no such day."""
    if not text.isascii():
        return None
    for place, form in enumerate(_DAYS):
        parts = form.fullmatch(text)
        if parts is not None:
            year, month, day = parts.groups() if place == 0 else reversed(parts.groups())
            try:
                return date(int(year), int(month), int(day)).isoformat()
            except ValueError:
                return None
    return None


def _check(
    kind: str, lines: Sequence[Line], spots: Iterable[Spot], make: Callable[[_Row], _T]
) -> CheckedList[_T]:
    """Find the headings, make a value of each row below them, and refuse what stands twice."""
    checked: CheckedList[_T] = CheckedList()
    header = find_header(kind, lines)
    if header is None:
        checked.findings.append(RowFinding(1, "", "", "not-a-list"))
        return checked
    order, stt = read_header(kind, header, checked.findings)
    checked.findings += _old_fonts(header)
    if not checked.findings:
        hindered = _hindered(kind, header[0], order, spots)
        below = [one for one in lines if one[0] > header[0] and any(map(str.strip, one[1]))]
        _check_rows(kind, below, order, stt, hindered, make, checked)
        checked.findings += hindered.get(header[0], ())
        if not checked.values and not checked.findings:
            checked.findings.append(RowFinding(header[0], "", "", "no-rows"))
    if checked.findings:
        checked.values.clear()
        checked.findings.sort(key=lambda one: (one.row, one.place))
    return checked


def _old_fonts(header: Line) -> Iterator[RowFinding]:
    """Name the headings that are not Unicode Vietnamese; below them nothing is judged."""
    for place, title in enumerate(header[1]):
        code, meant = old_fonts.judge(title)
        if code:
            yield RowFinding(header[0], "", spelling.shown(meant, 60), code, place)


def _check_rows(
    kind: str,
    lines: Sequence[Line],
    order: Mapping[str, int],
    stt: int,
    hindered: Mapping[int, Sequence[RowFinding]],
    make: Callable[[_Row], _T],
    checked: CheckedList[_T],
) -> None:
    """Make the values of the rows below the headings, examples left aside."""
    rows = []
    for number, cells in lines:
        label = spelling.canonical(_cell(cells, stt))
        if spelling.plain(label) == spelling.plain(EXAMPLE):
            checked.examples += 1
        elif number in hindered:
            checked.findings += hindered[number]
        else:
            row = _Row(kind, number, cells, order, spelling.shown(label, 20))
            _refuse_more(row, cells, {*order.values(), stt})
            checked.values.append(make(row))
            rows.append(row)
    _refuse_doubles(kind, rows, checked.values)
    _refuse_alike(rows)
    checked.findings += (one for row in rows for one in row.findings)


def _hindered(
    kind: str, header: int, order: Mapping[str, int], spots: Iterable[Spot]
) -> dict[int, list[RowFinding]]:
    """Make findings, by row, of what the file holds beside text in the columns of the list."""
    keys = {place: key for key, place in order.items()}
    found: dict[int, list[RowFinding]] = {}
    for spot in spots:
        row, key = spot.row or header, keys.get(spot.place)
        if row < header or (key is None and spot.place != WHOLE_ROW):
            continue
        title = COLUMNS[kind][key].title if key else ""
        found.setdefault(row, []).append(RowFinding(row, "", title, spot.code, spot.place))
    return found


def _refuse_more(row: _Row, cells: Sequence[str], known: set[int]) -> None:
    """Refuse text that stands under no heading."""
    if any(cell.strip() for place, cell in enumerate(cells) if place not in known):
        row.findings.append(RowFinding(row.number, "", "", "too-many-columns"))


def _refuse_doubles(kind: str, rows: Sequence[_Row], values: Sequence[object]) -> None:
    """Refuse a code or number that a row before has."""
    for key in ("code", "number"):
        if key in COLUMNS[kind]:
            seen: set[object] = set()
            for row, value in zip(rows, values, strict=True):
                told = getattr(value, key)
                if told and told in seen:
                    row.wrong(key, "double-code")
                seen.add(told)


def _refuse_alike(rows: Sequence[_Row]) -> None:
    """Name both of two names that look the same but are of different letters."""
    by_number = {row.number: row for row in rows}
    for pair in places.alike((row.number, row.typed["name"]) for row in rows):
        for number in pair:
            by_number[number].wrong("name", "names-alike")


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if 0 <= place < len(cells) else ""
