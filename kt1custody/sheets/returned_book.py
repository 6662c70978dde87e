"""The workbook that goes back to an office: its own sheet as it looked, wrong cells in colour.

**Rule:** a new workbook is written, and only looks are taken over from the old one: widths, heights,
fonts, grounds, borders, merged titles. Formulas, macros, links, pictures, notes and other sheets
cannot come along. Every cell is text, so that what is typed into it stays as it is typed. Hidden rows
and columns are shown.
"""

import io
import math
import re
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.stylesheet import Stylesheet
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import fromstring

from kt1custody.core.manifest.layout import WHOLE_ROW, Line
from kt1custody.sheets.look import Look
from kt1custody.sheets.xml_parts import local

_KEPT_PARTS = ("fonts", "fills", "borders", "cellXfs")
_WRONG = PatternFill("solid", fgColor="FFC7CE")
_ASIDE = PatternFill("solid", fgColor="FFF2CC")
_DARK_RED = "9C0006"
_LINE = Side("thin", color="808080")
_FONT, _SIZE, _SMALL = "Calibri", 11, 8  # points; of codes, which are for machines
_CODES, _SENTENCES = 13, 44  # width of our columns in characters
_CODE_LETTERS = 15  # small letters of a code that stand beside each other
_LINE_HEIGHT = 14.5  # points
_LOWEST, _HIGHEST = 12.0, 400.0  # points
_NARROWEST, _NARROW, _WIDEST = 2.0, 12, 60.0  # characters
_FEW = 4  # cells of a row that may be a title, a total or a signature
_MARGIN = 0.4  # inches
_LEGIBLE = 8  # points


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedLayout:
    """How the rows are to be laid out.

    Attributes:
        header: Row of the headings; None if there are none.
        wrong: Row and column (as written, from 0) of wrong cells; `WHOLE_ROW` for all of a row.
        kept: Columns of the office's sheet, in the order in which they are written.
        look: How the sheet looked, if it was one.
    """

    header: int | None
    wrong: Collection[tuple[int, int]]
    kept: Sequence[int]
    look: Look | None


def write(lines: Sequence[Line], page: ReturnedLayout) -> bytes:
    """Write rows whose last two cells are ours."""
    book = Workbook()
    sheet = book.active
    painter = _Painter(page)
    widths = _widths(lines, page)
    for column, width in enumerate((*widths, _CODES, _SENTENCES), start=1):
        if width:
            sheet.column_dimensions[get_column_letter(column)].width = width
    for number, cells in lines:
        for column, text in enumerate(cells):
            cell = sheet.cell(number, column + 1)
            if text:
                cell.value = text
                cell.data_type = "s"  # whatever it looks like
            painter.paint(cell, number, column, is_filled=bool(text))
        sheet.row_dimensions[number].height = _height(number, cells, widths, page)
    _merge(sheet, lines, page)
    _set_page(sheet, page)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


class _Painter:
    """Gives cells their look; each look is made once."""

    def __init__(self, page: ReturnedLayout) -> None:
        self._page, self._wrong = page, frozenset(page.wrong)
        self._styles = _office_styles(page.look)
        self._made: dict[tuple[int, str, bool], object] = {}

    def paint(self, cell: Cell, number: int, column: int, *, is_filled: bool) -> None:
        """Paint one cell of a row and column, the first column being 0."""
        is_ours = column >= len(self._page.kept)
        is_wrong = (number, column) in self._wrong or (
            is_filled and (number, WHOLE_ROW) in self._wrong
        )
        if is_ours and not is_filled:
            return
        kind = "ours" if is_ours else "wrong" if is_wrong else ""
        if column == len(self._page.kept):
            kind += " code"
        if number == self._page.header:
            kind += " header"
        key = (self._number(number, column), kind, is_filled and str(cell.value)[0] in "=+-@'")
        if key not in self._made:
            self._paint_anew(cell, key[0], kind)
            cell.quotePrefix = key[2]
            self._made[key] = cell._style  # noqa: SLF001  # the library copies looks no other way
        else:
            cell._style = copy(self._made[key])  # noqa: SLF001

    def _number(self, number: int, column: int) -> int:
        page = self._page
        if page.look is None or column >= len(page.kept):
            return -1
        numbers = page.look.styles.get(number, ())
        place = page.kept[column]
        return numbers[place] if place < len(numbers) else -1

    def _paint_anew(self, cell: Cell, number: int, kind: str) -> None:
        if 0 <= number < len(self._styles):
            cell.font, cell.fill, cell.border, cell.alignment = self._styles[number]
        elif self._page.look is None or "ours" in kind:
            cell.font = Font(name=_FONT, sz=_SIZE, bold="header" in kind)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.border = Border(_LINE, _LINE, _LINE, _LINE)
        if "wrong" in kind:
            font = copy(cell.font)
            cell.font = Font(
                name=font.name,
                sz=max(font.sz or _SIZE, _LEGIBLE),
                b=font.b,
                i=font.i,
                strike=font.strike,
                color=_DARK_RED,
            )
            cell.fill = _WRONG
        elif "ours" in kind:
            size = _SMALL if "code" in kind else _SIZE
            cell.font = Font(name=_FONT, sz=size, bold="header" in kind, color=_DARK_RED)
            cell.fill = _ASIDE
        cell.number_format = "@"


