"""Numbers people read, type and scan: items, seals, keys, people, offices, logs.

**Rule:** a number is made only by its `parse_*` or `*_number` function, so every digit has been
checked. Format: `.docs/formats.md` §2.
"""

import hashlib
import re
from typing import NewType

from kt1custody.core.formats import cbor
from kt1custody.errors import MalformedInputError

ItemNumber = NewType("ItemNumber", int)
Serial = NewType("Serial", int)

OFFICES = (100_000, 999_999)  # least and greatest number of an office
LOG_DIGITS = (10, 99)  # first in every item number
LAST_TIME = 253_370_764_800  # 1 January 9999; every calendar can spell what comes before
FIRST_SERIAL = 65_536
LAST_SERIAL = 4_294_967_295
LAST_RUNNING = 8_999_999  # bags run from 9 000 000

ED25519, ESP256 = -19, -9  # COSE algorithm numbers, RFC 9864

# Quasigroup of order 10 of Damm's thesis, by row.
_DAMM = tuple(
    {str(digit): int(interim) for digit, interim in enumerate(row)}
    for row in (
        "0317598642",
        "7092154863",
        "4206871359",
        "1750983426",
        "6123045978",
        "3674209581",
        "5869720134",
        "8945362017",
        "9438617205",
        "2581436790",
    )
)
_LOG = re.compile(r"[a-z0-9.-]+(/[a-z0-9-]+)*")
_STAFF = re.compile(r"[A-Z][A-Z0-9]{1,15}")
_WITNESS = re.compile(r"[a-z0-9.-]+(/[a-z0-9.-]+)*")
_DIGITS = re.compile(r"[0-9]+")
# Spaces of every width, hyphens, dashes and dots, as people, tables and typesetters put them between
# the groups of a long number.
BETWEEN = " \\t\u00a0\u2000-\u200b\u202f\u205f\u2060.\u2010-\u2015\u2212-"
_BETWEEN_GROUPS = re.compile(f"(?<=[0-9])[{BETWEEN}]+(?=[0-9])")
_BETWEEN_LINES = re.compile(f"[\\n\\r\u00b7{BETWEEN}]+")


def damm(digits: str) -> int:
    """Give the check digit of a row of decimal digits: 0 if its last digit already checks it."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][digit]
    return interim


def item_number(*, log_number: int, year: int, running: int) -> ItemNumber:
    """Build an item number.

    Args:
        log_number: The log's two digits, 10–99.
        year: Four digits, local year of acceptance.
        running: 1 … 8 999 999.
    """
    if not (10 <= log_number <= 99 and 1 <= running <= LAST_RUNNING):
        msg = f"no such item number: {log_number} {running}"
        raise ValueError(msg)
    digits = f"{log_number:02d}{year % 100:02d}{running:07d}"
    return ItemNumber(int(digits) * 10 + damm(digits))


def check_item_number(number: int) -> ItemNumber:
    """Accept an integer as item number.

    Raises:
        MalformedInputError: `item-number` with `why` (`length` or `check-digit`).
    """
    if not 10**11 <= number < 10**12:
        raise MalformedInputError("item-number", why="length", number=number)
    if damm(str(number)) != 0:
        raise MalformedInputError("item-number", why="check-digit", number=number)
    return ItemNumber(number)


def parse_item_number(typed: str) -> ItemNumber:
    """Read a typed item number: 12 digits, separated into groups or not (`join_groups`).

    Raises:
        MalformedInputError: `item-number` with `why` (`characters`, `length`, `check-digit`).
    """
    return check_item_number(_digits(typed, length=12, what="item-number"))


def format_item_number(number: ItemNumber | int) -> str:
    """Spell an item number as printed: `6826 0000 0014`."""
    digits = f"{number:012d}"
    return f"{digits[:4]} {digits[4:8]} {digits[8:]}"


def running_of(number: ItemNumber | int) -> int:
    """Take the running part out of an item number."""
    return number // 10 % 10_000_000


def parse_serial(typed: str) -> Serial:
    """Read a typed seal serial: 10 digits and a check digit, separated into groups or not.

    Raises:
        MalformedInputError: `serial` with `why` (`characters`, `length`, `check-digit`, `range`).
    """
    number = _digits(typed, length=11, what="serial")
    if damm(f"{number:011d}") != 0:
        raise MalformedInputError("serial", why="check-digit")
    return check_serial(number // 10)


def check_serial(serial: int) -> Serial:
    """Accept an integer as serial.

    Raises:
        MalformedInputError: `serial` with `why` `range`.
    """
    if not FIRST_SERIAL <= serial <= LAST_SERIAL:
        raise MalformedInputError("serial", why="range")
    return Serial(serial)


def format_serial(serial: Serial | int) -> str:
    """Spell a serial as printed: 11 digits, the last one a check digit."""
    digits = f"{serial:010d}"
    return f"{digits}{damm(digits)}"


def is_staff_number(text: str) -> bool:
    """Tell whether a text has the form of a staff number or device name."""
    return _STAFF.fullmatch(text) is not None


def parse_staff_number(typed: str) -> str:
    """Read a staff number, upper-cased.

    Raises:
        MalformedInputError: `staff-number`.
    """
    text = typed.strip().upper()
    if not is_staff_number(text):
        raise MalformedInputError("staff-number", length=len(typed))
    return text


def is_witness_name(name: str) -> bool:
    """Tell whether this is a name under which a witness signs: at most 60 characters."""
    return len(name) <= 60 and _WITNESS.fullmatch(name) is not None


def is_log_name(text: str) -> bool:
    """Tell whether a text has the form of a log's name."""
    return len(text) <= 56 and _LOG.fullmatch(text) is not None


def check_log_name(text: str) -> str:
    """Accept a log's name.

    Raises:
        MalformedInputError: `log-name`.
    """
    if not is_log_name(text):
        raise MalformedInputError("log-name", length=len(text))
    return text


def key_id(alg: int, public_key: bytes) -> bytes:
    """Name a public key by 8 bytes of its hash."""
    return hashlib.sha256(cbor.encode(["kt1-key/1", alg, public_key])).digest()[:8]


def join_groups(typed: str) -> str:
    """Take spaces, hyphens and dots out from between digits: `6826 0000-0014` → `682600000014`."""
    return _BETWEEN_GROUPS.sub("", typed.strip())


def join_lines(typed: str) -> str:
    """Take them out wherever they stand, line ends and middle dots too: of what was typed from paper.

    These signs and no others, in every verifier (`.docs/formats.md` §16).
    """
    return _BETWEEN_LINES.sub("", typed)


def parse_genesis(typed: str) -> bytes:
    """Read a genesis hash as typed from paper, with spaces or dashes between its groups or without.

    Raises:
        MalformedInputError: `genesis-malformed`.
    """
    try:
        genesis = bytes.fromhex(join_lines(typed))
    except ValueError:
        genesis = b""
    if len(genesis) != 32:
        raise MalformedInputError("genesis-malformed")
    return genesis


def _digits(typed: str, *, length: int, what: str) -> int:
    digits = join_groups(typed) if len(typed) <= 40 else typed[:41]
    if not _DIGITS.fullmatch(digits) or not digits.isascii():
        raise MalformedInputError(what, why="characters")
    if len(digits) != length:
        raise MalformedInputError(what, why="length")
    return int(digits)
