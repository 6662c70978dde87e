"""Seals: printing, binding to the envelope, voiding.

**Rule:** a serial is used once. Labels are drawn first, then the log says that they were printed,
then the files appear; whatever stops in between leaves serials that are only to be voided, never
a label that the log does not know.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kt1custody.core import cbor, numbers, seal
from kt1custody.core.act import MAX_LINES
from kt1custody.core.custody import ItemState, Status
from kt1custody.core.entry import Entry
from kt1custody.core.item import Mark, Urgency
from kt1custody.errors import RefusedError
from kt1custody.i18n import say, word
from kt1custody.printing import qr, seal_label
from kt1custody.services import files, scan, slips
from kt1custody.services.append import Pen, writing
from kt1custody.services.desk import Desk
from kt1custody.services.hand_over import Confirm, lines, states
from kt1custody.services.places import read_places
from kt1custody.signing import sign
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True)
class Job:
    """A print job: which serials it used and where its files are."""

    serials: tuple[tuple[int, int], ...]
    pdf: Path


@dataclass(frozen=True, slots=True)
class _Drawn:
    first: int
    contents: list[seal.SealContent]
    pictures: list[bytes]
    pdf: bytes


def print_seals(
    desk: Desk,
    by: str,
    given: Sequence[str],
    pdf: Path,
    pictures: Path | None = None,
    *,
    confirm: Confirm,
) -> Job:
    """Print seals for items that wait for one.

    Args:
        given: Untrusted item numbers; empty for all items of the clerk's office without a seal.
        pdf: File to write, a label of 100 × 60 mm a page; not there yet.
        pictures: Folder for one PNG a seal, or None.

    Raises:
        RefusedError: `file-exists`, `nothing-to-print`, `printed-already` with the items,
            `changed-meanwhile`.
    """
    if pdf.exists():
        raise RefusedError("file-exists", name=str(pdf))
    with desk.database.read() as connection:
        shown = _to_print(LogBook(connection), given)
    if not confirm(shown):
        raise RefusedError("not-confirmed")
    desk.unlock([by])
    with desk.database.read() as connection:
        drawn = _draw(desk, LogBook(connection), by, shown)
    with writing(desk) as pen:
        _append_prints(pen, by, drawn)
    files.write(pdf, drawn.pdf)
    for content, picture in zip(drawn.contents, drawn.pictures, strict=True):
        if pictures is not None:
            files.write(pictures / f"{numbers.format_serial(content.serial)}.png", picture)
    return Job(tuple((one.n, one.serial) for one in drawn.contents), pdf)


def bind(
    desk: Desk,
    by: str,
    witness: str | None,
    given: Sequence[str],
    file: Path | None = None,
    *,
    cond: str = "intact",
    confirm: Confirm,
) -> list[Entry]:
    """Bind seals to their items, after the clerk has scanned the labels on the envelopes.

    Raises:
        RefusedError: `not-possible`; `seal-not-scanned` where only a number was given.
    """

    def draft(pen: Pen, items: list[dict[str, cbor.Value]]) -> Entry:
        own: dict[str, cbor.Value] = {"office": _office(pen, by), "witness": witness}
        return pen.add(pen.draft("bind", by, own, items))

    with desk.database.read() as connection:
        book = LogBook(connection)
        scanned = scan.items(book, given, file)
        shown = [
            state
            for begin in range(0, len(scanned), MAX_LINES)
            for state in states(book, scanned[begin : begin + MAX_LINES])
        ]
    unread = [one.n for one in scanned if one.serial is None]
    if unread:
        raise RefusedError("not-possible", faults=[(n, "seal-not-scanned") for n in unread])
    if not confirm(shown):
        raise RefusedError("not-confirmed")
    desk.unlock([by, *([witness] if witness else [])])
    with writing(desk) as pen:
        pen.book.load(one.n for one in scanned)
        if [pen.book.item(one.n) for one in scanned] != shown:
            raise RefusedError("changed-meanwhile")
        told = lines(shown, scanned, cond)
        return [
            draft(pen, told[begin : begin + MAX_LINES]) for begin in range(0, len(told), MAX_LINES)
        ]


def void(
    desk: Desk,
    by: str,
    witness: str | None,
    given: str,
    reason: str,
    *,
    cond: str = "intact",
    reprint: Path | None = None,
    confirm: Confirm,
) -> tuple[Entry, Job | None]:
    """Void an item's seal; with `cancelled` the item goes back over the counter.

    Args:
        given: Untrusted: the seal, or the item number where the label is lost or unreadable.
        reprint: PDF for a new seal, printed in the same transaction; or None.
    """
    if reprint is not None and reprint.exists():
        raise RefusedError("file-exists", name=str(reprint))
    with desk.database.read() as connection:
        book = LogBook(connection)
        [scanned] = scan.items(book, [given])
        [shown] = states(book, [scanned])
        serial = scanned.serial if scanned.serial is not None else _current(book, shown)
    if not confirm([shown]):
        raise RefusedError("not-confirmed")
    desk.unlock([by, *([witness] if witness else [])])
    drawn = None
    if reprint is not None:
        with desk.database.read() as connection:
            drawn = _draw(desk, LogBook(connection), by, [shown])
    with writing(desk) as pen:
        if pen.book.item(shown.n) != shown:
            raise RefusedError("changed-meanwhile")
        own: dict[str, cbor.Value] = {"office": _office(pen, by), "witness": witness}
        line = {
            "n": shown.n,
            "seal": serial,
            "cond": cond,
            "prev": shown.head,
            "reason": reason,
            "new": drawn.first if drawn else None,
        }
        entry = pen.add(pen.draft("void", by, own, [line]))
        if drawn:
            _append_prints(pen, by, drawn)
    if drawn is None or reprint is None:
        return entry, None
    files.write(reprint, drawn.pdf)
    return entry, Job(((shown.n, drawn.first),), reprint)


def _current(book: LogBook, state: ItemState) -> int | None:
    """Give the serial to be voided: the bound one, or the printed one that never was bound."""
    if state.seal is not None:
        return state.seal
    printed = [serial for _, serial in book.serials_of([state.n]) if serial not in state.voided]
    return printed[-1] if printed else None


def _to_print(book: LogBook, given: Sequence[str]) -> list[ItemState]:
    if given:
        shown = states(book, scan.items(book, given))
        wrong = [(one.n, "no-such-step") for one in shown if one.status != Status.REGISTERED]
        if wrong:
            raise RefusedError("not-possible", faults=wrong)
    else:
        shown = book.items(is_unsealed=True)
    voided = {serial for state in shown for serial in state.voided}
    fresh = {n for n, serial in book.serials_of(one.n for one in shown) if serial not in voided}
    if given and fresh:
        raise RefusedError("not-possible", faults=[(n, "printed-already") for n in sorted(fresh)])
    shown = [one for one in shown if one.n not in fresh]
    if not shown:
        raise RefusedError("nothing-to-print")
    return shown


def _draw(desk: Desk, book: LogBook, by: str, shown: Sequence[ItemState]) -> _Drawn:
    """Sign and draw seals from the next free serial on; nothing is written."""
    control, places = book.control, read_places(book)
    name = f"seal-{control.service_key('seal').kid.hex()}"
    key = sign.from_seed(slips.Reader(book, desk.person(by)).key(name))
    last = book.last_serial()
    first = numbers.FIRST_SERIAL if last is None else last + 1
    issuer = control.keys[desk.person(by).signing.kid].office
    now = desk.now(control)
    contents = [
        seal.SealContent(
            one.n,
            numbers.check_serial(first + place),
            Mark(one.mark),
            Urgency(one.urgency),
            issuer,
            one.dest,
            now,
            one.commit[:16],
            1,
        )
        for place, one in enumerate(shown)
    ]
    texts = [
        seal.to_text(one, key.alg, key.kid, key.sign(seal.to_be_signed(one, key.alg, key.kid)))
        for one in contents
    ]
    pictures = [qr.seal_png(text) for text in texts]
    labels = [
        seal_label.Label(
            text,
            one.n,
            one.serial,
            "" if one.mark == Mark.NONE else one.mark.name,
            word("service", one.urgency.name),
            places.office_name(one.issuer),
            places.office_name(one.dest),
            place,
            len(contents),
        )
        for place, (one, text) in enumerate(zip(contents, texts, strict=True), start=1)
    ]
    notice = say("TRAINING – NOT VALID") if control.training else ""
    day = datetime.fromtimestamp(now, desk.zone).date()
    return _Drawn(first, contents, pictures, seal_label.pdf(labels, pictures, day, notice))


def _append_prints(pen: Pen, by: str, drawn: _Drawn) -> None:
    last = pen.book.last_serial()
    if (numbers.FIRST_SERIAL if last is None else last + 1) != drawn.first:
        raise RefusedError("changed-meanwhile")
    told = [
        {"n": one.n, "serial": one.serial, "job": drawn.first, "copy": one.copy}
        for one in drawn.contents
    ]
    for begin in range(0, len(told), MAX_LINES):
        own: dict[str, cbor.Value] = {"office": _office(pen, by)}
        pen.add(pen.draft("print", by, own, told[begin : begin + MAX_LINES]))


def _office(pen: Pen, by: str) -> int:
    key = pen.book.control.current_key(by)
    if key is None:
        raise RefusedError("no-such-person", who=by)
    return key.office
