"""One sheet of a workbook: its rows as text, and what text alone does not tell of them.

**Rule:** a cell gives what a person sees in it, or is reported as a spot; a formula gives the value
that was stored with it and is never computed. Nothing hidden is read unseen.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from openpyxl.utils.cell import column_index_from_string

from kt1custody.core.manifest.layout import WHOLE_ROW, Line, Spot
from kt1custody.errors import MalformedInputError
from kt1custody.sheets import cell_text, limits, rich_text
from kt1custody.sheets.cell_text import Seen
from kt1custody.sheets.fonts import Font
from kt1custody.sheets.frame import Frame
from kt1custody.sheets.limits import MAX_COLUMNS
from kt1custody.sheets.look import Look
from kt1custody.sheets.rich_text import RichText
from kt1custody.sheets.styles import Style, Styles
from kt1custody.sheets.xml_parts import Budget, Happenings, broken

_MAX_CHARACTERS = 40_000_000  # of all cells, a text counted each time it is used
_LAST_ROW = 1_048_576
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_CHANGED = "changed-by-spreadsheet"
_NO_TEXT = RichText("")
_UNSEEN = ("struck-through", "hidden-text")


@dataclass(frozen=True, slots=True)
class SharedParts:
    """What the sheets of a workbook share.

    Attributes:
        is_1904: Days are counted from 1904.
        characters: What the text of all cells of all sheets may cost.
    """

    strings: Sequence[RichText]
    styles: Styles
    is_1904: bool
    characters: Budget = field(default_factory=lambda: Budget(_MAX_CHARACTERS))


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a sheet that are not blank, with their row number, their spots, and their look."""

    lines: list[Line]
    spots: list[Spot]
    look: Look


def read(part: Happenings, book: SharedParts, most: int) -> Sheet:
    """Read a sheet.

    Args:
        most: Rows as written, blank ones included.

    Raises:
        MalformedInputError: `table-unreadable` with `why`: `broken`, `too-large`, `rows`,
            `blank-rows`, `too-wide`.
        KeyError, ValueError: It does not hold together.
    """
    reader = _RowReader(book, most)
    for name, facts, _ in part:
        if name == "sheetData" and facts is not None:
            reader.read_rows(part)
        elif facts is not None:
            reader.frame.read(name, facts, part)
    return reader.sheet()


