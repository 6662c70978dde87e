"""The value of a cell as the text that a person sees, or the code of what hinders it.

**Rule:** text is read if it is shown as it is; a number if its digits are what is shown; of a day and
time, what is shown of it and nothing else. Everything else is reported.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel
from openpyxl.utils.escape import unescape

from kt1custody.sheets.number_format import Format, Section
from kt1custody.sheets.xml_parts import broken

_CHANGED = "changed-by-spreadsheet"
_EXACT = 15  # digits of a number that a spreadsheet keeps
_SMALL = 30  # zeros behind the point; smaller numbers are not written out
_GENERAL = 11  # signs of a number without a format of its own; longer ones get an exponent
_THOUSAND = 1_000
_LAST_DAY = 2_958_465  # 31/12/9999
_CLOCKS = ({"h", "m"}, {"h", "m", "s"})
_DAY = {"D", "M", "Y"}
_NO_DAY = date(1900, 1, 1)


class Seen(NamedTuple):
    """What a person sees in a cell.

    Attributes:
        code: One of `manifest.CODES`, or nothing.
        is_same: See `layout.Spot`.
    """

    text: str
    code: str = ""
    is_same: bool = False


def of_text(stored: str) -> str:
    """Read stored text; `_x000D_` is how a workbook writes a control character."""
    return str(unescape(stored)) if "_x" in stored else stored


def show_text(text: str, shown_as: Format) -> Seen:
    """Give a text as its format shows it."""
    return Seen(text, "" if shown_as.shows_text_as_it_is or not text.strip() else _CHANGED)


def show_value(kind: str, value: str, shown_as: Format, *, is_1904: bool) -> Seen:
    """Give a value of one of the kinds of a workbook (`n`, `d`, `b`, `e`, `str`) as it is shown.

    Raises:
        MalformedInputError: `table-unreadable` with `why`: `broken`.
        ValueError: It is no value of its kind.
    """
    if kind == "str":
        return show_text(of_text(value), shown_as)
    if kind == "e":
        return Seen(value, "error-value")
    if kind == "b":
        return Seen("TRUE" if value == "1" else "FALSE", "truth-value")
    if kind == "d":
        moment = datetime.fromisoformat(value)
        section = shown_as.section_for(Decimal(1))
        return _show_moment(moment, section if section.parts else _ALL_PARTS)
    if kind != "n":
        raise broken()
    try:
        number = Decimal(value)
    except ArithmeticError:
        raise broken() from None
    if not number.is_finite():
        raise broken()
    section = shown_as.section_for(number)
    return _show_day(number, section, is_1904) if section.parts else _show_number(number, section)


def _show_number(number: Decimal, section: Section) -> Seen:
    """Give the digits of a number, without an exponent."""
    if not -_SMALL < number.adjusted() < _EXACT:
        return Seen(f"{number:.15G}", _CHANGED)
    digits = f"{Decimal(f'{number:.15g}'):f}"
    text = digits.rstrip("0").rstrip(".") if "." in digits else digits
    if section.is_odd or section.words:
        return Seen(text, _CHANGED)
    whole, _, behind = text.lstrip("-").partition(".")
    if section.is_general:
        return Seen(text, _CHANGED if len(text.lstrip("-")) > _GENERAL else "")
    least, most = section.decimals
    is_lost = number == 0 and not section.least and not least
    if len(behind) > most or is_lost or not section.shows_digits:
        return Seen(text, _CHANGED)  # rounded, or not shown at all
    is_same = (
        least <= len(behind)
        and section.least <= len(whole)
        and (section.least or whole != "0")
        and (behind or not most)
        and not (section.is_grouped and abs(number) >= _THOUSAND)
        and not section.is_split
    )
    return Seen(text) if is_same else Seen(text, _CHANGED, is_same=True)


def _show_day(number: Decimal, section: Section, is_1904: bool) -> Seen:
    """Give a day and time as an office writes them."""
    if not 0 <= number <= _LAST_DAY:
        return Seen(str(number), "error-value")
    epoch = CALENDAR_MAC_1904 if is_1904 else CALENDAR_WINDOWS_1900
    moment = from_excel(float(number), epoch)
    if isinstance(moment, time):
        return _show_moment(datetime.combine(_NO_DAY, moment), section, has_day=False)
    return _show_moment(moment, section)


_ALL_PARTS = Section(parts=frozenset("DMYhm"))


def _show_moment(exact: datetime, section: Section, *, has_day: bool = True) -> Seen:
    """Give what is shown of a moment; seconds are left out if they are none."""
    moment = (exact + timedelta(milliseconds=500)).replace(microsecond=0)
    parts, words = section.parts, {"D": "%d", "M": "%m", "Y": "%Y", "h": "%H", "m": "%M"}
    if moment.second:
        words["s"] = "%S"
    day = "/".join(word for part, word in words.items() if part in parts & _DAY)
    clock = ":".join(word for part, word in words.items() if part in parts - _DAY)
    text = moment.strftime(f"{day} {clock}".strip())
    is_clock = parts - _DAY - {"?"} in _CLOCKS
    is_lost = not text or "e" in parts or (bool(day) and not has_day)
    if is_lost or section.is_odd or section.adds_to_date or (clock and "h" not in parts):
        return Seen(f"{moment:%d/%m/%Y %H:%M}", _CHANGED)
    is_whole = (is_clock or not clock) and (parts >= _DAY or not day)
    return Seen(text) if is_whole else Seen(text, _CHANGED, is_same=True)
