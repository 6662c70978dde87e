"""Puts the program together: the machine's clock, the settings, and a session to give commands in."""

import secrets
import time
from pathlib import Path

from kt1custody.errors import UnavailableError
from kt1custody.services.session.session import Session
from kt1custody.settings import Settings

START = Path("/proc/sys/kernel/random/boot_id")  # on Linux; other bytes after every start
_PROGRAM = secrets.token_hex(8)


def clock() -> int:
    """Read the machine's clock, Unix seconds UTC; the one place that does."""
    return int(time.time())  # noqa: TID251  # this is that place


def counted() -> tuple[str, int]:
    """Name this start of the machine and count the seconds since then, which nobody can set.

    Where the system does not tell one start from another, this program's own is taken: then only a
    program that goes on for long finds a clock that was set.
    """
    try:
        return START.read_text().strip(), int(time.clock_gettime(time.CLOCK_BOOTTIME))
    except (OSError, AttributeError):
        return _PROGRAM, int(time.monotonic())


def make_session(
    settings: Settings,
    *,
    data: Path | None = None,
    keys: Path | None = None,
    as_of: int | None = None,
) -> Session:
    """Make a session at this machine.

    Args:
        data: Data folder to take instead of the one in the settings; so is `keys`.
        as_of: The time to take instead of the clock's, Unix seconds UTC; only for training logs.

    Raises:
        UnavailableError: `no-home`: nothing says where the folders are.
    """
    data, keys = data or settings.data, keys or settings.keys
    if data is None or keys is None:
        raise UnavailableError("no-home")
    return Session(
        data=data,
        keys=keys,
        device=settings.device,
        clock=clock,
        counted=counted,
        as_of=as_of,
        zone=settings.zone,
        language=settings.language,
    )
