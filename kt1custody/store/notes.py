"""The newest signed checkpoint of each log, in a small file of its own.

**Rule:** a note takes the place of the one that its writer had seen, or of none: whoever comes
second is told. It is on the disk before anybody hears of it. The log keeps its last checkpoint so,
apart from its data and never in a backup; a witness keeps what it has cosigned. As with the log's
database, a file with another schema, or with values of other types, is not gone on with: a trigger
could put an older note in the place of the newest.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kt1custody.errors import UnavailableError
from kt1custody.store import opening

TABLE = (
    "CREATE TABLE IF NOT EXISTS notes (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, "
    "note BLOB NOT NULL, peaks BLOB NOT NULL) WITHOUT ROWID"
)
_READ = "SELECT type, name, tbl_name, sql FROM sqlite_master"
_WANTED = ("table", "notes", "notes", TABLE.replace(" IF NOT EXISTS", ""))
_SELECT = "SELECT origin, size, note, peaks FROM notes"
_ADD = "INSERT OR IGNORE INTO notes (origin, size, note, peaks) VALUES (?, ?, ?, ?)"
_KINDS = (str, int, bytes, bytes)
_REMOVE = "DELETE FROM notes WHERE origin = ? AND note = ?"


@dataclass(frozen=True, slots=True)
class KeptNote:
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
    """The file; every method may raise `UnavailableError`. Threads may share it.

    `notes-altered`: somebody has changed how it is made; it is neither read nor written.
    """

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            UnavailableError: `notes-missing`: there is none; it is never made by accident.
        """
        if not path.is_file():
            raise UnavailableError("notes-missing", path=str(path))
        self._path = path
        self._lock = threading.Lock()
        self._seen = -1  # the version of the schema that was found to be ours
        with opening.plain_errors(path):
            self._connection: sqlite3.Connection | None = opening.connect(path)

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
        notes._ask(TABLE)
        return notes

    def find(self, origin: str) -> KeptNote | None:
        """Find the newest note of a log."""
        rows = self._ask(f"{_SELECT} WHERE origin = ?", origin)
        return self._kept(rows[0]) if rows else None

    def every(self) -> list[KeptNote]:
        """Give the newest note of every log, by origin."""
        return [self._kept(row) for row in self._ask(f"{_SELECT} ORDER BY origin")]

    def put(self, new: KeptNote, seen: KeptNote | None, *, at_once: bool = True) -> bool:
        """Put a note in the place of the one that was seen, or of none.

        Args:
            at_once: It outlives a power cut once this returns. Else it outlives the end of the
                program, and a power cut may bring back one that was put before: enough as long as
                nobody has heard of the new one.

        Returns:
            False if another has come in between; nothing was changed then.
        """
        row = (new.origin, new.size, new.note, new.peaks)
        with self._turn() as connection:
            connection.execute(f"PRAGMA synchronous = {'FULL' if at_once else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
            if seen is None:
                return connection.execute(_ADD, row).rowcount == 1
            # Taken out and put in: an `UPDATE` that changes no byte would flush none either.
            gone = connection.execute(_REMOVE, (new.origin, seen.note)).rowcount
            return gone == 1 and connection.execute(_ADD, row).rowcount == 1

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()

    def _kept(self, row: tuple[Any, ...]) -> KeptNote:
        for name, value, kind in zip(("origin", "size", "note", "peaks"), row, _KINDS, strict=True):
            if type(value) is not kind:
                raise UnavailableError("notes-altered", path=str(self._path), what=f"notes.{name}")
        return KeptNote(*row)

    def _refuse_other(self, connection: sqlite3.Connection) -> None:
        """Refuse a schema that is not ours; one that was only begun is empty."""
        [[version]] = connection.execute("PRAGMA schema_version")
        if version != self._seen:
            for one in connection.execute(_READ):
                if one != _WANTED:
                    what = f"{one[0]} {one[1]}"
                    raise UnavailableError("notes-altered", path=str(self._path), what=what)
            self._seen = version

    def _ask(self, words: str, *facts: str) -> list[tuple[Any, ...]]:
        """Have one statement done, a transaction of its own."""
        with self._turn() as connection:
            return connection.execute(words, facts).fetchall()

    @contextlib.contextmanager
    def _turn(self) -> Iterator[sqlite3.Connection]:
        """Be the only one of this process; commit at the end, undo all on an error."""
        with self._lock, opening.plain_errors(self._path):
            if self._connection is None:
                self._connection = opening.connect(self._path)
            try:
                self._refuse_other(self._connection)
                with self._connection:
                    yield self._connection
            except sqlite3.Error:
                # Files that SQLite has once failed to open for writing stay read-only to it.
                self._connection.close()
                self._connection = None
                raise
