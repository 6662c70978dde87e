"""Reads what a scanner or a person has typed: a seal, a seal's serial, or an item number.

**Rule:** only what cannot change the meaning is taken off: framing characters at both ends, and an
AIM identifier (ISO/IEC 15424) in front of digits. Digits that a keyboard has turned into other
signs are never guessed back; the error names what has done it. Nothing here is opened, fetched or
run: a text that looks like a file's name or an address is a text.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from kt1custody.core.formats import numbers
from kt1custody.core.seals import seal
from kt1custody.core.seals.seal import UnverifiedSeal
from kt1custody.errors import MalformedInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedItem:
    """An item number as typed or scanned; it proves nothing of a seal."""

    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedSerial:
    """A seal's serial as typed."""

    serial: int


# Control characters but Escape, spaces of every kind, the byte order mark, signs of no width.
_FRAME = (
    "".join(map(chr, (*range(0x1B), *range(0x1C, 0x21), 0x7F, 0x85, 0xA0)))
    + "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u200e"
    + "\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z](?=[0-9\x00-\x20])")
_AIM_MANGLED = re.compile(r"[ưƯ][A-Za-z][0-9A-Za-z][0-9]")  # Telex writes ] as ư
_DIGITS = re.compile(r"[0-9]+")
_ARROWS = re.compile(r"(\x1b[\[O][0-9;]*[A-Za-z~])+")  # what keypads send without Num Lock
_PLACE = re.compile(r"[/\\]")  # in addresses and in names of files, never in what a scanner adds
_FEWEST = 11  # digits of our shortest code
_SHOWN = 12  # characters of what was added
_SHORT_OF_SEAL = 20  # digits; whoever types fewer has typed a number
_LEAST_SEAL = 300  # digits
_MOST_ADDED = 40  # characters that a scanner puts around a code: a name, a date, a time

# The signs on the keys 1 to 0, by what has set them instead of digits; capitals as small letters.
_KEYBOARDS = (
    ("caps-lock", ("!@#$%^&*()", '!"£$%^&*()', '!"§$%&/()=')),  # shifted: US, British, German
    (
        "other-keyboard",
        (
            "&é\"'(-è_çà",  # French
            "&é\"'(§è!çà",  # Belgian
            "+ěščřžýáíé",  # Czech
            "+ľščťžýáíé",  # Slovak
            "ąčęėįšųū90",  # Lithuanian
        ),
    ),
)
_NEARLY_ALL = 0.9  # of the signs; a prefix may stand before the code
# Windows' own Vietnamese keyboard: ă â ê ô, five tones, đ; taken apart, since tones join letters.
_VIETNAMESE_KEYS = frozenset("aeođ\u0306\u0302\u0300\u0309\u0303\u0301\u0323")
_VIETNAMESE = frozenset("đ\u0306\u0302\u031b\u0300\u0309\u0303\u0301\u0323")


def read(scanned_text: str) -> TypedItem | TypedSerial | UnverifiedSeal:
    """Read one scan or typed line.

    Args:
        scanned_text: Untrusted, of any length.

    Returns:
        What it names. A seal's signature has not been checked.

    Raises:
        MalformedInputError: `item-number` or `serial`: a digit is wrong; `number-length`;
            `scan-garbled` with `why`: scanner or keyboard has changed it; `scan-added`: something
            stands before or behind it; `seal-text`: it is something else.
    """
    text = unframe(scanned_text)
    digits = numbers.join_groups(text) if len(text) <= 2 * seal.MAX_DIGITS else text
    if not (digits.isascii() and digits.isdecimal()):
        _refuse_garbled(text)
        why = "nothing" if not text else "place" if _PLACE.search(text) else "characters"
        raise MalformedInputError("seal-text", why=why)
    number = _typed_number(digits)
    if number is not None:
        return number
    try:
        return seal.parse(digits)
    except MalformedInputError:
        _refuse_joined(digits)
        raise


