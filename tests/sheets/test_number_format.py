"""Number formats: what they add, hide or change is reported, in time that grows with their length."""

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.sheets import number_format
from kt1custody.sheets.cell_text import Seen, show_text, show_value

CHANGED = "changed-by-spreadsheet"


def number(value: str, code: str) -> Seen:
    return show_value("n", value, number_format.read(code), is_1904=False)


@pytest.mark.parametrize(
    "code", ["", "General", "@", "@* ", "_(@_)", "[Red]@", "0;-0", ";;", '0" g";;', "[$-42A]@"]
)
def test_text_that_is_shown_as_it_is(code: str) -> None:
    assert show_text("C", number_format.read(code)) == Seen("C")


@pytest.mark.parametrize(
    "code",
    [
        '@"/CV-VPTU"',
        "@\\/\\C\\V",
        ";;;",
        '0;0;0;"đã gửi"',
        ";;;@@",
        "@*.",
        "[White]@",
        "[Color 2]@",
        "[$₫-42A]@",
        "@-",
        "@%",
        '"unclosed @',
        "@" + " " * 300,
        "0;0;0;0;@",
    ],
)
def test_text_that_is_added_to_or_hidden(code: str) -> None:
    shown = show_text("C", number_format.read(code))
    assert shown == Seen("C", CHANGED if "unclosed" not in code else "")
    assert show_text(" ", number_format.read(code)) == Seen(" ")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("137", "0"),
        ("137", "#"),
        ("137", "#,##0"),
        ("137", "??0"),
        ("137", '_(* #,##0_);_(* \\(#,##0\\);_(* "-"_);_(@_)'),
        ("137", "[Blue]0;[Red]-0"),
        ("137", '[>=100]0;"few"'),
        ("-5", "0;-0"),
        ("-5", "0"),
        ("137.5", "0.0"),
        ("137.5", "0.##"),
        ("0", "0"),
        ("12345678901", ""),
        ("123456789012", "0"),
    ],
)
def test_number_whose_digits_are_shown(value: str, code: str) -> None:
    assert number(value, code) == Seen(value)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("7", "000"),
        ("1790", "#,##0"),
        ("137", "0.00"),
        ("137", "0.##"),
        ("0.5", "#.0"),
        ("137", "0 0 0"),
    ],
)
def test_number_that_is_only_spelled_otherwise(value: str, code: str) -> None:
    assert number(value, code) == Seen(value, CHANGED, is_same=True)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("137", '0"/CV"'),
        ("137", '0 "g"'),
        ("137", "0 [$₫-42A]"),
        ("137", "General\\/CV"),
        ("137", "0%"),
        ("137000", "0,"),
        ("137000000", "0.0,,"),
        ("137", "0.00E+00"),
        ("137", "# ?/?"),
        ("137", "00-00"),
        ("137", "0*-"),
        ("137", "[White]0"),
        ("137", "[DBNum1]0"),
        ("137", "[$-2000000]0"),
        ("137", ";;;"),
        ("137", ";;"),
        ("137", '"không"'),
        ("137", "[<1]0"),
        ("137", '[<1]0;[<9]0;"nhiều"'),
        ("137", "0;[>500]0"),
        ("137.4", "0"),
        ("0", "#"),
        ("0", '0;-0;"-"'),
        ("-5", "0;0"),
        ("-5", "0;(0)"),
        ("123456789012", ""),
        ("0.123456789012", ""),
        ("137", "0" * 256),
    ],
)
def test_number_that_is_shown_as_something_else(value: str, code: str) -> None:
    shown = number(value, code)
    assert (shown.text, shown.code, shown.is_same) == (value, CHANGED, False)


@pytest.mark.parametrize(
    "unit", ["[", '"', "\\", "*", "_", "[<1]", ";", "0,", "m", "[h]", "@", "e+"]
)
def test_the_longest_format_is_read_in_a_moment(unit: str) -> None:
    begin = time.process_time()
    for length in (255, 250_000):
        shown_as = number_format.read((unit * length)[:length])
        show_text("C", shown_as)
        shown_as.section_for(Decimal(7))
    assert time.process_time() - begin < 0.5


@given(st.text('[]<>=1;"\\*_@0#?.,%E+/-ymdhsbge AMPMGeneral$Rd\u00e1', max_size=40))
def test_any_format_is_read_and_shows_a_value(code: str) -> None:
    shown_as = number_format.read(code)
    assert show_text("C", shown_as).text == "C"
    for value in ("7", "-7.5", "0", "46350.6"):
        assert show_value("n", value, shown_as, is_1904=False).text


@given(st.text("0#,.?;-[]<>9 _*", max_size=12), st.integers(1, 99_999))
def test_a_format_without_room_for_digits_never_passes(code: str, value: int) -> None:
    shown = number(str(value), code)
    assert shown.code or not code or any(sign in code for sign in "0#?")
