"""Empty lists: what they offer is what is read, in both kinds of files and both languages."""

import io
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from kt1custody import i18n
from kt1custody.core.formats.places import Agency, Office
from kt1custody.core.manifest import list_rows, lists
from kt1custody.sheets import list_template, table, template
from tests.kit.words import VI

OWN = Office(680_900, "HE1-LD", "Bưu cục Hệ 1", "kt1-office", "68")


def check(kind: str, raw: bytes) -> list_rows.CheckedList[object]:
    sheet = table.read_table(raw, lists.has_header(kind))
    if kind == lists.OFFICES:
        return list_rows.check_offices(sheet.lines, sheet.spots, OWN.number)  # type: ignore[return-value]
    judge = list_rows.check_agencies if kind == lists.AGENCIES else list_rows.check_people
    return judge(sheet.lines, sheet.spots, (OWN,))  # type: ignore[return-value]


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("ending", list_template.KINDS)
@pytest.mark.parametrize("kind", lists.KINDS)
def test_template_as_written_holds_only_an_example(kind: str, ending: str, language: str):
    made = check(kind, list_template.write(i18n.language(language), kind, ending, (OWN,)))
    assert [one.code for one in made.findings] == ["no-rows"]
    assert made.examples == 1


@pytest.mark.parametrize("kind", lists.KINDS)
def test_example_is_right_once_it_is_no_example(kind: str):
    raw = list_template.write(VI, kind, ".csv", ()).decode("utf-8-sig").replace("VÍ DỤ,", "1,")
    assert (check(kind, raw.encode()).findings, len(check(kind, raw.encode()).values)) == ([], 1)
    book = openpyxl.load_workbook(io.BytesIO(list_template.write(VI, kind, ".xlsx", (OWN,))))
    book.worksheets[0]["A5"] = "1"
    out = io.BytesIO()
    book.save(out)
    assert (check(kind, out.getvalue()).findings, len(check(kind, out.getvalue()).values)) == (
        [],
        1,
    )


def test_workbook_offers_words_and_offices_and_keeps_cells_as_typed():
    book = openpyxl.load_workbook(io.BytesIO(list_template.write(VI, "people", ".xlsx", (OWN,))))
    sheet = book.worksheets[0]
    rules = {str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation}
    assert rules["D5:D2004"] == '"' + ",".join(lists.ROLE_WORDS.values()) + '"'
    assert rules["E5:E2004"].endswith("$A$2:$A$2")
    assert [[cell.value for cell in row] for row in book.worksheets[2].iter_rows()][1][
        0
    ] == "HE1-LD"
    assert sheet.column_dimensions["B"].number_format == "@"
    assert sheet["B5"].font.i
    guide = [[cell.value for cell in row] for row in book.worksheets[1].iter_rows()]
    assert [row[0] for row in guide[1:]] == [one.title for one in lists.COLUMNS["people"].values()]
    assert all(row[1] and "about." not in str(row[1]) for row in guide[1:])


def test_offices_that_are_not_in_force_are_not_offered(tmp_path: Path):
    book = openpyxl.load_workbook(io.BytesIO(list_template.write(VI, "people", ".xlsx", ())))
    assert len(book.worksheets) == 2


def test_a_name_that_looks_like_a_formula_is_text_in_every_workbook_that_goes_out():
    name = '=HYPERLINK("http://x";"y")'
    places = (replace(OWN, name=name), replace(OWN, name="+1", code="HE2-LD"))
    agencies = [Agency(one.code, one.name, "party", "68", "-", "HE1-LD", "") for one in places]
    for raw, page in (
        (list_template.write(VI, "people", ".xlsx", places), 2),
        (template.write(VI, agencies), 1),
    ):
        cells = [
            cell for row in openpyxl.load_workbook(io.BytesIO(raw)).worksheets[page] for cell in row
        ]
        assert name in [cell.value for cell in cells]
        assert {cell.data_type for cell in cells} == {"s"}
