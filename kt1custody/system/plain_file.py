"""Reads the beginning of a file that somebody else may have put there.

**Rule:** only a regular file is read, and no more of it than asked for. A pipe or a device is not
waited for: it might never end.
"""

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path


def read(path: Path, most: int) -> bytes:
    """Read at most so many bytes of a regular file; raises as `opened`."""
    with opened(path) as file:
        return file.read(most)


def sha256(path: Path) -> bytes:
    """Give the SHA-256 of a regular file of any length; raises as `opened`."""
    with opened(path) as file:
        return hashlib.file_digest(file, "sha256").digest()


@contextlib.contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """Open a regular file for reading; links are followed.

    Args:
        path: Untrusted.

    Raises:
        OSError: With `strerror` `not-a-file` for a pipe or a device.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
    except ValueError:  # a name that no file can have
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL)) from None
    try:
        mode = os.fstat(handle).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "not-a-file")
        with open(handle, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(handle)
