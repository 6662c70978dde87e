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
