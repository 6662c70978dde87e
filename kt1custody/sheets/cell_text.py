"""The value of a cell as the text that a person sees, or the code of what hinders it."""

import re
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel
from openpyxl.utils.escape import unescape

from kt1custody.sheets.xml_parts import broken

_EXACT = 15  # digits of a number that a spreadsheet keeps
_SMALL = 30  # zeros behind the point; smaller numbers are not spelled out
_LAST_DAY = 2_958_465  # 31/12/9999
_NOT_SHOWN = re.compile(r"\[[^\]]*\]|\\.|_.|\*.|E[+-]0+|,")
_QUOTED = re.compile(r'"([^"]*)"')


def of_text(told: str) -> str:
    """Spell text; `_x000D_` is how a workbook writes a control character."""
    return str(unescape(told)) if "_x" in told else told


def of_value(kind: str, value: str, shown_as: str, *, is_1904: bool) -> tuple[str, str]:
    """Spell a value of one of the kinds of a workbook (`n`, `d`, `b`, `e`, `str`).

    Args:
        shown_as: Its number format.

    Returns:
        Text, and one of `manifest.CODES` or nothing.
    """
    if kind == "str":
        return of_text(value), ""
    if kind == "e":
        return value, "error-value"
    if kind == "b":
        return ("TRUE" if value == "1" else "FALSE"), "truth-value"
    if kind == "d":
        return _of_moment(datetime.fromisoformat(value), shown_as), ""
    if kind != "n":
        raise broken()
    try:
        number = Decimal(value)
    except ArithmeticError:
        raise broken() from None
    if not number.is_finite():
        raise broken()
    return _of_day(number, shown_as, is_1904) if is_date_format(shown_as) else _of(number, shown_as)


def _of(number: Decimal, shown_as: str) -> tuple[str, str]:
    """Spell a number in digits, without an exponent."""
    if not -_SMALL < number.adjusted() < _EXACT:
        return f"{number:.15G}", "changed-by-spreadsheet"
    told = f"{Decimal(f'{number:.15g}'):f}"
    text = told.rstrip("0").rstrip(".") if "." in told else told
    return text, "changed-by-spreadsheet" if _shows_something_else(shown_as) else ""


@lru_cache(maxsize=1_000)
def _shows_something_else(shown_as: str) -> bool:
    """Tell whether a format adds zeros, words or a percent sign to the digits of a number."""
    first = shown_as.split(";")[0]
    words = "".join(_QUOTED.findall(first))
    left = _NOT_SHOWN.sub("", _QUOTED.sub("", first))
    digits = left.partition(".")[0]
    return re.search(r"00|%|/|\?", digits) is not None or any(map(str.isalnum, words))


def _of_day(number: Decimal, shown_as: str, is_1904: bool) -> tuple[str, str]:
    """Spell a day and time as an office does; a length of time stays what it is."""
    if not 0 <= number <= _LAST_DAY:
        return str(number), "error-value"
    epoch = CALENDAR_MAC_1904 if is_1904 else CALENDAR_WINDOWS_1900
    told = from_excel(float(number), epoch)
    if isinstance(told, time):
        return f"{told:%H:%M}", ""
    return _of_moment(told, shown_as), ""


def _of_moment(told: datetime, shown_as: str) -> str:
    moment = (told + timedelta(milliseconds=500)).replace(microsecond=0)
    if moment.second:
        return f"{moment:%d/%m/%Y %H:%M:%S}"
    is_day = moment.time() == time() and "h" not in shown_as.lower()
    return f"{moment:%d/%m/%Y}" if is_day else f"{moment:%d/%m/%Y %H:%M}"
