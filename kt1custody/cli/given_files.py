"""Files that a person has named, read within bounds for the services to judge.

**Rule:** only a regular file is read, and no more of it than a byte more than it may have.
"""

import errno
import os
from pathlib import Path

from kt1custody.errors import MalformedInputError, UnavailableError
from kt1custody.services.session.given_file import GivenFile
from kt1custody.system import files


def read(path: Path, most: int) -> GivenFile:
    """Read a file of at most so many bytes.

    Raises:
        UnavailableError: `file-unreadable`.
    """
    return GivenFile(name=path.name, content=files.read(path, most + 1))


def table(path: Path) -> GivenFile:
    """Read a file with a table.

    Raises:
        MalformedInputError: `table-unreadable` with `why`: `directory`.
        UnavailableError: `file-unreadable`.
    """
    from kt1custody.services.registration.catalogue import MAX_BYTES

    try:
        return read(path, MAX_BYTES)
    except UnavailableError as error:
        if error.detail["why"] != os.strerror(errno.EISDIR):
            raise
        raise MalformedInputError("table-unreadable", why="directory") from None
