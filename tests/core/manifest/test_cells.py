"""The values of single cells, and what a spreadsheet makes of them."""

from datetime import datetime

import pytest

from kt1custody.core.manifest import cells
from tests.kit import cast


@pytest.mark.parametrize("text", ["5/12/2026 9:05", "05/12/2026 09:05"])
def test_time_is_read_with_and_without_leading_zeros(text: str) -> None:
    assert (
        cells.read_time(text, cast.ZONE)
        == datetime(2026, 12, 5, 9, 5, tzinfo=cast.ZONE).timestamp()
    )


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-05 09:05",
        "31/02/2026 09:05",
        "5/12/2026",
        "５/12/2026 9:05",
        "",
        "05/12/2026 24:00",
    ],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert cells.read_time(text, cast.ZONE) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("007", 7), ("500", 500), ("501", None), ("0", None), ("-1", None), ("1.0", None),
     ("1000000", None), ("٣", None), ("", None)],
)  # fmt: skip
def test_a_whole_number_is_read_up_to_the_most(text: str, number: int | None) -> None:
    assert cells.read_number(text, 500) == number


@pytest.mark.parametrize(
    ("text", "changed"),
    [("1.2E+10", True), ("12/11/2026", True), ("12:30:00", True), ("12-Thg 5", True),
     ("Nov-26", True), ("12/CV", False), ("12-CV/TU", False), ("1066", False)],
)  # fmt: skip
def test_what_a_spreadsheet_made_of_a_number_is_known(text: str, changed: bool) -> None:
    assert cells.is_changed(text) == changed


@pytest.mark.parametrize(
    ("text", "letter"),
    [("1O66-CV", True), ("2l3", True), ("1066-CO", False), ("OK", False), ("l06", False)],
)
def test_a_letter_among_digits_is_known(text: str, letter: bool) -> None:
    assert cells.has_letter_among_digits(text) == letter


def test_a_letter_is_never_read_as_a_digit_but_named() -> None:
    def read(text: str) -> int | None:
        return cells.read_number(text, 500)

    assert read("1O") is None
    assert cells.needs_digits("1O", read)
    assert not cells.needs_digits("1X", read)
