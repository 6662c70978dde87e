"""Numbers that people read, type and scan."""

from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kt1custody.core.formats import numbers
from kt1custody.errors import MalformedInputError

ITEMS = st.builds(
    numbers.item_number,
    log_number=st.integers(10, 99),
    year=st.integers(2020, 2099),
    running=st.integers(1, numbers.LAST_RUNNING),
)
SERIALS = st.integers(numbers.FIRST_SERIAL, numbers.LAST_SERIAL)
TYPED = st.text(max_size=50) | st.text("0123456789 ", max_size=16) | st.text("٣１x 7", max_size=14)


def why(read: Callable[..., object], given_: object) -> object:
    with pytest.raises(MalformedInputError) as caught:
        read(given_)
    return caught.value.detail["why"]


@given(st.text("0123456789", max_size=20))
def test_check_digit_makes_the_row_check(digits: str):
    assert numbers.damm(f"{digits}{numbers.damm(digits)}") == 0


@given(st.text("0123456789", min_size=2, max_size=14), st.data())
def test_one_wrong_digit_does_not_check(digits: str, data: st.DataObject):
    good = f"{digits}{numbers.damm(digits)}"
    place = data.draw(st.integers(0, len(good) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != good[place]]))
    assert numbers.damm(good[:place] + other + good[place + 1 :]) != 0


@given(st.text("0123456789", min_size=2, max_size=14), st.data())
def test_two_neighbours_swapped_do_not_check(digits: str, data: st.DataObject):
    good = f"{digits}{numbers.damm(digits)}"
    place = data.draw(st.integers(0, len(good) - 2))
    assume(good[place] != good[place + 1])
    assert numbers.damm(good[:place] + good[place + 1] + good[place] + good[place + 2 :]) != 0


@given(ITEMS)
def test_item_number_is_read_as_printed(number: numbers.ItemNumber):
    assert numbers.parse_item_number(numbers.format_item_number(number)) == number


@given(TYPED)
def test_typed_item_number_is_refused_or_printed_with_its_digits(typed: str):
    try:
        number = numbers.parse_item_number(typed)
    except MalformedInputError:
        return
    printed = numbers.format_item_number(number)
    assert numbers.join_groups(printed) == numbers.join_groups(typed)


@given(st.integers(10, 99), st.integers(1, numbers.LAST_RUNNING))
def test_item_number_holds_log_year_and_running(log: int, running: int):
    number = numbers.item_number(log_number=log, year=2026, running=running)
    assert str(number)[:4] == f"{log}26"
    assert numbers.running_of(number) == running


@pytest.mark.parametrize(("log", "running"), [(10, 1), (99, 8_999_999)])
def test_item_number_at_the_edge_is_built(log: int, running: int):
    number = numbers.item_number(log_number=log, year=2026, running=running)
    assert numbers.check_item_number(number) == number


@pytest.mark.parametrize(("log", "running"), [(9, 1), (100, 1), (68, 0), (68, 9_000_000)])
def test_item_number_out_of_range_is_not_built(log: int, running: int):
    with pytest.raises(ValueError, match="no such item number"):
        numbers.item_number(log_number=log, year=2026, running=running)


@pytest.mark.parametrize("number", [-1, 10**11 - 1, 10**12])
def test_integer_of_other_length_is_no_item_number(number: int):
    assert why(numbers.check_item_number, number) == "length"


def test_integer_that_does_not_check_is_no_item_number():
    good = numbers.item_number(log_number=68, year=2026, running=1)
    assert why(numbers.check_item_number, good ^ 1) == "check-digit"


@given(SERIALS)
def test_serial_is_read_as_printed(serial: int):
    assert numbers.parse_serial(numbers.format_serial(serial)) == serial


@given(TYPED)
def test_typed_serial_is_refused_or_printed_with_its_digits(typed: str):
    try:
        serial = numbers.parse_serial(typed)
    except MalformedInputError:
        return
    assert numbers.format_serial(serial) == numbers.join_groups(typed)


@pytest.mark.parametrize("serial", [65_536, 4_294_967_295])
def test_serial_at_the_edge_is_accepted(serial: int):
    assert numbers.check_serial(serial) == serial


@pytest.mark.parametrize("serial", [65_535, 4_294_967_296])
def test_serial_out_of_range_is_refused(serial: int):
    assert why(numbers.check_serial, serial) == "range"
    assert why(numbers.parse_serial, numbers.format_serial(serial)) == "range"


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("00000655366", "check-digit"),
        ("0000065536", "length"),
        ("0000065536x", "characters"),
        ("", "characters"),
        ("٠٠٠٠٠٦٥٥٣٦٥", "characters"),
        (" " * 41 + "00000655365", "characters"),
    ],
)
def test_mistyped_serial_is_refused(typed: str, reason: str):
    assert why(numbers.parse_serial, typed) == reason


@given(st.from_regex(r"[A-Za-z][A-Za-z0-9]{1,15}", fullmatch=True).filter(str.isascii))
def test_staff_number_is_read_upper_cased(typed: str):
    assert numbers.parse_staff_number(f" {typed} ") == typed.upper()


@given(st.text(max_size=20))
def test_staff_number_is_refused_or_well_formed(typed: str):
    try:
        staff = numbers.parse_staff_number(typed)
    except MalformedInputError:
        return
    assert numbers.is_staff_number(staff)


@pytest.mark.parametrize("text", ["", "N", "1NV", "nv01", "A" * 17, "NV-1", "NV1\n", "ĐV1"])
def test_staff_number_has_one_form(text: str):
    assert not numbers.is_staff_number(text)


@pytest.mark.parametrize("text", ["kt1.lamdong.vn/68", "a", "a/b/c", "a" * 56])
def test_log_name_is_accepted(text: str):
    assert numbers.check_log_name(text) == text


@pytest.mark.parametrize("text", ["", "/a", "a/", "a//b", "A", "a_b", "a/b.c", "a\n", "a" * 57])
def test_log_name_is_refused(text: str):
    with pytest.raises(MalformedInputError) as caught:
        numbers.check_log_name(text)
    assert (caught.value.code, caught.value.detail) == ("log-name", {"length": len(text)})


def test_key_id_depends_on_the_algorithm():
    assert numbers.key_id(-19, bytes(32)) != numbers.key_id(-9, bytes(32))
