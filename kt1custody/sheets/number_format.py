"""Number formats: what a spreadsheet shows for a value, as far as it differs from the value.

**Rule:** a format is read once, in one pass, and only if it is as short as a spreadsheet lets it be;
judging a cell by it then costs the same whatever the format. A format that is not understood counts
as one that shows something else.

A format has up to four sections with `;` between them: for numbers above zero, below zero, zero, and
for text; the first two may carry a condition instead (`[<1]`). Source: ECMA-376 part 1, 18.8.31; where
it is silent, what Excel shows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

_LONGEST = 255  # characters; Excel takes no longer format
_MAX_SECTIONS = 4
# Each alternative takes at least one sign and looks at none twice; what is not closed ends the format.
_TOKEN = re.compile(
    r'"(?P<words>[^"]*)"?|\\(?P<sign>.?)|(?P<pad>_.?)|\*(?P<fill>.?)|\[(?P<bracket>[^\]]*)\]?'
    r"|(?P<general>General)|(?P<half>AM/PM|A/P)|(?P<power>E[+-])"
    r"|(?P<letters>y+|m+|d+|h+|s+|e+|b+|g+)"
    r"|(?P<digit>[0#?.,])|(?P<percent>%)|(?P<text>@)|(?P<end>;)|(?P<other>.)",
    re.IGNORECASE | re.ASCII | re.DOTALL,
)
_COLOUR = re.compile(r"black|green|blue|magenta|yellow|cyan|red|white|color ?[0-9]{1,2}")
_WHITE = ("white", "color2", "color 2")
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=) ?(-?[0-9]+(?:\.[0-9]+)?)")
# A sign of money, and behind `-` the language: as a number or by its name.
_LANGUAGE = re.compile(
    r"\$([^-]*)(?:-(?:([0-9a-f]{1,8})|[a-z]{1,3}(?:-[a-z0-9]+)*(?:,([0-9a-f]{1,4}))?))?"
)
_WESTERN = (0, 1)  # shapes of digits
_GREGORIAN = (0, 1, 2, 9, 10, 11, 12)  # calendars
_ELAPSED = re.compile(r"h+|m+|s+")
_OF_DATES = frozenset(["ngày", "tháng", "năm", "lúc", "giờ", "phút", "giây", "h", "g", "p", "ph"])
_LEAST_MONTH = 3  # letters of a month that is never minutes
_INITIAL = 5  # letters: only the first letter of the month


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section of a number format.

    Attributes:
        condition: Comparison and limit, if the section has one.
        is_general: It leaves the value to the spreadsheet.
        texts: How often it shows text.
        words: Signs that it adds, blanks left out.
        is_odd: It shows something that is not understood or never the value: percent, fraction,
            exponent, thousands, white letters, other digits, another calendar.
        least: Digits shown at least before the point.
        decimals: Digits shown at least and at most behind the point.
        shows_digits: It has room for the digits of a number.
        is_grouped: Signs stand between thousands.
        is_split: Signs or blanks stand between digits.
        parts: Of a date, what is shown: some of `YMDhms`; `e` for a length of time.
    """

    condition: tuple[str, Decimal] | None = None
    is_general: bool = False
    texts: int = 0
    words: str = ""
    is_odd: bool = False
    least: int = 0
    decimals: tuple[int, int] = (0, 0)
    shows_digits: bool = False
    is_grouped: bool = False
    is_split: bool = False
    parts: frozenset[str] = frozenset()

    @property
    def adds_to_date(self) -> bool:
        """Whether words are added that are not the customary ones of days and hours."""
        return not _OF_DATES.issuperset(re.findall(r"[^\W_]+", self.words.casefold()))


_ODD = Section(is_odd=True)
_AS_IT_IS = Section(is_general=True, texts=1)


@dataclass(frozen=True, slots=True)
class Format:
    """A number format by its sections."""

    sections: Sequence[Section]

    @property
    def shows_text_as_it_is(self) -> bool:
        """Whether a text is shown as it is, neither hidden nor added to."""
        last = self.sections[-1]
        if len(self.sections) < _MAX_SECTIONS and not last.texts:
            return True  # no section for text
        return (last.is_general or last.texts == 1) and not last.words and not last.is_odd

    def section_for(self, number: Decimal) -> Section:
        """Give the section that shows a number."""
        has_text = len(self.sections) == _MAX_SECTIONS or self.sections[-1].texts
        sections = self.sections[:-1] if has_text else self.sections
        if not sections:
            return _AS_IT_IS
        if any(section.condition for section in sections[:2]):
            return _by_condition(sections, number)
        if number < 0 and len(sections) > 1:
            return _below_zero(sections[1])
        return sections[-1 if number == 0 and len(sections) > 2 else 0]


