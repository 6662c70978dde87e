"""How a database file is opened: what must not lie beside it, and what its medium allows.

**Rule:** we look before SQLite does. Without a word it would roll a stray journal back into the
file, take over a write-ahead log (`-wal`) that belongs to another database, and leave out one that
it cannot read. Of a medium that can only be read everything committed is read, or nothing.
"""

import contextlib
import errno
import os
import secrets
import sqlite3
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kt1custody.errors import UnavailableError

_LOCK_WAIT = 10  # seconds that a writer waits for another
_WARY = ("trusted_schema=OFF", "cell_size_check=ON")
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    *_WARY,
    "secure_delete=ON",
    "temp_store=MEMORY",
)

# By the beginning of SQLite's error names; the first that fits.
CODES = {
    "SQLITE_BUSY": "database-locked",
    "SQLITE_LOCKED": "database-locked",
    "SQLITE_FULL": "disk-full",
    "SQLITE_READONLY_DBMOVED": "database-moved",
    "SQLITE_READONLY": "database-read-only",
    "SQLITE_IOERR_SHM": "no-shared-memory",
    "SQLITE_IOERR": "disk-faulty",
    "SQLITE_CONSTRAINT": "database-guard",
    "SQLITE_NOTADB": "not-a-database",
}
_NEWEST = "SELECT log, seq, leaf FROM entries ORDER BY log DESC, seq DESC LIMIT 1"
_ENTRIES_TABLE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'entries'"
_CHAIN = "SELECT seq, prev, leaf FROM entries WHERE log = ? AND seq >= ? ORDER BY seq"


@dataclass(frozen=True, slots=True)
class OpenMode:
    """How SQLite is asked to open a file.

    Attributes:
        options: Of the file's URI.
        pragmas: Set before anything is read.
        is_frozen: Nothing is locked, since nothing can be written; whoever reads looks afterwards
            whether somebody else has written all the same.
    """

    options: str
    pragmas: tuple[str, ...] = ()
    is_frozen: bool = False


# `mode=rw`: a wrong path must not begin a second log.
_WRITE = OpenMode("mode=rw", _PRAGMAS)
_WITH_OTHERS = OpenMode("mode=ro", _WARY)
_FILE_ALONE = OpenMode("mode=ro&immutable=1", _WARY, is_frozen=True)
# Shared memory cannot be made where nothing can be written; one that locks for itself needs none.
_WITH_WAL = OpenMode("mode=ro&vfs=unix-none", (*_WARY, "locking_mode=EXCLUSIVE"), is_frozen=True)


def can_write(path: Path) -> bool:
    """Tell whether a database can be written: the file, and its folder for what lies beside it."""
    return _may(path, os.W_OK) and _may(path.parent, os.W_OK)


def way_of(path: Path) -> OpenMode:
    """Choose how a file is opened, by what its medium allows and what lies beside it."""
    if can_write(path):
        return _WRITE
    return _reading_way(path)


def connect(path: Path) -> sqlite3.Connection:
    """Open a file that is there, so that what is committed outlives a power cut.

    Every statement is a transaction of its own unless somebody begins one.

    Raises:
        UnavailableError: As `refuse_unfit`; `wal-unread`: this system cannot read a `-wal` where
            nothing can be written.
    """
    refuse_unfit(path)
    return _open(path, way_of(path))


def refuse_unfit(path: Path) -> None:
    """Refuse a file that SQLite must not see.

    Raises:
        UnavailableError: `database-missing`, `database-is-folder`, `database-unreadable`, or
            `journal-beside`; nothing was touched.
    """
    journal = beside(path, "-journal")
    try:
        mode = path.stat().st_mode  # `is_file` and its like say no where they may not look
    except (FileNotFoundError, NotADirectoryError):
        raise UnavailableError("database-missing", path=str(path)) from None
    except OSError as error:
        raise UnavailableError("database-unreadable", path=str(path), why=error.strerror) from None
    if stat.S_ISDIR(mode):
        raise UnavailableError("database-is-folder", path=str(path))
    if os.path.lexists(journal):
        raise UnavailableError("journal-beside", name=path.name, path=str(journal))
    for one in (path, beside(path, "-wal")):
        if one.exists() and not _may(one, os.R_OK):
            why = os.strerror(errno.EACCES)
            raise UnavailableError("database-unreadable", path=str(one), why=why)


def make(path: Path, schema: Iterable[str]) -> None:
    """Make a file that several programs may begin at once: it has its name once it is whole.

    Args:
        schema: Statements that make it; a file that is there by then stays as it is.

    Raises:
        UnavailableError: `leftovers`, `folder-unwritable`, and as `connect`; nothing is left behind.
    """
    refuse_leftovers(path)
    hidden = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        hidden.touch(0o600, exist_ok=False)
        with contextlib.closing(connect(hidden)) as connection:
            for words in schema:
                connection.execute(words)
        with contextlib.suppress(FileExistsError):  # unlike a renaming, a link never replaces
            os.link(hidden, path)
    except OSError as error:
        folder, why = str(path.parent), error.strerror
        raise UnavailableError("folder-unwritable", path=folder, why=why) from None
    finally:
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):  # it is hidden, and the file is in place or not
                beside(hidden, suffix).unlink(missing_ok=True)


