"""CSV text: which sign stands between cells, and the rows."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

from kt1custody.core.manifest.layout import WHOLE_ROW, Line, Spot
from kt1custody.errors import MalformedInputError
from kt1custody.sheets import formula_text, limits
from kt1custody.sheets.limits import MAX_COLUMNS

IsList = Callable[[Sequence[Line]], bool]

_SIGNS = (",", ";", "\t")
_LOOKED_AT = 20  # rows in which the headings stand
_MAX_CELL = 20_000  # characters; longer ones end the reading
_SWALLOWED = 6  # signs in one line of a cell; it is a row that a quote has swallowed
_EXCEL_HINT = re.compile(
    r"sep=[^\r\n](\r\n|\r|\n)"
)  # Excel's own first line; it shows it to nobody


def read(text: str, is_list: IsList | None, most: int) -> tuple[list[Line], list[Spot], str]:
    """Read rows, with their row number as a spreadsheet counts them, and the sign between cells.

    Args:
        is_list: Tells whether some first rows hold the headings that are looked for.
        most: Rows, blank ones included.

    Raises:
        MalformedInputError: `table-unreadable` with `why`: `delimiter`, `rows`, `blank-rows`,
            `quotes`, `too-wide`.
    """
    text = text[hint.end() :] if (hint := _EXCEL_HINT.match(text)) else text
    sign = _find_sign(text, is_list)
    lines: list[Line] = []
    spots: list[Spot] = []
    try:
        for number, stored in _rows(text, sign):
            if number > most:
                raise limits.too_many_rows(lines, number, most)
            if any(_is_swallowed(cell, sign) for cell in stored):
                raise _bad_quote(number)
            lines.append((number, tuple(map(formula_text.unguard, stored))))
            spots += (
                Spot(number, place, "formula-text")
                for place, cell in enumerate(stored)
                if formula_text.is_formula(cell)
            )
    except csv.Error:
        raise _bad_quote(lines[-1][0] + 1 if lines else 1) from None
    return lines, spots + _cut_off(text, lines), sign


def _rows(text: str, sign: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(_MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    for number, stored in enumerate(reader, start=1):
        if any(map(str.strip, stored[MAX_COLUMNS:])):
            raise MalformedInputError("table-unreadable", why="too-wide", row=number)
        yield number, stored[:MAX_COLUMNS]


def _bad_quote(row: int) -> MalformedInputError:
    """Make the error for a quote; the row in which it opens is wrong, wherever that shows."""
    return MalformedInputError("table-unreadable", why="quotes", row=row)


def _is_swallowed(cell: str, sign: str) -> bool:
    """Tell whether a cell holds a whole row, since a quote before it was never closed."""
    if "\n" not in cell and "\r" not in cell:
        return False
    return any(line.count(sign) >= _SWALLOWED for line in cell.splitlines())


def _find_sign(text: str, is_list: IsList | None) -> str:
    """Find the sign that makes the headings; if none are looked for, the only one in use."""
    begins = {sign: begin for sign in _SIGNS if (begin := _begin(text, sign))}
    first = {sign: next((c for _, c in begin if any(c)), ()) for sign, begin in begins.items()}
    used = [sign for sign, cells in first.items() if len(cells) > 1]
    lists = used if is_list is None else [sign for sign in begins if is_list(begins[sign])]
    if len(lists) > 1:
        raise MalformedInputError("table-unreadable", why="delimiter")
    return next(iter(lists or used), ",")


def _begin(text: str, sign: str) -> list[Line]:
    """Read the first rows, as far as they can be read with this sign."""
    begin: list[Line] = []
    with suppress(csv.Error, MalformedInputError):
        for number, stored in islice(_rows(text, sign), _LOOKED_AT):
            begin.append((number, tuple(map(formula_text.unguard, stored))))
    return begin


def _cut_off(text: str, lines: Sequence[Line]) -> list[Spot]:
    """Tell whether the last row was cut off: it has no end, and fewer cells than others."""
    if not lines or text.endswith(("\n", "\r")):
        return []
    number, cells = lines[-1]
    is_short = len(cells) < max(len(other) for _, other in lines)
    return [Spot(number, WHOLE_ROW, "row-cut-off")] if is_short else []
