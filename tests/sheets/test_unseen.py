"""What a workbook hides: struck, white, hidden, conditional; and hidden only what is hidden."""

from collections.abc import Sequence

import pytest

from kt1custody.core.manifest.layout import WHOLE_ROW, Spot
from kt1custody.sheets.table import Table, read_table
from tests.kit.books import book, row, sheet

FONTS = (
    "<font><sz val='11'/></font>",
    "<font><strike/><sz val='11'/></font>",
    "<font><strike val='0'/></font>",
    "<font><color rgb='FFFFFFFF'/></font>",
    "<font><color theme='0'/></font>",
    "<font><color theme='0' tint='-0.5'/></font>",
    "<font><sz val='1'/></font>",
    "<font><color rgb='FF112233'/></font>",
    "<font><color indexed='9'/></font>",
)
PLAIN, STRUCK, NOT_STRUCK, WHITE, THEME_WHITE, GREY, TINY, DARK, INDEXED = range(len(FONTS))
FILLS = (
    "<fill><patternFill patternType='none'/></fill>",
    "<fill><patternFill patternType='gray125'/></fill>",
    "<fill><patternFill patternType='solid'><fgColor rgb='FF102030'/></patternFill></fill>",
)
NO_FILL, DOTS, NAVY = range(len(FILLS))


def styles(*cells: str, named: str = "<xf/>", conditional: str = "") -> dict[str, bytes | str]:
    return {
        "xl/styles.xml": f"<styleSheet><fonts>{''.join(FONTS)}</fonts><fills>{''.join(FILLS)}</fills>"
        f"<cellStyleXfs>{named}</cellStyleXfs><cellXfs><xf/>{''.join(cells)}</cellXfs>"
        f"<dxfs>{conditional}</dxfs></styleSheet>"
    }


def text_cell(place: str, style: int = 1, inner: str = "<t>x</t>") -> str:
    return f'<c r="{place}" s="{style}" t="inlineStr"><is>{inner}</is></c>'


def codes(inner: str, more: dict[str, bytes | str]) -> list[str]:
    cells = f'<row r="1">{text_cell("A1", 0)}{text_cell("B1", 1, inner)}</row>'
    return [spot.code for spot in read_table(book(sheet(cells), more=more)).spots]


@pytest.mark.parametrize(
    ("font", "fill", "code"),
    [
        (STRUCK, NO_FILL, "struck-through"),
        (STRUCK, NAVY, "struck-through"),
        (NOT_STRUCK, NO_FILL, ""),
        (WHITE, NO_FILL, "hidden-text"),
        (THEME_WHITE, NO_FILL, "hidden-text"),
        (INDEXED, NO_FILL, "hidden-text"),
        (DARK, NAVY, "hidden-text"),
        (TINY, NO_FILL, "hidden-text"),
        (WHITE, NAVY, ""),
        (WHITE, DOTS, ""),
        (GREY, NO_FILL, ""),
        (DARK, NO_FILL, ""),
        (PLAIN, NAVY, ""),
    ],
)
def test_font_of_a_cell_on_its_ground(font: int, fill: int, code: str) -> None:
    more = styles(f"<xf fontId='{font}' fillId='{fill}'/>")
    assert codes("<t>x</t>", more) == ([code] if code else [])
    assert codes("<t> </t>", more) == []


def test_a_struck_style_of_the_book_counts_where_the_cell_has_none_of_its_own() -> None:
    named = f"<xf/><xf fontId='{STRUCK}'/>"
    assert codes("<t>x</t>", styles("<xf xfId='1' applyFont='0'/>", named=named)) == [
        "struck-through"
    ]
    assert codes("<t>x</t>", styles("<xf xfId='1' applyFont='1'/>", named=named)) == []


@pytest.mark.parametrize(
    ("runs", "font", "code"),
    [
        ("<r><t>12</t></r><r><rPr><strike/></rPr><t>66</t></r>", PLAIN, "struck-through"),
        ("<r><rPr><strike val='false'/></rPr><t>12</t></r>", STRUCK, ""),
        ("<r><rPr/><t>12</t></r><r><t>66</t></r>", STRUCK, "struck-through"),
        ("<r><rPr><strike/></rPr><t> </t></r><r><rPr/><t>66</t></r>", PLAIN, ""),
        ("<r><rPr><color rgb='FFFFFFFF'/></rPr><t>1</t></r><r><t>2</t></r>", PLAIN, "hidden-text"),
        ("<t>1</t><rPh><rPr><strike/></rPr><t>2</t></rPh>", PLAIN, ""),
    ],
)
def test_runs_of_a_text_have_their_own_look(runs: str, font: int, code: str) -> None:
    more = styles(f"<xf fontId='{font}'/>")
    assert codes(runs, more) == ([code] if code else [])
    shared = f'<row r="1">{text_cell("A1", 0)}<c r="B1" s="1" t="s"><v>0</v></c></row>'
    raw = book(sheet(shared), more={**more, "xl/sharedStrings.xml": f"<sst><si>{runs}</si></sst>"})
    assert [spot.code for spot in read_table(raw).spots] == ([code] if code else [])