class _RowReader:
    """Collects rows and spots; rows and columns must ascend."""

    def __init__(self, book: SharedParts, most: int) -> None:
        self.frame = Frame(book.styles.doubtful)
        self._book, self._most = book, most
        self._lines: list[Line] = []
        self._spots: list[Spot] = []
        self._look = Look()
        self._hindrances: dict[tuple[Style, frozenset[Font | None]], str] = {}

    def read_rows(self, part: Happenings) -> None:
        row = count = 0
        try:
            for name, facts, _ in part:
                if name == "sheetData":
                    return
                if name == "row" and facts is not None:
                    count += 1
                    number = int(facts.get("r", row + 1))
                    if not row < number <= _LAST_ROW:
                        raise broken()
                    row = number
                    if count > self._most:
                        raise limits.too_many_rows(self._lines, row, self._most)
                    self._read_row(row, facts, part)
        except MalformedInputError as error:
            if error.detail.get("why") == "too-large" and limits.are_blank(self._lines, row):
                raise limits.too_many_rows(self._lines, row, self._most) from None
            raise

    def sheet(self) -> Sheet:
        """Give what was read."""
        self._spots += self.frame.spots(self._lines)
        self._look.widths, self._look.merged = self.frame.widths, self.frame.merged
        return Sheet(self._lines, self._spots, self._look)

    def _read_row(self, row: int, facts: Mapping[str, str], part: Happenings) -> None:
        cells: dict[int, str] = {}
        looks: dict[int, int] = {}
        spots: list[Spot] = []
        for place, cell_facts, cell in _cells(row, part):
            number = int(cell_facts.get("s", "0"))
            if place < MAX_COLUMNS:
                looks[place] = number
            if cell == _BLANK:
                continue
            seen, hindrance = self._see(cell_facts, cell, self._book.styles.of(number))
            if seen.text.strip():
                cells[place] = seen.text
                spots += [Spot(row, place, hindrance)] if hindrance else []
            if seen.code:
                spots.append(Spot(row, place, seen.code, is_same=seen.is_same))
        if cells and self.frame.hides_row(facts):
            spots.append(Spot(row, WHOLE_ROW, "hidden-row"))
        self._spots += _of_whole_row(row, spots, len(cells))
        if cells:
            self._add_line(row, cells)
            self._add_look(row, looks, facts)

    def _add_look(self, row: int, looks: Mapping[int, int], facts: Mapping[str, str]) -> None:
        self._look.styles[row] = [looks.get(place, 0) for place in range(max(looks) + 1)]
        if "ht" in facts:
            self._look.heights[row] = float(facts["ht"])

    def _add_line(self, row: int, cells: Mapping[int, str]) -> None:
        width = max(cells) + 1
        if width > MAX_COLUMNS:
            raise MalformedInputError("table-unreadable", why="too-wide", row=row)
        self._lines.append((row, tuple(cells.get(place, "") for place in range(width))))

    def _see(self, facts: Mapping[str, str], cell: "_Cell", style: Style) -> tuple[Seen, str]:
        """Give what a person sees in a cell, and the code of what keeps them from seeing it."""
        kind, book = facts.get("t", "n"), self._book
        shown_as = book.styles.format_of(style)
        if cell.is_formula and (cell.value is None or (not cell.value and kind != "str")):
            return Seen("=", "formula-without-value"), ""
        text = cell.inline if kind == "inlineStr" else _NO_TEXT
        if kind == "s" and cell.value:
            text = book.strings[_index(cell.value, book.strings)]
        book.characters.spend(len(text.text) + len(cell.value or ""))
        if kind in ("inlineStr", "s"):
            seen = cell_text.show_text(text.text, shown_as)
        elif cell.value:
            seen = cell_text.show_value(kind, cell.value, shown_as, is_1904=book.is_1904)
        else:
            return Seen(""), ""
        is_other = cell.is_formula and self.frame.shows_formulas
        is_zero = kind == "n" and self.frame.hides_zeros and not Decimal(cell.value or "1")
        if style.is_repeated or is_other or is_zero:
            seen = Seen(seen.text, seen.code or _CHANGED)
        return seen, self._hindrance(style, text.looks)

    def _hindrance(self, style: Style, looks: frozenset[Font | None]) -> str:
        """Ask once what keeps a person from reading texts of these looks in a style."""
        if (style, looks) not in self._hindrances:
            self._hindrances[style, looks] = style.hindrance(looks)
        return self._hindrances[style, looks]


def _of_whole_row(row: int, spots: list[Spot], filled: int) -> list[Spot]:
    """Report a row once of which no cell is seen as it is, rather than each of its cells."""
    for code in _UNSEEN:
        same = [spot for spot in spots if spot.code == code]
        if filled > 1 and len(same) == filled:
            others = [spot for spot in spots if spot.code != code]
            return [Spot(row, WHOLE_ROW, code), *others]
    return spots


class _Cell(NamedTuple):
    """A cell as written.

    Attributes:
        value: Stored value; None if there is no element for it.
    """

    value: str | None = None
    inline: RichText = _NO_TEXT
    is_formula: bool = False


_BLANK = _Cell()


def _cells(row: int, part: Happenings) -> Iterator[tuple[int, Mapping[str, str], _Cell]]:
    """Give the cells of a row, up to its end, with their columns."""
    place = -1
    for name, facts, _ in part:
        if name == "row":
            return
        if name == "c" and facts is not None:
            place = _place(facts.get("r"), row, place)
            yield place, facts, _read_cell(part)


def _read_cell(part: Happenings) -> _Cell:
    """Read up to the end of a cell."""
    value, inline, is_formula = None, _NO_TEXT, False
    for name, facts, text in part:
        if name == "c":
            break
        if name == "f":
            is_formula = True
        elif name == "v" and facts is None:
            value = text
        elif name == "is" and facts is not None:
            inline = rich_text.read(part, "is")
    return _Cell(value, inline, is_formula)


def _place(reference: str | None, row: int, before: int) -> int:
    """Give the column of a cell; it must lie behind the one before and in its row."""
    if reference is None:
        return before + 1
    parts = _REFERENCE.fullmatch(reference)
    place = column_index_from_string(parts[1]) - 1 if parts else -1
    if parts is None or int(parts[2]) != row or place <= before:
        raise broken()
    return place


def _index(value: str, strings: Sequence[RichText]) -> int:
    index = int(value)
    if not 0 <= index < len(strings):
        raise broken()
    return index
