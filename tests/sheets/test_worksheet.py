"""One sheet: a cell gives what a person sees in it, or is named."""

import io

import pytest

from kt1custody.core.manifest.layout import WHOLE_ROW, Spot
from kt1custody.errors import MalformedInputError
from kt1custody.sheets import worksheet, xml_parts
from kt1custody.sheets.styles import Styles
from kt1custody.sheets.table import MAX_ROWS, Table, read_table
from kt1custody.sheets.worksheet import SharedParts
from kt1custody.sheets.xml_parts import Budget
from tests.kit.books import STRUCK, book, codes_of, row, sheet, styles_of, text_cell


def test_a_row_of_which_every_cell_is_struck_is_reported_once() -> None:
    more = styles_of(f"<xf fontId='{STRUCK}'/>")
    whole = f'<row r="1">{text_cell("A1")}{text_cell("B1")}<c r="C1" s="1"/></row>'
    part = f'<row r="2">{text_cell("A2")}{text_cell("B2", 0)}</row>'
    read = read_table(book(sheet(whole + part), more=more))
    assert read.spots == (Spot(1, WHOLE_ROW, "struck-through"), Spot(2, 0, "struck-through"))


def test_text_repeated_across_its_cell_is_not_what_it_says() -> None:
    more = styles_of("<xf><alignment horizontal='fill'/></xf>")
    assert codes_of("<t>12</t>", more) == ["changed-by-spreadsheet"]


@pytest.mark.parametrize(
    ("view", "cell", "is_changed"),
    [
        ('showZeros="0"', '<c r="B1"><v>0</v></c>', True),
        ('showZeros="0"', '<c r="B1"><v>7</v></c>', False),
        ("", '<c r="B1"><v>0</v></c>', False),
        ('showFormulas="1"', '<c r="B1"><f>A1</f><v>7</v></c>', True),
        ('showFormulas="1"', '<c r="B1"><v>7</v></c>', False),
    ],
)
def test_a_view_that_shows_something_else(view: str, cell: str, is_changed: bool) -> None:
    xml = sheet(
        f'<row r="1">{text_cell("A1", 0)}{cell}</row>',
        before=f"<sheetViews><sheetView {view}/></sheetViews>",
    )
    changed = [spot.code == "changed-by-spreadsheet" for spot in read_table(book(xml)).spots]
    assert changed == ([True] if is_changed else [])


def test_a_spot_equals_whether_or_not_the_spelling_matters() -> None:
    read: Table = read_table(
        book(sheet('<row r="1"><c r="A1" s="1"><v>7</v></c></row>'), formats=("00",))
    )
    assert [spot.is_same for spot in read.spots] == [True]


AB = row(1, "a", "b")


def cell(inner: str, facts: str = "", formats: tuple[str, ...] = (), begin: str = "") -> Table:
    xml = sheet(f'<row r="3"><c r="B3" {facts}>{inner}</c></row>')
    strings = "<si><r><t>Hà </t></r><r><t>Nội</t></r><rPh><t>x</t></rPh></si>"
    return read_table(book(xml, formats=formats, strings=strings, begin=begin))


