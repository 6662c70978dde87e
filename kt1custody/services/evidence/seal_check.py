"""Checking seals at the machine that has the log: as with the public folder, compared with the log.

**Rule:** the same rules as everywhere (`core.seals.assessment`), with what the log says this moment
in the place of a published folder and of a load list.
"""

from collections.abc import Sequence

from kt1custody.errors import KtError
from kt1custody.services.evidence import publish, trust
from kt1custody.services.evidence.trust import SealAnswer, Trust
from kt1custody.services.session import scan
from kt1custody.services.session.session import Session
from kt1custody.store.log import LogBook

_NOBODY = "LOG"  # in the place of a load list's holder


def check(session: Session, given: Sequence[str]) -> list[SealAnswer]:
    """Say what seals are that were scanned one after another.

    Args:
        given: Untrusted: texts of seals, typed numbers; one for each cover.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        now = session.now(book.control)
        status = publish.status_of(book, now)
        states = [state for n in _numbers(book, given) if (state := book.item(n)) is not None]
        load = publish.load_of(book, status.head, _NOBODY, states)
        return trust.check_seals(given, Trust(book.control, status, load), now)


def _numbers(book: LogBook, given: Sequence[str]) -> list[int]:
    """Find which items scans name, as far as they name one."""
    found = []
    for text in given:
        try:
            found.append(scan.item(book, text).n)
        except KtError:
            continue
    return found
