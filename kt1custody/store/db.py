"""One SQLite file: creating, opening, reading, writing.

**Rule:** opening never creates. `write()` takes the lock at once, commits at the end, and leaves
nothing on any error.
"""

import contextlib
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DatabaseError
from sqlmodel import SQLModel

from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.store import tables

NAME = "kt1.db"
_LOCK_WAIT = 10  # seconds that a writer waits for another
_WRITE = "kt1_write"

# By the first words of SQLite's error names.
_CODES = {
    "SQLITE_BUSY": "database-locked",
    "SQLITE_LOCKED": "database-locked",
    "SQLITE_FULL": "disk-full",
    "SQLITE_READONLY": "database-read-only",
    "SQLITE_IOERR": "disk-full",
    "SQLITE_CANTOPEN": "database-missing",
    "SQLITE_CONSTRAINT": "database-guard",
}

_GUARDS = tuple(
    f"CREATE TRIGGER entries_no_{verb.lower()} BEFORE {verb} ON entries "
    f"BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END"
    for verb in ("UPDATE", "DELETE")
)


class Database:
    """A log's database file; every method may raise `UnavailableError`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = sa.create_engine(
            "sqlite://", creator=lambda: _connect(path), poolclass=sa.pool.StaticPool
        )
        event.listen(self._engine, "begin", _begin)

    @contextlib.contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """See one state of the database for as long as the block lasts."""
        with _plain_errors(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Be the only writer; commit at the end of the block, undo all on an error."""
        with (
            _plain_errors(),
            self._engine.connect().execution_options(**{_WRITE: True}) as connection,
            connection.begin(),
        ):
            yield connection
            # A crash before this line leaves the log as it was; after it, all is there.

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


def create(folder: Path, fill: Callable[[sa.Connection], None]) -> None:
    """Make the database of a new log, whole or not at all.

    Args:
        folder: The data folder; made if it is not there.
        fill: Writes the first entries.

    Raises:
        RefusedError: `exists-already`: there is a database; nothing was touched.
        UnavailableError: `folder-unwritable` or as `Database`; nothing is left behind.
    """
    path = folder / NAME
    if path.exists():
        raise RefusedError("exists-already", path=str(path))
    beside = folder / f".{NAME}.{secrets.token_hex(4)}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _plain_errors():
            sqlite3.connect(beside).close()
        database = Database(beside)
        try:
            with database.write() as connection:
                SQLModel.metadata.create_all(connection)
                for guard in _GUARDS:
                    connection.exec_driver_sql(guard)
                fill(connection)
            database.close()
            beside.rename(path)  # a crash before this line leaves a hidden file and no log
        finally:
            database.close()
            for suffix in ("", "-wal", "-shm"):
                beside.with_name(beside.name + suffix).unlink(missing_ok=True)
    except OSError as error:
        raise UnavailableError("folder-unwritable", path=str(folder), why=error.strerror) from None


def open_folder(folder: Path) -> Database:
    """Open the database of a data folder.

    Raises:
        UnavailableError: `database-missing`, `database-broken`, or `database-newer` if a newer
            version of this program wrote it.
    """
    path = folder / NAME
    if not path.is_file():
        raise UnavailableError("database-missing", path=str(path))
    database = Database(path)
    try:
        with database.read() as connection:
            found = connection.execute(sa.select(sa.text("format FROM head"))).scalars().all()
    except UnavailableError:
        database.close()
        raise
    if len(found) != 1:
        database.close()
        raise UnavailableError("database-broken", path=str(path))
    if found[0] != tables.FORMAT:
        database.close()
        raise UnavailableError("database-newer", found=found[0], known=tables.FORMAT)
    return database


def _connect(path: Path) -> sqlite3.Connection:
    # `mode=rw`: a wrong path must not begin a second log.
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=_LOCK_WAIT,
        isolation_level=None,  # transactions are begun by `_begin`
        check_same_thread=False,
    )
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "secure_delete=ON",
        "temp_store=MEMORY",
    ):
        with contextlib.suppress(sqlite3.OperationalError):  # a read-only file can still be read
            connection.execute(f"PRAGMA {pragma}")
    return connection


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(_WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextlib.contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn the library's errors into ours; the cause's text goes no further."""
    try:
        yield
    except DatabaseError as error:
        raise _unavailable(error.orig) from None
    except sqlite3.Error as error:
        raise _unavailable(error) from None


def _unavailable(cause: Any) -> UnavailableError:  # noqa: ANN401  # of the driver
    name = getattr(cause, "sqlite_errorname", "") or ""
    for start, code in _CODES.items():
        if name.startswith(start):
            return UnavailableError(code, why=name)
    return UnavailableError("database-broken", why=name or type(cause).__name__)