def refuse_leftovers(path: Path) -> None:
    """Refuse to make a database where a journal or `-wal` of another one waits for it.

    Raises:
        UnavailableError: `leftovers`.
    """
    for ending in ("-journal", "-wal"):
        if os.path.lexists(beside(path, ending)):
            raise UnavailableError("leftovers", path=str(beside(path, ending)))


def refuse_foreign_wal(path: Path) -> None:
    """Refuse a log's database if what waits in its `-wal` does not go on from its entries.

    So it is after a restore of the database alone, and after a rewriting. Of a file that a crash
    has left in the middle of taking its `-wal` in nothing can be said alone; only both together.

    Raises:
        UnavailableError: `wal-foreign`; the file is as it was.
    """
    if not _has_content(beside(path, "-wal")):
        return
    try:
        with contextlib.closing(_open(path, _FILE_ALONE)) as connection:
            if not _has_entries(connection):  # what has their name may never end; see `schema`
                return
            newest = connection.execute(_NEWEST).fetchone()
    except sqlite3.Error:
        return
    try:
        follows = newest is None or (type(newest[1]) is int and _goes_on(path, *newest))
    except sqlite3.DatabaseError as error:
        if not error.sqlite_errorname.startswith(("SQLITE_CORRUPT", "SQLITE_ERROR")):
            raise
        follows = False
    if not follows:
        raise UnavailableError("wal-foreign", name=path.name, path=str(beside(path, "-wal")))


def _goes_on(path: Path, log: str, seq: int, leaf: bytes) -> bool:
    """Tell whether file and `-wal` together lead from an entry of the file to their newest one.

    What is no table leads anywhere.
    """
    with contextlib.closing(_open(path, _reading_way(path))) as connection:
        connection.execute("BEGIN")  # others may be writing
        if not _has_entries(connection):
            return True
        last_log, last_seq, last_leaf = connection.execute(_NEWEST).fetchone() or ("", -1, b"")
        for place, prev, next_leaf in connection.execute(_CHAIN, (log, seq)):
            if place == seq and next_leaf == leaf:
                continue
            if (place, prev) != (seq + 1, leaf):
                return False
            seq, leaf = place, next_leaf
    return (last_log, last_seq, last_leaf) == (log, seq, leaf)


def _has_entries(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute(_ENTRIES_TABLE).fetchall())


def tables_of(path: Path) -> frozenset[str]:
    """List the tables of a database, before anything of it is opened for writing."""
    with contextlib.closing(_open(path, _reading_way(path))) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return frozenset(str(name) for (name,) in rows)


def formats_of(path: Path) -> tuple[int, ...]:
    """Give the formats that the head of a database names, one a row, as far as they are numbers."""
    with contextlib.closing(_open(path, _reading_way(path))) as connection:
        try:
            rows = connection.execute("SELECT head.format FROM head").fetchall()
        except sqlite3.OperationalError:  # it has no such column, or is no table of ours at all
            return ()
    return tuple(one for (one,) in rows if type(one) is int)


def state_of(path: Path) -> tuple[object, ...] | None:
    """Describe a file that is read without locks, to see later whether somebody has written it."""
    way = way_of(path)
    if not way.is_frozen:
        return None
    facts = path.stat()
    return way, facts.st_mtime_ns, facts.st_size, facts.st_ino


def code_of(cause: Any, path: Path) -> UnavailableError:  # noqa: ANN401  # of the driver
    """Give our error for one of SQLite's."""
    name = getattr(cause, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_CANTOPEN"):
        return _why_not_opened(path)
    for start, code in CODES.items():
        if name.startswith(start):
            return UnavailableError(code, name=path.name, why=name)
    return UnavailableError("database-broken", name=path.name, place=name or type(cause).__name__)


@contextlib.contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about a file into ours; the cause's text goes no further."""
    try:
        yield
    except sqlite3.Error as error:
        raise code_of(error, path) from None


def beside(path: Path, ending: str) -> Path:
    """Name a file that SQLite keeps beside a database."""
    return path.with_name(path.name + ending)


def _open(path: Path, way: OpenMode) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?{way.options}",
            uri=True,
            timeout=_LOCK_WAIT,
            isolation_level=None,  # `Database` begins each transaction itself
            check_same_thread=False,
        )
    except sqlite3.OperationalError:
        if way is _WITH_WAL:
            raise UnavailableError("wal-unread", name=path.name) from None
        raise
    for pragma in way.pragmas:
        with contextlib.suppress(sqlite3.OperationalError):  # a read-only file can still be read
            connection.execute(f"PRAGMA {pragma}")
    return connection


def _reading_way(path: Path) -> OpenMode:
    """Choose how a file is read without anything being made or changed beside it."""
    if not _has_content(beside(path, "-wal")):
        return _FILE_ALONE
    # As long as somebody has a database open, its shared memory is there.
    return _WITH_OTHERS if beside(path, "-shm").exists() else _WITH_WAL


def _may(path: Path, what: int) -> bool:
    """Ask whether this account may read or write a file.

    Never by opening it: closing it would drop the locks that SQLite has on it in this process.
    """
    return os.access(path, what, effective_ids=os.access in os.supports_effective_ids)


def _has_content(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def _why_not_opened(path: Path) -> UnavailableError:
    """Find out why SQLite could not open a file; it does not say."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            return UnavailableError("too-many-files", name=path.name)
    try:
        refuse_unfit(path)
    except UnavailableError as error:
        return error
    return UnavailableError("no-shared-memory", name=path.name)
