"""Names of staff, as a person in a session may read them."""

from kt1custody.errors import KtError
from kt1custody.services.session import slips
from kt1custody.services.session.session import Session
from kt1custody.store.log import LogBook


def opened(session: Session, staff: str) -> dict[str, str]:
    """Open the names that a person may read: of the own office, an officer all.

    Returns:
        Staff number → name; empty where nothing can be opened, which stops nobody's work.
    """
    with session.database.read() as connection:
        try:
            return slips.names(session, LogBook(connection), staff)
        except KtError:
            return {}
