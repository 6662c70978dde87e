"""CSV text: which sign stands between cells, and the rows."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

from kt1custody.core.layout import WHOLE_ROW, Line, Spot
from kt1custody.errors import MalformedInputError

IsList = Callable[[Sequence[Line]], bool]

_SIGNS = (",", ";", "\t")
_LOOKED_AT = 20  # rows in which the headings stand
_MAX_CELL = 20_000  # characters; longer ones end the reading
_EXCEL_HINT = re.compile(
    r"sep=[^\r\n](\r\n|\r|\n)"
)  # Excel's own first line; it shows it to nobody


def read(text: str, is_list: IsList | None, most: int) -> tuple[list[Line], list[Spot]]:
    """Read rows, with their row number as a spreadsheet counts them.

    Args:
        is_list: Tells whether some first rows hold the headings that are looked for.
        most: Rows, blank ones included.

    Raises:
        MalformedInputError: `table-unreadable` with `why`: `delimiter`, `rows`, `quotes`.
    """
    text = text[hint.end() :] if (hint := _EXCEL_HINT.match(text)) else text
    lines: list[Line] = []
    try:
        for line in _rows(text, _find_sign(text, is_list)):
            if line[0] > most:
                raise MalformedInputError("table-unreadable", why="rows")
            lines.append(line)
    except csv.Error:
        raise MalformedInputError("table-unreadable", why="quotes") from None
    return lines, _cut_off(text, lines)


def _rows(text: str, sign: str) -> Iterator[Line]:
    csv.field_size_limit(_MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    for number, cells in enumerate(reader, start=1):
        yield number, tuple(cells)


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
    found: list[Line] = []
    with suppress(csv.Error):
        found.extend(islice(_rows(text, sign), _LOOKED_AT))
    return found


def _cut_off(text: str, lines: Sequence[Line]) -> list[Spot]:
    """Tell whether the last row was cut off: it has no end, and fewer cells than others."""
    if not lines or text.endswith(("\n", "\r")):
        return []
    number, cells = lines[-1]
    is_short = len(cells) < max(len(other) for _, other in lines)
    return [Spot(number, WHOLE_ROW, "row-cut-off")] if is_short else []
