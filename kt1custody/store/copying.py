"""A consistent copy of a database that others write meanwhile."""

import contextlib
import os
import sqlite3
from pathlib import Path

from kt1custody.store import opening


def copy(source: Path, target: Path) -> None:
    """Copy a database as it stands at one moment, flushed to disk.

    Args:
        target: Not there yet; readable to this account alone.

    Raises:
        UnavailableError: As `opening.connect`, or `disk-full` and others of the target.
    """
    with opening.plain_errors(source), contextlib.closing(opening.connect(source)) as running:
        target.touch(0o600, exist_ok=False)
        with opening.plain_errors(target), contextlib.closing(sqlite3.connect(target)) as copied:
            running.backup(copied)
        handle = os.open(target, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
