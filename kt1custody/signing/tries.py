"""Wrong PINs of a person, counted in the keys folder so that neither haste nor a crash gives one more.

**Rule:** one PIN of a person is tried at a time, whatever programs run: the file is locked, and the
system lets go of it when a program is killed. The try is on the disk before it is evaluated. A count
that is gone or spoilt is never a fresh one. Format: `.docs/formats.md` §3 (`tries`).
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kt1custody.errors import NotAllowedError
from kt1custody.signing import key_files

FREE = 4  # wrong PINs in a row before there is a wait
LOST = 5  # reported for a count that is gone: as many as raise the alarm
_LONGEST_WAIT = 3_600  # seconds
_LENGTH = 64  # bytes
_MOST = 4_096  # bytes


@dataclass(slots=True)
class Tries:
    """Wrong PINs: in a row, and since the person's last act in the log.

    Attributes:
        last: When the last was typed, by the machine's clock, Unix seconds UTC.
        is_lost: The count was gone or could not be read.
    """

    row: int = 0
    last: int = 0
    unreported: int = 0
    is_lost: bool = False

    @property
    def wait(self) -> int:
        """Seconds that must pass after the last one: from the fifth on, from a minute to an hour."""
        beyond = self.row - FREE
        return 0 if beyond <= 0 else int(min(_LONGEST_WAIT, 60 * 2 ** min(beyond - 1, 10)))


class Count:
    """The count of one person, while nobody else may try."""

    def __init__(self, handle: int) -> None:
        """Read it from an open file."""
        self._handle = handle
        os.lseek(handle, 0, os.SEEK_SET)
        self.tries = _read(os.read(handle, _MOST))

    def put(self, tries: Tries) -> None:
        """Write it over the one before, flushed to disk.

        Raises:
            UnavailableError: `keys-folder`.
        """
        with key_files.folder_errors():
            _write(self._handle, tries)
        self.tries = tries


def path(folder: Path, staff: str) -> Path:
    """Name the file of a person's count."""
    return key_files.path(folder, staff).with_suffix(".tries")


def count_try(count: Count, staff: str, now: int) -> Tries:
    """Count a try before it is made: a process killed in the middle has used it.

    Args:
        now: The machine's clock, Unix seconds UTC.

    Returns:
        The count before it.

    Raises:
        NotAllowedError: `pin-wait`; it was not counted, and must not be made.
        UnavailableError: `keys-folder`.
    """
    before = count.tries
    if before.is_lost or before.last > now:  # or the clock was ahead: the wait begins anew
        count.put(Tries(before.row, now, before.unreported))
    left = before.wait - max(0, now - count.tries.last)
    if left > 0:
        raise NotAllowedError("pin-wait", staff=staff, seconds=left)
    count.put(Tries(before.row + 1, now, before.unreported + 1))
    return before


def wrong_pin(staff: str, counted: Tries, *, is_kept: bool = False) -> NotAllowedError:
    """Say that a PIN was wrong, and how long nobody may try again.

    Args:
        is_kept: It was to open the file of a key that was renewed since.
    """
    if counted.wait:
        return NotAllowedError("wrong-pin-wait", staff=staff, seconds=counted.wait)
    return NotAllowedError("wrong-pin-before" if is_kept else "wrong-pin", staff=staff)


def clear_reported(path: Path, reported: int) -> None:
    """Take off what an act in the log has just reported."""
    with alone(path) as count:
        before = count.tries
        count.put(Tries(before.row, before.last, max(0, before.unreported - reported)))


def begin(path: Path) -> None:
    """Begin a count with a new key; one that is there goes on."""
    with key_files.folder_errors(), contextlib.suppress(FileExistsError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _write(handle, Tries())
        finally:
            os.close(handle)


def read(path: Path) -> Tries:
    """Read a count as it stands."""
    try:
        with path.open("rb") as file:
            return _read(file.read(_MOST))
    except OSError:
        return _read(b"")


def touched(path: Path) -> int | None:
    """Tell when a PIN of a person was typed last, Unix seconds UTC; None: never on this machine.

    Raises:
        UnavailableError: `keys-folder`.
    """
    with key_files.folder_errors():
        return int(path.stat().st_mtime) if path.exists() else None


@contextlib.contextmanager
def alone(path: Path) -> Iterator[Count]:
    """Wait until nobody else tries a PIN of this person, and keep others waiting meanwhile.

    Raises:
        UnavailableError: `keys-folder`.
    """
    with key_files.folder_errors():
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with key_files.folder_errors():
            _lock(handle)
            count = Count(handle)
        yield count
    finally:
        os.close(handle)  # which unlocks it


def _write(handle: int, tries: Tries) -> None:
    """Write a count at the beginning of a file, flushed to disk; a disk may take it in parts."""
    os.lseek(handle, 0, os.SEEK_SET)
    content = _spell(tries)
    while content:
        content = content[os.write(handle, content) :]
    os.fsync(handle)


def _spell(tries: Tries) -> bytes:
    """Spell a count, always as long, so that none is cut off by a crash."""
    return f"{tries.row} {tries.last} {tries.unreported}".encode().ljust(_LENGTH - 1) + b"\n"


def _read(raw: bytes) -> Tries:
    parts = raw.split()
    if len(raw) == _LENGTH and len(parts) == 3 and all(map(bytes.isdigit, parts)):
        row, last, unreported = map(int, parts)
        return Tries(row, last, unreported)
    return Tries(FREE + 1, 0, LOST, is_lost=True)


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(handle, _MOST, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)
