"""Text of a cell, made of runs that may look different."""

from typing import NamedTuple

from kt1custody.sheets import cell_text, fonts
from kt1custody.sheets.fonts import Font
from kt1custody.sheets.xml_parts import Happenings

PLAIN: frozenset[Font | None] = frozenset([None])  # all in the font of the cell


class RichText(NamedTuple):
    """A text and how its letters look.

    Attributes:
        looks: Fonts of its runs that are not blank; None for the font of the cell.
    """

    text: str
    looks: frozenset[Font | None] = PLAIN


def read(part: Happenings, end: str) -> RichText:
    """Read runs up to the end of their element, without the readings of East Asian text."""
    pieces: list[str] = []
    looks: frozenset[Font | None] = frozenset()
    look: Font | None = None
    is_reading = False
    for name, facts, text in part:
        if name == end and facts is None:
            break
        if name == "rPh":
            is_reading = facts is not None
        elif name == "r":
            look = None
        elif name == "rPr" and facts is not None:
            look = fonts.read(part, "rPr")
        elif name == "t" and facts is None and not is_reading:
            pieces.append(text)
            if text.strip():
                looks = looks | {look} if look or looks else PLAIN
    return RichText(cell_text.of_text("".join(pieces)), looks or PLAIN)
