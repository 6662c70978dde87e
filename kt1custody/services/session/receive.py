"""Acts that were signed elsewhere: taken, judged, and answered with a receipt.

**Rule:** what is authentic is appended whatever the rules say of it; what is not is quarantined,
and the log says so. The same act is appended once; brought again, it gets a receipt again. Format:
`.docs/formats.md` §3–5.
"""

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kt1custody.core.formats import cbor
from kt1custody.core.log import keyring
from kt1custody.core.log.act import Act, read_act
from kt1custody.core.log.entry import Entry, Signature, read_signatures
from kt1custody.core.log.receipt import spell as spell_receipt
from kt1custody.errors import MalformedInputError, UnavailableError, VerificationError
from kt1custody.services.session import checkpoint
from kt1custody.services.session.quarantine import Quarantine
from kt1custody.services.session.session import Session
from kt1custody.services.session.writer import LogWriter, writing
from kt1custody.store.log import Connection, LogBook

_MAX_ACT = 262_144  # bytes of something that is looked at; an act with its signatures is far less
_AT_ONCE = 200  # acts of one transaction, which takes up no more once it has lasted so long:
_SECONDS = 1.0
_PAUSE = 0.15  # between two; who waits for the lock asks ten times a second

# Made only where the log is: by them the log is begun anew or names a key, a list or a loss that
# nothing on this machine may go with.
_MADE_HERE = frozenset({"epoch", "setback", "office_key", "rotate", "catalogue", "lost"})

_REASONS = {
    "act-too-large": "too-large",
    "entry-too-large": "too-large",
    "unknown-key": "unknown-key",
    "bad-signature": "bad-signature",
    "wrong-person": "wrong-person",
    "wrong-log": "wrong-log",
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """The log's answer: where an act stands, under a checkpoint that the log key has signed.

    Attributes:
        entry: The entry; of a `refused` act the entry that says so, or that lists it.
        spelled: The receipt as the device gets it.
        refused: Why it is not authentic, or None.
        kept: It is in the log or in quarantine; else only its hash and length are named.
        known: The log had it before.
    """

    entry: Entry
    spelled: bytes
    refused: str | None
    kept: bool
    known: bool = field(compare=False)

    @property
    def is_listed(self) -> bool:
        """Whether it has no entry of its own, since too much came within the hour."""
        act = self.entry.act
        return act.type == "refused" and act.text("reason") == "too-many"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """An act that was taken or refused, before its checkpoint is signed.

    Attributes:
        entry: None if it was refused and is only listed.
    """

    entry: Entry | None
    refused: str | None
    kept: bool
    known: bool


def receive_all(session: Session, unverified: Sequence[bytes]) -> list[Receipt]:
    """Take acts that were signed elsewhere, each CBOR [body, signatures].

    An authentic act is appended and judged, the same one only once. Anything else is named in a
    `refused` entry, and kept within bounds. Many are taken in several transactions, so that others
    get the log's lock between them.

    Args:
        unverified: Untrusted bytes of any length.

    Returns:
        A receipt for each, in the same order.

    Raises:
        UnavailableError: As `checkpoint.sign`: what was taken stays, and the same acts brought
            again get their receipts. As `clock_check.check`: holds are taken all the same.
    """
    taken: list[_Taken] = []
    quarantine, listed = Quarantine(), None
    while len(taken) < len(unverified):
        left = unverified[len(taken) :]
        if taken:
            time.sleep(_PAUSE)
        try:
            with writing(session) as pen:
                some = list(_piece(pen, left[:_AT_ONCE], quarantine))
                if quarantine.listed and len(some) == len(left):
                    listed = quarantine.put_list(pen)
        except UnavailableError as error:
            if error.code.startswith("clock-"):
                _take_holds(session, left)
            raise
        taken += some
    signed = checkpoint.sign(session)
    spelled: dict[int, bytes] = {}
    receipts = []
    with session.database.read() as connection:
        control = LogBook(connection).control
        for one in taken:
            entry = one.entry or listed
            assert entry is not None  # noqa: S101  # what has none of its own is listed
            if entry.seq not in spelled:
                spelled[entry.seq] = receipt(connection, control, signed, entry)
            receipts.append(
                Receipt(entry, spelled[entry.seq], one.refused, one.kept, known=one.known)
            )
    return receipts


def _piece(pen: LogWriter, unverified: Sequence[bytes], quarantine: Quarantine) -> Iterator[_Taken]:
    """Take acts for as long as one transaction may last, at least one."""
    until = time.monotonic() + _SECONDS
    for one in unverified:
        yield _receive(pen, one, quarantine)
        if time.monotonic() >= until:
            return


def _take_holds(session: Session, unverified: Sequence[bytes]) -> None:
    """Take the holds among acts that must wait for the clock."""
    holds = []
    for one in unverified:
        with contextlib.suppress(MalformedInputError):
            if _read(one)[0].type == "hold":
                holds.append(one)
    if holds:
        quarantine = Quarantine()
        with writing(session, "hold") as pen:
            for one in holds:
                _receive(pen, one, quarantine)
            if quarantine.listed:
                quarantine.put_list(pen)


def receipt(
    connection: Connection, control: keyring.Control, signed: checkpoint.Signed, entry: Entry
) -> bytes:
    """Spell the receipt of an entry, so that its device can spell the entry again and check it."""
    act, size = entry.act, signed.checkpoint.size
    proof = checkpoint.proof(connection, control, signed, entry.seq)
    old = 0 if act.seen is None else act.seen[0] + 1 - signed.base
    hashes = checkpoint.consistency(connection, signed, old) if 0 < old <= size else []
    return spell_receipt(entry, proof, hashes)


def _receive(pen: LogWriter, unverified: bytes, quarantine: Quarantine) -> _Taken:
    seq, device = pen.book.seq, None
    try:
        act, signatures = _read(unverified)
        device = act.dev if act.dev in pen.book.control.devices else None
        entry = pen.book.find(act.hash) or pen.append_signed(act, signatures)
    except (MalformedInputError, VerificationError) as error:
        reason = _REASONS.get(error.code, "malformed")
        told, is_kept = quarantine.put(pen, unverified, reason, device)
        is_known = told is not None and pen.book.seq == seq
        return _Taken(entry=told, refused=error.code, kept=is_kept, known=is_known)
    return _Taken(entry=entry, refused=None, kept=True, known=pen.book.seq == seq)


def _read(unverified: bytes) -> tuple[Act, tuple[Signature, ...]]:
    if len(unverified) > _MAX_ACT:
        raise MalformedInputError("act-too-large", length=len(unverified))
    value = cbor.decode(unverified, what="act")
    if not (type(value) is list and len(value) == 2 and type(value[0]) is bytes):
        raise MalformedInputError("act-malformed", why="envelope")
    act = read_act(value[0])
    if act.type in _MADE_HERE:
        raise MalformedInputError("act-malformed", why="type")
    return act, read_signatures(value[1])
