"""Files and folders that are written beside their place, and what a killed program left of them.

**Rule:** whoever writes holds a lock on what he writes, which the system lets go of when he is
killed. What nobody holds is swept away before the next is written; nothing else is touched.
"""

import contextlib
import glob
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

_TOKEN = 4  # bytes


def place(path: Path, *, every: bool = False) -> Path:
    """Name a place of this call's own beside another, when what was left there is swept away.

    Args:
        every: Sweep for every name in the folder, which is ours alone.
    """
    name = "*" if every else glob.escape(path.name)
    for left in path.parent.glob(f".{name}.{'[0-9a-f]' * (2 * _TOKEN)}"):
        with contextlib.suppress(OSError), held(left):
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()
    return fresh(path)


def fresh(path: Path) -> Path:
    """Name a place of this call's own beside another; nothing is swept away."""
    return path.with_name(f".{path.name}.{secrets.token_hex(_TOKEN)}")


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold what is being written, so that nobody sweeps it away.

    Raises:
        OSError: Somebody else holds it, or it is not there.
    """
    if sys.platform == "win32":  # what is open there cannot be deleted
        yield
        return
    import fcntl

    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def written(
    path: Path, content: bytes, *, mode: int = 0o600, every: bool = False
) -> Iterator[Path]:
    """Write content beside its place, flushed to disk, for the caller to give it its name.

    Args:
        mode: What the account's mask leaves of it.
        every: As of `place`.

    Raises:
        OSError: It cannot be written; nothing is left.
    """
    beside, handle = _begun(path, mode, every=every)
    try:
        with open(handle, "wb") as file:  # noqa: PTH123  # an open one
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            yield beside
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def _begun(path: Path, mode: int, *, every: bool) -> tuple[Path, int]:
    """Create a file and hold it; again where somebody swept it away in between."""
    while True:
        beside = place(path, every=every)
        handle = _created(beside, mode)
        if sys.platform == "win32":
            return beside, handle
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return beside, handle
        os.close(handle)


def _created(path: Path, mode: int) -> int:
    """Create a file; where that is reported as failed, nothing is left of it either."""
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:  # somebody else's
        raise
    except OSError:
        with contextlib.suppress(OSError):
            path.unlink()
        raise
