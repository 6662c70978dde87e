"""Acts that were signed elsewhere: taken, judged, and answered with a receipt.

**Rule:** what is authentic is appended whatever the rules say of it; what is not is quarantined,
and the log says so. The same act is appended once; brought again, it gets a receipt again. Format:
`.docs/formats.md` §3–5.
"""

import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from kt1custody.core import cbor, keyring
from kt1custody.core.act import Act, read_act
from kt1custody.core.entry import Entry, Signature, read_signatures
from kt1custody.core.receipt import spell as spell_receipt
from kt1custody.errors import KtError, MalformedInputError, UnavailableError, VerificationError
from kt1custody.services import checkpoint, clock_check
from kt1custody.services.append import Pen, writing
from kt1custody.services.desk import Desk
from kt1custody.store import records
from kt1custody.store.log import Connection, LogBook

_MAX_QUARANTINE = 262_144  # bytes kept of something that is not an act
_REFUSED_AN_HOUR = 100  # entries for each device; what comes beyond is kept beside the newest
_AT_ONCE = 200  # acts of one transaction

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
        entry: The entry; of a `refused` act the entry that says so.
        spelled: The receipt as the device gets it.
        refused: Why it is not authentic, or None.
        known: The log had it before.
    """

    entry: Entry
    spelled: bytes
    refused: str | None
    known: bool = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Taken:
    """An act that was taken or refused, before its checkpoint is signed."""

    entry: Entry
    refused: str | None
    known: bool


def receive_all(desk: Desk, unverified: Sequence[bytes]) -> list[Receipt]:
    """Take acts that were signed elsewhere, each CBOR [body, signatures].

    An authentic act is appended and judged, the same one only once. Anything else is kept in
    quarantine, and a `refused` entry names its hash. Many are taken in several transactions.

    Args:
        unverified: Untrusted bytes of any length.

    Returns:
        A receipt for each, in the same order.

    Raises:
        UnavailableError: As `checkpoint.sign`: what was taken stays, and the same acts brought
            again get their receipts. As `clock_check.check`: holds are taken all the same.
    """
    taken: list[_Taken] = []
    for begin in range(0, len(unverified), _AT_ONCE):
        try:
            with writing(desk) as pen:
                taken += [_receive(pen, one) for one in unverified[begin : begin + _AT_ONCE]]
        except UnavailableError as error:
            if error.code.startswith("clock-"):
                _take_holds(desk, unverified[begin:])
            raise
    signed = checkpoint.sign(desk)
    with desk.database.read() as connection:
        control = LogBook(connection).control
        return [
            Receipt(
                one.entry, receipt(connection, control, signed, one.entry), one.refused, one.known
            )
            for one in taken
        ]


def _take_holds(desk: Desk, unverified: Sequence[bytes]) -> None:
    """Take the holds among acts that must wait for the clock."""
    holds = []
    for one in unverified:
        with contextlib.suppress(MalformedInputError):
            if _read(one)[0].type == "hold":
                holds.append(one)
    if holds:
        with writing(desk, clock_check.check_urgent) as pen:
            for one in holds:
                _receive(pen, one)


def receipt(
    connection: Connection, control: keyring.Control, signed: checkpoint.Signed, entry: Entry
) -> bytes:
    """Spell the receipt of an entry, so that its device can spell the entry again and check it."""
    act, size = entry.act, signed.checkpoint.size
    proof = checkpoint.proof(connection, control, signed, entry.seq)
    old = 0 if act.seen is None else act.seen[0] + 1 - signed.base
    hashes = checkpoint.consistency(connection, signed, old) if 0 < old <= size else []
    return spell_receipt(entry, proof, hashes)


def _receive(pen: Pen, unverified: bytes) -> _Taken:
    refused, seq = None, pen.book.seq
    device = None
    try:
        act, signatures = _read(unverified)
        device = act.dev if act.dev in pen.book.control.devices else None
        entry = pen.book.find(act.hash) or pen.append(act, signatures)
    except (MalformedInputError, VerificationError) as error:
        refused = error.code
        entry = _refuse(pen, unverified, error, device)
    return _Taken(entry, refused, known=pen.book.seq == seq)


def _read(unverified: bytes) -> tuple[Act, tuple[Signature, ...]]:
    if len(unverified) > _MAX_QUARANTINE:
        raise MalformedInputError("act-too-large", length=len(unverified))
    value = cbor.decode(unverified, what="act")
    if not (type(value) is list and len(value) == 2 and type(value[0]) is bytes):
        raise MalformedInputError("act-malformed", why="envelope")
    act = read_act(value[0])
    if act.type in ("epoch", "setback"):  # made only where the log is
        raise MalformedInputError("act-malformed", why="type")
    return act, read_signatures(value[1])


def _refuse(pen: Pen, unverified: bytes, error: KtError, device: str | None) -> Entry:
    """Quarantine what is not authentic; the same bytes only once.

    Args:
        device: The device that the act names, if it is one of ours; nothing proves it.
    """
    digest = hashlib.sha256(unverified).digest()
    known = records.find_quarantined(pen.book.connection, digest)
    if known is not None:
        return pen.book.entry(known)
    lately = [
        entry
        for entry in pen.book.newest("refused", _REFUSED_AN_HOUR)
        if entry.act.fields["device"] == device
        and pen.book.control.time_of(entry.seq, entry.accepted_at) > pen.now - 3_600
    ]
    if len(lately) >= _REFUSED_AN_HOUR:  # a broken or hostile device must not fill the log
        entry = lately[0]
    else:
        own: dict[str, cbor.Value] = {
            "hash": digest,
            "length": len(unverified),
            "reason": _REASONS.get(error.code, "malformed"),
            "device": device,
        }
        entry = pen.add(pen.draft("refused", "server", own))
    kept = unverified[:_MAX_QUARANTINE]
    records.put_quarantine(pen.book.connection, digest, kept, entry.seq)
    return entry
