"""Seals: printing, binding to the envelope, voiding.

**Rule:** a serial is used once, for one item. A label that failed is void and its item gets a new
serial, both in one transaction; a label that is bound is never touched by a print job.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kt1custody.core.custody.table import ItemState, Status
from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log.act import Act
from kt1custody.core.log.schema import MAX_LINES
from kt1custody.errors import RefusedError
from kt1custody.services.seals import labels
from kt1custody.services.session import print_book, scan
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.step import Lines, lines, states
from kt1custody.services.session.use_case import ItemsUseCase, UseCase
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPrint:
    """What a print job is to hold.

    Attributes:
        items: As they stand; each gets the next free serial.
        left_out: Items that wait too, of which a seal is printed and not bound yet.
        older: Numbers of the jobs in which those seals were.
    """

    items: list[ItemState]
    left_out: tuple[int, ...] = ()
    older: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintSeals(UseCase[ToPrint]):
    """Print seals for items that wait for one; the labels are drawn once the log has the job.

    Attributes:
        by: Clerk who signs, and opens the seal key.
        given: Untrusted item numbers; empty for all items that wait at the clerk's office.
    """

    by: str
    given: tuple[str, ...] = ()

    def propose(self, pen: Proposer) -> ToPrint:
        """Add the `print` acts.

        Raises:
            RefusedError: `nothing-to-print`, `printed-already` with the jobs; as `Drafts.check`.
            NotAllowedError, VerificationError: As `labels.add_prints`.
        """
        items, living = _to_print(pen, self.by, self.given)
        pen.show(items)
        older = tuple(print_book.jobs_of(pen.book, living))
        labels.add_prints(pen, self.by, items)
        return ToPrint(items=items, left_out=tuple(sorted({*living.values()})), older=older)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind(ItemsUseCase[list[ItemState]]):
    """Bind seals to their items, after the clerk has scanned the labels on the envelopes."""

    by: str
    witness: str | None
    cond: str = "intact"

    def propose(self, pen: Proposer) -> list[ItemState]:
        """Add the `bind` acts.

        Raises:
            RefusedError: `not-possible`; `seal-not-scanned` where only a number was given.
        """
        scanned = scan.items(pen.book, self.given)
        shown = [
            state
            for begin in range(0, len(scanned), MAX_LINES)
            for state in states(pen.book, scanned[begin : begin + MAX_LINES])
        ]
        refuse_unread(scanned)
        pen.show(shown)
        _add(pen, "bind", self.by, self.witness, lines(shown, scanned, self.cond))
        return shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Void(UseCase[list[ItemState]]):
    """Void an item's seal; with `cancelled` the item goes back over the counter.

    Attributes:
        given: Untrusted: the seal, or the item number where the label is lost or unreadable.
        reprint: A new seal is printed by the same commit.
    """

    by: str
    witness: str | None
    given: str
    reason: str
    cond: str = "intact"
    reprint: bool = False

    def propose(self, pen: Proposer) -> list[ItemState]:
        """Add the `void`, and before it the `print` of a new seal.

        Raises:
            RefusedError: `not-possible`, such as an item that somebody is asked to take;
                `cancelled-no-label`.
        """
        if self.reprint:
            refuse_cancelled(self.reason)
        scanned = scan.item(pen.book, self.given)
        [shown] = states(pen.book, [scanned])
        serial = scanned.serial if scanned.serial is not None else _current(pen.book, shown)
        pen.show([shown])
        if pen.is_trial:  # what is wrong with the void is said first
            line = void_line(shown, serial, self.cond, self.reason, None)
            pen.check(_draft(pen, "void", self.by, self.witness, [line]))
        new = labels.add_prints(pen, self.by, [shown])[0] if self.reprint else None
        add_voids(
            pen, self.by, self.witness, [void_line(shown, serial, self.cond, self.reason, new)]
        )
        return [shown]


def add_voids(pen: Proposer, by: str, witness: str | None, voided: Lines) -> None:
    """Add the `void` acts of some lines, each made by `void_line`.

    Raises:
        RefusedError: `not-possible`, such as `witness-missing` for an item of mark A.
    """
    _add(pen, "void", by, witness, voided)


def _add(pen: Proposer, kind: str, by: str, witness: str | None, lines: Lines) -> None:
    """Add acts of some lines; each is drafted after the one before has been taken."""
    for begin in range(0, len(lines), MAX_LINES):
        pen.add(_draft(pen, kind, by, witness, lines[begin : begin + MAX_LINES]))


def _draft(drafts: Drafts, kind: str, by: str, witness: str | None, lines: Lines) -> Act:
    own: dict[str, cbor.Value] = {"office": drafts.office_of(by), "witness": witness}
    return drafts.draft(kind, by, own, lines)


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
