"""The values of single cells: numbers, times, and what a spreadsheet makes of them.

**Rule:** a letter is never taken for the digit that it looks like, nor a digit for a letter; it is
named, and a person types it again.
"""

import re
from collections.abc import Callable
from datetime import datetime, tzinfo

_NUMBER = re.compile(r"[0-9]{1,6}")
# What a spreadsheet makes of a document number that looks like a number, a date or a time.
_CHANGED = re.compile(
    r"[0-9]+([.,][0-9]+)?E\+[0-9]+|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}( [0-9:]+)?|[0-9]{1,2}:[0-9:]+"
    r"|[0-9]{1,2}-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Thg ?[0-9]{1,2})(-[0-9]+)?"
    r"|(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Thg ?[0-9]{1,2})-[0-9]+"
)
_DIGITS = str.maketrans("OoIl", "0011")
_AMONG_DIGITS = re.compile(r"(?<!\w)(?=\d*[Oo])(?=[Oo]*\d)[\dOo]+(?!\w)|\d[lI]\d", re.ASCII)


def is_changed(text: str) -> bool:
    """Tell whether a spreadsheet has made a number, a date or a time of a document number."""
    return _CHANGED.fullmatch(text) is not None


def has_letter_among_digits(text: str) -> bool:
    """Tell whether a number holds a letter O, I or l where one expects a digit: `1O66-CV`."""
    return _AMONG_DIGITS.search(text) is not None


def read_number(text: str, most: int) -> int | None:
    """Read a whole number from 1 to at most six digits and `most`, or None."""
    number = int(text) if _NUMBER.fullmatch(text) else 0
    return number if 0 < number <= most else None


def read_time(text: str, zone: tzinfo) -> int | None:
    """Read `dd/MM/yyyy HH:mm` in a time zone as Unix seconds UTC, or None."""
    if not text.isascii():  # digits of other scripts are not read
        return None
    try:
        local = datetime.strptime(text, "%d/%m/%Y %H:%M")  # noqa: DTZ007  # zone follows
    except ValueError:
        return None
    return int(local.replace(tzinfo=zone).timestamp())


def needs_digits(text: str, read: Callable[[str], int | None]) -> bool:
    """Tell whether text that cannot be read could be if its letters O, I and l were digits."""
    return read(text.translate(_DIGITS)) is not None