def read(code: str) -> Format:
    """Read an untrusted number format; one that cannot be read shows something else."""
    if not code:
        return Format((_AS_IT_IS,))
    if len(code) > _LONGEST:
        return Format((_ODD,) * _MAX_SECTIONS)
    sections, reader = [], _TokenReader()
    for token in _TOKEN.finditer(code):
        if token.lastgroup == "end":
            sections.append(reader.section())
            reader = _TokenReader()
        else:
            reader.take(str(token.lastgroup), token[str(token.lastgroup)])
    sections.append(reader.section())
    if len(sections) > _MAX_SECTIONS:
        return Format((_ODD,) * _MAX_SECTIONS)
    return Format(tuple(sections))


class _TokenReader:
    """Reads one section token by token."""

    def __init__(self) -> None:
        self._words = ""
        self._digits = ""
        self._letters: list[str] = []
        self._condition: tuple[str, Decimal] | None = None
        self._is_general = self._is_odd = self._is_split = self._is_interrupted = False
        self._texts = 0

    def take(self, kind: str, text: str) -> None:
        if kind in ("words", "sign", "fill", "other"):
            self._words += text
            self._is_interrupted |= bool(self._digits)
            return
        self._words += " "
        if kind == "digit":
            self._is_split |= self._is_interrupted and text not in ".,"
            self._digits += text
        elif kind in ("letters", "half"):
            self._letters.append(text.lower())
        elif kind == "bracket":
            self._take_bracket(text.strip().lower())
        elif kind == "general":
            self._is_general = True
        elif kind == "text":
            self._texts += 1
        elif kind in ("percent", "power"):
            self._is_odd = True

    def section(self) -> Section:
        """Give what was read."""
        parts = self._parts()
        whole, _, behind = self._digits.partition(".")
        plain, plain_behind = whole.rstrip(","), behind.rstrip(",")
        is_scaled = plain != whole or plain_behind != behind  # by thousands
        if parts:  # of a second, digits are shown; else a number stands within a date
            digits = self._digits.strip(".,")
            is_scaled = bool(digits) and not ("s" in parts and set(digits) == {"0"})
        is_mixed = bool(self._texts and (self._digits or parts))
        return Section(
            condition=self._condition,
            is_general=self._is_general,
            texts=self._texts,
            words=" ".join(self._words.split()),
            is_odd=self._is_odd or is_scaled or is_mixed,
            least=plain.count("0"),
            decimals=(plain_behind.count("0"), len(plain_behind.replace(",", ""))),
            shows_digits=bool(self._digits.strip(".,")),
            is_grouped="," in plain,
            is_split=self._is_split,
            parts=parts,
        )

    def _take_bracket(self, text: str) -> None:
        condition = _CONDITION.fullmatch(text)
        language = _LANGUAGE.fullmatch(text)
        if condition:
            self._condition = (condition[1], Decimal(condition[2]))
        elif _ELAPSED.fullmatch(text):
            self._letters.append(f"[{text[0]}")
        elif _COLOUR.fullmatch(text):
            self._is_odd |= text in _WHITE
        elif language:
            self._words += language[1]
            shape, calendar = divmod(int(language[3] or (language[2] or "")[:-4] or "0", 16), 256)
            self._is_odd |= shape not in _WESTERN or calendar not in _GREGORIAN
        else:
            self._is_odd = True

    def _parts(self) -> frozenset[str]:
        """Tell months from minutes: minutes stand behind hours or before seconds."""
        kept = [letters for letters in self._letters if letters[0] not in "a"]
        parts: set[str] = set("?" if len(kept) < len(self._letters) else "")
        for place, letters in enumerate(kept):
            before = kept[place - 1][-1:] if place else ""
            behind = kept[place + 1].lstrip("[")[:1] if place + 1 < len(kept) else ""
            kind = letters[-1]
            if kind == "m" and len(letters) < _LEAST_MONTH and (before == "h" or behind == "s"):
                parts |= {"m"}
            elif kind in "ebg" or (kind == "m" and len(letters) == _INITIAL):
                self._is_odd = True
                parts |= {"M" if kind == "m" else "Y"}
            elif kind == "d" and len(letters) >= _LEAST_MONTH:
                parts |= {"?"}  # the day of the week
            else:
                parts |= {{"m": "M", "d": "D", "y": "Y"}.get(kind, kind)}
            if letters[0] == "[":
                parts |= {"e"}
        return frozenset(parts)


def _holds(section: Section, number: Decimal) -> bool:
    if section.condition is None:
        return False
    sign, limit = section.condition
    is_less, is_equal = number < limit, number == limit
    return {
        "<": is_less,
        "<=": is_less or is_equal,
        ">": not is_less and not is_equal,
        ">=": not is_less,
        "=": is_equal,
        "<>": not is_equal,
    }[sign]


def _by_condition(sections: Sequence[Section], number: Decimal) -> Section:
    """Give the section whose condition holds; the last has none. Without one, signs are shown."""
    for section in sections:
        if section is not sections[0] and section.condition is None:
            return section
        if _holds(section, number):
            return section
    return _ODD


def _below_zero(section: Section) -> Section:
    """Give the section for numbers below zero, which adds their sign itself or hides it."""
    return replace(section, words="") if section.words == "-" else _ODD
