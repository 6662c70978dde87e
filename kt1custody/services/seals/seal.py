"""Seals: printing, binding to the envelope, voiding.

**Rule:** a serial is used once, for one item. A label that failed is void and its item gets a new
serial, both in one transaction; a label that is bound is never touched by a print job.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from kt1custody.core.custody.table import ItemState, Status
from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.schema import MAX_LINES
from kt1custody.errors import RefusedError
from kt1custody.services.seals import labels
from kt1custody.services.seals.labels import Job, Printer
from kt1custody.services.session import files, here, print_book, scan
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.proposal import Proposal, Proposer, proposing
from kt1custody.services.session.session import Session
from kt1custody.services.session.step import Confirm, Lines, lines, states
from kt1custody.store.log import LogBook


def print_seals(
    session: Session,
    by: str,
    given: Sequence[str],
    pdf: Path,
    pictures: Path | None = None,
    *,
    printer: Printer = labels.USUAL,
    confirm: Confirm,
) -> Job:
    """Print seals for items that wait for one.

    Args:
        given: Untrusted item numbers; empty for all items that wait at the clerk's office.
        pdf: File to write, a label of 100 × 60 mm a page; not there yet.
        pictures: Folder for one PNG a seal, or None.

    Raises:
        RefusedError: `file-exists`, `nothing-to-print`, `printed-already` with the jobs,
            `changed-meanwhile`.
    """
    labels.refuse_existing(pdf)
    if pictures is not None:
        files.probe(pictures / "seal.png", makes_folder=True)
    with session.database.read() as connection:
        book = LogBook(connection)
        drafts = Drafts.of(session, book)
        shown, living = _to_print(drafts, by, given)
        labels.check_print(drafts, by, shown)
        older = tuple(print_book.jobs_of(book, living))
    if not confirm(shown):
        raise RefusedError("not-confirmed")
    session.unlock([by])
    drawn = labels.draw(session, by, shown, printer)

    def propose() -> Proposal:
        with proposing(session) as pen:
            refuse_changed(pen, shown)
            if _living(pen.book, shown):  # a print leaves no trace in an item's state
                raise RefusedError("changed-meanwhile")
            labels.record(pen, by, drawn)
            return pen.done(shown)

    here.carry_out(session, propose)
    job = labels.write(drawn, pdf, printer, pictures)
    return replace(job, left_out=tuple(sorted({*living.values()})), older=older)


def bind(
    session: Session,
    by: str,
    witness: str | None,
    given: Sequence[str],
    *,
    cond: str = "intact",
    confirm: Confirm,
) -> list[Entry]:
    """Bind seals to their items, after the clerk has scanned the labels on the envelopes.

    Raises:
        RefusedError: `not-possible`; `seal-not-scanned` where only a number was given.
    """
    scanned, shown = _check_bind(session, by, witness, given, cond)
    if not confirm(shown):
        raise RefusedError("not-confirmed")
    session.unlock([by, *([witness] if witness else [])])

    def propose() -> Proposal:
        with proposing(session) as pen:
            refuse_changed(pen, shown)
            for act in _binds(pen, by, witness, lines(shown, scanned, cond)):
                pen.add(act)
            return pen.done(shown)

    return here.carry_out(session, propose)


def check_bind(session: Session, by: str, witness: str | None, given: Sequence[str]) -> None:
    """Ask the rules about binding scanned seals; arguments and errors as of `bind`."""
    _check_bind(session, by, witness, given, "intact")


def _check_bind(
    session: Session, by: str, witness: str | None, given: Sequence[str], cond: str
) -> tuple[list[scan.Scanned], list[ItemState]]:
    with session.database.read() as connection:
        book = LogBook(connection)
        scanned = scan.items(book, given)
        shown = [
            state
            for begin in range(0, len(scanned), MAX_LINES)
            for state in states(book, scanned[begin : begin + MAX_LINES])
        ]
        refuse_unread(scanned)
        drafts = Drafts.of(session, book)
        for act in _binds(drafts, by, witness, lines(shown, scanned, cond)):
            drafts.check(act)
    return scanned, shown


def _binds(drafts: Drafts, by: str, witness: str | None, told: Lines) -> Iterator[Act]:
    """Draft the `bind` acts of some lines; each is drafted after the one before has been taken."""
    for begin in range(0, len(told), MAX_LINES):
        own: dict[str, cbor.Value] = {"office": drafts.office_of(by), "witness": witness}
        yield drafts.draft("bind", by, own, told[begin : begin + MAX_LINES])


def void(
    session: Session,
    by: str,
    witness: str | None,
    given: str,
    reason: str,
    *,
    cond: str = "intact",
    reprint: Path | None = None,
    printer: Printer = labels.USUAL,
    confirm: Confirm,
) -> tuple[Entry, Job | None]:
    """Void an item's seal; with `cancelled` the item goes back over the counter.

    Args:
        given: Untrusted: the seal, or the item number where the label is lost or unreadable.
        reprint: PDF for a new seal, printed in the same transaction; or None.

    Raises:
        RefusedError: `not-possible`, such as an item that somebody is asked to take; `file-exists`,
            `changed-meanwhile`; `cancelled-no-label`.
    """
    if reprint is not None:
        refuse_cancelled(reason)
        labels.refuse_existing(reprint)
    with session.database.read() as connection:
        book = LogBook(connection)
        scanned = scan.item(book, given)
        [shown] = states(book, [scanned])
        serial = scanned.serial if scanned.serial is not None else _current(book, shown)
        drafts = Drafts.of(session, book)
        check_voids(drafts, by, witness, [void_line(shown, serial, cond, reason, None)])
        if reprint is not None:
            labels.check_print(drafts, by, [shown])
    if not confirm([shown]):
        raise RefusedError("not-confirmed")
    session.unlock([by, *([witness] if witness else [])])
    drawn = labels.draw(session, by, [shown], printer) if reprint else None

    def propose() -> Proposal:
        with proposing(session) as pen:
            refuse_changed(pen, [shown])
            if drawn:
                labels.record(pen, by, drawn)
            new = drawn.first if drawn else None
            add_voids(pen, by, witness, [void_line(shown, serial, cond, reason, new)])
            return pen.done([shown])

    entry = here.carry_out(session, propose)[-1]
    if drawn is None or reprint is None:
        return entry, None
    return entry, labels.write(drawn, reprint, printer)


def add_voids(pen: Proposer, by: str, witness: str | None, told: Lines) -> None:
    """Add the `void` acts of some lines, each made by `void_line`.

    Raises:
        RefusedError: `not-possible`, such as `witness-missing` for an item of mark A.
    """
    for act in _voids(pen, by, witness, told):
        pen.add(act)


def check_voids(drafts: Drafts, by: str, witness: str | None, told: Lines) -> None:
    """Ask the rules about the `void` acts of some lines; arguments and errors as of `add_voids`."""
    for act in _voids(drafts, by, witness, told):
        drafts.check(act)


def _voids(drafts: Drafts, by: str, witness: str | None, told: Lines) -> Iterator[Act]:
    """Draft the `void` acts of some lines; each is drafted after the one before has been taken."""
    for begin in range(0, len(told), MAX_LINES):
        own: dict[str, cbor.Value] = {"office": drafts.office_of(by), "witness": witness}
        yield drafts.draft("void", by, own, told[begin : begin + MAX_LINES])


def void_line(
    state: ItemState, serial: int | None, cond: str, reason: str, new: int | None
) -> dict[str, cbor.Value]:
    """Spell the line that voids a serial of an item; `new` is the serial printed instead."""
    return {
        "n": state.n,
        "seal": serial,
        "cond": cond,
        "prev": state.head,
        "reason": reason,
        "new": new,
    }


def _current(book: LogBook, state: ItemState) -> int | None:
    """Give the serial to be voided: the bound one, or the printed one that never was bound."""
    if state.seal is not None:
        return state.seal
    return max(_living(book, [state]), default=None)


def _living(book: LogBook, shown: Sequence[ItemState]) -> dict[int, int]:
    """Give the serials of items, with their items, that were printed and are not void.

    What another office than the one where an item lies has printed for it is not at hand there.
    """
    states = {state.n: state for state in shown}
    printed = book.serials_of(states)
    return {
        serial: n
        for n, serial in printed
        if serial not in states[n].voided
        and states[n].holder == str(print_book.office_of(book, n, serial))
    }


def _to_print(
    drafts: Drafts, by: str, given: Sequence[str]
) -> tuple[list[ItemState], dict[int, int]]:
    """Find what is to be printed, and the serials of what else waits for its label to be stuck on."""
    book = drafts.book
    if given:
        shown = states(book, scan.items(book, given))
        wrong = [(one.n, "no-such-step") for one in shown if one.status != Status.REGISTERED]
        if wrong:
            raise RefusedError("not-possible", faults=wrong)
    else:
        office = str(drafts.office_of(by))
        waiting = [one.n for one in book.items(is_unsealed=True, holder=office)]
        book.load(waiting)
        shown = [state for n in waiting if (state := book.item(n)) is not None]
    living = _living(book, shown)
    fresh = set(living.values())
    if fresh and (given or len(fresh) == len(shown)):
        jobs = ", ".join(map(numbers.format_serial, print_book.jobs_of(book, living)))
        faults = [(n, "printed-already") for n in sorted(fresh)] if given else []
        raise RefusedError("printed-already", jobs=jobs, count=len(fresh), faults=faults)
    shown = [one for one in shown if one.n not in fresh]
    if not shown:
        raise RefusedError("nothing-to-print")
    return shown, living


def refuse_changed(pen: Proposer, shown: Sequence[ItemState]) -> None:
    """Stop where items are no longer as the clerk saw them.

    Raises:
        RefusedError: `changed-meanwhile`.
    """
    pen.book.load(one.n for one in shown)
    if [pen.book.item(one.n) for one in shown] != list(shown):
        raise RefusedError("changed-meanwhile")


def refuse_unread(scanned: Sequence[scan.Scanned]) -> None:
    """Stop where a number was typed instead of a seal.

    Raises:
        RefusedError: `not-possible` with `seal-not-scanned` for each.
    """
    unread = [one.n for one in scanned if one.serial is None]
    if unread:
        raise RefusedError("not-possible", faults=[(n, "seal-not-scanned") for n in unread])


def refuse_cancelled(reason: str) -> None:
    """Stop where a label is wanted for an item that goes back over the counter.

    Raises:
        RefusedError: `cancelled-no-label`.
    """
    if reason == "cancelled":
        raise RefusedError("cancelled-no-label")
