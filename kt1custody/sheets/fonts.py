"""Letters that a person does not see as they stand: struck through, or in the colour of their ground.

**Rule:** only what the file itself says is judged: the colours of a theme are those that every
spreadsheet starts with.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from kt1custody.sheets.xml_parts import Happenings

WHITE = "FFFFFF"
_BLACK = "000000"
_INDEXED = {"0": _BLACK, "1": WHITE, "8": _BLACK, "9": WHITE}
_THEME = {"0": WHITE, "1": _BLACK}
_RGB = re.compile(r"[0-9A-F]{6}")
_TOO_SMALL = 3.0  # points
_ALIKE = 24  # of 255 in red, green and blue; nobody tells such colours apart


class Font(NamedTuple):
    """How letters look, as far as it hides them.

    Attributes:
        colour: Red, green and blue in hexadecimal digits; empty if not known.
    """

    is_struck: bool = False
    colour: str = ""
    is_too_small: bool = False

    def hindrance_on(self, ground: str) -> str:
        """Give the code of what keeps a person from reading it, or nothing.

        Args:
            ground: Colour behind the letters, or empty if not known.
        """
        if self.is_struck:
            return "struck-through"
        is_hidden = self.is_too_small or _are_alike(self.colour, ground)
        return "hidden-text" if is_hidden else ""


def read(part: Happenings, end: str) -> Font:
    """Read up to the end of the element that describes a font."""
    font = Font()
    for name, facts, _ in part:
        if name == end and facts is None:
            break
        if facts is None:
            continue
        if name == "strike":
            font = font._replace(is_struck=facts.get("val", "1") not in ("0", "false"))
        elif name == "color":
            font = font._replace(colour=colour(facts))
        elif name == "sz":
            font = font._replace(is_too_small=float(facts.get("val", "11")) < _TOO_SMALL)
    return font


def colour(facts: Mapping[str, str]) -> str:
    """Read a colour; empty if it is automatic or not known."""
    if "rgb" in facts:
        digits = facts["rgb"][-6:].upper()
        return digits if _RGB.fullmatch(digits) else ""
    if float(facts.get("tint", "0")):
        return ""
    return _INDEXED.get(facts.get("indexed", ""), "") or _THEME.get(facts.get("theme", ""), "")


def _are_alike(first: str, second: str) -> bool:
    if not first or not second:
        return False
    pairs = zip(bytes.fromhex(first), bytes.fromhex(second), strict=True)
    return all(abs(here - there) <= _ALIKE for here, there in pairs)