@pytest.mark.parametrize(
    ("inner", "facts", "shown_as", "text", "code"),
    [
        ("<v>137</v>", "", "", "137", ""),
        ("<v>12.0</v>", "", "", "12", ""),
        ("<v>1.2E+10</v>", "", "", "12000000000", ""),
        ("<v>1.2E+10</v>", 's="1"', "0.00E+00", "12000000000", "changed-by-spreadsheet"),
        ("<v>0.1</v>", "", "", "0.1", ""),
        ("<v>0.30000000000000004</v>", "", "", "0.3", ""),
        ("<v>1E-7</v>", "", "", "0.0000001", ""),
        ("<v>-5</v>", "", "", "-5", ""),
        ("<v>1790</v>", 's="1"', "#,##0", "1790", "changed-by-spreadsheet"),
        ("<v>790</v>", 's="1"', "_(* #,##0_);_(* (#,##0)", "790", ""),
        ("<v>7</v>", 's="1"', "000", "7", "changed-by-spreadsheet"),
        ("<v>7</v>", 's="1"', "0&quot;/CV&quot;", "7", "changed-by-spreadsheet"),
        ("<v>0.5</v>", 's="1"', "0%", "0.5", "changed-by-spreadsheet"),
        ("<v>1234567890123456</v>", "", "", "1.23456789012346E+15", "changed-by-spreadsheet"),
        ("<v>46350.625</v>", 's="1"', "dd/mm/yyyy hh:mm", "24/11/2026 15:00", ""),
        ("<v>46350.625</v>", 's="1"', "m/d/yy h:mm", "24/11/2026 15:00", ""),
        ("<v>46350.625</v>", 's="1"', "dd/mm/yyyy", "24/11/2026", ""),
        ("<v>46350</v>", 's="1"', "dd/mm/yyyy", "24/11/2026", ""),
        ("<v>46350</v>", 's="1"', "dd/mm/yyyy hh:mm", "24/11/2026 00:00", ""),
        ("<v>46349.48958333333</v>", 's="1"', "d/m/yyyy h:mm", "23/11/2026 11:45", ""),
        ("<v>46350.6251</v>", 's="1"', "d/m/yyyy h:mm", "24/11/2026 15:00", ""),
        ("<v>0.625</v>", 's="1"', "h:mm", "15:00", ""),
        ("<v>-1</v>", 's="1"', "d/m/yyyy", "-1", "error-value"),
        ("<v>1E+9</v>", 's="1"', "d/m/yyyy", "1E+9", "error-value"),
        ("<v>2026-11-24T15:00:00</v>", 't="d"', "", "24/11/2026 15:00", ""),
        ("<v>0</v>", 't="s"', "", "Hà Nội", ""),
        ("<is><r><t>Hà </t></r><r><t>Nội</t></r></is>", 't="inlineStr"', "", "Hà Nội", ""),
        ("<is><t>a_x000D_b</t></is>", 't="inlineStr"', "", "a\rb", ""),
        ("<f>A1</f><v>5</v>", "", "", "5", ""),
        ("<f>A1</f><v>x</v>", 't="str"', "", "x", ""),
        ("<f>A1</f>", "", "", "=", "formula-without-value"),
        ("<f>A1</f><v/>", "", "", "=", "formula-without-value"),
        ('<f t="shared" si="0"/>', "", "", "=", "formula-without-value"),
        ("<v>1</v>", 't="b"', "", "TRUE", "truth-value"),
        ("<v>#REF!</v>", 't="e"', "", "#REF!", "error-value"),
        ("<f>1/0</f><v>#DIV/0!</v>", 't="e"', "", "#DIV/0!", "error-value"),
    ],
)
def test_cell_gives_what_is_seen_or_is_told(
    inner: str, facts: str, shown_as: str, text: str, code: str
) -> None:
    read = cell(inner, facts, (shown_as,))
    assert read.lines == ((3, ("", text)),)
    assert read.spots == ((Spot(3, 1, code),) if code else ())


def test_days_from_1904_are_counted_from_there() -> None:
    begin = '<workbookPr date1904="1"/>'
    read = cell("<v>44888.625</v>", 's="1"', ("dd/mm/yyyy hh:mm",), begin)
    assert read.lines[0][1][1] == "24/11/2026 15:00"


@pytest.mark.parametrize(
    ("inner", "facts"),
    [
        ("<v>9</v>", 't="s"'),
        ("<v>-1</v>", 't="s"'),
        ("<v>x</v>", 't="s"'),
        ("<v>NaN</v>", ""),
        ("<v>INF</v>", ""),
        ("<v>x</v>", ""),
        ("<v>x</v>", 't="zzz"'),
        ("<v>x</v>", 't="d"'),
        ("<v>1</v>", 's="x"'),
    ],
)
def test_value_that_makes_no_sense_is_refused(inner: str, facts: str) -> None:
    with pytest.raises(MalformedInputError, match="broken"):
        cell(inner, facts)


def test_formula_that_gave_no_text_is_an_empty_cell() -> None:
    xml = sheet('<row r="1"><c r="A1" t="str"><f>A2</f><v></v></c><c r="B1"><v>1</v></c></row>')
    assert read_table(book(xml)) == Table(((1, ("", "1")),))


def test_row_of_formulas_without_values_is_not_lost() -> None:
    cells = "".join(f'<c r="{one}2"><f>A1</f></c>' for one in "ABC")
    read = read_table(book(sheet(AB + f'<row r="2">{cells}</row>')))
    assert read.lines[1] == (2, ("=", "=", "="))
    assert len(read.spots) == 3


def test_empty_rows_beyond_what_reading_may_cost_are_named_too() -> None:
    for rows, why in (("<row/>", "blank-rows"), ("<row><c><v>1</v></c></row>", "too-large")):
        xml = sheet("<row><c><v>1</v></c></row>" + rows * 20_000).encode()
        part = xml_parts.read(io.BytesIO(xml), Budget(30_000))
        with pytest.raises(MalformedInputError, match=why):
            worksheet.read(part, SharedParts([], Styles(), is_1904=False), MAX_ROWS)