_Style = tuple[Font, PatternFill, Border, Alignment]


def _office_styles(look: Look | None) -> list[_Style]:
    """Read the office's styles; none if the library cannot read them."""
    if look is None or not look.styles_part:
        return []
    try:
        sheet = Stylesheet.from_tree(_looks_only(fromstring(look.styles_part)))
        return [
            (
                sheet.fonts[style.fontId],
                sheet.fills[style.fillId],
                sheet.borders[style.borderId],
                _shown_once(sheet.alignments[style.alignmentId]),
            )
            for style in sheet.cell_styles
        ]
    except (ParseError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        return []


def _looks_only(root: Element) -> Element:
    """Leave fonts, grounds, borders and styles; nothing that a person wrote, such as formats."""
    for child in list(root):
        if local(child.tag.replace("}", ":")) not in _KEPT_PARTS:
            root.remove(child)
    for element in root.iter():
        if "numFmtId" in element.attrib:
            element.attrib["numFmtId"] = "0"
    return root


def _shown_once(alignment: Alignment) -> Alignment:
    """Leave out what shows a text again and again across its cell."""
    if alignment.horizontal != "fill":
        return alignment
    once = copy(alignment)
    once.horizontal = None
    return once


def _height(
    number: int, cells: Sequence[str], widths: Sequence[float], page: ReturnedLayout
) -> float | None:
    """Give the height of a row that lets all reasons be read."""
    own = page.look.heights.get(number) if page.look else None
    *theirs, codes, sentences = cells
    lines = max(_lines(sentences, _SENTENCES), _lines(codes, _CODE_LETTERS))
    if page.look is None:
        lines = max(lines, *map(_lines, theirs, widths), 1)
    if not lines:
        return own if own is None else min(max(own, _LOWEST), _HIGHEST)
    return min(max(own or _LOWEST, lines * _LINE_HEIGHT + 2), _HIGHEST)


def _lines(text: str, width: float) -> int:
    """Estimate how many lines a text takes; words are not broken."""
    longest = max(map(len, re.split("[ -]", text)))
    return math.ceil(len(text) / max(width - longest / 4, 1)) if text else 0


def _widths(lines: Sequence[Line], page: ReturnedLayout) -> list[float]:
    """Give the width of each of the office's columns; 0 for that of the spreadsheet itself."""
    if page.look is None:
        longest = (
            max(len(cells[column]) for _, cells in lines) for column in range(len(page.kept))
        )
        own = [2.5 + length * (0.6 if length > _NARROW else 1) for length in longest]
    else:
        own = [page.look.widths.get(place, 0) for place in page.kept]
    return [min(max(width, _NARROWEST), _WIDEST) if width else 0 for width in own]


def _merge(sheet: Worksheet, lines: Sequence[Line], page: ReturnedLayout) -> None:
    """Merge titles and signatures again; not items, whose cells a person must see one by one."""
    rows = dict(lines)
    moved = (column for column, place in enumerate(page.kept) if column != place)
    limit = next(moved, len(page.kept))
    taken: set[tuple[int, int]] = set()
    for first, top, last, bottom in page.look.merged if page.look else ():
        if bottom - top >= _FEW or last > limit or top <= (page.header or 0) <= bottom:
            continue
        area = {
            (row, column) for row in range(top, bottom + 1) for column in range(first, last + 1)
        }
        filled = [cell for row in range(top, bottom + 1) for cell in rows.get(row, ())[:-2] if cell]
        covered = any(_text_at(rows, *place) for place in area - {(top, first)})
        if len(filled) <= _FEW and not covered and taken.isdisjoint(area):
            taken |= area
            sheet.merge_cells(start_row=top, end_row=bottom, start_column=first, end_column=last)


def _text_at(rows: Mapping[int, Sequence[str]], row: int, column: int) -> str:
    cells = rows.get(row, ())
    return cells[column - 1] if column <= len(cells) else ""


def _set_page(sheet: Worksheet, page: ReturnedLayout) -> None:
    """Print all columns on one page, the headings on each."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    margins = sheet.page_margins
    margins.left = margins.right = margins.top = margins.bottom = _MARGIN
    sheet.oddFooter.right.text, sheet.oddFooter.right.size = "&P/&N", 14
    if page.header is not None:
        sheet.print_title_rows = f"{page.header}:{page.header}"
        sheet.freeze_panes = f"A{page.header + 1}"
