"""Text of a cell, made of runs that may look different."""

from typing import NamedTuple

from kt1custody.sheets import cell_text, fonts
from kt1custody.sheets.fonts import Font
from kt1custody.sheets.xml_parts import MAX_TEXT, Budget, Happenings

_MAX_LOOKS = 1_024  # fonts in one text; Excel has no more in a workbook
PLAIN: frozenset[Font | None] = frozenset([None])  # all in the font of the cell


class RichText(NamedTuple):
    """A text and how its letters look.

    Attributes:
        looks: Fonts of its runs that are not blank; None for the font of the cell.
    """

    text: str
    looks: frozenset[Font | None] = PLAIN


def read(part: Happenings, end: str) -> RichText:
    """Read runs up to the end of their element, without the readings of East Asian text.

    Raises:
        MalformedInputError: `table-unreadable` with `why`: `too-large`: more text or fonts than a
            cell holds; or as `fonts.read`.
    """
    runs: list[tuple[str, Font | None]] = []
    left = Budget(MAX_TEXT)
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
            left.spend(len(text))
            runs.append((text, look))
    looks = frozenset(look for text, look in runs if text.strip())
    Budget(_MAX_LOOKS).spend(len(looks))
    return RichText(cell_text.of_text("".join(text for text, _ in runs)), looks or PLAIN)
