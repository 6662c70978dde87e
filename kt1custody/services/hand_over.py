"""Handing over on one device: the giver and the receiver sign the same list, one after the other.

**Rule:** the list is shown first; if it has changed by the time both have typed their PIN, nothing
is signed. What cannot be handed over is named item by item before anybody signs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kt1custody.core import cbor
from kt1custody.core.custody import ItemState
from kt1custody.core.entry import Entry
from kt1custody.core.forms import MAX_LINES
from kt1custody.core.history import is_waiting_for
from kt1custody.core.keyring import OFFICE_ROLES
from kt1custody.errors import RefusedError
from kt1custody.services import scan
from kt1custody.services.append import Pen, writing
from kt1custody.services.desk import Desk
from kt1custody.services.scan import Scanned
from kt1custody.store.log import LogBook

Confirm = Callable[[Sequence[ItemState]], bool]
Draft = Callable[[Pen, list[dict[str, cbor.Value]]], Entry]


@dataclass(frozen=True, slots=True)
class Handover:
    """Who gives to whom: a clerk or controller takes items for the office, others for themselves.

    Attributes:
        cond: What both see of the envelopes, one of `core.forms.CONDITIONS`.
    """

    giver: str
    receiver: str
    witness: str | None = None
    cond: str = "intact"


def hand_over(
    desk: Desk,
    handover: Handover,
    given: Sequence[str],
    file: Path | None = None,
    *,
    confirm: Confirm,
) -> Entry:
    """Hand over 1 to 500 items.

    Args:
        given: Untrusted scans; see `services.scan`.
        confirm: Shows the list and asks; nothing happens on False.

    Raises:
        RefusedError: `not-possible` with the items and why, such as an offer that still waits;
            `changed-meanwhile`, `not-confirmed`.
    """
    people = [handover.giver, handover.receiver]
    people += [handover.witness] if handover.witness else []

    def draft(pen: Pen, lines: list[dict[str, cbor.Value]]) -> Entry:
        key = pen.book.control.current_key(handover.receiver)
        own: dict[str, cbor.Value] = {
            "to": handover.receiver,
            "office": key.office if key is not None and key.role in OFFICE_ROLES else None,
            "witness": handover.witness,
        }
        return pen.add(pen.draft("handover", handover.giver, own, lines))

    return step(desk, people, given, file, confirm=confirm, cond=handover.cond, draft=draft)


def step(
    desk: Desk,
    people: Sequence[str],
    given: Sequence[str],
    file: Path | None,
    *,
    confirm: Confirm,
    cond: str,
    draft: Draft,
) -> Entry:
    """Show the items, ask their people for PINs, and append one act about all of them.

    Args:
        draft: Builds and adds the act from its lines, inside the transaction.
    """
    with desk.database.read() as connection:
        book = LogBook(connection)
        scanned = scan.items(book, given, file)
        shown = states(book, scanned)
        _refuse_offered(book, shown)
    if not confirm(shown):
        raise RefusedError("not-confirmed")
    desk.unlock(people)
    with writing(desk) as pen:
        if states(pen.book, scanned) != shown:
            raise RefusedError("changed-meanwhile")
        return draft(pen, lines(shown, scanned, cond))


def _refuse_offered(book: LogBook, shown: Sequence[ItemState]) -> None:
    """Refuse what somebody is being asked to take: with two steps from one it would be contested."""
    heads = {state.n: state.head_seq for state in shown}
    faults = [
        (n, "offered-already")
        for n, seq in book.offers_of(heads)
        if seq > heads[n] and is_waiting_for(book, book.entry(seq), n)
    ]
    if faults:
        raise RefusedError("not-possible", faults=faults)


def states(book: LogBook, scanned: Sequence[Scanned]) -> list[ItemState]:
    """Read the states of items.

    Raises:
        RefusedError: `too-many-items`, or `not-possible` with every item that is not registered.
    """
    if len(scanned) > MAX_LINES:
        raise RefusedError("too-many-items", most=MAX_LINES)
    book.load(one.n for one in scanned)
    found = [book.item(one.n) for one in scanned]
    known = [state for state in found if state is not None]
    if len(known) != len(found):
        missing = [one.n for one, state in zip(scanned, found, strict=True) if state is None]
        raise RefusedError("not-possible", faults=[(n, "no-such-item") for n in missing])
    return known


def lines(
    shown: Sequence[ItemState], scanned: Sequence[Scanned], cond: str
) -> list[dict[str, cbor.Value]]:
    """Spell the step lines of an act."""
    return [
        {"n": state.n, "seal": one.serial, "cond": cond, "prev": state.head}
        for state, one in zip(shown, scanned, strict=True)
    ]
