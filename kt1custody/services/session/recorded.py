"""What became of acts whose answer was lost: the log is asked again by their hashes."""

from collections.abc import Iterable

from kt1custody.core.log.entry import Entry
from kt1custody.services.session.session import Session
from kt1custody.store.log import LogBook


def entries(session: Session, staff: str, acts: Iterable[bytes]) -> list[Entry]:
    """Give the entries of those acts that are in the log and that a person has signed.

    Args:
        acts: Their hashes, 32 bytes each; untrusted.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        found = (book.find(act) for act in acts)
        return [entry for entry in found if entry is not None and staff in entry.act.persons]
