"""Putting right what an act says, and settling a fork in an item's custody.

**Rule:** what stands in the log stays and is always shown; a correction stands beside it, signed
by the same persons or by two officers. Only two officers settle which of two steps holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kt1custody.core.custody import history
from kt1custody.core.formats import cbor
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.schema import is_correctable
from kt1custody.errors import RefusedError
from kt1custody.services.session import here, scan
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.proposal import Proposal, proposing
from kt1custody.services.session.session import Session
from kt1custody.services.session.step import Confirm, states
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


def correct(
    session: Session,
    seq: int,
    field: str,
    value: cbor.Value,
    reason: str,
    officers: tuple[str, str] | None,
    given: Sequence[str] = (),
    *,
    confirm: Confirm,
) -> Entry:
    """Put one field of an act right.

    Args:
        seq: Log position of the act.
        field: `cond`, `reason` or `remark`; what a registration says is for `register.correct`.
        officers: Who sign; None: the persons who signed the act.
        given: Untrusted scans of the items that it is about; none: all of the act.

    Raises:
        RefusedError: `no-such-entry`, `not-correctable`, `not-possible`, `not-confirmed`.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        target = find(book, seq)
        told = {one.n for one in scan.items(book, given)} if given else _items(target)
        shown = states(book, [scan.Scanned(n, None) for n in sorted(told)])
        if not shown or not is_correctable(target.act.type, field, value):
            raise RefusedError("not-correctable", field=field)
        who = signers(target.act, officers)
        drafts = Drafts.of(session, book)
        change = (field, value)
        drafts.check(draft_correction(drafts, target.act, who, change, reason, sorted(told)))
    if not confirm(shown):
        raise RefusedError("not-confirmed")
    session.unlock(who.people)

    def propose() -> Proposal:
        with proposing(session) as pen:
            pen.add(draft_correction(pen, target.act, who, change, reason, sorted(told)))
            return pen.done(shown)

    return here.carry_out(session, propose)[-1]


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


def settle(
    session: Session,
    given: str,
    keep: str,
    reason: str,
    officers: tuple[str, str],
    *,
    confirm: Confirm,
) -> Entry:
    """Settle which step of a fork holds.

    Args:
        given: Untrusted scan of the item.
        keep: Log position of the step that holds, or `none`.

    Raises:
        RefusedError: `no-such-item`, `not-contested`, `no-such-branch`, `not-possible`,
            `not-confirmed`, `changed-meanwhile`.
    """
    wanted = keep.strip().removeprefix("#")
    with session.database.read() as connection:
        book = LogBook(connection)
        [shown] = states(book, [scan.item(book, given)])
        prev, fork = _fork(book, shown.n)
        steps = {str(entry.seq): entry.step for entry in fork}
        if wanted != NONE and wanted not in steps:
            raise RefusedError("no-such-branch", seqs=", ".join(steps))
        line: dict[str, cbor.Value] = {"n": shown.n, "prev": prev, "keep": steps.get(wanted)}
        own: dict[str, cbor.Value] = {"by2": officers[1], "reason": reason}
        drafts = Drafts.of(session, book)
        drafts.check(drafts.draft("settle", officers[0], own, [line]))
    if not confirm([shown]):
        raise RefusedError("not-confirmed")
    session.unlock(officers)

    def propose() -> Proposal:
        with proposing(session) as pen:
            # One more branch leaves no trace in the item's state; nobody has spoken of it yet.
            if pen.book.item(shown.n) != shown or _fork(pen.book, shown.n) != (prev, fork):
                raise RefusedError("changed-meanwhile")
            pen.add(pen.draft("settle", officers[0], own, [line]))
            return pen.done([shown])

    return here.carry_out(session, propose)[-1]


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
