"""The empty manifest that offices fill in.

**Rule:** what it offers is what `core` takes: its headings and its lists come from there. Columns
that a spreadsheet would change (document numbers, codes, appointments) are text.
"""

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from kt1custody.core.formats.places import Agency
from kt1custody.core.manifest.layout import COLUMNS
from kt1custody.core.manifest.row import KINDS, LAYERS, MARKS, URGENCIES
from kt1custody.i18n import Language
from kt1custody.sheets import formula_text

HEADER = 4
_LAST = HEADER + 1_000  # row down to which the lists are offered
_NUMBERS = ("stt", "layers", "weight")
_WIDTHS = {"sender_name": 40, "recipient_name": 40, "sender": 18, "recipient": 18, "note": 24}


def write(language: Language, agencies: Sequence[Agency]) -> bytes:
    """Write the template as XLSX.

    Args:
        agencies: Those in force.
    """
    book, say = Workbook(), language.say
    sheet = book.active
    sheet.title = say("Manifest")
    lists = book.create_sheet(say("Agencies"))
    _fill_frame(language, sheet)
    _fill_agencies(language, lists, agencies)
    _offer(sheet, "mark", _quoted(MARKS))
    _offer(sheet, "urgency", _quoted(URGENCIES))
    _offer(sheet, "kind", _quoted(KINDS))
    _offer(sheet, "layers", _quoted(LAYERS))
    for column, keys in (("A", ("sender", "recipient")), ("B", ("sender_name", "recipient_name"))):
        for key in keys:
            _offer(sheet, key, f"'{lists.title}'!${column}$2:${column}${len(agencies) + 1}")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _fill_frame(language: Language, sheet: Worksheet) -> None:
    """Write title, note and headings; format the columns below."""
    say = language.say
    sheet["A1"] = say("MANIFEST OF KT1 ITEMS")
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A2"] = say(
        "One row an item. Take codes from the sheet of agencies. Appointment as text: "
        "dd/mm/yyyy hh:mm, only with Hẹn giờ. Mark A: no document number, two envelopes. Never "
        "write what a document is about. Do not merge, hide or filter rows."
    )
    sheet["A2"].alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[2].height = 48
    sheet.merge_cells(start_row=2, end_row=2, start_column=1, end_column=len(COLUMNS))
    for column, (key, title) in enumerate(COLUMNS.items(), start=1):
        cell = sheet.cell(HEADER, column, title)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True)
        below = sheet.column_dimensions[get_column_letter(column)]
        below.number_format = "0" if key in _NUMBERS else "@"
        below.width = _WIDTHS.get(key, 14)
    sheet.freeze_panes = f"A{HEADER + 1}"


def _fill_agencies(language: Language, sheet: Worksheet, agencies: Sequence[Agency]) -> None:
    sheet.append((language.say("Code"), language.say("Name")))
    for agency in agencies:
        formula_text.append(sheet, (agency.code, agency.name))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 22, 70
    sheet.freeze_panes = "A2"


def _offer(sheet: Worksheet, key: str, formula: str) -> None:
    """Offer a list in a column; anything else is refused by the spreadsheet already."""
    column = get_column_letter(list(COLUMNS).index(key) + 1)
    rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
    rule.add(f"{column}{HEADER + 1}:{column}{_LAST}")
    sheet.add_data_validation(rule)


def _quoted(words: Sequence[str]) -> str:
    return '"' + ",".join(words) + '"'
