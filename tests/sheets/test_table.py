"""Files of rows: read within limits, or refused with a reason."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.errors import KtError, MalformedInputError
from kt1custody.sheets import table
from kt1custody.sheets.table import MAX_ROWS, Table, read_file, read_table

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


@given(
    st.binary(max_size=80) | st.text(max_size=80).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        read = read_table(raw)
    except KtError:
        return
    assert all(any(cell.strip() for cell in cells) for _, cells in read.lines)
