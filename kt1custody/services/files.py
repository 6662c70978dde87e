"""Writing a file that a person asked for: whole or not at all."""

import contextlib
import os
import secrets
from pathlib import Path

from kt1custody.errors import UnavailableError


def write(path: Path, content: bytes) -> None:
    """Write a file beside its place, flush it to disk, and rename it.

    Raises:
        UnavailableError: `file-unwritable`; what was there before is still there.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise UnavailableError("file-unwritable", name=str(path), why=error.strerror) from None
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
