"""Rules for a new PIN or passphrase: what whoever finds a key file tries first is refused.

A PIN opens a key file, so whoever has stolen the file can try PINs without end, each at the price
of one Argon2id. All six digits together last for days; the few that people choose most often, and
those that a colleague knows (birthday, staff number), would last for minutes. Dates are 2 in 100 of
all PINs and far more of those that people choose, so they are refused too. PINs that are in use
already are never judged. A training log follows the same rules: it is where people choose the PIN
that they will choose again.
"""

import re
from collections.abc import Mapping
from datetime import date
from itertools import pairwise

from kt1custody.errors import RefusedError

LEAST_DIGITS = 6
LEAST_CHARACTERS = 14  # of a passphrase
_FEWEST_DIGITS, _FEWEST_CHARACTERS = 3, 6  # different ones
_BIRTHS = (1945, 2010)  # years in which whoever works at a post may be born
_KEYBOARD = ("qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "1234567890")
# For those who choose a PIN in a browser, which never comes here: `web/static/js/pins.js` asks the same.
RULES: Mapping[str, object] = {
    "digits": LEAST_DIGITS,
    "characters": LEAST_CHARACTERS,
    "different": [_FEWEST_DIGITS, _FEWEST_CHARACTERS],
    "births": list(_BIRTHS),
    "keyboard": list(_KEYBOARD),
}


def check(pin: str, *, staff: str, officer: bool) -> None:
    """Refuse a new PIN that is too short or that is tried first.

    Args:
        pin: As typed; six digits or more, of an officer fourteen characters or more.
        staff: Staff number of its owner.
        officer: It guards the key of an officer or the reserve key.

    Raises:
        RefusedError: `pin-not-digits`, `pin-too-short` with `least`, or `pin-weak` with `why`.
    """
    if not officer and not (pin.isascii() and pin.isdecimal()):
        raise RefusedError("pin-not-digits")
    least = LEAST_CHARACTERS if officer else LEAST_DIGITS
    if len(pin) < least:
        raise RefusedError("pin-too-short", least=least)
    why = _passphrase_weakness(pin) if officer else _digits_weakness(pin, staff)
    if why is not None:
        raise RefusedError("pin-weak", why=why)


def is_passphrase(role: str) -> bool:
    """Tell whether the key of this role is guarded by a passphrase instead of a PIN."""
    return role in ("officer", "reserve")


def _digits_weakness(pin: str, staff: str) -> str | None:
    """Name what is weak about digits, or None."""
    number = "".join(re.findall("[0-9]", staff))
    if len(set(pin)) < _FEWEST_DIGITS:
        return "pin-few-digits"
    if _is_row(_joined(pin)):
        return "pin-row"
    if _repeats(pin) or pin == pin[::-1]:
        return "pin-repeats"
    if number and (pin.lstrip("0") == number.lstrip("0") or (len(number) > 2 and number in pin)):
        return "pin-staff-number"
    return "pin-date" if _is_birthday(pin) else None


def _passphrase_weakness(typed: str) -> str | None:
    """Name what is weak about a passphrase, or None."""
    text = typed.casefold()
    if len(set(text)) < _FEWEST_CHARACTERS:
        return "pin-few-characters"
    if _repeats(text):
        return "pin-repeats"
    row = _joined(text)
    if (row.isdecimal() and _is_row(row)) or any(text in 2 * keys for keys in _KEYBOARD):
        return "pin-row"
    steps = {ord(after) - ord(before) for before, after in pairwise(row)}
    return "pin-row" if len(steps) < 2 else None


def _joined(text: str) -> str:
    """Leave one of equal neighbours, so that 112233 is 123."""
    return re.sub(r"(.)\1+", r"\1", text, flags=re.DOTALL)


def _is_row(digits: str) -> bool:
    """Tell whether digits go up or down by one or by two, 9 being followed by 0."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(digits)}
    return not steps or (len(steps) == 1 and steps <= {1, 2, 8, 9})


def _repeats(text: str) -> bool:
    """Tell whether text is a piece of at most half its length, again and again."""
    return any(
        text == (text[:length] * len(text))[: len(text)] for length in range(1, len(text) // 2 + 1)
    )


def _is_birthday(pin: str) -> bool:
    """Tell whether digits are the day, month and year of a birth: ddmmyy or ddmmyyyy."""
    if len(pin) not in (6, 8):
        return False
    day, month, year = int(pin[:2]), int(pin[2:4]), int(pin[4:])
    years = (year,) if len(pin) == 8 else (1900 + year, 2000 + year)
    return any(_BIRTHS[0] <= one <= _BIRTHS[1] and _exists(one, month, day) for one in years)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
