"""Letters that nobody sees as they stand."""

import pytest

from kt1custody.sheets import fonts
from kt1custody.sheets.fonts import Font
from tests.kit.books import (
    DARK,
    DOTS,
    GREY,
    INDEXED,
    NAVY,
    NO_FILL,
    NOT_STRUCK,
    PLAIN,
    STRUCK,
    THEME_WHITE,
    TINY,
    WHITE,
    codes_of,
    styles_of,
)


@pytest.mark.parametrize(
    ("font", "fill", "code"),
    [
        (STRUCK, NO_FILL, "struck-through"),
        (STRUCK, NAVY, "struck-through"),
        (NOT_STRUCK, NO_FILL, ""),
        (WHITE, NO_FILL, "hidden-text"),
        (THEME_WHITE, NO_FILL, "hidden-text"),
        (INDEXED, NO_FILL, "hidden-text"),
        (DARK, NAVY, "hidden-text"),
        (TINY, NO_FILL, "hidden-text"),
        (WHITE, NAVY, ""),
        (WHITE, DOTS, ""),
        (GREY, NO_FILL, ""),
        (DARK, NO_FILL, ""),
        (PLAIN, NAVY, ""),
    ],
)
def test_font_of_a_cell_on_its_ground(font: int, fill: int, code: str) -> None:
    more = styles_of(f"<xf fontId='{font}' fillId='{fill}'/>")
    assert codes_of("<t>x</t>", more) == ([code] if code else [])
    assert codes_of("<t> </t>", more) == []


@pytest.mark.parametrize(
    ("facts", "colour"),
    [
        ({"rgb": "FF112233"}, "112233"),
        ({"rgb": "ff00aa"}, "FF00AA"),
        ({"rgb": "red"}, ""),
        ({"indexed": "9"}, "FFFFFF"),
        ({"indexed": "64"}, ""),
        ({"theme": "1"}, "000000"),
        ({"theme": "1", "tint": "0.5"}, ""),
        ({"theme": "7"}, ""),
        ({"auto": "1"}, ""),
    ],
)
def test_only_a_colour_that_is_known_is_given(facts: dict[str, str], colour: str) -> None:
    assert fonts.colour(facts) == colour


@pytest.mark.parametrize(
    ("letters", "ground", "code"),
    [
        ("FFFFFF", "FFFFFF", "hidden-text"),
        ("E8E8E8", "FFFFFF", "hidden-text"),
        ("E6E6E6", "FFFFFF", ""),
        ("FFFFFF", "E6FFFF", ""),  # one of the three is enough
        ("", "FFFFFF", ""),
        ("FFFFFF", "", ""),
    ],
)
def test_letters_are_hidden_in_the_colour_of_their_ground(
    letters: str, ground: str, code: str
) -> None:
    assert Font(colour=letters).hindrance_on(ground) == code
    assert Font(is_struck=True, colour=letters).hindrance_on(ground) == "struck-through"
