"""The newest signed checkpoint of each log, in a small file of its own.

**Rule:** a note takes the place of the one that its writer had seen, or of none: whoever comes
second is told. It is on the disk before anybody hears of it. The log keeps its last checkpoint so,
apart from its data and never in a backup; a witness keeps what it has cosigned.
"""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kt1custody.errors import UnavailableError
from kt1custody.store import db

_TABLE = (
    "CREATE TABLE IF NOT EXISTS notes (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, "
    "note BLOB NOT NULL, peaks BLOB NOT NULL) WITHOUT ROWID"
)
_SELECT = "SELECT origin, size, note, peaks FROM notes"


@dataclass(frozen=True, slots=True)
class Kept:
    """A note as kept.

    Attributes:
        size: Size of its checkpoint.
        note: The signed checkpoint with all its signature lines.
        peaks: Roots of the perfect subtrees of the tree, where its keeper knows them; else empty.
    """

    origin: str
    size: int
    note: bytes
    peaks: bytes = b""


class Notes:
    """The file; every method may raise `UnavailableError`. Threads may share it."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            UnavailableError: `notes-missing`: there is none; it is never made by accident.
        """
        if not path.is_file():
            raise UnavailableError("notes-missing", path=str(path))
        with db.plain_errors():
            self._connection = db.connect(path)
        self._lock = threading.Lock()

    @classmethod
    def create(cls, path: Path) -> "Notes":
        """Make an empty file, or open the one that is there.

        Raises:
            UnavailableError: `folder-unwritable`.
        """
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(0o600)
        except OSError as error:
            raise UnavailableError(
                "folder-unwritable", path=str(path.parent), why=error.strerror
            ) from None
        notes = cls(path)
        notes._ask(_TABLE)
        return notes

    def find(self, origin: str) -> Kept | None:
        """Find the newest note of a log."""
        rows, _ = self._ask(f"{_SELECT} WHERE origin = ?", origin)
        return Kept(*rows[0]) if rows else None

    def every(self) -> list[Kept]:
        """Give the newest note of every log, by origin."""
        rows, _ = self._ask(f"{_SELECT} ORDER BY origin")
        return [Kept(*row) for row in rows]

    def put(self, new: Kept, seen: Kept | None, *, at_once: bool = True) -> bool:
        """Put a note in the place of the one that was seen, or of none.

        Args:
            at_once: It outlives a power cut once this returns. Else it outlives the end of the
                program, and a power cut may bring back one that was put before: enough as long as
                nobody has heard of the new one.

        Returns:
            False if another has come in between; nothing was changed then.
        """
        row = (new.size, new.note, new.peaks, new.origin)
        if seen is None:
            add = "INSERT OR IGNORE INTO notes (size, note, peaks, origin) VALUES (?, ?, ?, ?)"
            _, changed = self._ask(add, *row, at_once=at_once)
        else:
            swap = "UPDATE notes SET size = ?, note = ?, peaks = ? WHERE origin = ? AND note = ?"
            _, changed = self._ask(swap, *row, seen.note, at_once=at_once)
        return changed == 1

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _ask(
        self, words: str, *facts: int | str | bytes, at_once: bool = True
    ) -> tuple[list[tuple[Any, ...]], int]:
        """Have one statement done, a transaction of its own; rows, and how many were changed."""
        with self._lock, db.plain_errors():
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if at_once else 'NORMAL'}")
            asked = self._connection.execute(words, facts)
            return asked.fetchall(), asked.rowcount
