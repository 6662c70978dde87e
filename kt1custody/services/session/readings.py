"""The book of readings: whoever is told what a slip says is named in it first.

**Rule:** a service that tells anybody what is in a record notes that before; if it cannot be noted,
nothing is told. On a medium where nothing can be written nothing is noted: whoever has a copy of the
log and a key to its records reads them with any program. Its head goes onto every closing sheet, as a
code: whoever can write both folders here still can't change what was printed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from kt1custody.core.formats import cbor
from kt1custody.core.log import anchor, reading
from kt1custody.core.log.reading import ChainHead, Reading
from kt1custody.services.session.session import Session
from kt1custody.store.log import LogBook
from kt1custody.store.readings import NAME as NAME

_TAKEN = tuple(why.encode() for why in reading.TAKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainCheck:
    """What the chain of readings shows.

    Attributes:
        size: How many readings hold, from the first one on.
        is_broken: What stands behind them does not follow from them: somebody has changed it.
        head: Of the last one that holds.
        lost: What the head was each time before readings were lost.
    """

    size: int
    is_broken: bool
    head: ChainHead
    lost: tuple[ChainHead, ...]


def note(
    session: Session, book: LogBook, staff: str, why: str, seen: Iterable[tuple[int, bytes]]
) -> None:
    """Note that somebody is about to be told what some records say.

    Args:
        why: One of `core.log.reading.REASONS`.
        seen: Pairs of item number and commitment; none: nobody is told anything.

    Raises:
        UnavailableError: It cannot be noted: `readings-altered`, or of the disk.
    """
    named = tuple(seen)
    if named:
        _note(session, book, staff, why, named)


def note_taken(session: Session, staff: str, why: str, n: int | None = None) -> None:
    """Note that somebody is about to take a dossier or a bundle away; raises as `note`.

    Args:
        why: One of `core.log.reading.TAKEN`.
        n: The item of a dossier.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        state = None if n is None else book.item(n)
        seen = () if state is None else ((state.n, state.commit),)
        _note(session, book, staff, why, seen)


def _note(
    session: Session, book: LogBook, staff: str, why: str, seen: tuple[tuple[int, bytes], ...]
) -> None:
    if not session.database.can_write:
        return
    session.readings.append(
        Reading(
            log=book.control.log,
            seq=0,
            prev=b"",
            at=session.now(book.control),
            staff=staff,
            dev=session.device,
            face="command" if session.is_brief else "page",
            why=why,
            seen=seen,
        )
    )


def of_item(session: Session, n: int) -> list[Reading]:
    """Give the readings of an item's records, in order."""
    spelled = cbor.encode(n)  # most readings are of other items, and need not be read
    found = (reading.read(raw) for raw in session.readings.every() if spelled in raw)
    return [one for one in found if any(named == n for named, _ in one.seen)]


def taken(session: Session) -> list[Reading]:
    """Give what was taken away, in order."""
    likely = (raw for raw in session.readings.every() if any(why in raw for why in _TAKEN))
    return [taking for taking in map(reading.read, likely) if taking.why in reading.TAKEN]


def code(session: Session) -> tuple[int, str] | None:
    """Give how many readings there are and the code of the newest for paper; None before the first."""
    with session.database.read() as connection:
        log = LogBook(connection).control.log
    head = session.readings.head(log)
    return (
        None
        if head is None
        else (head.size, anchor.code(reading.checkpoint(log, head), anchor.OF_READINGS))
    )


def check(session: Session, log: str) -> ChainCheck:
    """Go along the chain and compare its end with what the keys folder knows of."""
    known, head = session.readings.head(log), reading.begin(log)
    count, is_met = 0, known is None
    lost: list[ChainHead] = []
    for one in reading.walk(session.readings.every(), log):
        if one is None:
            return ChainCheck(size=count, is_broken=True, head=head, lost=tuple(lost))
        count, head = count + 1, one.head
        is_met = is_met or known in (head, one.lost)
        if one.lost is not None:
            lost.append(one.lost)
    if known is not None and not is_met:
        lost.append(known)
    return ChainCheck(size=count, is_broken=False, head=head, lost=tuple(lost))
