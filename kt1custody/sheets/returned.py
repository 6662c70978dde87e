"""A manifest sent back to its office: its own table, and beside each wrong row what is wrong.

**Rule:** what came from outside stays text. Nothing in it may become a formula at the office, in
whatever program it is opened, and what looks like the subject of a document is not written again.
"""

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from kt1custody.core.formats import spelling
from kt1custody.core.manifest.layout import RETURNED, WHOLE_ROW, Line
from kt1custody.sheets import formula_text, returned_book
from kt1custody.sheets.returned_book import ReturnedLayout
from kt1custody.sheets.table import Table

KINDS = (".csv", ".xlsx")
_LEFT_OUT = "…"
_RETURNED = frozenset(map(spelling.plain, RETURNED))

Reason = tuple[str, str]
Cells = Collection[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarks:
    """What is said of a manifest.

    Attributes:
        header: Row of the headings; None if there are none.
        reasons: Codes and sentences, by row.
        wrong: Row and column of wrong cells; `WHOLE_ROW` for all of a row.
        left_out: Row and column of cells that are not written again; of the header, whole columns.
    """

    header: int | None
    reasons: Mapping[int, Reason]
    wrong: Cells
    left_out: Cells


def write(kind: str, table: Table, remarks: Remarks) -> bytes:
    """Write the table with two more columns; every row keeps its row number.

    Args:
        kind: One of `KINDS`.
    """
    kept = _kept(table, remarks)
    lines = list(_lines(table, remarks, kept))
    if kind == ".csv":
        return _write_csv(lines, table.sign)
    places = {place: column for column, place in enumerate(kept)} | {WHOLE_ROW: WHOLE_ROW}
    wrong = {(row, places[place]) for row, place in remarks.wrong if place in places}
    page = ReturnedLayout(header=remarks.header, wrong=wrong, kept=kept, look=table.look)
    return returned_book.write(lines, page)


def _kept(table: Table, remarks: Remarks) -> list[int]:
    """Give the office's own columns; ours of an earlier time are written anew."""
    titles = dict(table.lines).get(remarks.header or 0, ())
    old = {place for place, title in enumerate(titles) if spelling.plain(title) in _RETURNED}
    width = max(len(cells) for _, cells in table.lines)
    return [place for place in range(width) if place not in old]


def _lines(table: Table, remarks: Remarks, kept: Collection[int]) -> Iterator[Line]:
    rows = dict(table.lines)
    left_out = frozenset(remarks.left_out)
    for number in sorted({*rows, *remarks.reasons}):
        cells = rows.get(number, ())
        own = [
            _LEFT_OUT
            if left_out & {(number, place), (remarks.header or 0, place)}
            else _safe(cells[place] if place < len(cells) else "")
            for place in kept
        ]
        added = RETURNED if number == remarks.header else remarks.reasons.get(number, ("", ""))
        yield number, (*own, *map(_safe, added))


def _safe(text: str) -> str:
    """Give untrusted text without anything that steers a program."""
    signs = spelling.tidy(text)
    return "".join("\ufffd" if spelling.has_bad_characters(sign) else sign for sign in signs)


def _write_csv(lines: Collection[Line], sign: str) -> bytes:
    """Write UTF-8 with its mark, as Excel wants it, and with the sign that the office uses."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=sign)
    before = 0
    for number, cells in lines:
        writer.writerows([[]] * (number - before - 1))
        writer.writerow(map(formula_text.guard, cells))
        before = number
    return file.getvalue().encode("utf-8-sig")