def test_a_row_of_which_every_cell_is_struck_is_reported_once() -> None:
    more = styles(f"<xf fontId='{STRUCK}'/>")
    whole = f'<row r="1">{text_cell("A1")}{text_cell("B1")}<c r="C1" s="1"/></row>'
    part = f'<row r="2">{text_cell("A2")}{text_cell("B2", 0)}</row>'
    read = read_table(book(sheet(whole + part), more=more))
    assert read.spots == (Spot(1, WHOLE_ROW, "struck-through"), Spot(2, 0, "struck-through"))


def test_text_repeated_across_its_cell_is_not_what_it_says() -> None:
    more = styles("<xf><alignment horizontal='fill'/></xf>")
    assert codes("<t>12</t>", more) == ["changed-by-spreadsheet"]


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


CONDITIONS = (
    "<dxf><fill><patternFill><bgColor rgb='FFFF0000'/></patternFill></fill></dxf>",
    "<dxf><font><strike/></font></dxf>",
    "<dxf><numFmt numFmtId='200' formatCode=';;;'/></dxf>",
    "<dxf><font><color rgb='FFFFFFFF'/></font></dxf>",
    "<dxf><font><color rgb='FFFFFFFF'/></font><fill><patternFill><bgColor rgb='FFFF0000'/>"
    "</patternFill></fill></dxf>",
)


@pytest.mark.parametrize(
    ("rule", "is_named"),
    [
        ("<cfRule dxfId='0'/>", False),
        ("<cfRule dxfId='1'/>", True),
        ("<cfRule dxfId='2'/>", True),
        ("<cfRule dxfId='3'/>", True),
        ("<cfRule dxfId='4'/>", False),
        ("<cfRule><dataBar/></cfRule>", False),
        ("<cfRule><iconSet showValue='0'/></cfRule>", True),
        ("<x:cfRule><x:dxf><font><strike/></font></x:dxf></x:cfRule>", True),
    ],
)
@pytest.mark.parametrize("where", ["B2:B9", "A1 B:B", "F1:F9 B4:B5 1:1"])
def test_a_condition_that_may_change_cells_is_named_at_its_first_cell(
    rule: str, is_named: bool, where: str
) -> None:
    behind = (
        f"<x:conditionalFormatting xmlns:x='x'>{rule}<x:sqref>{where}</x:sqref>"
        "</x:conditionalFormatting>"
        f"<conditionalFormatting sqref='{where}' xmlns:x='x'>{rule}</conditionalFormatting>"
    )
    rows = row(1, "", "") + row(2, "a", "b") + row(3, "a", "b") + row(4, "a", "b")
    more = styles(conditional="".join(CONDITIONS))
    read = read_table(book(sheet(rows, behind=behind), more=more))
    assert {spot.code for spot in read.spots} == ({"conditional-format"} if is_named else set())
    assert all(spot.place == 1 and spot.row in (2, 4) for spot in read.spots)


def hidden(rows: str, before: str = "") -> Sequence[Spot]:
    return read_table(book(sheet(rows, before=before))).spots


@pytest.mark.parametrize(
    ("more", "before"),
    [
        ("", '<sheetFormatPr zeroHeight="1"/>'),
        ("", '<sheetFormatPr zeroHeight="1" defaultRowHeight="15"/>'),
        ('ht="60" customHeight="1"', ""),
        ('ht="8"', '<sheetFormatPr defaultRowHeight="0" customHeight="1"/>'),
        ('outlineLevel="1"', ""),
        ('collapsed="1"', ""),
        ('hidden="0"', ""),
        ("", "<cols><col min='15' max='16384' width='0' hidden='1'/></cols>"),
        ("", "<cols><col min='1' max='16384' width='9' collapsed='1'/></cols>"),
        ("", "<sheetFormatPr defaultColWidth='0'/><cols><col min='1' max='3' width='9'/></cols>"),
    ],
)
def test_what_is_seen_is_not_called_hidden(more: str, before: str) -> None:
    assert hidden(row(1, "a", "b", more=more), before) == ()


@pytest.mark.parametrize(
    ("more", "before", "spots"),
    [
        ('hidden="1" outlineLevel="1"', "", [Spot(1, WHOLE_ROW, "hidden-row")]),
        ('ht="0.75" customHeight="1"', "", [Spot(1, WHOLE_ROW, "hidden-row")]),
        ("", '<sheetFormatPr defaultRowHeight="1"/>', [Spot(1, WHOLE_ROW, "hidden-row")]),
        ("", "<cols><col min='2' max='2' width='0.1'/></cols>", [Spot(0, 1, "hidden-column")]),
        (
            "",
            "<sheetFormatPr defaultColWidth='0'/><cols><col min='1' max='1' width='9'/></cols>",
            [Spot(0, 1, "hidden-column")],
        ),
        (
            "",
            "<cols><col min='2' max='4' outlineLevel='1' hidden='1'/></cols>",
            [
                Spot(0, 1, "hidden-column"),
            ],
        ),
    ],
)
def test_what_nobody_sees_is_hidden(more: str, before: str, spots: list[Spot]) -> None:
    assert list(hidden(row(1, "a", "b", more=more), before)) == spots


def test_a_spot_equals_whether_or_not_the_spelling_matters() -> None:
    read: Table = read_table(
        book(sheet('<row r="1"><c r="A1" s="1"><v>7</v></c></row>'), formats=("00",))
    )
    assert [spot.is_same for spot in read.spots] == [True]
