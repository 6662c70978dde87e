"""Text of a cell, made of runs."""

import pytest

from kt1custody.sheets.table import read_table
from tests.kit.books import PLAIN, STRUCK, book, codes_of, sheet, styles_of, text_cell


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
    more = styles_of(f"<xf fontId='{font}'/>")
    assert codes_of(runs, more) == ([code] if code else [])
    shared = f'<row r="1">{text_cell("A1", 0)}<c r="B1" s="1" t="s"><v>0</v></c></row>'
    raw = book(sheet(shared), more={**more, "xl/sharedStrings.xml": f"<sst><si>{runs}</si></sst>"})
    assert [spot.code for spot in read_table(raw).spots] == ([code] if code else [])
