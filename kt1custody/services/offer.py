"""Handing over between two devices: the giver offers, the receiver takes, the giver may withdraw.

**Rule:** an offer alone moves nothing and waits ("chờ nhận"); the receiver scans the envelopes
himself, and what he does not find is named in what he signs. The same rules as for a handover on
one device decide what may be offered and taken.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kt1custody.core import cbor, offer
from kt1custody.core.custody import ItemState
from kt1custody.core.entry import Entry
from kt1custody.core.history import is_waiting
from kt1custody.core.keyring import OFFICE_ROLES
from kt1custody.errors import MalformedInputError, RefusedError, VerificationError
from kt1custody.printing import qr, read
from kt1custody.services import files, scan
from kt1custody.services.append import Pen, writing
from kt1custody.services.desk import Desk
from kt1custody.services.hand_over import Confirm, states, step
from kt1custody.store.log import LogBook

ConfirmTake = Callable[[Sequence[ItemState], Sequence[int]], bool]


@dataclass(frozen=True, slots=True)
class Open:
    """An offer that can still be taken.

    Attributes:
        age: Seconds since the log took it.
    """

    entry: Entry
    age: int


@dataclass(frozen=True, slots=True)
class _Named:
    """An offer as somebody pointed at it; `entry` is None if it is not in the log yet."""

    of: bytes
    entry: Entry | None


def make(
    desk: Desk,
    giver: str,
    receiver: str,
    given: Sequence[str],
    file: Path | None = None,
    *,
    cond: str = "intact",
    picture: Path | None = None,
    confirm: Confirm,
) -> Entry:
    """Offer 1 to 500 items to somebody who will take them on another device.

    Args:
        given: Untrusted scans; see `services.scan`.
        picture: PNG to write with the QR that the receiver scans, or None.

    Raises:
        RefusedError: As `hand_over`; `file-exists`; `device-name-long`: its QR would not fit.
    """
    if picture is not None:
        files.refuse_existing(picture)
    if picture is not None and len(desk.device) > offer.MAX_DEVICE:
        raise RefusedError("device-name-long", most=offer.MAX_DEVICE)

    def draft(pen: Pen, lines: list[dict[str, cbor.Value]]) -> Entry:
        key = pen.book.control.current_key(receiver)
        if key is None:
            raise RefusedError("no-such-person", who=receiver)
        office = key.office if key.role in OFFICE_ROLES else None
        entry = pen.add(pen.draft("offer", giver, {"to": receiver, "office": office}, lines))
        if picture is not None:  # a picture that cannot be written leaves no offer behind
            files.write(picture, qr.seal_png(offer.to_text(entry.act, entry.signatures[0])))
        return entry

    if giver == receiver:
        raise RefusedError("same-person", staff=giver)
    return step(desk, [giver], given, file, confirm=confirm, cond=cond, draft=draft)


def take(
    desk: Desk,
    receiver: str,
    witness: str | None,
    told: str,
    given: Sequence[str],
    file: Path | None = None,
    *,
    cond: str = "intact",
    confirm: ConfirmTake,
) -> Entry:
    """Take what was offered, as far as it was found.

    Args:
        told: Untrusted: log position of the offer, its QR's digits, or a picture of it.
        given: Untrusted scans of the envelopes found; none if nothing was.
        confirm: Shows what was found and the numbers of what was not, and asks.

    Raises:
        MalformedInputError: `offer-text`.
        VerificationError: `offer-signature`: the QR is not the one of the offer in the log.
        RefusedError: `no-such-offer`, `nothing-given`, `not-possible`, `not-confirmed`,
            `changed-meanwhile`.
    """
    with desk.database.read() as connection:
        book = LogBook(connection)
        named = _find(book, told)
        scanned = scan.items(book, given, file) if given or file else []
        shown = states(book, scanned)
    found = {one.n for one in scanned}
    offered = named.entry.act.lines if named.entry else ()
    short = sorted(line.n for line in offered if line.n not in found)
    if not (short or scanned):
        raise RefusedError("nothing-given")
    if not confirm(shown, short):
        raise RefusedError("not-confirmed")
    desk.unlock([receiver, *([witness] if witness else [])])
    with writing(desk) as pen:
        if states(pen.book, scanned) != shown:
            raise RefusedError("changed-meanwhile")
        own: dict[str, cbor.Value] = {"of": named.of, "short": list(short), "witness": witness}
        lines = [{"n": one.n, "seal": one.serial, "cond": cond} for one in scanned]
        return pen.add(pen.draft("take", receiver, own, lines))


def withdraw(desk: Desk, giver: str, told: str) -> Entry:
    """Withdraw an offer that nobody has taken.

    Raises:
        RefusedError: `no-such-offer`, or `not-possible` with why.
    """
    with desk.database.read() as connection:
        named = _find(LogBook(connection), told)
    desk.unlock([giver])
    with writing(desk) as pen:
        return pen.add(pen.draft("withdraw", giver, {"of": named.of}))


def waiting(desk: Desk, who: str | None = None) -> list[Open]:
    """List the offers that can still be taken, oldest first.

    Args:
        who: Only those by or to this person.
    """
    with desk.database.read() as connection:
        book = LogBook(connection)
        now = desk.now(book.control)
        return [
            Open(entry, now - entry.accepted_at)
            for entry in book.acts("offer")
            if who in (None, entry.act.by, entry.act.text("to")) and is_waiting(book, entry)
        ]


def _find(book: LogBook, told: str) -> _Named:
    text = told.strip().removeprefix("#").replace(" ", "")
    if text.isascii() and text.isdecimal() and len(text) <= 12:
        entry = book.entry(int(text)) if int(text) <= book.seq else None
        if entry is None or entry.act.type != "offer":
            raise RefusedError("no-such-offer", seq=text)
        return _Named(offer.link_of(entry.act, entry.signatures) or b"", entry)
    if not text.isdecimal():
        text = next((one for one in read.symbol_texts(Path(told)) if _is_offer(one)), "")
    scanned = offer.parse(text)
    entry = book.find(scanned.body_hash)
    if entry is not None:
        [signature] = entry.signatures
        if (signature.kid, signature.value) != (scanned.kid, scanned.signature):
            raise VerificationError("offer-signature", seq=entry.seq)
    return _Named(scanned.of, entry)


def _is_offer(text: str) -> bool:
    try:
        offer.parse(text)
    except MalformedInputError:
        return False
    return True
