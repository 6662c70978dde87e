"""The register of spoiled labels: every seal that was voided, and why.

**Rule:** read-only, and from the log alone.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass

from kt1custody.core.custody.holding import holding
from kt1custody.core.log.entry import Entry
from kt1custody.services.session.print_book import acts
from kt1custody.services.session.session import Session
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoiled:
    """A seal that was voided.

    Attributes:
        at: When the log took it, Unix seconds UTC.
        old: The serial that is void; `new` the one printed with it, or None.
        was_bound: It was on the envelope before.
        nth: How many seals of this item were void by then.
    """

    seq: int
    at: int
    by: str
    witness: str | None
    n: int
    old: int
    new: int | None
    reason: str
    was_bound: bool
    nth: int


def register(session: Session, begin: int | None = None, end: int | None = None) -> list[Spoiled]:
    """List the seals that were voided, in the log's order.

    Args:
        begin: Unix seconds UTC, or None for the beginning of the log.
        end: Unix seconds UTC, not included; None for all since.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        told: list[Spoiled] = []
        held: dict[int, Set[tuple[int, int]]] = {}
        for entry in acts(book, "void", begin or 0, end):
            book.load(line.n for line in entry.act.lines)
            for index, line in enumerate(entry.act.lines):
                if line.n not in held:
                    held[line.n] = holding(book, line.n)
                if (entry.seq, index) in held[line.n]:
                    told += _spoiled(book, entry, index, held[line.n])
        return told


def _spoiled(
    book: LogBook, entry: Entry, index: int, held: Set[tuple[int, int]]
) -> Iterator[Spoiled]:
    line = entry.act.lines[index]
    item, bound = book.item(line.n), _bound_before(book, entry.seq, held)
    old = line.seal if line.seal is not None or not bound else bound[-1]
    if item is None or old is None or old not in item.voided:
        return
    yield Spoiled(
        seq=entry.seq,
        at=book.time_of(entry),
        by=entry.act.by,
        witness=entry.act.text_or_none("witness"),
        n=line.n,
        old=old,
        new=line.number_or_none("new"),
        reason=str(line.fields["reason"]),
        was_bound=old in bound,
        nth=item.voided.index(old) + 1,
    )


def _bound_before(book: LogBook, seq: int, held: Set[tuple[int, int]]) -> list[int]:
    """Give the serials that were bound to an item before a position in the log.

    Args:
        held: Position and line of the item's steps that hold.
    """
    acts_before = [(book.entry(at).act, index) for at, index in sorted(held) if at < seq]
    serials = (act.lines[index].seal for act, index in acts_before if act.type == "bind")
    return [serial for serial in serials if serial is not None]
