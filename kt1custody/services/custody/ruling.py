"""Putting right what an act says, and settling a fork in an item's custody.

**Rule:** what stands in the log stays and is always shown; a correction stands beside it, signed
by the same persons or by two officers. Only two officers settle which of two steps holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kt1custody.core.custody import history
from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import cbor
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.schema import is_correctable
from kt1custody.errors import RefusedError
from kt1custody.services.session import scan
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.session import Session
from kt1custody.services.session.step import states
from kt1custody.services.session.use_case import UseCase
from kt1custody.store.log import LogBook

NONE = "none"  # of a fork: no step that is there holds


@dataclass(frozen=True, slots=True)
class Signers:
    """Who signs a correction: the persons who signed the act, or two officers."""

    people: tuple[str, ...]
    officers: bool

    def own(self) -> dict[str, cbor.Value]:
        """Spell the keys of an act that name them."""
        rest = [*self.people[1:], None, None]
        return {"by2": rest[0], "by3": rest[1], "officers": self.officers}


def signers(target: Act, officers: tuple[str, str] | None) -> Signers:
    """Say who signs a correction of an act."""
    return Signers(officers, True) if officers else Signers(target.persons, False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correct(UseCase[list[ItemState]]):
    """Put one field of an act right.

    Attributes:
        seq: Log position of the act.
        field: `cond`, `reason` or `remark`; what a registration says is for `CorrectItem`.
        officers: Who sign; None: the persons who signed the act.
        given: Untrusted scans of the items that it is about; none: all of the act.
    """

    seq: int
    field: str
    value: cbor.Value
    reason: str
    officers: tuple[str, str] | None
    given: tuple[str, ...] = ()

    def propose(self, pen: Proposer) -> list[ItemState]:
        """Add the `correct`.

        Raises:
            RefusedError: `no-such-entry`, `not-correctable`, `not-possible`.
        """
        target = find(pen.book, self.seq)
        numbers = {seen.n for seen in scan.items(pen.book, self.given)} if self.given else None
        wanted = sorted(_items(target) if numbers is None else numbers)
        shown = states(pen.book, [scan.Scanned(n, None) for n in wanted])
        if not shown or not is_correctable(target.act.type, self.field, self.value):
            raise RefusedError("not-correctable", field=self.field)
        pen.show(shown)
        who, change = signers(target.act, self.officers), (self.field, self.value)
        pen.add(draft_correction(pen, target.act, who, change, self.reason, wanted))
        return shown


def draft_correction(
    drafts: Drafts,
    target: Act,
    who: Signers,
    change: tuple[str, cbor.Value],
    reason: str,
    items: Sequence[int],
) -> Act:
    """Draft a correction of one field."""
    field, value = change
    own: dict[str, cbor.Value] = {
        **who.own(),
        "of": target.hash,
        "field": field,
        "value": value,
        "reason": reason,
    }
    return drafts.draft("correct", who.people[0], own, [{"n": n} for n in items])


@dataclass(frozen=True, slots=True)
class Branch:
    """A step between which and others officers settle; `at`, Unix seconds UTC, the log took it."""

    entry: Entry
    at: int


def branches(session: Session, given: str) -> list[Branch]:
    """List the steps between which two officers may settle, in the log's order.

    These are the steps that contest an item, or of which one has given way to another.

    Args:
        given: Untrusted scan of the item.

    Raises:
        RefusedError: `no-such-item`, `not-contested`.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        scanned = scan.item(book, given)
        return [Branch(entry, book.time_of(entry)) for entry in _fork(book, scanned.n)[1]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFork:
    """A fork in an item's custody as officers are shown it, and the branches by their steps."""

    item: ItemState
    prev: bytes
    branches: list[Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle(UseCase[OpenFork]):
    """Settle which step of a fork holds.

    Attributes:
        given: Untrusted scan of the item.
        keep: Untrusted log position of the step that holds, or `none`.
    """

    given: str
    keep: str
    reason: str
    officers: tuple[str, str]

    def propose(self, pen: Proposer) -> OpenFork:
        """Add the `settle`.

        Raises:
            RefusedError: `no-such-item`, `not-contested`, `no-such-branch`, `not-possible`.
        """
        wanted, book = self.keep.strip().removeprefix("#"), pen.book
        [item] = states(book, [scan.item(book, self.given)])
        prev, branches = _fork(book, item.n)
        steps = {str(entry.seq): entry.step for entry in branches}
        if wanted != NONE and wanted not in steps:
            raise RefusedError("no-such-branch", seqs=", ".join(steps))
        pen.show([item])
        line: dict[str, cbor.Value] = {"n": item.n, "prev": prev, "keep": steps.get(wanted)}
        own: dict[str, cbor.Value] = {"by2": self.officers[1], "reason": self.reason}
        pen.add(pen.draft("settle", self.officers[0], own, [line]))
        # One more branch leaves no trace in the item's state; nobody has spoken of it yet.
        return OpenFork(item=item, prev=prev, branches=branches)


def _items(target: Entry) -> set[int]:
    return {line.n for line in target.act.lines}


def find(book: LogBook, seq: int) -> Entry:
    """Read the entry at a position that somebody has typed.

    Raises:
        RefusedError: `no-such-entry`.
    """
    if not 0 <= seq <= book.seq:
        raise RefusedError("no-such-entry", seq=seq)
    return book.entry(seq)


def _fork(book: LogBook, n: int) -> tuple[bytes, list[Entry]]:
    """Find the last fork of an item of which nobody has ruled, and its branches."""
    folded = history.fold_item(book, n)
    wanted = folded.forks.get(folded.unruled or b"", frozenset())
    found = {entry.seq: entry for entry in (book.entry(seq) for seq, _ in book.past(n))}
    some = [entry for entry in found.values() if entry.step in wanted]
    if not found:
        raise RefusedError("no-such-item", n=n)
    if folded.unruled is None or not some:
        raise RefusedError("not-contested", n=n)
    return folded.unruled, some