def unframe(scanned_text: str) -> str:
    """Take off what frames a code: tabs, line ends, STX and ETX, GS, and an AIM identifier."""
    text = scanned_text.strip(_FRAME)
    return _AIM.sub("", text, count=1).strip(_FRAME) if text.startswith("]") else text


def _typed_number(digits: str) -> TypedItem | TypedSerial | None:
    if len(digits) == 12:
        return TypedItem(n=numbers.parse_item_number(digits))
    if len(digits) == 11:
        return TypedSerial(serial=numbers.parse_serial(digits))
    if len(digits) < _SHORT_OF_SEAL:
        raise MalformedInputError("number-length", count=len(digits))
    return None


def _refuse_joined(digits: str) -> None:
    """Refuse several codes in one line: the scanner sends no Enter behind each."""
    items = [digits[at : at + 12] for at in range(0, len(digits), 12)]
    seals = range(_LEAST_SEAL, min(len(digits) - _FEWEST, seal.MAX_DIGITS) + 1)  # and one behind it
    if all(len(item) == 12 and _is_code(item) for item in items) or any(
        _is_code(digits[:length]) for length in seals
    ):
        raise MalformedInputError("scan-garbled", why="no-enter")


def _refuse_garbled(text: str) -> None:
    """Refuse what a scanner has added to or a keyboard has made of a code, and name the cause."""
    if _ARROWS.search(text):
        raise MalformedInputError("scan-garbled", why="num-lock")
    if len(text) <= seal.MAX_DIGITS + _MOST_ADDED:
        _refuse_added(text)
    cause = _keyboard(text[: seal.MAX_DIGITS])
    if cause is not None:
        raise MalformedInputError("scan-garbled", why=cause)


def _refuse_added(text: str) -> None:
    """Refuse a whole code with something before or behind it."""
    if _AIM_MANGLED.match(text):
        raise MalformedInputError("scan-garbled", why="unikey")
    runs = [run for run in _DIGITS.finditer(text) if _is_code(run.group())]
    if len(runs) > 1:
        raise MalformedInputError("scan-garbled", why="no-enter")
    for run in runs:
        before, behind = text[: run.start()].strip(_FRAME), text[run.end() :].strip(_FRAME)
        if _has_vietnamese(before):
            raise MalformedInputError("scan-garbled", why="unikey")
        if len(before) + len(behind) <= _MOST_ADDED and not _PLACE.search(before):
            raise MalformedInputError("scan-added", added=(before or behind)[:_SHOWN])


def _is_code(digits: str) -> bool:
    if len(digits) in (11, 12):
        return numbers.damm(digits) == 0
    try:
        seal.parse(digits)
    except MalformedInputError:
        return False
    return True


def _keyboard(text: str) -> str | None:
    """Say which keyboard has turned digits into these signs, or None."""
    signs = [sign for sign in text.lower() if not sign.isspace()]
    if len(signs) < _FEWEST:
        return None
    for cause, rows in _KEYBOARDS:
        if any(_share(signs, row) >= _NEARLY_ALL for row in rows):
            return cause
    if all(sign.isdecimal() for sign in signs):
        return "other-keyboard"  # digits of another script
    parts = unicodedata.normalize("NFD", "".join(signs))
    if _share(parts, _VIETNAMESE_KEYS) >= _NEARLY_ALL and _share(parts, _VIETNAMESE) >= 1 / 2:
        return "vietnamese-keyboard"
    is_mixed = _share(parts, "0123456789") > 1 / 2 and _has_vietnamese(text)
    return "unikey" if is_mixed and not _PLACE.search(text) else None


def _share(signs: Collection[str], keys: Collection[str]) -> float:
    """Give the share of the signs that stand on these keys."""
    return sum(sign in keys for sign in signs) / len(signs)


def _has_vietnamese(text: str) -> bool:
    return not _VIETNAMESE.isdisjoint(unicodedata.normalize("NFD", text.lower()))
