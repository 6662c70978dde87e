"""What a person gives where an item or seal is asked for: a scan, typed digits, or a picture.

**Rule:** a scanned seal counts only after its signature has been checked with the key of this
log; a typed number counts as an item whose seal nobody has seen.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kt1custody.core import numbers, seal, spelling
from kt1custody.core.keyring import Control, Key
from kt1custody.errors import KtError, MalformedInputError, RefusedError, VerificationError
from kt1custody.printing import read
from kt1custody.services import issued
from kt1custody.signing import sign
from kt1custody.store.log import LogBook

_PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff")
_MAX_LIST = 1_000_000  # bytes of a file of scans


@dataclass(frozen=True, slots=True)
class Scanned:
    """An item as somebody pointed at it; `serial` is None if its seal was not read."""

    n: int
    serial: int | None


def items(book: LogBook, given: Sequence[str], file: Path | None = None) -> list[Scanned]:
    """Read what was scanned or typed, in its order; the same item twice counts once.

    A seal that says other than what the log had printed under its serial is refused here, whoever
    signed it; whether it belongs to its item is for the rules.

    Args:
        given: Untrusted: texts of seals, item numbers, typed serials, names of pictures.
        file: Untrusted list, one a line.

    Raises:
        MalformedInputError: Any of them cannot be read; `scan` names its place.
        VerificationError: As `verified`, or `seal-differs`.
        RefusedError: `serial-unknown`, `two-seals` of one item, or `nothing-given`.
    """
    texts = [*given, *(read_list(file) if file else ())]
    found: dict[int, Scanned] = {}
    for place, text in enumerate(texts, start=1):
        for one in _read_one(book, text.strip(), place if len(texts) > 1 else 0):
            before = found.setdefault(one.n, one)
            if before.serial is None:
                found[one.n] = one
            elif one.serial not in (None, before.serial):
                raise RefusedError("two-seals", n=one.n)
    if not found:
        raise RefusedError("nothing-given")
    return list(found.values())


@dataclass(frozen=True, slots=True)
class TypedItem:
    """An item number as typed."""

    n: int


@dataclass(frozen=True, slots=True)
class TypedSerial:
    """A seal's serial as typed."""

    serial: int


def typed_number(given: str) -> TypedItem | TypedSerial | None:
    """Read a typed number: 12 digits of an item, or 11 of a seal; None if it is neither.

    Raises:
        MalformedInputError: `item-number` or `serial`: a digit is wrong; `number-length`.
    """
    digits = given.replace(" ", "")
    if not (digits.isascii() and digits.isdecimal()):
        return None
    if len(digits) == 12:
        return TypedItem(numbers.parse_item_number(digits))
    if len(digits) == 11:
        return TypedSerial(numbers.parse_serial(digits))
    if len(digits) < 20:
        raise MalformedInputError("number-length", count=len(digits))
    return None


def seal_texts(given: str) -> list[str]:
    """Give the texts of seals in a scan: the text itself, or all symbols of a picture."""
    if given.lower().endswith(_PICTURES):
        return read.symbol_texts(Path(given))
    return [given.replace(" ", "")]


def verified(control: Control, scanned_text: str) -> tuple[seal.SealContent, Key]:
    """Read a scanned seal and check its signature with a seal key of this log.

    Returns:
        What it says, and the key that signed it.

    Raises:
        MalformedInputError: `seal-text`.
        VerificationError: `seal-key` (not a seal key of this log) or `seal-signature`.
    """
    unverified = seal.parse(scanned_text)
    key = control.keys.get(unverified.kid)
    if key is None or key.role != "seal" or key.alg != unverified.alg:
        raise VerificationError("seal-key")
    try:
        sign.verify(key.alg, key.pub, unverified.to_be_signed, unverified.signature)
    except VerificationError:
        raise VerificationError("seal-signature") from None
    if unverified.content.n // 10**10 != control.number:
        raise VerificationError("seal-key")
    return unverified.content, key


def _read_one(book: LogBook, given: str, place: int) -> list[Scanned]:
    """Read one scan; of many, an error says which."""
    try:
        return _read(book, given)
    except KtError as error:
        if place:
            cut = "…" if len(given) > 14 else ""
            error.detail["scan"] = f"{place} ({spelling.shown(given, 14)}{cut})"
        raise


def _read(book: LogBook, given: str) -> list[Scanned]:
    number = typed_number(given)
    if number is None:
        return [_compared(book, *verified(book.control, text)) for text in seal_texts(given)]
    if isinstance(number, TypedItem):
        return [Scanned(number.n, None)]
    n = book.printed(number.serial)
    if n is None:
        raise RefusedError("serial-unknown", serial=number.serial)
    return [Scanned(n, number.serial)]


def _compared(book: LogBook, content: seal.SealContent, key: Key) -> Scanned:
    state = book.item(content.n)
    printed = None if state is None else issued.issued(book, state, content.serial)
    if printed is not None and printed != (replace(content, copy=1), key):
        raise VerificationError("seal-differs", n=content.n)
    return Scanned(content.n, content.serial)


def read_list(file: Path) -> list[str]:
    """Read a file of scans, one a line.

    Raises:
        MalformedInputError: `list-unreadable`.
    """
    try:
        if str(file) == "-":  # what is piped in
            raw = sys.stdin.buffer.read(_MAX_LIST + 1)
        else:
            with file.open("rb") as opened:
                raw = opened.read(_MAX_LIST + 1)
        text = raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise MalformedInputError("list-unreadable", name=file.name) from None
    if len(raw) > _MAX_LIST:
        raise MalformedInputError("list-unreadable", name=file.name)
    return [line for line in text.splitlines() if line.strip()]
