"""One act about scanned items, from the list that is shown to the entry in the log.

**Rule:** the rules are asked before the list is confirmed and before anybody types a PIN; if the
list has changed by the time everybody has, nothing is signed; and the rules are asked again under
the log's lock. Each time it is the same plan that is drafted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import cbor
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry, Signature
from kt1custody.core.log.schema import MAX_LINES
from kt1custody.errors import RefusedError
from kt1custody.services.session import here, scan, slips
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.proposal import Proposal, Proposer, Signed
from kt1custody.services.session.scan import Scanned
from kt1custody.services.session.session import Session
from kt1custody.store.log import LogBook

Confirm = Callable[[Sequence[ItemState]], bool]
Lines = Sequence[Mapping[str, cbor.Value]]
Draft = Callable[[Drafts, Lines, bytes], Act]
_NO_RECORD = bytes(32)  # stands for the commitment of a record that is not sealed yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A confidential record that goes with an act.

    Attributes:
        keeper: Clerk, controller or officer to whose office it is sealed.
        about: What it is about, such as `receiver`.
    """

    keeper: str
    about: str
    content: dict[str, cbor.Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An act about items that is still to be confirmed and signed.

    Attributes:
        people: Who type their PINs, in this order.
        draft: Drafts the act from its lines and the commitment of its record.
        cond: What is seen of the envelopes, one of `core.forms.CONDITIONS`.
        finish: Done with the signed act before it is committed; if it fails, nothing was written.
    """

    people: tuple[str, ...]
    draft: Draft
    cond: str
    record: Record | None = None
    finish: Callable[[Act, Sequence[Signature]], None] | None = None


def check(session: Session, plan: Plan, given: Sequence[str]) -> list[ItemState]:
    """Ask the rules about a plan for scanned items; nobody has confirmed or typed anything yet.

    Args:
        given: Untrusted scans; see `services.scan`.

    Returns:
        The items as they stand, in the order of the scans.

    Raises:
        RefusedError: `not-possible` with the items or persons and why, such as an offer that
            still waits; `no-such-person`, `one-person-twice`.
        NotAllowedError: `role-may-not`, `no-access`: whoever keeps the record cannot open it.
    """
    return _check(session, plan, given)[1]


def propose(
    session: Session, plan: Plan, given: Sequence[str], shown: Sequence[ItemState] | None = None
) -> Proposal:
    """Propose the act of a plan; arguments and errors as of `check`.

    Whoever keeps its record, or sends an item to another office, has unlocked a key: the record is
    sealed here, and slips are sealed on to that office.

    Args:
        shown: The items as they were shown, or None.

    Raises:
        NotAllowedError: `locked`.
        RefusedError: `changed-meanwhile`: they are no longer so.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        scanned = scan.items(book, given)
        now = states(book, scanned)
        if shown is not None and now != list(shown):
            raise RefusedError("changed-meanwhile")
        proposer, record, commitment = Proposer.of(session, book), plan.record, _NO_RECORD
        if record is not None:
            [commitment] = slips.put(proposer, record.keeper, [record.about], [record.content])
        act = plan.draft(proposer, lines(now, scanned, plan.cond), commitment)
        proposer.add(act)
        if act.type in ("handover", "offer"):
            to = act.number_or_none("office")
            slips.pass_on(proposer, act.by, (state.n for state in now), to)
        return proposer.done(now)


def sign(session: Session, plan: Plan, given: Sequence[str], *, confirm: Confirm) -> Entry:
    """Show the items of a plan, ask its people for their PINs, and append its act.

    Args:
        given: Untrusted scans; see `services.scan`.
        confirm: Shows the list and asks; nothing happens on False.

    Raises:
        RefusedError: As `check`, asked again when all PINs are typed; `not-confirmed`,
            `changed-meanwhile`.
    """
    shown = check(session, plan, given)
    if not confirm(shown):
        raise RefusedError("not-confirmed")
    session.unlock(plan.people)

    def finish(proposal: Proposal, signed: Signed) -> None:
        if plan.finish is not None:
            plan.finish(proposal.acts[0], signed[0])

    return here.carry_out(session, lambda: propose(session, plan, given, shown), finish)[-1]


def states(book: LogBook, scanned: Sequence[Scanned]) -> list[ItemState]:
    """Read the states of items.

    Raises:
        RefusedError: `too-many-items`, or `not-possible` with every item that is not registered.
    """
    if len(scanned) > MAX_LINES:
        raise RefusedError("too-many-items", most=MAX_LINES)
    book.load(seen.n for seen in scanned)
    items = [book.item(seen.n) for seen in scanned]
    known = [state for state in items if state is not None]
    if len(known) != len(items):
        missing = [seen.n for seen, state in zip(scanned, items, strict=True) if state is None]
        raise RefusedError("not-possible", faults=[(n, "no-such-item") for n in missing])
    return known


def lines(
    shown: Sequence[ItemState], scanned: Sequence[Scanned], cond: str
) -> list[dict[str, cbor.Value]]:
    """Spell the step lines of an act."""
    return [
        {"n": state.n, "seal": seen.serial, "cond": cond, "prev": state.head}
        for state, seen in zip(shown, scanned, strict=True)
    ]


def _check(
    session: Session, plan: Plan, given: Sequence[str]
) -> tuple[list[Scanned], list[ItemState]]:
    with session.database.read() as connection:
        book = LogBook(connection)
        scanned = scan.items(book, given)
        shown = states(book, scanned)
        drafts = Drafts.of(session, book)
        drafts.check(plan.draft(drafts, lines(shown, scanned, plan.cond), _NO_RECORD))
        if plan.record is not None:
            slips.refuse_no_reader(book, plan.record.keeper)
    return scanned, shown
