"""An act about scanned items: given, delivered, reported, bound to their seals.

**Rule:** the rules are asked before the list is confirmed and before anybody types a PIN; if an item
has changed by the time everybody has, nothing is signed; and the rules are asked again under the
log's lock.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import cbor
from kt1custody.core.log.act import Act
from kt1custody.core.log.schema import MAX_LINES
from kt1custody.errors import RefusedError
from kt1custody.services.session import scan, slips
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.scan import Scanned
from kt1custody.services.session.use_case import ItemsUseCase
from kt1custody.store.log import LogBook

Lines = Sequence[Mapping[str, cbor.Value]]


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
class StepUseCase(ItemsUseCase[list[ItemState]]):
    """One act about 1 to 500 items; its people are shown the items as they stand.

    Attributes:
        cond: What is seen of the envelopes, one of `core.log.schema.CONDITIONS`.
    """

    cond: str = "intact"

    @abstractmethod
    def draft(self, drafts: Drafts, lines: Lines, commitment: bytes) -> Act:
        """Draft the act.

        Args:
            commitment: Of its record, 32 bytes; zeros if it has none.
        """

    @property
    def record(self) -> Record | None:
        """The confidential record that goes with it, if there is one."""
        return None

    def propose(self, pen: Proposer) -> list[ItemState]:
        """Add the act; where it sends items to another office, their slips are sealed on to it.

        Raises:
            RefusedError: `not-possible` with the items or persons and why, such as an offer that
                still waits; `no-such-person`, `one-person-twice`, `too-many-items`.
            NotAllowedError: `role-may-not`, `no-access`: whoever keeps the record cannot open it.
        """
        scanned = scan.items(pen.book, self.given)
        shown, record = states(pen.book, scanned), self.record
        pen.show(shown)
        commitment = bytes(32)
        if record is not None:
            [commitment] = slips.put(pen, record.keeper, [record.about], [record.content])
        act = self.draft(pen, lines(shown, scanned, self.cond), commitment)
        pen.add(act)
        if act.type in ("handover", "offer"):
            to = act.number_or_none("office")
            slips.pass_on(pen, act.by, (state.n for state in shown), to)
        return shown


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
    """Encode the step lines of an act."""
    return [
        {"n": state.n, "seal": seen.serial, "cond": cond, "prev": state.head}
        for state, seen in zip(shown, scanned, strict=True)
    ]
