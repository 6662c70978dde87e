"""The empty manifest for offices, with the agencies that are in force.

**Rule:** its lists are those of the log on the day it is written.
"""

from datetime import datetime
from pathlib import Path

from kt1custody.errors import MalformedInputError, RefusedError
from kt1custody.services import files
from kt1custody.services.desk import Desk
from kt1custody.services.places import read_places
from kt1custody.sheets import template
from kt1custody.store.log import LogBook

KIND = ".xlsx"


def write_template(desk: Desk, path: Path) -> int:
    """Write the template; returns how many agencies it offers.

    Raises:
        MalformedInputError: `wrong-ending`.
        RefusedError: `file-exists`, `no-catalogue`.
        UnavailableError: `file-unwritable`; nothing is left behind.
    """
    if path.suffix.lower() != KIND:
        raise MalformedInputError("wrong-ending", name=path.name, kinds=KIND)
    if path.exists():
        raise RefusedError("file-exists", name=str(path))
    with desk.database.read() as connection:
        book = LogBook(connection)
        day = datetime.fromtimestamp(desk.now(book.control), desk.zone).date().isoformat()
        known = read_places(book).agencies.values()
    in_force = sorted((one for one in known if one.valid_from <= day), key=lambda one: one.code)
    files.write(path, template.write(in_force))
    return len(in_force)
