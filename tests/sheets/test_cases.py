"""Manifests of other programs: each case that went wrong, with its right answer and its brothers."""

from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from kt1custody.cli import registering
from kt1custody.errors import MalformedInputError
from tests.kit import at_counter, cast

CASES = cast.DATA / "cases" / "manifests"
PLAIN = CASES / "part-in-capitals.xlsx"


def import_file(world: cast.World, file: Path) -> registering.Registered:
    return at_counter.import_manifest(world.at(3), lambda: cast.CLERK, file, dry_run=True)


def references(made: registering.Registered) -> list[str | None]:
    assert made.findings == ()
    assert made.preview is not None
    return [consignment.slip.reference for consignment in made.preview.consignments]


def faults(made: registering.Registered) -> set[tuple[int, str, str]]:
    return {(finding.row, finding.column, finding.code) for finding in made.findings}


def test_each_case_has_its_right_answer(founded: cast.World) -> None:
    wrong = {
        "format-adds-text.xlsx": (2, "Số công văn", "changed-by-spreadsheet"),
        "format-hides-mark.xlsx": (3, "Độ mật", "changed-by-spreadsheet"),
        "format-adds-to-number.xlsx": (2, "Số công văn", "changed-by-spreadsheet"),
        "date-only-shown.xlsx": (2, "Giờ hẹn", "bad-date"),
        "struck-row.xlsx": (3, "", "struck-through"),
    }
    for name, fault in wrong.items():
        assert faults(import_file(founded, CASES / name)) == {fault}, name
    for name in ("part-in-capitals.xlsx", "strings-elsewhere.xlsx", "hide-unused-rows.xlsx"):
        assert references(import_file(founded, CASES / name)) == [
            f"{number}-HP/TU" for number in range(700, 705)
        ], name
    assert references(import_file(founded, CASES / "formula-text.csv")) == ["0700", "0701"]
    places = {
        "page-named.xls": {"why": "web-page"},
        "broken-quotes.csv": {"why": "quotes", "row": 2},
    }
    for name, place in places.items():
        with pytest.raises(MalformedInputError) as caught:
            import_file(founded, CASES / name)
        assert (caught.value.code, caught.value.detail) == ("table-unreadable", place)


@pytest.mark.parametrize(
    ("cell", "value", "shown_as", "column", "code"),
    [
        ("B3", 701, "000000", "Số công văn", "changed-by-spreadsheet"),
        ("B3", 1701, "#,##0", "Số công văn", "changed-by-spreadsheet"),
        ("B3", "701", '"HP-"@', "Số công văn", "changed-by-spreadsheet"),
        ("N3", "giao sáng", ";;;", "Ghi chú", "changed-by-spreadsheet"),
        ("M3", 51_000, "0,", "Khối lượng (g)", "changed-by-spreadsheet"),
        ("M3", 51, '0 "kg"', "Khối lượng (g)", "changed-by-spreadsheet"),
        ("M3", 51.4, "0", "Khối lượng (g)", "changed-by-spreadsheet"),
        ("L3", 2, '[=2]"1";0', "Số lớp bì", "changed-by-spreadsheet"),
        ("G3", 46351.625, "dd/mm", "Người nhận đích danh", "changed-by-spreadsheet"),
        ("J3", 46351.625, "dd/mm hh:mm", "Giờ hẹn", "bad-date"),
        ("J3", 46351.625, "dd/mm/yyyy hh", "Giờ hẹn", "bad-date"),
        ("J3", 46351.625, "hh:mm", "Giờ hẹn", "bad-date"),
        ("J3", 46351.625, "mm/yyyy", "Giờ hẹn", "bad-date"),
        ("J3", 46351.625, '"trước" dd/mm/yyyy hh:mm', "Giờ hẹn", "changed-by-spreadsheet"),
    ],
)
def test_a_format_that_changes_a_cell_names_it(
    founded: cast.World,
    tmp_path: Path,
    cell: str,
    value: object,
    shown_as: str,
    column: str,
    code: str,
) -> None:
    file = tmp_path / "a.xlsx"
    change(file, {cell: value, **({"I3": "Hẹn giờ"} if cell[0] == "J" else {})}, {cell: shown_as})
    assert faults(import_file(founded, file)) == {(3, column, code)}


