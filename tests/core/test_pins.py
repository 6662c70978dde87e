"""New PINs and passphrases: what a thief tries first is refused, everything else is taken."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core import pins
from kt1custody.errors import RefusedError

STAFF = "NV011"


def weakness(pin: str, *, staff: str = STAFF, officer: bool = False) -> object:
    """Give the code of the refusal, with its reason where it has one; None if it is taken."""
    try:
        pins.check(pin, staff=staff, officer=officer)
    except RefusedError as error:
        return error.detail.get("why", error.code)
    return None


@pytest.mark.parametrize(
    ("pin", "why"),
    [
        ("12345", "pin-too-short"),
        ("", "pin-not-digits"),
        ("12345a", "pin-not-digits"),
        ("١٢٣٤٥٦", "pin-not-digits"),
        ("111111", "pin-few-digits"),
        ("121212", "pin-few-digits"),
        ("000001", "pin-few-digits"),
        ("112211", "pin-few-digits"),
        ("123456", "pin-row"),
        ("654321", "pin-row"),
        ("112233", "pin-row"),
        ("135791", "pin-row"),
        ("420864", "pin-row"),
        ("890123", "pin-row"),
        ("9876543210", "pin-row"),
        ("123333", "pin-row"),
        ("123123", "pin-repeats"),
        ("123321", "pin-repeats"),
        ("471471471", "pin-repeats"),
        ("11471147", "pin-repeats"),
        ("470114", "pin-staff-number"),
        ("150589", "pin-date"),
        ("290200", "pin-date"),
        ("31122001", "pin-date"),
        ("15051989", "pin-date"),
        ("010145", "pin-date"),
    ],
)
def test_pin_that_is_tried_first_is_refused(pin: str, why: str):
    assert weakness(pin) == why


@pytest.mark.parametrize(
    ("pin", "staff", "why"),
    [
        ("002471", "NV2471", "pin-staff-number"),
        ("247190", "NV2471", "pin-staff-number"),
        ("000472", "NV472", "pin-staff-number"),
        ("472009", "NV09", None),  # two digits stand in every fourth PIN
        ("472913", "NV", None),
    ],
)
def test_own_staff_number_is_no_pin(pin: str, staff: str, why: str | None):
    assert weakness(pin, staff=staff) == why


@pytest.mark.parametrize(
    "pin", ["471147", "581470", "310289", "150511", "271828", "15051700", "1505198", "908172635"]
)
def test_other_pins_are_taken(pin: str):
    assert weakness(pin) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("thirteen char", "pin-too-short"),
        ("aaaaaaaaaaaaaa", "pin-few-characters"),
        ("              ", "pin-few-characters"),
        ("abababababababab", "pin-few-characters"),
        ("passwordpassword", "pin-repeats"),
        ("NV021nv021NV021", "pin-few-characters"),
        ("matkhau matkhau ", "pin-repeats"),
        ("12345678901234", "pin-row"),
        ("98765432109876", "pin-row"),
        ("abcdefghijklmno", "pin-row"),
        ("aabbccddeeffgghh", "pin-row"),
        ("QWERTYUIOPasdf", "pin-row"),
    ],
)
def test_trivial_passphrase_is_refused(text: str, why: str):
    assert weakness(text, officer=True) == why


@pytest.mark.parametrize(
    "text", ["fourteen chars", "bốn con voi đi bộ", "passphrase of NV021", "Correct-horse 9"]
)
def test_other_passphrases_are_taken(text: str):
    assert weakness(text, officer=True) is None


@given(st.text("0123456789", min_size=6, max_size=12) | st.text(max_size=20), st.booleans())
def test_every_pin_is_taken_or_refused_with_a_code(pin: str, officer: bool):
    why = weakness(pin, officer=officer)
    assert why is None or str(why).startswith("pin-")


def test_few_of_all_pins_are_refused():
    chance = random.Random(11)
    drawn = [f"{chance.randrange(10**6):06d}" for _ in range(20_000)]
    assert sum(weakness(pin) is not None for pin in drawn) / len(drawn) < 0.04


def test_officers_have_passphrases():
    assert [one for one in ("clerk", "officer", "reserve", "admin") if pins.is_passphrase(one)] == [
        "officer",
        "reserve",
    ]
