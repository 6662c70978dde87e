"""Files of rows: read within limits, or refused with a reason."""

import csv
import io
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.manifest.layout import COLUMNS, has_header
from kt1custody.errors import KtError, MalformedInputError
from kt1custody.sheets import letters, table
from kt1custody.sheets.table import MAX_ROWS, Table, read_file, read_table
from tests.kit import cast
from tests.kit.old_text import TCVN3, VNI, encode_1258, in_font

GIB = 1024 * 1024 * 1024


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_and_byte_order_mark_make_no_difference(mark: bytes, end: bytes) -> None:
    raw = mark + end.join(["Độ mật,b".encode(), b"", b'1,"x, y"', b" ,", b"2,z"])
    read = read_table(raw)
    assert read.lines[0][1] == ("Độ mật", "b")
    assert read.rows == ((3, ("1", "x, y")), (5, ("2", "z")))


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n\t\n", "empty"),
        (b"a,b\n1,\x00", "binary"),
        ("a\n1".encode("utf-16-le"), "binary"),
        ("a\n1".encode("utf-32"), "binary"),
        ("a\n1".encode("utf-16")[:-1], "letters"),
        (b"\xed\xa0\x80", "letters"),
        (b"\xf2a", "letters"),
        ("Größe, Åre, Çelik".encode("latin-1"), "letters"),
        ("Привет".encode("cp1251"), "letters"),
        ("你好，世界".encode("gb18030"), "letters"),
        (b"a,b;c\n1,2;3", "delimiter"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "old-or-locked"),
        (b"PK\x03\x04", "broken"),
        (b'a,b\n1,"open', "quotes"),
        (b'a,b\n1,"x"y', "quotes"),
        (b"a\n" + b"x" * 1_000_000, "quotes"),
        (b"a\n" * (MAX_ROWS + 1), "rows"),
        (b"\n" * MAX_ROWS + b"a", "blank-rows"),
        (b"a" * (table.MAX_BYTES + 1), "too-large"),
    ],
)
def test_unreadable_bytes_are_refused(raw: bytes, why: str) -> None:
    with pytest.raises(MalformedInputError) as caught:
        read_table(raw)
    assert (caught.value.code, caught.value.detail["why"]) == ("table-unreadable", why)


def test_most_rows_are_read() -> None:
    assert len(read_table(b"a\n" * MAX_ROWS).rows) == MAX_ROWS - 1


def test_blank_rows_are_left_out_up_to_the_limit() -> None:
    assert read_table(b"a\n" + b" ,\n" * (MAX_ROWS - 1)) == Table(((1, ("a",)),))


def test_blank_rows_above_the_header_keep_row_numbers() -> None:
    assert read_table(b"a\n\n\nx").rows == ((4, ("x",)),)


def test_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sang.csv"
    path.write_bytes(b"a\n1\n")
    assert read_file(path.name, path.read_bytes()) == Table(((1, ("a",)), (2, ("1",))))


def test_limit_of_a_cell_holds_whatever_was_set_before() -> None:
    csv.field_size_limit(10)
    assert read_table(b"a\n" + b"x" * 20_000).rows == ((2, ("x" * 20_000,)),)


SAMPLE = cast.MANIFEST.read_text("utf-8-sig")


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: unicodedata.normalize("NFD", text).encode(),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: "\ufeff".encode("utf-16-be") + text.encode("utf-16-be"),
        encode_1258,
    ],
)
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_vietnamese_text_is_the_same_in_every_encoding(
    encode: Callable[[str], bytes], sign: str
) -> None:
    rows = list(csv.reader(io.StringIO(SAMPLE)))
    file = io.StringIO()
    csv.writer(file, delimiter=sign).writerows(rows)
    read = read_table(encode(file.getvalue()), has_header)
    told = [[unicodedata.normalize("NFC", cell) for cell in cells] for _, cells in read.lines]
    assert told == rows


@given(st.text("aàảãáạăằẳẵắặâầẩẫấậđêềểễếệôồổỗốộơờởỡớợưừửữứựyỳỷỹýỵÀĂÂĐÊÔƠƯ bcmnhgt,;.", max_size=60))
def test_windows_1258_gives_composed_text_or_is_refused(text: str) -> None:
    try:
        read = letters.decode(encode_1258(text))
    except MalformedInputError:
        return
    assert read == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    "broken",
    [
        in_font(SAMPLE, VNI).encode("latin-1"),
        in_font(SAMPLE, TCVN3).encode("latin-1"),
        SAMPLE.encode("latin-1", "replace"),
        SAMPLE.encode("utf-16-be")[2:] + b"\xff",
    ],
    ids=["vni", "tcvn3", "l1", "utf16"],
)
def test_bytes_that_are_no_vietnamese_in_any_encoding_are_refused(broken: bytes) -> None:
    with pytest.raises(MalformedInputError) as caught:
        read_table(broken, has_header)
    assert caught.value.detail["why"] in ("letters", "binary")


def test_vietnamese_names_of_all_provinces_are_no_broken_text() -> None:
    for name in ("agencies.csv", "offices.csv", "people.csv"):
        assert read_file((cast.DATA / name).name, (cast.DATA / name).read_bytes()).rows


def test_first_line_for_excel_alone_is_left_out() -> None:
    assert read_table(b"sep=;\na;b\n1;2").lines == ((1, ("a", "b")), (2, ("1", "2")))


def test_delimiter_is_that_of_the_headings_whatever_the_title_holds() -> None:
    raw = "\n".join(["Ngày 23, tháng 11, năm 2026", SAMPLE.replace(",", ";")]).encode()
    assert has_header(read_table(raw, has_header).lines)
    header = ",".join(COLUMNS.values())
    both = f"{header},{header.replace(',', ';')}\n1"
    with pytest.raises(MalformedInputError) as caught:
        read_table(both.encode(), has_header)
    assert caught.value.detail == {"why": "delimiter"}


@pytest.mark.parametrize(
    ("raw", "is_cut"), [("a,b\n1", True), ("a,b\n1\n", False), ("a,b\n1,2", False), ("a", False)]
)
def test_last_row_without_end_and_with_few_cells_is_cut_off(raw: str, is_cut: bool) -> None:
    assert (read_table(raw.encode()).spots != ()) == is_cut


@given(
    st.binary(max_size=80) | st.text(max_size=80).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        read = read_table(raw)
    except KtError:
        return
    assert all(any(cell.strip() for cell in cells) for _, cells in read.lines)


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_row_of_millions_of_cells_ends_in_a_moment(sign: str) -> None:
    wide = f"a{sign}b\n" + sign * 8_000_000
    begin = time.process_time()
    assert read_table(wide.encode()).lines == ((1, ("a", "b")),)
    with pytest.raises(MalformedInputError) as caught:
        read_table(f"{wide}x".encode())
    assert caught.value.detail == {"why": "too-wide", "row": 2}
    assert time.process_time() - begin < 10
