"""The workbook that goes back: it looks as it did, runs nothing, and its reasons are on the page."""

import io
import warnings
import zipfile
from collections.abc import Mapping

import openpyxl
import pytest
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

from kt1custody.core.manifest.layout import COLUMNS, RETURNED, WHOLE_ROW, has_header
from kt1custody.sheets import returned
from kt1custody.sheets.returned import Remarks
from kt1custody.sheets.table import Table, read_table
from tests.kit.books import book, row, sheet

HEADER = 3
RED, YELLOW = "00FFC7CE", "00FFF2CC"
REASONS = {5: ("bad-weight", "Khối lượng (g): " + "khối lượng phải là số nguyên gam; " * 8)}


def office_book() -> bytes:
    """Write a list as an office would make it, with all that must not come along."""
    made = openpyxl.Workbook()
    own = made.active
    own["A1"] = "BẢNG KÊ"
    own["A1"].font = Font(name="Times New Roman", sz=16, b=True)
    own.merge_cells("A1:N1")
    for column, title in enumerate(COLUMNS.values(), 1):
        cell = own.cell(HEADER, column, title)
        cell.fill = PatternFill("solid", fgColor="FFDDEEFF")
        cell.border = Border(bottom=Side("double"))
    for number in (4, 5, 6):
        for column in range(1, 15):
            own.cell(number, column, number * column).number_format = '0"V/v nhân sự"'
    own["B4"] = '=HYPERLINK("http://x","12/CV")'
    own["C5"].alignment = Alignment(horizontal="fill", wrap_text=True)
    own["N6"] = "V/v nhân sự"
    own.merge_cells("D4:D6")
    own["A8"] = "Người lập"
    own.merge_cells("A8:C8")
    own.column_dimensions["B"].width = 33
    own.column_dimensions["C"].hidden = True
    own.row_dimensions[1].height = 40
    own.row_dimensions[6].hidden = True
    own["E5"].comment = openpyxl.comments.Comment("bí mật", "x")
    own["E5"].hyperlink = "http://x"
    made.create_sheet("Khác")["A1"] = "bí mật"
    made.properties.title = "bí mật"
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def with_values(raw: bytes) -> bytes:
    """Store a value with the formula, as a spreadsheet does."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            part = old.read(name).replace(b"</f><v />", b"</f><v>1</v>")
            new.writestr(name, part.replace(b"</f><v></v>", b"</f><v>1</v>"))
    return file.getvalue()


TABLE = read_table(with_values(office_book()), has_header)
REMARKS = Remarks(
    header=HEADER,
    reasons={**REASONS, 6: ("subject-not-allowed; hidden-row", "có chữ giống trích yếu")},
    wrong={(5, 12), (6, 13), (6, WHOLE_ROW), (HEADER, 2)},
    left_out={(6, 13)},
)


@pytest.fixture(scope="module")
def raw() -> bytes:
    return returned.write(".xlsx", TABLE, REMARKS)


@pytest.fixture(scope="module")
def back(raw: bytes) -> Worksheet:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return openpyxl.load_workbook(io.BytesIO(raw)).active


def parts(raw: bytes) -> Mapping[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_looks_as_the_office_made_it(back: Worksheet) -> None:
    assert back.column_dimensions["B"].width == 33
    assert back.row_dimensions[1].height == 40
    assert (back["A1"].font.name, back["A1"].font.sz, back["A1"].font.b) == (
        "Times New Roman",
        16,
        True,
    )
    assert back["A3"].fill.fgColor.rgb == "FFDDEEFF"
    assert back["A3"].border.bottom.style == "double"
    assert {str(area) for area in back.merged_cells.ranges} == {"A1:N1", "A8:C8"}
    assert back["C5"].alignment.wrap_text


def test_wrong_cells_and_reasons_are_in_colour_and_nothing_else(back: Worksheet) -> None:
    red = {cell.coordinate for line in back for cell in line if cell.fill.fgColor.rgb == RED}
    assert red == {"C3", "M5", *(f"{letter}6" for letter in "ABCEFGHIJKLMN")}  # D6 is blank
    yellow = {cell.coordinate for line in back for cell in line if cell.fill.fgColor.rgb == YELLOW}
    assert yellow == {"O3", "P3", "O5", "P5", "O6", "P6"}


def test_hidden_rows_and_columns_are_shown(back: Worksheet) -> None:
    assert not any(one.hidden for one in back.row_dimensions.values())
    assert not any(one.hidden for one in back.column_dimensions.values())


def test_nothing_runs_and_nothing_comes_along_but_cells_and_looks(raw: bytes) -> None:
    packed = parts(raw)
    assert not any(
        word in name.lower()
        for name in packed
        for word in ("vba", "external", "comment", "drawing", "sheet2", "macro")
    )
    whole = b"".join(packed.values())
    for word in ("<f>", "<f ", "hyperlink", "HYPERLINK", "bí mật", "nhân sự"):
        assert word.encode() not in whole, word


def test_every_cell_is_text(back: Worksheet) -> None:
    filled = [cell for line in back for cell in line if cell.value is not None]
    assert {(cell.data_type, cell.number_format) for cell in filled} == {("s", "@")}


def test_reasons_are_printed_on_the_page_of_their_row(back: Worksheet) -> None:
    assert back.page_setup.orientation == "landscape"
    assert back.sheet_properties.pageSetUpPr.fitToPage
    assert (back.page_setup.fitToWidth, back.page_setup.fitToHeight) == (1, 0)
    assert back.print_title_rows == f"${HEADER}:${HEADER}"
    lines = len(REASONS[5][1]) / back.column_dimensions["P"].width
    assert back.row_dimensions[5].height >= lines * 14
    assert back["P5"].alignment.wrap_text


def test_it_comes_back_without_our_columns_and_may_go_back_again(raw: bytes) -> None:
    read = read_table(raw, has_header)
    assert [number for number, _ in read.lines] == [number for number, _ in TABLE.lines]
    assert {(spot.row, spot.code) for spot in read.spots} == {
        (1, "merged-cells"),  # the title and the signature
        (8, "merged-cells"),
    }
    again = dict(read_table(returned.write(".xlsx", read, REMARKS), has_header).lines)
    assert again[HEADER][-2:] == RETURNED
    assert len(again[HEADER]) == len(COLUMNS) + 2


@pytest.mark.parametrize(
    "styles",
    [
        "<styleSheet><fonts><font><sz val='x'/></font></fonts></styleSheet>",
        "<styleSheet><cellXfs><xf fontId='9'/></cellXfs></styleSheet>",
        "<styleSheet><fills><fill><nothing/></fill></fills><cellXfs><xf/></cellXfs></styleSheet>",
        f"<styleSheet><cellXfs>{'<xf/>' * 9_000}</cellXfs></styleSheet>",
        f"<styleSheet><numFmts><numFmt numFmtId='200' formatCode='{'[' * 200_000}'/></numFmts>"
        "<cellXfs><xf numFmtId='200'/></cellXfs></styleSheet>",
    ],
    ids=["value", "number", "element", "long", "format"],
)
def test_styles_that_the_library_cannot_read_are_left_out(styles: str) -> None:
    xml = sheet(
        row(1, "a", "b") + row(2, "c"), before="<cols><col min='1' max='1' width='1e9'/></cols>"
    )
    table = Table(read_table(book(xml)).lines, look=read_table(book(xml)).look)
    assert table.look is not None
    table.look.styles_part = styles.encode()
    remarks = Remarks(header=None, reasons={1: ("not-a-list", "x")}, wrong=set(), left_out=set())
    made = openpyxl.load_workbook(io.BytesIO(returned.write(".xlsx", table, remarks))).active
    assert [cell.value for cell in made[1]] == ["a", "b", "not-a-list", "x"]
    assert made.column_dimensions["A"].width <= 60


def test_merged_areas_of_an_attacker_are_not_filled_up() -> None:
    behind = "<mergeCells>" + "".join(
        f'<mergeCell ref="{area}"/>'
        for area in ("A1:XFD1048576", "A1:B2", "B1:C1", "A2:A3", "D1:F1", "A1:A1")
    )
    xml = sheet(row(1, "a", "", "", "d") + row(9, *"abcdefgh"), behind=f"{behind}</mergeCells>")
    remarks = Remarks(header=9, reasons={}, wrong=set(), left_out=set())
    made = openpyxl.load_workbook(
        io.BytesIO(returned.write(".xlsx", read_table(book(xml)), remarks))
    ).active
    assert {str(area) for area in made.merged_cells.ranges} == {"A1:B2", "D1:F1"}
    assert made["D1"].value == "d"


def test_a_table_of_csv_gets_a_page_of_its_own_too() -> None:
    table = read_table(("STT,Cơ quan\n" + "1," + "Ủy ban nhân dân " * 9 + "\n").encode())
    remarks = Remarks(header=1, reasons={}, wrong={(2, 1)}, left_out=set())
    made = openpyxl.load_workbook(io.BytesIO(returned.write(".xlsx", table, remarks))).active
    assert made["B2"].alignment.wrap_text
    assert made["B2"].fill.fgColor.rgb == RED
    assert made.column_dimensions["A"].width < made.column_dimensions["B"].width <= 60
    assert made.row_dimensions[2].height > made.row_dimensions[1].height
