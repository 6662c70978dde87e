"""Rows of a text file, and the sign between their cells."""

import csv
import time

import pytest

from kt1custody.core.manifest.layout import COLUMNS, has_header
from kt1custody.errors import MalformedInputError
from kt1custody.sheets.table import read_table
from tests.kit import cast


def test_limit_of_a_cell_holds_whatever_was_set_before() -> None:
    csv.field_size_limit(10)
    assert read_table(b"a\n" + b"x" * 20_000).rows == ((2, ("x" * 20_000,)),)


SAMPLE = cast.MANIFEST.read_text("utf-8-sig")


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


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_row_of_millions_of_cells_ends_in_a_moment(sign: str) -> None:
    wide = f"a{sign}b\n" + sign * 8_000_000
    begin = time.process_time()
    assert read_table(wide.encode()).lines == ((1, ("a", "b")),)
    with pytest.raises(MalformedInputError) as caught:
        read_table(f"{wide}x".encode())
    assert caught.value.detail == {"why": "too-wide", "row": 2}
    assert time.process_time() - begin < 10
