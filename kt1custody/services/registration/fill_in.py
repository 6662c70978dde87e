"""Filling in one item: what may be asked of it before it is whole.

**Rule:** read-only, and nobody's key is needed; the rules are those of a manifest's row.
"""

from collections.abc import Mapping

from kt1custody.core.manifest.layout import RowFinding
from kt1custody.core.manifest.row import lead_hours
from kt1custody.services.registration import register
from kt1custody.services.session.session import Session
from kt1custody.store.log import LogBook


def check(session: Session, cells: Mapping[str, str]) -> tuple[RowFinding, ...]:
    """Say what is wrong with an item, by the same rules, while it is being filled in.

    What only slips can tell (a reference that was accepted already) is not looked for.

    Args:
        cells: As of `register.one_row`; what is not filled in yet is found missing.

    Raises:
        RefusedError: `no-catalogue`.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        now = register.counter(session, book, session.now(book.control))
    return tuple(register.one_row(session, cells).check(now).findings)


def earliest_appointment(session: Session, recipient: str) -> int | None:
    """Give the first time that may be agreed with a recipient now, Unix seconds UTC.

    Args:
        recipient: Code of an agency; None is given for one that is not in the list.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        now = register.counter(session, book, session.now(book.control))
    agency = now.places.agencies.get(recipient)
    dest = None if agency is None else now.places.destination(agency)
    if dest is None:
        return None
    at = now.at + lead_hours(dest, now) * 3600
    return -(-at // 60) * 60  # a whole minute, as it is typed
