"""XLSX files: what a person sees is read, what hides or explodes is not."""

import io
import resource
import sys
import time
import zipfile
from contextlib import suppress

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.manifest.layout import has_header
from kt1custody.errors import KtError, MalformedInputError
from kt1custody.sheets.table import read_table
from tests.kit import cast, nightly
from tests.kit.books import book, pack, row, sheet

CHIEU = cast.DATA / "manifests" / "2026-11-23-chieu.xlsx"
AB = row(1, "a", "b")


def why(raw: bytes) -> object:
    with pytest.raises(MalformedInputError) as caught:
        read_table(raw)
    assert caught.value.code == "table-unreadable"
    return caught.value.detail["why"]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_left_aside(state: str) -> None:
    raw = book(sheet(row(1, "no")), sheet(AB), states=(state,))
    assert read_table(raw).lines == ((1, ("a", "b")),)
    assert why(book(sheet(AB), states=(state,))) == "empty"


def test_the_visible_sheet_that_is_a_list_is_read_and_two_are_refused() -> None:
    [list_] = [one for one in openpyxl.load_workbook(CHIEU) if one.sheet_state == "visible"]
    titles = row(1, *(str(cell.value) for cell in list_[4]))
    other = sheet(row(1, "Danh mục", "mã"))
    read = read_table(book(other, sheet(titles + row(2, "1"))), has_header)
    assert read.lines[1] == (2, ("1",))
    for raw, is_list in (
        (book(sheet(titles), sheet(titles)), has_header),
        (book(other, other), None),
    ):
        with pytest.raises(MalformedInputError) as caught:
            read_table(raw, is_list)
        assert caught.value.detail == {"why": "several-sheets"}
    assert not has_header(read_table(book(other, other), has_header).lines)


def test_names_with_prefix_cells_without_address_and_absolute_parts_are_read() -> None:
    xml = (
        '<x:worksheet xmlns:x="s"><x:sheetData><x:row><x:c><x:v>1</x:v></x:c><x:c><x:v>2</x:v>'
        "</x:c></x:row></x:sheetData></x:worksheet>"
    )
    relation = (
        '<Relationships><Relationship Id="r1" Type="a/worksheet" '
        'Target="/xl/worksheets/sheet1.xml"/></Relationships>'
    )
    raw = book(xml, more={"xl/_rels/workbook.xml.rels": relation})
    assert read_table(raw).lines == ((1, ("1", "2")),)


