"""What a person gives where an item or seal is asked for: scanned seals and typed numbers.

**Rule:** a scanned seal counts only after its signature has been checked with the key of this
log; a typed number counts as an item whose seal nobody has seen. A scanned text is a text: nothing
here opens a file, whatever the text says. Pictures are read before (`services.pictures`) and come
here as the texts of their seals.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kt1custody.core.formats import spelling
from kt1custody.core.log.keyring import Control, Key
from kt1custody.core.seals import scanner, seal
from kt1custody.core.seals.assessment import SignatureCheck
from kt1custody.core.seals.scanner import TypedItem, TypedSerial
from kt1custody.core.seals.seal import SealContent, UnverifiedSeal
from kt1custody.errors import (
    KtError,
    MalformedInputError,
    NotAllowedError,
    RefusedError,
    UnavailableError,
    VerificationError,
)
from kt1custody.services.session import printed as issued
from kt1custody.services.session.session import Session
from kt1custody.signing import seals
from kt1custody.store.log import LogBook

_SHOWN = 14  # characters of a scan that is refused
# Of many errors the gravest decides what the whole is; a forged seal among slips of the hand stays one.
_GRAVEST = (
    VerificationError,
    UnavailableError,
    NotAllowedError,
    RefusedError,
    MalformedInputError,
)


@dataclass(frozen=True, slots=True)
class Scanned:
    """An item as somebody pointed at it; `serial` is None if its seal was not read."""

    n: int
    serial: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A scan that was refused.

    Attributes:
        place: Where it stood, for people, such as `3` or `scans.txt:12`.
        text: What was scanned; untrusted.
    """

    place: str
    text: str
    error: KtError


def items(book: LogBook, given: Sequence[str]) -> list[Scanned]:
    """Read what was scanned or typed, in its order; the same item twice counts once.

    A seal that says other than what the log had printed under its serial is refused here, whoever
    signed it; whether it belongs to its item is for the rules.

    Args:
        given: Untrusted: texts of seals, item numbers, typed serials.

    Raises:
        KtError: As `item`, of the one that is wrong, with its place in `scan`; `scans-refused` if
            several are; all of them are named.
        RefusedError: `two-seals` of one item, or `nothing-given`.
    """
    if not given:
        raise RefusedError("nothing-given")
    by_number: dict[int, Scanned] = {}
    faults = []
    for place, text in enumerate(given, start=1):
        try:
            join(by_number, item(book, text))
        except KtError as error:
            faults.append(Fault(place=str(place), text=text, error=error))
    refuse(faults, of=len(given))
    return list(by_number.values())


def item(book: LogBook, scanned_text: str) -> Scanned:
    """Read one scan.

    Args:
        scanned_text: Untrusted.

    Raises:
        MalformedInputError: As `scanner.read`.
        VerificationError: As `_verified`, or `seal-differs`.
        RefusedError: `serial-unknown`.
    """
    code = scanner.read(scanned_text)
    match code:
        case TypedItem():
            return Scanned(code.n, None)
        case TypedSerial():
            n = book.printed(code.serial)
            if n is None:
                raise RefusedError("serial-unknown", serial=code.serial)
            return Scanned(n, code.serial)
        case UnverifiedSeal():
            return _compared(book, *_verified(book.control, code))


def join(by_number: dict[int, Scanned], scanned: Scanned) -> bool:
    """Put a scan to those before it, by item number; tell whether its item is new.

    Raises:
        RefusedError: `two-seals`: its item was scanned before with another seal.
    """
    before = by_number.setdefault(scanned.n, scanned)
    if before.serial is None:
        by_number[scanned.n] = scanned
    elif scanned.serial not in (None, before.serial):
        raise RefusedError("two-seals", n=scanned.n)
    return before is scanned


def errors(session: Session, given: Sequence[str]) -> list[KtError | None]:
    """Read scans one by one; say of each why it cannot be read, or None."""
    faults: list[KtError | None] = []
    with session.database.read() as connection:
        book = LogBook(connection)
        for text in given:
            try:
                item(book, text)
            except KtError as error:
                faults.append(error)
            else:
                faults.append(None)
    return faults


def refuse(faults: Sequence[Fault], *, of: int) -> None:
    """Refuse scans, naming every one; of a single scan no place is told.

    Raises:
        KtError: That of the one fault, or `scans-refused` with `scans` in the gravest one's family.
    """
    if not faults:
        return
    if len(faults) == 1:
        error = faults[0].error
        if of > 1:
            error.detail["scan"] = _named(faults[0])
        raise error
    family = next(
        kind for kind in _GRAVEST if any(isinstance(fault.error, kind) for fault in faults)
    )
    raise family(
        "scans-refused",
        count=len(faults),
        of=of,
        scans=[
            {"scan": _named(fault), "code": fault.error.code, "detail": fault.error.detail}
            for fault in faults
        ],
    )


def _named(fault: Fault) -> str:
    """Spell the place of a scan and its beginning, in signs that steer no terminal."""
    if not fault.text:
        return fault.place
    cut = "…" if len(fault.text) > _SHOWN else ""
    return f"{fault.place} ({spelling.shown(fault.text, _SHOWN)}{cut})"


def _verified(control: Control, unverified: UnverifiedSeal) -> tuple[SealContent, Key]:
    """Check the signature of a scanned seal with a seal key of this log.

    Returns:
        What it says, and the key that signed it.

    Raises:
        VerificationError: `seal-key` (not a seal key of this log) or `seal-signature`.
    """
    proof = seals.prove(control, unverified)
    if proof is SignatureCheck.BAD:
        raise VerificationError("seal-signature")
    if proof is not SignatureCheck.GOOD or unverified.content.n // 10**10 != control.number:
        raise VerificationError("seal-key")
    return unverified.content, control.keys[unverified.kid]


def _compared(book: LogBook, content: seal.SealContent, key: Key) -> Scanned:
    state = book.item(content.n)
    printed = None if state is None else issued.issued(book, state, content.serial)
    if printed is not None and printed != (replace(content, copy=1), key):
        raise VerificationError("seal-differs", n=content.n)
    return Scanned(content.n, content.serial)
