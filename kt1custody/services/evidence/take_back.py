"""Taking back entries that a log has lost, all of them or as far as they are proved.

**Rule:** they are appended byte for byte. If they do not reach what was signed last, only those are
kept of which a checkpoint under the log's own key says that they were in it: that of a bundle, of a
backup or of a receipt. An entry that is proved so proves all before it. A thief of the log key could
sign another history; then what was signed last does not fit in the end.
"""

import contextlib
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from kt1custody.core.formats.tree import check_inclusion
from kt1custody.core.log import checkpoint as formats
from kt1custody.core.log.checkpoint import SignedCheckpoint
from kt1custody.core.log.entry import Entry, read_entry
from kt1custody.core.log.keyring import Control
from kt1custody.core.log.tlog import Proof
from kt1custody.errors import MalformedInputError, UnavailableError, VerificationError
from kt1custody.services.session import checkpoint
from kt1custody.services.session.session import Desk, Recorded
from kt1custody.services.session.writer import Pen
from kt1custody.signing import cosigned
from kt1custody.signing.acts import check_authentic
from kt1custody.store import newest, records
from kt1custody.store.log import LogBook


@dataclass(slots=True)
class Proofs:
    """Checkpoints and proofs from elsewhere, untrusted until they are asked."""

    _notes: dict[tuple[str, int], list[SignedCheckpoint]] = field(default_factory=dict)
    _of_leaves: dict[bytes, list[Proof]] = field(default_factory=dict)

    def add_note(self, unverified: bytes) -> None:
        """Take a signed checkpoint; what is none is passed over."""
        with contextlib.suppress(MalformedInputError):
            signed = formats.read(unverified)
            told = signed.checkpoint
            self._notes.setdefault((told.origin, told.size), []).append(signed)

    def add_proof(self, leaf: bytes, proof: Proof) -> None:
        """Take the proof that an entry, by its leaf hash, stands under a signed checkpoint."""
        self._of_leaves.setdefault(leaf, []).append(proof)

    def cover(self, book: LogBook) -> bool:
        """Tell whether the newest entry of a log, and with it all before, is proved."""
        control, tree = book.control, book.tree
        notes = self._notes.get((control.origin, tree.size), ())
        proofs = self._of_leaves.get(book.leaf, ())
        return any(
            one.checkpoint.root == tree.root() and _is_signed(one, control) for one in notes
        ) or any(_stands(one, book) and _is_signed(one.signed, control) for one in proofs)


def _is_signed(signed: SignedCheckpoint, control: Control) -> bool:
    try:
        cosigned.verified(signed, control)
    except VerificationError:
        return False
    return True


def _stands(proof: Proof, book: LogBook) -> bool:
    told = proof.signed.checkpoint
    try:
        check_inclusion(book.leaf, proof.index, told.size, told.root, proof.hashes)
    except VerificationError:
        return False
    return proof.index == book.seq - book.base


class _UnprovedError(Exception):
    """What was appended does not reach what was signed last, and only its beginning is proved."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


def take_over(
    desk: Desk,
    raws: Sequence[bytes],
    offices: Mapping[bytes, bytes],
    is_proved: Callable[[LogBook], bool],
) -> int:
    """Append entries of this very log that its database has lost, byte for byte as they were.

    Args:
        raws: Untrusted: the entries that follow the newest one here, in order.
        offices: SHA-256 → untrusted bytes of catalogues that they name; what does not fit is passed over.
        is_proved: Tells whether the newest entry was in this log, and so all before it.

    Returns:
        How many were appended, in one transaction: all, or if they do not reach what was signed
        last, those that are proved.

    Raises:
        MalformedInputError: One of them cannot be read.
        VerificationError: `not-the-next` with `seq`: it does not follow, is not authentic, or was
            judged otherwise; `log-forked`: it leads away from what was signed last.
        UnavailableError: `database-broken` as `newest.refuse_differing`. Nothing is written on any
            error.
    """
    try:
        return _take_over(desk, raws, offices, is_proved)
    except _UnprovedError as error:
        return _take_over(desk, raws[: error.count], offices, is_proved)


def _take_over(
    desk: Desk,
    raws: Sequence[bytes],
    offices: Mapping[bytes, bytes],
    is_proved: Callable[[LogBook], bool],
) -> int:
    stored: list[Recorded] = []
    proved = 0
    with desk.database.write() as connection:
        book = LogBook(connection)
        newest.refuse_differing(book)
        for digest, content in offices.items():
            if hashlib.sha256(content).digest() == digest:
                records.put_catalogue(connection, digest, content)
        for raw in raws:
            _put(desk, book, read_entry(raw))
            stored.append(Recorded(seq=book.seq, notes=()))  # its people were told before
            proved = len(stored) if is_proved(book) else proved
        if _is_behind(desk, book) and proved < len(stored):
            raise _UnprovedError(proved)
    desk.recorded += stored
    return len(stored)


def _put(desk: Desk, book: LogBook, entry: Entry) -> None:
    place = (entry.seq, entry.prev, entry.ctl, entry.origin)
    if place != (book.seq + 1, book.leaf, book.control.head, book.control.origin):
        raise VerificationError("not-the-next", seq=book.seq + 1)
    check_authentic(book.control, entry.act, entry.signatures)
    pen = Pen(desk, book, entry.accepted_at)
    outcome = pen.judged(entry.act, entry.signatures)
    if outcome.judgement != entry.judgement:
        raise VerificationError("not-the-next", seq=entry.seq)
    pen.put(entry, outcome)


def _is_behind(desk: Desk, book: LogBook) -> bool:
    try:
        checkpoint.refuse_stale(desk, book)
    except UnavailableError as error:
        if error.code != "log-behind":
            raise
        return True
    return False