def change(file: Path, values: dict[str, object], formats: dict[str, str]) -> Worksheet:
    made = openpyxl.load_workbook(PLAIN)
    for place, value in values.items():
        made.active[place] = value
    for place, shown_as in formats.items():
        made.active[place].number_format = shown_as
    made.save(file)
    return made.active


def test_formats_that_change_nothing_but_the_spelling_of_numbers_are_read(
    founded: cast.World, tmp_path: Path
) -> None:
    file = tmp_path / "a.xlsx"
    values = {
        "A3": 2, "L3": 1, "M3": 1_790, "M4": 50, "I3": "Hẹn giờ", "J3": 46351.625, "B4": 702,
    }  # fmt: skip
    shown_as = {
        "A3": '"Số "00', "L3": "00", "M3": "#,##0.00", "M4": "_(* #,##0_)", "B4": "0",
        "J3": 'dd/mm/yyyy h"h"mm', "N3": "@",
    }  # fmt: skip
    change(file, values, shown_as)
    made = import_file(founded, file)
    assert references(made)[2] == "702"
    assert made.preview is not None
    assert [made.preview.consignments[n].slip.weight for n in (1, 2)] == [1_790, 50]


def test_strikes_are_refused_and_what_is_struck_above_the_list_is_not(
    founded: cast.World, tmp_path: Path
) -> None:
    file = tmp_path / "a.xlsx"
    made = openpyxl.load_workbook(PLAIN)
    own = made.active
    own["M3"].font = Font(strike=True)
    own["N4"].font = Font(strike=True)  # blank
    own.insert_rows(1)
    own["A1"] = "Bảng kê cũ"
    own["A1"].font = Font(strike=True)
    made.save(file)
    assert faults(import_file(founded, file)) == {(4, "Khối lượng (g)", "struck-through")}


@pytest.mark.parametrize("begin", ["=", "+", "@", "-1+"])
def test_formula_text_in_a_list_names_its_cell(
    founded: cast.World, tmp_path: Path, begin: str
) -> None:
    file = tmp_path / "a.csv"
    text = (CASES / "formula-text.csv").read_text("utf-8-sig")
    file.write_text(text.replace("'0701", f"{begin}0701"), "utf-8")
    assert faults(import_file(founded, file)) == {(3, "Số công văn", "formula-text")}


def test_a_file_that_came_back_is_read_whatever_was_done_to_our_columns(
    founded: cast.World, tmp_path: Path
) -> None:
    bad, back = tmp_path / "bad.xlsx", tmp_path / "back.xlsx"
    change(bad, {"M3": -5}, {})
    at_counter.import_manifest(founded.at(3), lambda: cast.CLERK, bad, errors=back)
    made = openpyxl.load_workbook(back)
    own = made.active
    own["M3"] = 51
    own.column_dimensions["O"].hidden = True
    own["P3"].font = Font(strike=True)
    own["P4"] = "=1+1"
    own["O9"] = "đã sửa, xin cảm ơn"
    made.save(back)
    assert len(references(import_file(founded, back))) == 5


def test_a_wrong_heading_goes_back_with_its_reason_in_the_row_below(
    founded: cast.World, tmp_path: Path
) -> None:
    bad, back = tmp_path / "bad.xlsx", tmp_path / "back.xlsx"
    change(bad, {"M1": "Cân nặng"}, {})
    at_counter.import_manifest(founded.at(3), lambda: cast.CLERK, bad, errors=back)
    own = openpyxl.load_workbook(back).active
    assert "missing-column" in own["O2"].value
    assert "Cân nặng" in own["P2"].value
    assert own["M1"].fill.fgColor.rgb == "00FFC7CE"
    own["M1"] = "Khối lượng"
    own.parent.save(back)
    assert len(references(import_file(founded, back))) == 5
