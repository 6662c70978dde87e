"""Empty files to fill in: the manifest for offices, and the post's own lists.

**Rule:** what they offer are the lists of the log on the day they are written.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from kt1custody.core.formats.places import Agency, Office
from kt1custody.errors import MalformedInputError, RefusedError, UnavailableError
from kt1custody.services.session.places import read_offices, read_places
from kt1custody.services.session.session import Session
from kt1custody.sheets import list_template, template
from kt1custody.store.log import LogBook
from kt1custody.system import files

KIND = ".xlsx"
_P = TypeVar("_P", Office, Agency)


def write_template(session: Session, path: Path) -> int:
    """Write the empty manifest; returns how many agencies it offers, none before there is a log.

    Raises:
        MalformedInputError: `wrong-ending`.
        RefusedError: `file-exists`.
        UnavailableError: `file-unwritable`; nothing is left behind.
    """
    _check_place(path, (KIND,))
    in_force = _listed(session, _agencies)
    files.write(path, template.write(session.language, in_force))
    return len(in_force)


def write_list(session: Session, kind: str, path: Path) -> int:
    """Write an empty list of offices, agencies or people; returns how many offices it offers.

    There need not be a log yet: lists are best written before it is founded.

    Raises:
        MalformedInputError: `wrong-ending`.
        RefusedError: `file-exists`.
        UnavailableError: `file-unwritable`; nothing is left behind.
    """
    _check_place(path, list_template.KINDS)
    offices = _listed(session, lambda _, book: read_offices(book))
    files.write(path, list_template.write(session.language, kind, path.suffix.lower(), offices))
    return len(offices)


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


def _check_place(path: Path, kinds: Sequence[str]) -> None:
    if path.suffix.lower() not in kinds:
        raise MalformedInputError("wrong-ending", name=path.name, kinds=", ".join(kinds))
    files.refuse_existing(path)
