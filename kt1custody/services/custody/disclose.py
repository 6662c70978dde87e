"""Opening slips for an investigation, an inspection or a court.

**Rule:** whoever opens a slip as an officer signs for it, with the reason; nothing is shown before
that act is in the log. With salt and record anybody can compare what was opened with what the log
has committed to.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import cbor
from kt1custody.core.formats.item import Slip, read_slip
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry
from kt1custody.errors import VerificationError
from kt1custody.services.session import readings, scan, slips
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.session import Session
from kt1custody.services.session.step import states
from kt1custody.services.session.use_case import UseCase
from kt1custody.store import records
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A record of an item that was opened.

    Attributes:
        seq: Position of the act that committed to it.
        kind: Type of that act: `register`, `correct`, `deliver` or `return`.
        is_receipt: It says who has received the item, as of a delivery or return, or corrects that.
        commit: Its commitment, 32 bytes; `salt` opens that.
    """

    n: int
    seq: int
    kind: str
    is_receipt: bool
    commit: bytes
    salt: bytes
    record: Mapping[str, cbor.Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """What was opened, and the entry that says so.

    Attributes:
        opened: Every record of the items that has not been erased, in the log's order by item.
        slips: Item → slip in force, or None if it is erased or broken.
        broken: Commitments of records that do not fit them.
    """

    entry: Entry
    opened: tuple[Opened, ...]
    slips: Mapping[int, Slip | None]
    broken: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclose(UseCase[list[ItemState]]):
    """Say in the log that an officer opens the slips of items, with the receivers' records.

    Once it is in the log, `read_disclosed` opens them.

    Attributes:
        given: Untrusted scans of 1 to 500 items.
        reason: One of `REASONS["disclose"]`.
    """

    officer: str
    given: tuple[str, ...]
    reason: str

    def propose(self, pen: Proposer) -> list[ItemState]:
        """Add the `disclose`.

        Raises:
            RefusedError: `not-possible`, `too-many-items`.
            NotAllowedError: `role-may-not`: only an officer; `no-access`.
        """
        shown = states(pen.book, scan.items(pen.book, self.given))
        pen.show(shown)
        lines = [{"n": state.n} for state in shown]
        pen.add(pen.draft("disclose", self.officer, {"reason": self.reason}, lines))
        slips.pass_on(pen, self.officer, slips.sent(pen.book, (state.n for state in shown)))
        return shown


def read_disclosed(session: Session, entry: Entry) -> Disclosure:
    """Open the records that an act in the log discloses; its officer is unlocked.

    Raises:
        ValueError: It is no such act: nobody opens a slip without a trace.
        NotAllowedError: `locked`, `no-access`.
    """
    if entry.act.type != "disclose":
        msg = f"not a disclosure: {entry.act.type}"
        raise ValueError(msg)
    with session.database.read() as connection:
        book = LogBook(connection)
        reader = slips.reader_of(session, book, entry.act.by, disclosed=entry.seq)
        numbers = [line.n for line in entry.act.lines]
        tried = [one for n in numbers for one in _open(reader, n)]
        opened = tuple(one for one in tried if isinstance(one, Opened))
        known = {(one.n, one.commit): one.record for one in opened}
        seen = [(one.n, one.commit) for one in opened]
        readings.note(session, book, entry.act.by, "disclose", seen)
        book.load(numbers)
        states = [state for n in numbers if (state := book.item(n)) is not None]
    found = {state.n: known.get((state.n, state.commit)) for state in states}
    return Disclosure(
        entry=entry,
        opened=opened,
        slips={n: None if record is None else read_slip(record) for n, record in found.items()},
        broken=tuple(one for one in tried if not isinstance(one, Opened)),
    )


def _open(reader: slips.Reader, n: int) -> Iterator[Opened | bytes]:
    """Open every record of an item, one commitment once; of a broken one give the commitment."""
    seen = set()
    for seq, kind, commit, about in slips.of_item(reader.book, n):
        found = None if commit in seen else records.find(reader.book.connection, commit)
        if found is None:
            continue
        seen.add(commit)
        try:
            salt, record = reader.open_sealed(found, about)
        except VerificationError:
            yield commit
        else:
            is_receipt = _is_receipt(reader.book, reader.book.entry(seq).act)
            yield Opened(
                n=n,
                seq=seq,
                kind=kind,
                is_receipt=is_receipt,
                commit=commit,
                salt=salt,
                record=record,
            )


def _is_receipt(book: LogBook, act: Act) -> bool:
    corrected = book.find(act.octets("of")) if act.type == "correct" else None
    return (act if corrected is None else corrected.act).type in ("deliver", "return")
