"""Text that a spreadsheet takes for a formula when it opens a file of mere text.

**Rule:** a spreadsheet runs a cell of CSV that begins with `=`, `+`, `-` or `@`, whatever blanks and
quotes stand before, and programs differ in which sign parts the cells. What we write runs in none of
them: an apostrophe stands before such a sign, at the beginning of a cell and behind any sign that
some program takes for the end of one. What we read says plainly that it is text (`="0700"`, `'0701`)
or does not begin so.
"""

import re
from collections.abc import Iterable

from openpyxl.worksheet.worksheet import Worksheet

_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_SIGN = f"[{re.escape(''.join(_SIGNS))}]"
_BEGINS = r"(?:^|[,;\t|\r\n])[\"\s]*"
_TO_GUARD = re.compile(rf"({_BEGINS}'*)(?={_SIGN})")
_GUARDED = re.compile(rf"({_BEGINS}'*)'(?={_SIGN})")
_AS_TEXT = re.compile(r'="((?:[^"]|"")*)"')
# A number below zero is shown as it stands, and a dash alone or before a blank is no formula.
_HARMLESS = re.compile(r"[-－](?:[0-9]+(?:[.,][0-9]+)?|\s.*|[-－]*)", re.DOTALL)


def guard(text: str) -> str:
    """Write a text so that no program takes it or a part of it for a formula."""
    guarded = _TO_GUARD.sub(r"\1'", text)
    return f"'{text}" if guarded == text and text.startswith("'") else guarded


def unguard(text: str) -> str:
    """Read a cell of CSV that says it is text; anything else is given as it is."""
    if "'" not in text and '="' not in text:
        return text
    as_text = _AS_TEXT.fullmatch(text.strip())
    if as_text:
        return as_text[1].replace('""', '"')
    plain = _GUARDED.sub(r"\1", text)
    return text[1:] if plain == text and len(text) > 1 and text.startswith("'") else plain


def append(sheet: Worksheet, texts: Iterable[str]) -> None:
    """Append a row to a sheet of a workbook as text, whatever its cells look like."""
    sheet.append(tuple(texts))
    for cell in sheet[sheet.max_row]:
        cell.data_type = "s"


def is_formula(cell: str) -> bool:
    """Tell whether a spreadsheet takes a cell of CSV for a formula, as it stands in the file."""
    text = cell.strip()
    return (
        text.startswith(_SIGNS) and not _AS_TEXT.fullmatch(text) and not _HARMLESS.fullmatch(text)
    )