SMALL = book(sheet(AB))


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (SMALL[: len(SMALL) // 2], "broken"),
        (SMALL[:-1], "broken"),
        (pack({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "archive"),
        (pack({"[Content_Types].xml": "", "xl/workbook.bin": b"\0"}), "xlsb"),
        (pack({"[Content_Types].xml": "", "word/document.xml": "<a/>"}), "word"),
        (book(sheet(AB), more={"xl/vbaProject.bin": b"\0"}), "macros"),
        (book(sheet(AB), more={"xl/externalLinks/externalLink1.xml": "<a/>"}), "external-links"),
        (book("<worksheet><sheetData><row>"), "broken"),
        (book("not xml"), "broken"),
        (book('<!DOCTYPE a [<!ENTITY b "c">]>' + sheet(row(1, "&b;"))), "broken"),
        (book('<!DOCTYPE a SYSTEM "file:///etc/passwd">' + sheet(AB)), "broken"),
        (book(sheet(row(2, "a") + row(1, "b"))), "broken"),
        (book(sheet(row(1, "a") + row(1, "b"))), "broken"),
        (book(sheet('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>')), "broken"),
        (book(sheet('<row r="1"><c r="A2"><v>1</v></c></row>')), "broken"),
        (book(sheet('<row r="x"/>')), "broken"),
        (book(sheet(AB, behind='<mergeCell ref="A:A"/>')), "broken"),
        (book(sheet(AB, behind='<mergeCell ref="?"/>')), "broken"),
        (book(sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')), "too-wide"),
        (book(sheet("<row/>" * 1_048_576)), "blank-rows"),
        (book(sheet('<row r="1"/>')), "empty"),
        (book(), "empty"),
        (book(sheet(row(1, "x" * 50_000))), "broken"),
    ],
)
def test_what_cannot_be_a_list_is_refused_with_a_reason(raw: bytes, told: str) -> None:
    assert why(raw) == told


def test_a_workbook_with_a_password_is_refused() -> None:
    file = io.BytesIO(SMALL)
    raw = bytearray(file.getvalue())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(mark)
        while at >= 0:
            raw[at + place] |= 1
            at = raw.find(mark, at + 4)
    assert why(bytes(raw)) == "locked"


def test_a_damaged_part_is_refused() -> None:
    with zipfile.ZipFile(io.BytesIO(SMALL)) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    raw = bytearray(SMALL)
    raw[part.header_offset + 60] ^= 255
    assert why(bytes(raw)) == "broken"


def test_blank_rows_and_a_row_far_below_are_no_trouble() -> None:
    blank = "".join(f'<row r="{n}"><c r="A{n}"/></row>' for n in range(2, 20_002))
    read = read_table(book(sheet(AB + blank + row(1_048_576, "z"))))
    assert read.lines == ((1, ("a", "b")), (1_048_576, ("z",)))


MILLION = 1_000_000
USES = "<row>" + "<c t='s'><v>0</v></c>" * 60 + "</row>"
USES *= 400
BOMBS = {
    "zeros": lambda: book("<worksheet>" + " " * 200 * MILLION),
    "many-parts": lambda: book(
        sheet(AB), more={f"xl/worksheets/x{n}.xml": " " * 9 * MILLION for n in range(20)}
    ),
    "cells-in-a-row": lambda: book(sheet("<row>" + "<c/>" * 1_300_000 + "</row>")),
    "deep": lambda: book(sheet("<a>" * 2 * MILLION)),
    "strings": lambda: book(sheet(AB), strings="<si/>" * 1_300_000),
    "columns": lambda: book(sheet(AB, before='<col min="1" max="16384" hidden="1"/>' * 1_300_000)),
    "merged": lambda: book(
        sheet(
            "".join(row(n, "a") for n in range(1, 3_000)),
            behind='<mergeCell ref="A1:XFD1048576"/>' * 1000,
        )
    ),
    "long-text": lambda: book(sheet("<row><c><v>" + "1" * 90 * MILLION)),
    "attributes": lambda: book(sheet(f'<row r="1" x="{"y" * 90 * MILLION}"/>')),
    "fonts-in-a-text": lambda: book(
        sheet(AB),
        strings="<si>"
        + "".join(f'<r><rPr><color rgb="{n:06X}"/></rPr><t>x</t></r>' for n in range(100_000))
        + "</si>",
    ),
    "text-of-many-runs": lambda: book(
        sheet(USES), strings="<si>" + f"<r><t>{'y' * 39_000}</t></r>" * 250 + "</si>"
    ),
    "blank-text-in-many-sheets": lambda: book(
        *[sheet(USES)] * 20, strings=f"<si><t>{' ' * 39_000}</t></si>"
    ),
    "areas-of-a-condition": lambda: book(
        sheet(
            AB,
            behind=f"""<conditionalFormatting sqref="{"A1:B2 " * 40_000}"><cfRule><dxf><numFmt/></dxf>
            </cfRule></conditionalFormatting>"""
            * 300,
        )
    ),
    "formats": lambda: book(
        sheet(AB), formats=tuple(f"{n}{'&quot;a&quot;' * 60}" for n in range(20_000))
    ),
    "comments": lambda: book(sheet(AB, before=f"<!--{'a' * 990}-->" * 30_000)),
    "comments-with-ends": lambda: book(sheet(AB, before=f"<!--{'a' * 60_000}> -->" * 500)),
    "column-below-zero": lambda: book(sheet(AB, before='<col min="-2000000000" max="5"/>')),
    "digits": lambda: book(sheet("<row><c><v>" + "9" * 39_000 + "</v></c></row>")),
    "exponent": lambda: book(sheet("<row><c><v>1E999999999</v></c></row>")),
    "small-exponent": lambda: book(sheet("<row><c><v>1E-999999999</v></c></row>")),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", nightly.each(BOMBS, "deep", "merged", "long-text", "formats", "comments", "exponent")
)
def test_a_bomb_ends_in_little_time_and_memory(name: str) -> None:
    raw = BOMBS[name]()
    assert len(raw) < 4 * MILLION
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.process_time()
    with suppress(MalformedInputError):
        read_table(raw)
    took = time.process_time() - begin
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - used
    assert took < (30 if sys.gettrace() else 10)  # seconds of the processor; a tracer slows it
    assert more * (1 if sys.platform == "darwin" else 1024) < 300 * MILLION


def test_a_part_that_many_sheets_name_is_not_read_for_each() -> None:
    more = "".join(f'<sheet name="T{n}" sheetId="{n}" r:id="r1"/>' for n in range(2, 22))
    assert why(book(sheet(AB), begin=f"<sheets>{more}</sheets>")) == "broken"
    assert read_table(book(sheet(AB), sheet(""), sheet(""))).lines == ((1, ("a", "b")),)


@given(st.data())
def test_any_damage_to_a_workbook_is_read_or_refused(data: st.DataObject) -> None:
    raw = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(4, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_table(bytes(raw))
    except KtError:
        return


@given(st.text("<>/\"'=&;rcvtisf 0123456789ABsheetDataZz", max_size=60))
def test_any_sheet_is_read_or_refused(xml: str) -> None:
    for told in (xml, sheet(xml), sheet(f'<row r="1"><c r="A1">{xml}</c></row>')):
        try:
            read_table(book(told))
        except KtError:
            continue
