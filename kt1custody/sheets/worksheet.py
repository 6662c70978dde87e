"""One sheet of a workbook: its rows as text, and what text alone does not tell of them.

**Rule:** a cell gives what a person sees in it, or is told as a spot; a formula gives the value
that was stored with it and is never computed. Nothing hidden is read unseen.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl.utils.cell import column_index_from_string, range_boundaries

from kt1custody.core.layout import WHOLE_ROW, Line, Spot
from kt1custody.errors import MalformedInputError
from kt1custody.sheets import cell_text
from kt1custody.sheets.xml_parts import Happenings, broken

_MAX_COLUMNS = 64
_MAX_MERGED = 100_000  # cells that lie under merged ones
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


@dataclass(frozen=True, slots=True)
class Book:
    """What the sheets of a workbook share.

    Attributes:
        formats: Number format by style.
        is_1904: Days are counted from 1904.
    """

    strings: Sequence[str]
    formats: Sequence[str]
    is_1904: bool


def read(part: Happenings, book: Book, most: int) -> tuple[list[Line], list[Spot]]:
    """Read the rows that are not blank, with their row number, and their spots.

    Raises:
        MalformedInputError: `table-unreadable` with `why`: `broken`, `rows`, `too-wide`.
        KeyError, ValueError: It does not hold together.
    """
    sheet = _Sheet(book, most)
    for name, told, _ in part:
        if name == "sheetData" and told is not None:
            sheet.read_rows(part)
        elif told is not None:
            sheet.read_frame(name, told)
    sheet.tell_frame()
    return sheet.lines, sheet.spots


def read_text(part: Happenings, end: str) -> str:
    """Read the text of runs up to the end of their element, without phonetic readings."""
    pieces: list[str] = []
    is_reading = False
    for name, told, text in part:
        if name == end and told is None:
            break
        if name == "rPh":
            is_reading = told is not None
        elif name == "t" and told is None and not is_reading:
            pieces.append(text)
    return "".join(pieces)


class _Sheet:
    """Collects rows and spots; rows and columns must ascend."""

    def __init__(self, book: Book, most: int) -> None:
        self.lines: list[Line] = []
        self.spots: list[Spot] = []
        self._book, self._most = book, most
        self._hidden: set[int] = set()
        self._merged: list[str] = []
        self._are_rows_hidden = False

    def read_frame(self, name: str, told: Mapping[str, str]) -> None:
        if name == "sheetFormatPr":
            self._are_rows_hidden = _is_true(told.get("zeroHeight"))
        elif name == "col" and (_is_true(told.get("hidden")) or _is_zero(told.get("width"))):
            self._hidden |= set(range(int(told["min"]) - 1, min(int(told["max"]), _MAX_COLUMNS)))
        elif name == "mergeCell":
            self._merged.append(told["ref"])

    def read_rows(self, part: Happenings) -> None:
        row = count = 0
        for name, told, _ in part:
            if name == "sheetData":
                return
            if name == "row" and told is not None:
                count += 1
                number = int(told.get("r", row + 1))
                if number <= row:
                    raise broken()
                if count > self._most:
                    raise MalformedInputError("table-unreadable", why="rows")
                row = number
                self._read_row(row, told, part)

    def tell_frame(self) -> None:
        """Tell hidden columns, and the cells that lie under merged ones."""
        self.spots += (Spot(0, place, "hidden-column") for place in sorted(self._hidden))
        numbers = [number for number, _ in self.lines]
        left = _MAX_MERGED
        for merged in self._merged:
            first, top, last, bottom = range_boundaries(merged)
            if not (first and top and last and bottom):
                raise broken()
            rows = numbers[bisect_left(numbers, top) : bisect_right(numbers, bottom)]
            places = range(first - 1, min(last, _MAX_COLUMNS))
            left -= 1 + len(rows) * len(places)
            if left < 0:
                raise MalformedInputError("table-unreadable", why="too-large")
            self.spots += (
                Spot(row, place, "merged-cells")
                for row in rows
                for place in places
                if (row, place) != (top, first - 1)
            )

    def _read_row(self, row: int, told: Mapping[str, str], part: Happenings) -> None:
        cells: dict[int, str] = {}
        place = -1
        for name, facts, _ in part:
            if name == "row":
                break
            if name == "c" and facts is not None:
                place = _place(facts.get("r"), row, place)
                text, code = self._text_of(facts, _read_cell(part))
                if text.strip():
                    cells[place] = text
                if code:
                    self.spots.append(Spot(row, place, code))
        if cells:
            self._add_line(row, cells)
            if self._is_hidden(told):
                self.spots.append(Spot(row, WHOLE_ROW, "hidden-row"))

    def _add_line(self, row: int, cells: Mapping[int, str]) -> None:
        width = max(cells) + 1
        if width > _MAX_COLUMNS:
            raise MalformedInputError("table-unreadable", why="too-wide")
        self.lines.append((row, tuple(cells.get(place, "") for place in range(width))))

    def _is_hidden(self, told: Mapping[str, str]) -> bool:
        if "hidden" in told or "ht" in told:
            return _is_true(told.get("hidden")) or _is_zero(told.get("ht"))
        return self._are_rows_hidden

    def _text_of(self, facts: Mapping[str, str], cell: "_Cell") -> tuple[str, str]:
        """Give the text of a cell, and a code if text alone does not tell it."""
        kind, book = facts.get("t", "n"), self._book
        if cell.is_formula and (cell.value is None or (not cell.value and kind != "str")):
            return "=", "formula-without-value"
        if kind == "inlineStr":
            return cell_text.of_text(cell.inline), ""
        if not cell.value:
            return "", ""
        if kind == "s":
            return cell_text.of_text(book.strings[_index(cell.value, book.strings)]), ""
        style = int(facts.get("s", "0"))
        shown_as = book.formats[style] if 0 <= style < len(book.formats) else "General"
        return cell_text.of_value(kind, cell.value, shown_as, is_1904=book.is_1904)


@dataclass(slots=True)
class _Cell:
    """A cell as written.

    Attributes:
        value: Stored value; None if there is no element for it.
    """

    value: str | None = None
    inline: str = ""
    is_formula: bool = False


def _read_cell(part: Happenings) -> _Cell:
    """Read up to the end of a cell."""
    cell = _Cell()
    for name, told, text in part:
        if name == "c":
            break
        if name == "f":
            cell.is_formula = True
        elif name == "v" and told is None:
            cell.value = text
        elif name == "is" and told is not None:
            cell.inline = read_text(part, "is")
    return cell


def _place(reference: str | None, row: int, before: int) -> int:
    """Give the column of a cell; it must lie behind the one before and in its row."""
    if reference is None:
        return before + 1
    parts = _REFERENCE.fullmatch(reference)
    place = column_index_from_string(parts[1]) - 1 if parts else -1
    if parts is None or int(parts[2]) != row or place <= before:
        raise broken()
    return place


def _index(value: str, strings: Sequence[str]) -> int:
    index = int(value)
    if not 0 <= index < len(strings):
        raise broken()
    return index


def _is_true(told: str | None) -> bool:
    return told in ("1", "true")


def _is_zero(told: str | None) -> bool:
    return told is not None and float(told) == 0
