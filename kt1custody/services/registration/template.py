"""Empty files to fill in: the manifest for offices, and the post's own lists.

**Rule:** what they offer are the lists of the log on the day they are written.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from kt1custody.core.formats.places import Agency, Office
from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.services.session.places import read_offices, read_places
from kt1custody.services.session.session import Session
from kt1custody.sheets import list_template, template
from kt1custody.store.log import LogBook

KIND, LIST_KINDS = ".xlsx", list_template.KINDS
_P = TypeVar("_P", Office, Agency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """An empty file to fill in.

    Attributes:
        content: Its bytes.
        offered: How many agencies or offices it offers; none before there is a log.
    """

    content: bytes
    offered: int


def manifest(session: Session) -> Template:
    """Make the empty manifest, of the kind `KIND`."""
    in_force = _listed(session, _agencies)
    return Template(content=template.write(session.language, in_force), offered=len(in_force))


def listing(session: Session, kind: str, ending: str) -> Template:
    """Make an empty list.

    There need not be a log yet: lists are best written before it is founded.

    Args:
        kind: `offices`, `agencies` or `people`.
        ending: One of `LIST_KINDS`.
    """
    offices = _listed(session, lambda _, book: read_offices(book))
    return Template(
        content=list_template.write(session.language, kind, ending, offices), offered=len(offices)
    )


def _agencies(session: Session, book: LogBook) -> list[Agency]:
    """Give the agencies that exist today."""
    day = datetime.fromtimestamp(session.now(book.control), session.zone).date().isoformat()
    return [one for one in read_places(book).agencies.values() if one.valid_from <= day]


def _listed(session: Session, read: Callable[[Session, LogBook], Iterable[_P]]) -> Sequence[_P]:
    """Give what is in force, by code; nothing before there is a log or a list."""
    try:
        with session.database.read() as connection:
            return sorted(read(session, LogBook(connection)), key=lambda one: one.code)
    except UnavailableError as error:
        if error.code != "database-missing":
            raise
    except RefusedError:  # `no-catalogue`
        pass
    return ()
