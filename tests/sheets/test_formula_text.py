"""Formula text in CSV: text that says so is read as text, anything that would run is refused."""

import csv
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.formats import spelling
from kt1custody.sheets import formula_text
from kt1custody.sheets.table import read_table


def read(cell: str, sign: str = ",") -> tuple[str, bool]:
    file = io.StringIO()
    csv.writer(file, delimiter=sign).writerows([["a", "b"], [cell, "x"]])
    table = read_table(file.getvalue().encode())
    return table.lines[1][1][0], [spot.code for spot in table.spots] == ["formula-text"]


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ('="0700"', "0700"),
        ("'0701", "0701"),
        (' ="0700" ', "0700"),
        ('="1""2"', '1"2'),
        ('=""', ""),
        ("'=1+1", "=1+1"),
        ("''0701", "'0701"),
        ("'", "'"),
        ("-5", "-5"),
        ("-5,2", "-5,2"),
        ("- giao sáng", "- giao sáng"),
        ("-", "-"),
        ("--", "--"),
        ("1266-CV/VPTU", "1266-CV/VPTU"),
        ("a=b", "a=b"),
    ],
)
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_text_that_says_so_and_text_that_is_none_are_read(
    stored: str, text: str, sign: str
) -> None:
    assert read(stored, sign) == (text, False)


def test_unquoted_formula_text_is_read_as_programs_write_it() -> None:
    assert read_table(b'a,b\n="0700",x\n').lines[1] == (2, ("0700", "x"))


@pytest.mark.parametrize(
    "stored",
    [
        '=A1&"/CV"',
        "=1+1",
        "=0700",
        '="a"&"b"',
        "+84912345678",
        "+1",
        "@SUM(A1)",
        "-1+2",
        "-nt-",
        "-cmd|' /C calc'!A0",
        " =1+1",
        "\u00a0=1+1",
        "＝1+1",
        "＠x",
        "=",
    ],
)
def test_anything_that_would_run_is_refused(stored: str) -> None:
    assert read(stored)[1]


SIGNS = "=+-@;,|'\" \u00e1a1(／＝＠"


@given(st.text(SIGNS, max_size=20))
def test_what_is_guarded_reads_as_it_was(text: str) -> None:
    tidy = spelling.tidy(text)
    assert formula_text.unguard(formula_text.guard(tidy)) == tidy


@given(
    st.lists(st.text(SIGNS, min_size=1, max_size=14), min_size=1, max_size=4),
    st.sampled_from(",;"),
    st.sampled_from(",;|\t"),
)
def test_no_program_finds_a_formula_in_what_is_written(
    cells: list[str], sign: str, other: str
) -> None:
    """Whatever sign a program takes, and even if it reads quotes badly, no cell begins to run."""
    file = io.StringIO()
    csv.writer(file, delimiter=sign).writerow(map(formula_text.guard, map(spelling.tidy, cells)))
    line = file.getvalue().rstrip("\r\n")
    parts = line.split(other)
    parts += next(csv.reader([line], delimiter=other))
    for part in parts:
        assert unicodedata.normalize("NFKC", part.strip(' "'))[:1] not in ("=", "+", "-", "@")


def test_a_long_cell_is_guarded_in_a_moment() -> None:
    for unit in ("'", '"', ";", "; ", ";'", ";=", " "):
        text = unit * (200_000 // len(unit))
        assert formula_text.unguard(formula_text.guard(text)) is not None
