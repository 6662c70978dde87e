"""CSV files: read within limits, or refused with a reason."""

import csv
import resource
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.errors import KtError, MalformedInputError, UnavailableError
from kt1custody.sheets import table
from kt1custody.sheets.table import MAX_ROWS, Table, read_file, read_table

GIB = 1024 * 1024 * 1024


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_and_byte_order_mark_make_no_difference(mark: bytes, end: bytes) -> None:
    raw = mark + end.join(["Độ mật,b".encode(), b"", b'1,"x, y"', b" ,", b"2,z"])
    assert read_table(raw) == Table(("Độ mật", "b"), ((3, ("1", "x, y")), (5, ("2", "z"))))


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n\t\n", "empty"),
        (b"a,b\n1,\x00", "binary"),
        ("a\n1".encode("utf-16"), "binary"),
        ("Đã gửi".encode("cp1258", "replace") + b"\xf0", "encoding"),
        ("né".encode("latin-1"), "encoding"),
        (b"\xed\xa0\x80", "encoding"),
        (b'a,b\n1,"open', "quotes"),
        (b'a,b\n1,"x"y', "quotes"),
        (b"a\n" + b"x" * 1_000_000, "quotes"),
        (b"a\n" * (MAX_ROWS + 1), "rows"),
        (b"\n" * MAX_ROWS + b"a", "rows"),
        (b"a" * (table.MAX_BYTES + 1), "too-large"),
    ],
)
def test_unreadable_bytes_are_refused(raw: bytes, why: str) -> None:
    with pytest.raises(MalformedInputError) as caught:
        read_table(raw)
    assert (caught.value.code, caught.value.detail) == ("table-unreadable", {"why": why})


def test_most_rows_are_read() -> None:
    assert len(read_table(b"a\n" * MAX_ROWS).rows) == MAX_ROWS - 1


def test_blank_rows_are_left_out_up_to_the_limit() -> None:
    assert read_table(b"a\n" + b" ,\n" * (MAX_ROWS - 1)) == Table(("a",), ())


def test_blank_rows_above_the_header_keep_row_numbers() -> None:
    assert read_table(b"a\n\n\nx").rows == ((4, ("x",)),)


def test_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sang.csv"
    path.write_bytes(b"a\n1\n")
    assert read_file(path) == Table(("a",), ((2, ("1",)),))


def test_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MalformedInputError) as caught:
        read_file(tmp_path)
    assert caught.value.detail == {"why": "directory"}


@pytest.mark.parametrize("name", ["missing.csv", "x" * 300, "loop"])
def test_file_that_cannot_be_opened_is_unavailable(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(UnavailableError) as caught:
        read_file(tmp_path / name)
    assert caught.value.code == "file-unreadable"


def test_huge_file_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(200 * GIB)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(MalformedInputError) as caught:
        read_file(path)
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - used
    assert caught.value.detail == {"why": "too-large"}
    assert more * (1 if sys.platform == "darwin" else 1024) < 4 * table.MAX_BYTES


def test_limit_of_a_cell_holds_whatever_was_set_before() -> None:
    csv.field_size_limit(10)
    assert read_table(b"a\n" + b"x" * 20_000).rows == ((2, ("x" * 20_000,)),)


@given(
    st.binary(max_size=80) | st.text(max_size=80).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        read = read_table(raw)
    except KtError:
        return
    assert all(any(cell.strip() for cell in cells) for _, cells in read.rows)
