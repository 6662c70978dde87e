"""Empty files to fill in: the manifest for offices, and the post's own lists.

**Rule:** what they offer are the lists of the log on the day they are written.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from kt1custody.core.formats.places import Office
from kt1custody.errors import MalformedInputError, RefusedError, UnavailableError
from kt1custody.services.session import files
from kt1custody.services.session.places import read_offices, read_places
from kt1custody.services.session.session import Desk
from kt1custody.sheets import list_template, template
from kt1custody.store.log import LogBook

KIND = ".xlsx"


def write_template(desk: Desk, path: Path) -> int:
    """Write the empty manifest; returns how many agencies it offers.

    Raises:
        MalformedInputError: `wrong-ending`.
        RefusedError: `file-exists`, `no-catalogue`.
        UnavailableError: `file-unwritable`; nothing is left behind.
    """
    _check_place(path, (KIND,))
    with desk.database.read() as connection:
        book = LogBook(connection)
        day = datetime.fromtimestamp(desk.now(book.control), desk.zone).date().isoformat()
        known = read_places(book).agencies.values()
    in_force = sorted((one for one in known if one.valid_from <= day), key=lambda one: one.code)
    files.write(path, template.write(in_force))
    return len(in_force)


def write_list(desk: Desk, kind: str, path: Path) -> int:
    """Write an empty list of offices, agencies or people; returns how many offices it offers.

    There need not be a log yet: lists are best written before it is founded.

    Raises:
        MalformedInputError: `wrong-ending`.
        RefusedError: `file-exists`.
        UnavailableError: `file-unwritable`; nothing is left behind.
    """
    _check_place(path, list_template.KINDS)
    offices = _offices(desk)
    files.write(path, list_template.write(kind, path.suffix.lower(), offices))
    return len(offices)


def _offices(desk: Desk) -> Sequence[Office]:
    """Give the offices in force; none before there is a log or a list of them."""
    try:
        with desk.database.read() as connection:
            return sorted(read_offices(LogBook(connection)), key=lambda one: one.code)
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
