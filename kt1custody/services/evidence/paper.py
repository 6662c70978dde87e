"""Comparing with paper: whether the codes of closing sheets fit what lies here now.

**Rule:** read-only. What a code stands for is made again from the bytes that lie here, entry by entry
and reading by reading, never from a table beside them. A code that fits shows that nothing before it
was changed since it was printed; it says nothing of what came later.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kt1custody.core.formats.tree import Tree
from kt1custody.core.log import anchor, reading
from kt1custody.core.log.anchor import Anchor
from kt1custody.core.log.checkpoint import Checkpoint
from kt1custody.errors import MalformedInputError
from kt1custody.services.session.session import Session
from kt1custody.store import log
from kt1custody.store.log import LogBook

FITS = "fits"
DIFFERS = "differs"  # what lies here is not what the code was printed of
ENDS_BEFORE = "ends-before"  # fewer entries or readings lie here than the code speaks of
MISTYPED = "mistyped"
OUTCOMES = (FITS, DIFFERS, ENDS_BEFORE, MISTYPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCheck:
    """What became of a typed code.

    Attributes:
        typed: As it was typed, on one line.
        outcome: One of `OUTCOMES`.
        size: Of how many entries or readings it speaks; 0 if it is mistyped.
        group: Of a mistyped code the first group that is wrong, from 1; 0: its length is wrong.
        own: How many entries or readings lie here; of a log with several epochs those of the one
            that fits, else of the longest.
        last: Position of the last entry that it covers, or None: it does not fit, or is of readings.
    """

    typed: str
    outcome: str
    size: int = 0
    group: int = 0
    own: int = 0
    last: int | None = None


def compare_log(session: Session, codes: Sequence[str]) -> list[PaperCheck]:
    """Compare codes of checkpoints with the log, whose entries are all hashed again for it."""
    read = [_read(typed, anchor.OF_LOG) for typed in codes]
    wanted = {code.size for _, code in read if isinstance(code, Anchor)}
    with session.database.read() as connection:
        control = LogBook(connection).control
        ends = [base for _, base in control.epochs[1:]]
        leaves = log.leaves_from(connection, 0)
        epochs = [
            _grow(origin, base, None if place == len(ends) else ends[place] - base, leaves, wanted)
            for place, (origin, base) in enumerate(control.epochs)
        ]
    return [_judge(typed, code, epochs) for typed, code in read]


def compare_readings(session: Session, codes: Sequence[str]) -> list[PaperCheck]:
    """Compare codes of the book of readings with the book as it lies here."""
    read = [_read(typed, anchor.OF_READINGS) for typed in codes]
    wanted = {code.size for _, code in read if isinstance(code, Anchor)}
    with session.database.read() as connection:
        name = LogBook(connection).control.log
    count, heads = 0, {}
    for one in reading.walk(session.readings.every(), name):
        if one is None:
            break
        count += 1
        if count in wanted:
            heads[count] = reading.checkpoint(name, one.head)
    book = _Grown(base=None, size=count, at=heads)
    return [_judge(typed, code, [book]) for typed, code in read]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grown:
    """A chain as it lies here, and what it was at the sizes that are asked for.

    Attributes:
        base: Position of its first entry; None of readings.
    """

    base: int | None
    size: int
    at: Mapping[int, Checkpoint]


def _read(typed: str, kind: int) -> tuple[str, Anchor | int]:
    """Read a typed code, or say which group of it is wrong."""
    line = " ".join(typed.split())
    try:
        return line, anchor.parse(typed, kind)
    except MalformedInputError as error:
        return line, int(str(error.detail["group"]))


def _grow(
    origin: str, base: int, length: int | None, leaves: Iterator[bytes], wanted: set[int]
) -> _Grown:
    """Grow the tree of an epoch from its own entries, the next ones of the log."""
    tree, at = Tree(), {}
    while length is None or tree.size < length:
        leaf = next(leaves, None)
        if leaf is None:
            break
        tree.add(leaf)
        if tree.size in wanted:
            at[tree.size] = Checkpoint(origin, tree.size, tree.root())
    return _Grown(base=base, size=tree.size, at=at)


def _judge(typed: str, code: Anchor | int, chains: Sequence[_Grown]) -> PaperCheck:
    if isinstance(code, int):
        return PaperCheck(typed=typed, outcome=MISTYPED, group=code)
    for chain in chains:
        found = chain.at.get(code.size)
        if found is not None and code.fits(found):
            last = None if chain.base is None else chain.base + code.size - 1
            return PaperCheck(typed=typed, outcome=FITS, size=code.size, own=chain.size, last=last)
    own = max(chain.size for chain in chains)
    outcome = DIFFERS if code.size <= own else ENDS_BEFORE
    return PaperCheck(typed=typed, outcome=outcome, size=code.size, own=own)
