"""Writing a folder whole or not at all."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from kt1custody.errors import UnavailableError
from kt1custody.system import leftovers


@contextlib.contextmanager
def beside(folder: Path, *, private: bool = False) -> Iterator[Path]:
    """Make a folder beside the place of another, for the caller to fill it and give it its name.

    Args:
        private: Nobody but this account may enter it.

    Raises:
        UnavailableError: `file-unwritable`, of whatever the block does too; nothing is left behind.
    """
    there = None
    try:
        there = leftovers.place(folder)
        there.mkdir(mode=0o700 if private else 0o777, parents=True)
        with leftovers.held(there):
            yield there
    except OSError as error:
        name = str(folder)
        raise UnavailableError("file-unwritable", name=name, why=error.strerror) from None
    finally:
        if there is not None:
            shutil.rmtree(there, ignore_errors=True)


@contextlib.contextmanager
def whole(folder: Path, *, private: bool = False) -> Iterator[Path]:
    """Fill a folder beside its place and rename it, so that it is whole or not there.

    Args:
        private: Nobody but this account may read what is in it.

    Raises:
        UnavailableError: `file-unwritable`; nothing is left behind.
    """
    with beside(folder, private=private) as there:
        yield there
        for path in there.rglob("*") if private else ():
            path.chmod(0o700 if path.is_dir() else 0o600)
        there.replace(folder)


def sync(folder: Path) -> None:
    """Have the names in a folder outlive a power cut.

    Raises:
        OSError: Of the disk.
    """
    with contextlib.suppress(PermissionError):  # some systems see to it by themselves
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
