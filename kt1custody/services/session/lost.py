"""Confidential records that the log names and that nobody can open: which, and declared lost.

**Rule:** first comes catching up. Two officers declare lost what nobody can bring back, or what was
erased; the log says so for ever. One that is found later is taken all the same, but not the key of
one that is here: that was erased. Format: `.docs/formats.md` §3.
"""

from collections.abc import Collection
from dataclasses import dataclass

from kt1custody.core.custody.history import is_stopped
from kt1custody.core.formats import cbor
from kt1custody.core.log.commitments import (
    commitments,
    declared_lost,
    is_made_here,
    shows_desk,
)
from kt1custody.core.log.entry import read_entry
from kt1custody.core.log.schema import MAX_LINES
from kt1custody.errors import RefusedError
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.session import Session
from kt1custody.services.session.use_case import UseCase
from kt1custody.store import log, sealed
from kt1custody.store.log import Connection, LogBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A record that is not here, or whose one-time key is not.

    Attributes:
        seq: Position of the act that commits to it.
        about: What it is about: an item number, a staff number, `list`, `receiver` or `return`.
    """

    commit: bytes
    seq: int
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """An act by which two officers have declared records lost.

    Attributes:
        at: When the log took it, Unix seconds UTC.
    """

    seq: int
    at: int
    officers: tuple[str, str]
    reason: str


def declared(book: LogBook) -> dict[bytes, Declared]:
    """Give every commitment whose record was declared lost, with the first act that does so."""
    found: dict[bytes, Declared] = {}
    for entry in book.acts("lost"):
        if not is_stopped(entry):
            act, at = entry.act, book.control.time_of(entry.seq, entry.accepted_at)
            told = Declared(
                seq=entry.seq, at=at, officers=(act.by, act.text("by2")), reason=act.text("reason")
            )
            found = dict.fromkeys(declared_lost(act), told) | found
    return found


def missing(
    connection: Connection, *, is_all: bool = False, unfit: Collection[bytes] = ()
) -> list[Missing]:
    """List the records that nobody can open and that are not declared lost, in the log's order.

    Args:
        is_all: Those declared lost too, but not what was erased, and those of devices that keep
            their own records and have not brought them, or of acts that came in a file.
        unfit: Commitments under which lies something else, as somebody found who can open it.
    """
    here, lost, desks = sealed.known(connection), set[bytes](), set[str]()
    found: dict[bytes, Missing] = {}
    for raw in log.entries(connection):
        entry = read_entry(raw)
        act = entry.act
        lost |= frozenset() if is_stopped(entry) else declared_lost(act)
        if shows_desk(entry):
            desks.add(act.dev)
        is_ours = act.dev in desks and is_made_here(entry)
        for about, commit in commitments(act) if is_all or is_ours else ():
            if commit in unfit or not here.get(commit):
                found.setdefault(commit, Missing(commit=commit, seq=entry.seq, about=about))
    erased = {commit for commit, has_key in here.items() if not has_key}
    passed = lost & erased if is_all else lost
    return [one for one in found.values() if one.commit not in passed]


def find(session: Session) -> list[Missing]:
    """List what is missing here."""
    with session.database.read() as connection:
        return missing(connection)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareLost(UseCase[list[Missing]]):
    """Have two officers declare lost all records that are missing."""

    reason: str
    officers: tuple[str, str]

    def propose(self, pen: Proposer) -> list[Missing]:
        """Add the `lost` acts; gives what is missing.

        Raises:
            RefusedError: `nothing-lost`, or as `Drafts.check`.
        """
        gone = missing(pen.book.connection)
        if not gone:
            raise RefusedError("nothing-lost")
        for begin in range(0, len(gone), MAX_LINES):
            commits: list[cbor.Value] = [
                *sorted(record.commit for record in gone[begin : begin + MAX_LINES])
            ]
            own: dict[str, cbor.Value] = {
                "by2": self.officers[1],
                "commits": commits,
                "reason": self.reason,
            }
            pen.add(pen.draft("lost", self.officers[0], own))
        return gone
