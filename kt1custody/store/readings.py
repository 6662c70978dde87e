"""The file of readings: appended to, never changed, on the disk before anybody is told anything.

**Rule:** it lies beside the log's database; how far it goes is also kept in the keys folder, which is
in no backup, so that nobody takes the end of it away unnoticed. A file with another schema is neither
read nor written.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from kt1custody.core.log import reading
from kt1custody.core.log.reading import LOST, ChainHead, Reading
from kt1custody.errors import UnavailableError
from kt1custody.store import notes, opening
from kt1custody.store.notes import KeptNote, Notes

NAME = "readings.db"  # beside the database; `HEAD` lies in the keys folder
HEAD = "readings-head.db"
_SCHEMA = {
    "readings": "CREATE TABLE readings (seq INTEGER PRIMARY KEY, raw BLOB NOT NULL)",
    "readings_no_update": "CREATE TRIGGER readings_no_update BEFORE UPDATE ON readings "
    "BEGIN SELECT RAISE(ABORT, 'readings are kept'); END",
    "readings_no_delete": "CREATE TRIGGER readings_no_delete BEFORE DELETE ON readings "
    "BEGIN SELECT RAISE(ABORT, 'readings are kept'); END",
}
_MADE = "SELECT name, sql FROM sqlite_master"
_BATCH = 256


class Readings:
    """The file; threads share it. Every method may raise `UnavailableError`."""

    def __init__(self, path: Path, head: Path) -> None:
        """Name the files; nothing is opened or made before it is needed."""
        self.path = path
        self._head_path = head
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._heads: Notes | None = None

    @property
    def is_there(self) -> bool:
        """Tell whether anything was ever read, as far as the files show."""
        return self.path.is_file() or self._head_path.is_file()

    def append(self, new: Reading) -> Reading:
        """Append a reading behind the newest; gives it as it stands there.

        If what the keys folder knows of is not there any more, that is said first.

        Args:
            new: Its `seq` and `prev` are filled in.
        """
        with self._turn() as connection:
            connection.execute("BEGIN IMMEDIATE")
            head, known = _newest(connection, new.log), self.head(new.log)
            if known is not None and not _holds(connection, known, head):
                gone = replace(new, staff="", why=LOST, seen=(), lost=known)
                head = _insert(connection, gone, head).head
            made = _insert(connection, new, head)
            connection.execute("COMMIT")
        self._keep(new.log, made.head)
        return made

    def every(self) -> Iterator[bytes]:
        """Give the bytes of every reading, in order."""
        if not self.path.is_file():
            return
        seq = -1
        while rows := self._some(seq):
            yield from (raw for _, raw in rows)
            seq = rows[-1][0]

    def head(self, log: str) -> ChainHead | None:
        """Give the head that the keys folder knows of, or None."""
        if not self._head_path.is_file():
            return None
        kept = self._notes().find(log)
        return None if kept is None else ChainHead(size=kept.size, hash=kept.note)

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            if self._heads is not None:
                self._heads.close()
                self._heads = None

    def _notes(self) -> Notes:
        if self._heads is None:
            if not self._head_path.exists():
                with opening.plain_errors(self._head_path):
                    opening.make(self._head_path, (notes.TABLE,))
            self._heads = Notes(self._head_path)
        return self._heads

    def _keep(self, log: str, head: ChainHead) -> None:
        """Note the head in the keys folder, unless somebody has noted a newer one."""
        kept = self._notes()
        while True:
            seen = kept.find(log)
            if seen is not None and seen.size > head.size and self._has(seen):
                return
            if kept.put(KeptNote(log, head.size, head.hash), seen):
                return

    def _has(self, kept: KeptNote) -> bool:
        with self._turn() as connection:
            head = ChainHead(size=kept.size, hash=kept.note)
            return _holds(connection, head, reading.begin(kept.origin))

    def _some(self, seq: int) -> list[tuple[int, bytes]]:
        words = "SELECT seq, raw FROM readings WHERE seq > ? ORDER BY seq LIMIT ?"
        with self._turn() as connection:
            return [_row(*found) for found in connection.execute(words, (seq, _BATCH))]

    @contextlib.contextmanager
    def _turn(self) -> Iterator[sqlite3.Connection]:
        """Be the only one of this process; on an error all is undone."""
        with self._lock, opening.plain_errors(self.path):
            connection = self._opened()
            try:
                yield connection
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                connection.close()
                self._connection = None
                raise

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            if not self.path.exists():
                opening.make(self.path, _SCHEMA.values())
            self._connection = opening.connect(self.path)
        if dict(self._connection.execute(_MADE).fetchall()) != _SCHEMA:
            raise UnavailableError("readings-altered", name=self.path.name)
        return self._connection


def _insert(connection: sqlite3.Connection, new: Reading, head: ChainHead) -> Reading:
    made = replace(new, seq=head.size, prev=head.hash)
    raw = made.spell()
    connection.execute("INSERT INTO readings (seq, raw) VALUES (?, ?)", (made.seq, raw))
    return replace(made, raw=raw)


def _newest(connection: sqlite3.Connection, log: str) -> ChainHead:
    rows = connection.execute("SELECT seq, raw FROM readings ORDER BY seq DESC LIMIT 1").fetchall()
    return reading.read(_row(*rows[0])[1]).head if rows else reading.begin(log)


def _holds(connection: sqlite3.Connection, known: ChainHead, start: ChainHead) -> bool:
    """Tell whether a head is that of a reading which is still there, or of none."""
    if known.size == 0:
        return known == start
    words = "SELECT seq, raw FROM readings WHERE seq = ?"
    rows = connection.execute(words, (known.size - 1,)).fetchall()
    return bool(rows) and reading.read(_row(*rows[0])[1]).head == known


def _row(seq: Any, raw: Any) -> tuple[int, bytes]:  # noqa: ANN401  # whatever the file holds
    if type(seq) is not int or type(raw) is not bytes:
        raise UnavailableError("readings-altered", name=NAME)
    return seq, raw
