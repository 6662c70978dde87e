"""The styles of a workbook: number format, font and ground of each.

**Rule:** a style says what keeps a person from seeing a cell as it is stored. A condition is never
computed: where one might strike, hide or change a cell, the cell is named.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from openpyxl.styles.numbers import BUILTIN_FORMATS

from kt1custody.errors import MalformedInputError
from kt1custody.sheets import fonts, number_format
from kt1custody.sheets.fonts import WHITE, Font
from kt1custody.sheets.number_format import Format
from kt1custody.sheets.xml_parts import Happenings

_MOST_FORMATS = 4_096  # of its own; Excel has at most 250
_MOST = 65_536  # styles, fonts, fills or formats; Excel has at most 65 490
_UNKNOWN_FORMAT = '"?"'  # a number without a known format: shown somehow, nobody knows how


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell looks.

    Attributes:
        ground: Colour behind the letters, or empty if not known.
        is_repeated: The text is shown again and again across the width of the cell.
    """

    code: str = ""
    font: Font = Font()  # noqa: RUF009  # immutable
    ground: str = WHITE
    is_repeated: bool = False

    def hindrance(self, looks: frozenset[Font | None]) -> str:
        """Give the code of what keeps a person from reading text of these looks, or nothing."""
        return max((look or self.font).hindrance_on(self.ground) for look in looks)


@dataclass(slots=True)
class Styles:
    """The styles of a workbook.

    Attributes:
        cells: By the number that cells name.
        doubtful: Numbers of the conditional styles that strike, hide or change what is shown.
    """

    cells: Sequence[Style] = ()
    doubtful: frozenset[str] = frozenset()
    _formats: dict[str, Format] = field(default_factory=dict)

    def of(self, number: int) -> Style:
        """Give the style of a cell; a number that is not there is no style."""
        return self.cells[number] if 0 <= number < len(self.cells) else _PLAIN

    def format_of(self, style: Style) -> Format:
        """Give the number format of a style; each is read once a workbook."""
        if style.code not in self._formats:
            self._formats[style.code] = number_format.read(style.code)
        return self._formats[style.code]


_PLAIN = Style()


def read(part: Happenings) -> Styles:
    """Read the part of styles.

    Raises:
        MalformedInputError: `table-unreadable` with `why`: `broken`, `too-large`.
        KeyError, ValueError: It does not hold together.
    """
    tables = _Tables()
    readers: dict[str, Callable[[Happenings], None]] = {
        "numFmts": tables.read_formats,
        "fonts": tables.read_fonts,
        "fills": tables.read_grounds,
        "cellStyleXfs": tables.read_named,
        "cellXfs": tables.read_cells,
        "dxfs": tables.read_conditional,
    }
    for name, facts, _ in part:
        if facts is not None and name in readers:
            readers[name](part)
    return Styles(tuple(tables.cells), frozenset(tables.doubtful))


def is_doubtful(part: Happenings) -> bool:
    """Read a conditional style up to its end: may it strike, hide or change what is shown?"""
    font, ground, has_format = Font(), WHITE, False
    for name, facts, _ in part:
        if name == "dxf" and facts is None:
            break
        if name == "font" and facts is not None:
            font = fonts.read(part, "font")
        elif name == "numFmt":
            has_format = True
        elif name == "bgColor" and facts is not None:
            ground = fonts.colour(facts)
    return has_format or bool(font.hindrance_on(ground))


class _Tables:
    """The tables of the part of styles, which refer to each other by number."""

    def __init__(self) -> None:
        self.cells: list[Style] = []
        self.doubtful: list[str] = []
        self._formats: dict[str, str] = {}
        self._fonts: list[Font] = []
        self._grounds: list[str] = []
        self._named: list[Font] = []

    def read_formats(self, part: Happenings) -> None:
        for facts in _elements(part, "numFmts", "numFmt", _MOST_FORMATS):
            self._formats[facts["numFmtId"]] = facts.get("formatCode", "")

    def read_fonts(self, part: Happenings) -> None:
        for _ in _elements(part, "fonts", "font"):
            self._fonts.append(fonts.read(part, "font"))

    def read_grounds(self, part: Happenings) -> None:
        for _ in _elements(part, "fills", "fill"):
            self._grounds.append(_ground(part))

    def read_named(self, part: Happenings) -> None:
        for facts in _elements(part, "cellStyleXfs", "xf"):
            self._named.append(_at(self._fonts, facts.get("fontId"), Font()))

    def read_cells(self, part: Happenings) -> None:
        for facts in _elements(part, "cellXfs", "xf"):
            self.cells.append(self._style(facts, _is_repeated(part)))

    def read_conditional(self, part: Happenings) -> None:
        for number, _ in enumerate(_elements(part, "dxfs", "dxf")):
            if is_doubtful(part):
                self.doubtful.append(str(number))

    def _style(self, facts: Mapping[str, str], is_repeated: bool) -> Style:
        number = facts.get("numFmtId", "0")
        code = self._formats.get(number)
        if code is None:
            code = BUILTIN_FORMATS.get(int(number), _UNKNOWN_FORMAT)
        font = _at(self._fonts, facts.get("fontId"), Font())
        named = _at(self._named, facts.get("xfId"), Font())
        if facts.get("applyFont") in ("0", "false") and named.is_struck:
            font = named  # programs differ in which of the two they show
        ground = _at(self._grounds, facts.get("fillId"), WHITE)
        return Style(code, font, ground, is_repeated)


def _elements(
    part: Happenings, end: str, wanted: str, most: int = _MOST
) -> Iterator[Mapping[str, str]]:
    """Give the attributes of each wanted element up to the end of the one around them."""
    count = 0
    for name, facts, _ in part:
        if name == end and facts is None:
            return
        if name == wanted and facts is not None:
            count += 1
            if count > most:
                raise MalformedInputError("table-unreadable", why="too-large")
            yield facts


def _ground(part: Happenings) -> str:
    """Read the colour of a fill up to its end."""
    ground = pattern = ""
    for name, facts, _ in part:
        if name == "fill" and facts is None:
            break
        if name == "patternFill" and facts is not None:
            pattern = facts.get("patternType", "none")
            ground = WHITE if pattern == "none" else ""
        elif name == "fgColor" and facts is not None and pattern == "solid":
            ground = fonts.colour(facts)
    return ground


def _is_repeated(part: Happenings) -> bool:
    """Read the rest of a style: is its text repeated across the cell?"""
    is_repeated = False
    for name, facts, _ in part:
        if name == "xf" and facts is None:
            break
        if name == "alignment" and facts is not None:
            is_repeated = facts.get("horizontal") == "fill"
    return is_repeated


_T = TypeVar("_T")


def _at(table: Sequence[_T], number: str | None, otherwise: _T) -> _T:
    index = int(number or "0")
    return table[index] if 0 <= index < len(table) else otherwise
