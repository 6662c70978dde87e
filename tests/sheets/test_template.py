"""The empty manifest: what it offers is what is taken, and what is typed stays as it is typed."""

import io

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from kt1custody import i18n
from kt1custody.core.formats.places import Agency
from kt1custody.core.manifest.layout import COLUMNS, has_header, header_row, lay_out
from kt1custody.core.manifest.row import KINDS, LAYERS, MARKS, URGENCIES
from kt1custody.sheets import template
from kt1custody.sheets.table import read_table
from tests.kit.words import VI

AGENCIES = [
    Agency("SO-1", "Sở Một", "so", "68", "-", "HE1-LD", "2025-07-01"),
    Agency("DU-1", "Đảng ủy Một", "du", "68", "-", "HE1-LD", "2025-07-01"),
]


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_it_has_its_headings_and_no_item(language: str) -> None:
    lines = read_table(template.write(i18n.language(language), AGENCIES), has_header).lines
    assert header_row(lines) == template.HEADER
    layout = lay_out(lines, ())
    assert (layout.items, layout.findings) == ([], [])
    assert list(layout.order) == list(COLUMNS)


def test_it_offers_the_words_and_the_agencies_that_are_taken() -> None:
    book = openpyxl.load_workbook(io.BytesIO(template.write(VI, AGENCIES)))
    sheet, lists = book.worksheets
    rules = {
        str(rule.sqref).partition(":")[0]: rule.formula1
        for rule in sheet.data_validations.dataValidation
    }
    first = {
        key: f"{get_column_letter(place)}{template.HEADER + 1}"
        for place, key in enumerate(COLUMNS, start=1)
    }
    for key, words in (
        ("mark", MARKS),
        ("urgency", URGENCIES),
        ("kind", KINDS),
        ("layers", LAYERS),
    ):
        assert rules[first[key]] == '"' + ",".join(words) + '"'
    for key in ("sender", "recipient"):
        assert rules[first[key]] == f"'{lists.title}'!$A$2:$A$3"
        assert rules[first[f"{key}_name"]] == f"'{lists.title}'!$B$2:$B$3"
    assert [[cell.value for cell in line] for line in lists.iter_rows(min_row=2)] == [
        ["SO-1", "Sở Một"], ["DU-1", "Đảng ủy Một"],
    ]  # fmt: skip


def test_what_a_spreadsheet_would_change_is_text() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(template.write(VI, AGENCIES))).worksheets[0]
    formats = {
        key: sheet.column_dimensions[get_column_letter(place)].number_format
        for place, key in enumerate(COLUMNS, start=1)
    }
    assert {key for key, code in formats.items() if code != "@"} == {"stt", "layers", "weight"}
