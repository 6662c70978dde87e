"""One entry of the log as evidence: its bytes, who signed it, and whether the signatures hold.

**Rule:** read-only; the signatures are verified anew each time, with the keys that the log had then.
"""

from dataclasses import dataclass

from kt1custody.core.log.entry import Entry
from kt1custody.core.log.keyring import Key
from kt1custody.errors import KtError
from kt1custody.services.custody import ruling
from kt1custody.services.session.session import Session
from kt1custody.signing.acts import check_authentic
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRecord:
    """An entry with what the log knows of its signers.

    Attributes:
        at: When the log took it, by the right clock, Unix seconds UTC.
        signers: The key of each signature, in order, as it was then; None: unknown to the log.
        fault: Why its signatures do not hold, or None.
    """

    entry: Entry
    at: int
    signers: tuple[Key | None, ...]
    fault: KtError | None


def read(session: Session, seq: int) -> SignedRecord:
    """Read an entry and verify its signatures.

    Raises:
        RefusedError: `no-such-entry`.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        entry = ruling.find(book, seq)
        before = LogBook(connection, until=seq - 1).control if seq else None
        fault: KtError | None = None
        try:
            check_authentic(before, entry.act, entry.signatures)
        except KtError as error:
            fault = error
        known = before or book.control
        return SignedRecord(
            entry=entry,
            at=book.time_of(entry),
            signers=tuple(known.keys.get(signature.kid) for signature in entry.signatures),
            fault=fault,
        )
