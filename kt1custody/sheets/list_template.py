"""The empty lists of offices, agencies and people that a post fills in: XLSX or CSV.

**Rule:** what they offer is what `core.lists` takes. Everything is text, so that a spreadsheet
changes no code and no number; the row that shows how is marked as an example and left aside when
the list is read.
"""

import csv
import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from kt1custody.core.formats.places import Office
from kt1custody.core.manifest.lists import AGENCIES, COLUMNS, EXAMPLE, OFFICES, PEOPLE, STT
from kt1custody.i18n import Language
from kt1custody.sheets import formula_text

KINDS = (".xlsx", ".csv")
_HEADER = 4
_LAST = _HEADER + 2_000  # row down to which words are offered
_WIDTHS = {"name": 44, "address": 44, "kind": 26, "role": 20}
_OFFICE_COLUMNS = {OFFICES: "", AGENCIES: "delivery_point", PEOPLE: "office"}


def write(language: Language, kind: str, ending: str, offices: Sequence[Office]) -> bytes:
    """Write an empty list.

    Args:
        kind: One of `lists.KINDS`.
        ending: One of `KINDS`.
        offices: Those in force, whose codes are offered; none before the list of offices is.
    """
    if ending == ".csv":
        return _write_csv(language, kind)
    return _write_xlsx(language, kind, offices)


def _intro(language: Language, kind: str) -> str:
    advice = language.say(
        "One row each, below the headings. Columns may stand in any order; none may be left out. "
        "The row marked VÍ DỤ is an example: delete it or leave it, it is not read."
    )
    return f"{language.word('listed', kind)} {advice}"


def _write_csv(language: Language, kind: str) -> bytes:
    """Write UTF-8 with its mark, as Excel wants it."""
    columns = COLUMNS[kind].values()
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([language.word("list-title", kind)])
    writer.writerow([_intro(language, kind)])
    for column in columns:
        if column.words:
            writer.writerow([f"{column.title}: {'; '.join(column.words.values())}"])
    writer.writerow([STT, *(column.title for column in columns)])
    writer.writerow([EXAMPLE, *(column.example for column in columns)])
    return file.getvalue().encode("utf-8-sig")


def _write_xlsx(language: Language, kind: str, offices: Sequence[Office]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = language.word("list-title", kind)
    _fill_frame(language, sheet, kind)
    _fill_guide(language, book.create_sheet(language.say("How to fill in")), kind)
    for key, column in COLUMNS[kind].items():
        if column.words:
            _offer(sheet, kind, key, '"' + ",".join(column.words.values()) + '"')
    key = _OFFICE_COLUMNS[kind]
    if key and offices:
        codes = book.create_sheet(language.say("Offices"))
        _fill_offices(language, codes, offices)
        _offer(sheet, kind, key, f"'{codes.title}'!$A$2:$A${len(offices) + 1}")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _fill_frame(language: Language, sheet: Worksheet, kind: str) -> None:
    """Write title, explanation, headings and example; make the columns below text."""
    columns = COLUMNS[kind]
    sheet["A1"] = language.word("list-title", kind)
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A2"] = _intro(language, kind)
    sheet["A2"].alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[2].height = 48
    sheet.merge_cells(start_row=2, end_row=2, start_column=1, end_column=len(columns) + 1)
    titles = [STT, *(column.title for column in columns.values())]
    examples = [EXAMPLE, *(column.example for column in columns.values())]
    for place, (title, example) in enumerate(zip(titles, examples, strict=True), start=1):
        head, shown = sheet.cell(_HEADER, place, title), sheet.cell(_HEADER + 1, place, example)
        head.font = Font(bold=True)
        head.alignment = Alignment(wrap_text=True)
        shown.font = Font(italic=True, color="808080")
        shown.fill = PatternFill("solid", fgColor="F2F2F2")
        shown.number_format = "@"
    for place, key in enumerate(("stt", *columns), start=1):
        below = sheet.column_dimensions[get_column_letter(place)]
        below.number_format = "@"
        below.width = 8 if key == "stt" else _WIDTHS.get(key, 20)
    sheet.freeze_panes = f"A{_HEADER + 1}"


def _fill_guide(language: Language, sheet: Worksheet, kind: str) -> None:
    """Explain each column on a sheet of its own."""
    say = language.say
    sheet.append((say("Column"), say("What stands in it"), say("Example"), say("Allowed words")))
    for key, column in COLUMNS[kind].items():
        about = language.word("about", f"{kind}.{key}")
        sheet.append((column.title, about, column.example, "\n".join(column.words.values())))
    for letter, width in zip("ABCD", (22, 70, 34, 26), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows():
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.number_format = "@"
            cell.font = Font(bold=cell.row == 1)
    sheet.freeze_panes = "A2"


def _fill_offices(language: Language, sheet: Worksheet, offices: Sequence[Office]) -> None:
    sheet.append((language.say("Code"), language.say("Name")))
    for office in offices:
        formula_text.append(sheet, (office.code, office.name))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 22, 60
    sheet.freeze_panes = "A2"


def _offer(sheet: Worksheet, kind: str, key: str, formula: str) -> None:
    """Offer a list in a column; anything else is refused by the spreadsheet already."""
    column = get_column_letter(list(COLUMNS[kind]).index(key) + 2)
    rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
    rule.add(f"{column}{_HEADER + 1}:{column}{_LAST}")
    sheet.add_data_validation(rule)
