"""Numbers with one slip in them: the items that may be meant, and no others."""

import pytest

from kt1custody.core.formats import numbers
from kt1custody.services.custody import look, near
from tests.kit import cast


def meant(world: cast.World, typed: str) -> list[tuple[int, bool]]:
    return [(one.state.n, one.is_seal) for one in near.near(world.session, typed)]


def slips(number: str) -> dict[str, str]:
    wrong = str((int(number[7]) + 3) % 10)
    return {
        "one digit": number[:7] + wrong + number[8:],
        "two swapped": number[:8] + number[9] + number[8] + number[10:],
        "one too few": number[:3] + number[4:],
        "one too many": number[:6] + "5" + number[6:],
    }


@pytest.mark.parametrize("what", ["one digit", "two swapped", "one too few", "one too many"])
def test_an_item_is_offered_whatever_the_slip(lived: cast.World, day: cast.Day, what: str):
    number = f"{day.numbers[11]:012d}"
    typed = slips(number)[what]
    assert typed != number
    assert (day.numbers[11], False) in meant(lived, typed)
    assert len(meant(lived, typed)) <= 3


def test_a_seal_leads_to_its_item(lived: cast.World, day: cast.Day):
    state = look.story(lived.session, str(day.numbers[4])).state
    assert state.seal
    serial = numbers.format_serial(state.seal)
    [offered] = [one for one in near.near(lived.session, f"{serial[:9]}{serial[10]}{serial[9]}")
                 if one.state.n == state.n]  # fmt: skip
    assert (offered.is_seal, offered.digits) == (True, serial)


@pytest.mark.parametrize(
    "typed", ["", "12", "x" * 12, "682601000" * 9, "١٢٣٤٥٦٧٨٩٠١٢", "999999999999"]
)
def test_what_is_near_nothing_offers_nothing(lived: cast.World, day: cast.Day, typed: str):
    assert meant(lived, typed) == []
    number = f"{day.numbers[3]:012d}"
    assert (day.numbers[3], False) not in meant(lived, number)  # it is right
