"""Files that a person has named: written whole or not at all, read as far as asked."""

import contextlib
import secrets
from collections.abc import Iterable, Iterator
from io import BufferedReader
from pathlib import Path

from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.system import leftovers, plain_file


def write(path: Path, content: bytes, *, private: bool = False, makes_folder: bool = False) -> None:
    """Write a file beside its place, flush it to disk, and rename it.

    Args:
        private: Nobody but this account may read it.
        makes_folder: Its folder is part of what is written. Any other is never made: a stick that
            is not there, or a name with an error in it, is a place that nobody looks for again.

    Raises:
        UnavailableError: `file-unwritable`; what was there before is still there.
    """
    try:
        if makes_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        with leftovers.written(path, content, mode=0o600 if private else 0o666) as beside:
            beside.replace(path)
    except OSError as error:
        raise UnavailableError("file-unwritable", name=str(path), why=error.strerror) from None


def read(path: Path, most: int) -> bytes:
    """Read a regular file of at most so many bytes; what is longer is cut off there.

    Raises:
        UnavailableError: `file-unreadable`.
    """
    try:
        return plain_file.read(path, most)
    except OSError as error:
        raise UnavailableError("file-unreadable", name=str(path), why=error.strerror) from None


@contextlib.contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """Open a regular file for reading.

    Raises:
        UnavailableError: `file-unreadable`.
    """
    try:
        with plain_file.opened(path) as file:
            yield file
    except OSError as error:
        raise UnavailableError("file-unreadable", name=str(path), why=error.strerror) from None


def remove(paths: Iterable[Path]) -> None:
    """Delete files as far as they can be deleted."""
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def refuse_existing(path: Path) -> None:
    """Refuse to write over a file.

    Raises:
        RefusedError: `file-exists`.
        UnavailableError: `file-unwritable`: there is no such place.
    """
    try:
        if path.exists():
            raise RefusedError("file-exists", name=str(path))
    except OSError as error:  # such as a name that is too long
        raise UnavailableError("file-unwritable", name=str(path)[:80], why=error.strerror) from None


def probe(path: Path, *, makes_folder: bool = False) -> None:
    """Find out that a file can be written before anybody signs what it will hold.

    Args:
        makes_folder: As of `write`.

    Raises:
        UnavailableError: `file-unwritable`.
    """
    beside = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}")
    try:
        write(beside, b"", makes_folder=makes_folder)
    except UnavailableError as error:
        raise UnavailableError(error.code, **{**error.detail, "name": str(path)}) from None
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
