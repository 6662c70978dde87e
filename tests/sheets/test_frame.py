"""What a workbook hides: struck, white, hidden, conditional; and hidden only what is hidden."""

from collections.abc import Sequence

import pytest

from kt1custody.core.manifest.layout import WHOLE_ROW, Spot
from kt1custody.sheets.table import Table, read_table
from tests.kit.books import (
    book,
    row,
    sheet,
    styles_of,
)

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
    more = styles_of(conditional="".join(CONDITIONS))
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


AB = row(1, "a", "b")


@pytest.mark.parametrize(
    ("more", "before"),
    [
        ('hidden="1"', ""),
        ('ht="0"', ""),
        ('hidden="true"', ""),
        ("", '<sheetFormatPr defaultRowHeight="0.5" zeroHeight="1"/>'),
    ],
)
def test_hidden_row_is_told_and_a_blank_one_is_not(more: str, before: str) -> None:
    rows = row(1, "a", more='ht="15"') + row(2, "b", more=more) + row(3, " ", more=more)
    read = read_table(book(sheet(rows, before=before)))
    assert read == Table(((1, ("a",)), (2, ("b",))), (Spot(2, WHOLE_ROW, "hidden-row"),))


@pytest.mark.parametrize("fact", ['hidden="1"', 'width="0"'])
def test_hidden_columns_are_told_as_far_as_the_table_goes(fact: str) -> None:
    before = f'<cols><col min="1" max="1"/><col min="2" max="16384" {fact}/></cols>'
    assert read_table(book(sheet(AB, before=before))).spots == (Spot(0, 1, "hidden-column"),)


def test_cells_under_merged_ones_are_told() -> None:
    behind = '<mergeCells><mergeCell ref="A1:B2"/><mergeCell ref="A5:A9"/></mergeCells>'
    rows = row(1, "a", "b") + row(2, "c", "d") + row(4, "e") + row(9, "f")
    told = {(one.row, one.place) for one in read_table(book(sheet(rows, behind=behind))).spots}
    assert told == {(1, 1), (2, 0), (2, 1), (9, 0)}
