"""A manifest sent back to its office: its own table, and beside each wrong row what is wrong.

**Rule:** what came from outside stays text. Nothing in it may become a formula at the office, and
what looks like the subject of a document is not written again.
"""

import csv
import io
from collections.abc import Collection, Iterator, Mapping

from openpyxl import Workbook

from kt1custody.core import spelling
from kt1custody.core.layout import RETURNED, Line
from kt1custody.sheets.table import Table

KINDS = (".csv", ".xlsx")
_BEGINS_FORMULA = ("=", "+", "-", "@")
_LEFT_OUT = "…"
_RETURNED = frozenset(map(spelling.plain, RETURNED))

Reason = tuple[str, str]


def write(
    kind: str,
    table: Table,
    header: int,
    reasons: Mapping[int, Reason],
    left_out: Collection[tuple[int, int]],
) -> bytes:
    """Write the table with two more columns; every row keeps its row number.

    Args:
        kind: One of `KINDS`.
        header: Row of the headings.
        reasons: Codes and sentences, by row.
        left_out: Row and column of cells that are not written again; of the header, whole columns.
    """
    lines = _lines(table, header, reasons, frozenset(left_out))
    return _write_csv(lines) if kind == ".csv" else _write_xlsx(lines)


def _lines(
    table: Table,
    header: int,
    reasons: Mapping[int, Reason],
    left_out: frozenset[tuple[int, int]],
) -> Iterator[Line]:
    titles = dict(table.lines).get(header, ())
    old = {place for place, title in enumerate(titles) if spelling.plain(title) in _RETURNED}
    width = max(len(cells) for _, cells in table.lines)
    for number, cells in table.lines:
        own = [
            _LEFT_OUT if left_out & {(number, place), (header, place)} else _safe(cell)
            for place, cell in enumerate((*cells, *[""] * (width - len(cells))))
            if place not in old
        ]
        added = RETURNED if number == header else ("", "")
        if number in reasons:
            added = (added[0] or reasons[number][0], added[1] or reasons[number][1])
        yield number, (*own, *added)


def _safe(text: str) -> str:
    """Spell untrusted text without anything that steers a program."""
    signs = spelling.tidy(text)
    return "".join("\ufffd" if spelling.has_bad_characters(sign) else sign for sign in signs)


def _begins_formula(text: str) -> bool:
    return spelling.narrow(text[:1]) in _BEGINS_FORMULA


def _write_csv(lines: Iterator[Line]) -> bytes:
    """Write UTF-8 with its mark, as Excel wants it."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    before = 0
    for number, cells in lines:
        writer.writerows([[]] * (number - before - 1))
        writer.writerow([f"'{cell}" if _begins_formula(cell) else cell for cell in cells])
        before = number
    return file.getvalue().encode("utf-8-sig")


def _write_xlsx(lines: Iterator[Line]) -> bytes:
    book = Workbook()
    sheet = book.active
    for number, cells in lines:
        for column, text in enumerate(cells, start=1):
            if text:
                cell = sheet.cell(number, column, text)
                cell.data_type = "s"  # whatever it looks like
                cell.number_format = "@"
                cell.quotePrefix = _begins_formula(text)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
