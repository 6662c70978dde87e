"""Taking back entries that a log has lost, as far as its key has signed them.

**Rule:** they are appended byte for byte, if they are what this log makes of their acts at their
places. Those that nothing vouches for (`vouched.py`) are passed over, and if entries are still missing
then, those before them are kept. A thief of the log key could sign another history; then what was
signed last does not fit in the end.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from kt1custody.audit.chain import check_time
from kt1custody.audit.findings import Report
from kt1custody.core.custody.history import is_stopped
from kt1custody.core.log.entry import read_entry
from kt1custody.errors import UnavailableError, VerificationError
from kt1custody.services.evidence import vouched
from kt1custody.services.session import checkpoint
from kt1custody.services.session.session import Recorded, Session
from kt1custody.services.session.writer import LogWriter, ended_epoch
from kt1custody.signing.acts import check_authentic
from kt1custody.store import newest, records
from kt1custody.store.log import LogBook


def take_over(
    session: Session,
    raws: Sequence[bytes],
    offices: Mapping[bytes, bytes],
    claims: Iterable[vouched.Claim] = (),
) -> int:
    """Append entries of this very log that its database has lost, byte for byte as they were.

    Args:
        raws: Untrusted: the entries that follow the newest one here, in order.
        offices: SHA-256 → untrusted bytes of catalogues that they name; what does not fit is passed over.
        claims: Untrusted: what the log is said to have signed. Entries that neither this nor what
            was signed last vouches for are passed over.

    Returns:
        How many were appended, in one transaction.

    Raises:
        MalformedInputError: One of them cannot be read.
        VerificationError: `not-the-next` with `seq`: it does not follow, is not authentic, was
            judged otherwise, or its time lies before that of the one before; `log-forked`: it
            leads away from what was signed last.
        UnavailableError: `database-broken` as `newest.refuse_differing`. Nothing is written on any
            error.
    """
    stored: list[Recorded] = []
    with session.database.write() as connection:
        book = LogBook(connection)
        newest.refuse_differing(book)
        for digest, content in offices.items():
            if hashlib.sha256(content).digest() == digest:
                records.put_catalogue(connection, digest, content)
        signed = vouched.Vouched(session.last_signed.every(), claims)
        while own := signed.count(book, raws[len(stored) :]):  # then it may name newer log keys
            for raw in raws[len(stored) : len(stored) + own]:
                _put_again(LogWriter(session, book, 0), raw)
                stored.append(Recorded(seq=book.seq, notes=()))  # its people were told before
        _refuse_other(session, book)
    session.recorded += stored
    return len(stored)


def _refuse_other(session: Session, book: LogBook) -> None:
    """Refuse a log that leads away from what was signed last; it may still be behind it."""
    try:
        checkpoint.refuse_stale(session, book)
    except UnavailableError as error:
        if error.code != "log-behind":
            raise


def _put_again(pen: LogWriter, raw: bytes) -> None:
    """Append an entry as it is spelled, if it is what this log makes of its act there."""
    book, entry = pen.book, read_entry(raw)
    is_seam = entry.act.type == "epoch" and not is_stopped(entry)
    origin = entry.act.text("origin") if is_seam else book.control.origin
    place = (entry.seq, entry.prev, entry.ctl, entry.origin)
    if place != (book.seq + 1, book.leaf, book.control.head, origin):
        raise VerificationError("not-the-next", seq=book.seq + 1)
    check_authentic(book.control, entry.act, entry.signatures)
    pen.now = entry.accepted_at
    outcome, report = pen.judged(entry.act, entry.signatures), Report()
    check_time(entry.seq, entry, book.accepted_at, report)
    if outcome.judgement != entry.judgement or report.findings:
        raise VerificationError("not-the-next", seq=entry.seq)
    if is_seam:
        if entry.act.fields["old"] != ended_epoch(book):
            raise VerificationError("not-the-next", seq=entry.seq)
        checkpoint.close_epoch(pen.session, book)
        book.begin_epoch()
    pen.append_entry(entry, outcome)
