"""The value of a cell as a person sees it."""

import pytest

from kt1custody.errors import MalformedInputError
from kt1custody.sheets import cell_text, number_format
from kt1custody.sheets.cell_text import Seen, show_value

CHANGED = "changed-by-spreadsheet"


def number(value: str, code: str) -> Seen:
    return show_value("n", value, number_format.read(code), is_1904=False)


def moment(code: str) -> Seen:
    """Show 24/11/2026 15:30:09."""
    return number("46350.6459375", code)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("dd/mm/yyyy hh:mm", "24/11/2026 15:30"),
        ("dd/mm/yyyy hh:mm:ss", "24/11/2026 15:30:09"),
        ("dd/mm/yyyy h:mm AM/PM", "24/11/2026 15:30"),
        ("d.m.yy hh:mm", "24/11/2026 15:30"),
        ('"ngày "dd" tháng "mm" năm "yyyy" lúc "hh"h"mm', "24/11/2026 15:30"),
        ("dd\\ \\t\\h\\á\\n\\g\\ mm\\ yyyy", "24/11/2026"),
        ("[$-1010000]d/m/yyyy;@", "24/11/2026"),
        ("[$-vi-VN,101]dddd, dd mmmm, yyyy", "24/11/2026"),
        ("yyyy-mm-dd", "24/11/2026"),
        ("dd/mm/yyyy;@", "24/11/2026"),
        ("hh:mm", "15:30"),
    ],
)
def test_day_and_time_as_far_as_they_are_shown(code: str, text: str) -> None:
    assert moment(code) == Seen(text)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("dd/mm hh:mm", "24/11 15:30"),
        ("mm/yyyy", "11/2026"),
        ("mmm", "11"),
        ("yyyy", "2026"),
        ("dd/mm/yyyy hh", "24/11/2026 15"),
        ("dd/mm/yyyy h AM/PM", "24/11/2026 15"),
        ("d-mmm", "24/11"),
        ("dd/dd/yyyy hh:mm", "24/2026 15:30"),
    ],
)
def test_part_of_a_day_that_is_not_shown_is_not_taken(code: str, text: str) -> None:
    assert moment(code) == Seen(text, CHANGED, is_same=True)


@pytest.mark.parametrize(
    "code",
    [
        "mm:ss",
        "[h]:mm",
        "dddd",
        "mmmmm yyyy",
        'dd/mm/yyyy "09:00"',
        'dd/mm/yyyy "trước" hh:mm',
        "[$-D07041E]dd/mm/yyyy hh:mm",
        "[~buddhist]dd/mm/yyyy hh:mm",
        "dd/mm/bbbb hh:mm",
        "dd/mm/yyyy hh:mm 0",
        "[White]dd/mm/yyyy hh:mm",
    ],
)
def test_day_and_time_that_is_shown_as_something_else(code: str) -> None:
    shown = moment(code)
    assert (shown.text, shown.code, shown.is_same) == ("24/11/2026 15:30", CHANGED, False)


def test_time_without_a_day_is_none_of_the_year_1900() -> None:
    assert number("0.625", "hh:mm") == Seen("15:00")
    assert number("0.625", "dd/mm/yyyy hh:mm").code == CHANGED


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("Hà Nội", "Hà Nội"),
        ("a_x000D_b", "a\rb"),
        ("a_x005F_x000D_b", "a_x000D_b"),
        ("a_xb", "a_xb"),
    ],
)
def test_control_characters_are_read_as_a_workbook_writes_them(stored: str, text: str) -> None:
    assert cell_text.of_text(stored) == text


@pytest.mark.parametrize(
    ("kind", "value", "seen"),
    [
        ("str", "x_x0009_y", Seen("x\ty")),
        ("e", "#REF!", Seen("#REF!", "error-value")),
        ("b", "1", Seen("TRUE", "truth-value")),
        ("b", "0", Seen("FALSE", "truth-value")),
        ("d", "2026-11-24T15:00:00", Seen("24/11/2026 15:00")),
        ("n", "7.50", Seen("7.5")),
        ("n", "1E-31", Seen("1E-31", CHANGED)),
        ("n", "1E+15", Seen("1E+15", CHANGED)),
    ],
)
def test_each_kind_of_value_is_shown(kind: str, value: str, seen: Seen) -> None:
    assert show_value(kind, value, number_format.read(""), is_1904=False) == seen


@pytest.mark.parametrize(
    ("kind", "value"), [("n", "x"), ("n", "NaN"), ("n", "-Infinity"), ("z", "1")]
)
def test_what_is_no_value_of_its_kind_is_refused(kind: str, value: str) -> None:
    with pytest.raises(MalformedInputError, match="table-unreadable"):
        show_value(kind, value, number_format.read(""), is_1904=False)
