"""One SQLite file: creating, opening, reading, writing.

**Rule:** opening never creates. `write()` takes the lock at once, commits at the end, and leaves
nothing on any error.
"""

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, MultipleResultsFound, NoResultFound

from kt1custody.core.custody.table import FORMAT
from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.store import migrations, opening, schema, statements
from kt1custody.system import folders

NAME = "kt1.db"


class Database:
    """A log's database file; every method may raise `UnavailableError`.

    A transaction begins with a look at the schema: `database-altered` if it is not ours.
    """

    def __init__(self, path: Path, *, any_schema: bool = False) -> None:
        """Hold a file that is there.

        Args:
            any_schema: It is about to be made, or made anew.
        """
        self.path = path
        self._any_schema = any_schema
        self._engine = sa.create_engine(
            "sqlite://",
            creator=lambda: opening.connect(path),
            poolclass=sa.pool.QueuePool,  # threads of one process must not share a transaction
            pool_use_lifo=True,  # the connection used last remembers most
            pool_reset_on_return=None,  # `_transaction` ends what it begins
        )
        self._engine.dialect.statement_compiler = statements.Compiler

    @property
    def can_write(self) -> bool:
        """Tell whether its medium and our rights allow that it is written."""
        return opening.can_write(self.path)

    def refuse_read_only(self) -> None:
        """Refuse what would be written where nothing can be.

        Raises:
            UnavailableError: `database-read-only`, or as `opening.refuse_unfit`.
        """
        if not self.can_write:
            opening.refuse_unfit(self.path)
            raise UnavailableError("database-read-only", name=self.path.name, why="EROFS")

    @contextlib.contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """See one state of the database for as long as the block lasts.

        Raises:
            UnavailableError: `database-changing`: somebody else has written a file that we may
                only read, and what was read may be of two states.
        """
        before = opening.state_of(self.path)
        with self._transaction("BEGIN") as connection:
            yield connection
        if before is not None and before != opening.state_of(self.path):
            raise UnavailableError("database-changing", name=self.path.name)

    @contextlib.contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Be the only writer; commit at the end of the block, undo all on an error.

        Raises:
            UnavailableError: `database-read-only`, before the block begins.
        """
        self.refuse_read_only()
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection
            # A crash before this line leaves the log as it was; after it, all is there.

    def gather(self) -> None:
        """Bring all that is committed into the file itself, which can then go without its `-wal`.

        Closing does so too, but tells nobody when it fails.
        """
        with _plain_errors(self.path), self._engine.connect() as connection:
            busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        if busy:
            raise UnavailableError("database-locked", name=self.path.name, why="SQLITE_BUSY")

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator[sa.Connection]:
        with _plain_errors(self.path), self._engine.connect() as connection:
            try:
                with connection.begin():
                    statements.driver(connection).execute(begin)
                    if not self._any_schema:
                        schema.refuse_other(connection, self.path.name)
                    yield connection
            except (DatabaseError, sqlite3.Error):
                # Files that SQLite has once failed to open for writing stay read-only to it.
                connection.invalidate()
                raise


def create(folder: Path, fill: Callable[[sa.Connection], None]) -> None:
    """Make the database of a new log, whole or not at all.

    Args:
        folder: The data folder; made if it is not there.
        fill: Writes the first entries.

    Raises:
        RefusedError: `exists-already`: there is a database; nothing was touched.
        UnavailableError: `folder-unwritable`, `leftovers` or as `Database`; nothing is left
            behind.
    """
    path = folder / NAME
    if path.exists():
        raise RefusedError("exists-already", path=str(path))
    opening.refuse_leftovers(path)
    beside = folder / f".{NAME}.{secrets.token_hex(4)}"
    database = Database(beside, any_schema=True)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside.touch(0o600, exist_ok=False)
        with database.write() as connection:
            schema.make(connection)
            fill(connection)
        database.gather()
        database.close()
        _put_in_place(beside, path)
    except OSError as error:
        raise UnavailableError("folder-unwritable", path=str(folder), why=error.strerror) from None
    finally:
        database.close()
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):  # it is hidden, and the log is in place or not
                beside.with_name(beside.name + suffix).unlink(missing_ok=True)


def open_folder(folder: Path, *, rebuild: bool = False) -> Database:
    """Open the database of a data folder.

    Args:
        rebuild: Its schema and derived tables are about to be made anew, so a foreign schema is no
            hindrance, nor is a foreign number over a schema that is ours, nor an older format that
            is one to the letter.

    Raises:
        UnavailableError: As `opening.refuse_unfit` and `opening.refuse_foreign_wal`;
            `not-a-database`, `database-empty`, `database-foreign`: another program's;
            `database-broken`, `database-newer` if a newer version of this program wrote it,
            `database-older` if a rebuild brings it up to the present format, `database-too-old` if
            nothing does, or `database-altered`. Nothing was written.
    """
    path = folder / NAME
    opening.refuse_unfit(path)
    with opening.plain_errors(path):
        opening.refuse_foreign_wal(path)
        _refuse_other(path, rebuild=rebuild)
    database = Database(path, any_schema=rebuild)
    try:
        with database.read():
            pass  # it begins with a look at the schema
    except UnavailableError:
        database.close()
        raise
    return database


def _refuse_other(path: Path, *, rebuild: bool) -> None:
    """Refuse a file that is no database of this program, or of another version of it."""
    tables_there = opening.tables_of(path)
    if not {name.lower() for name in tables_there} & {"head", "entries"}:
        code = "database-foreign" if path.stat().st_size else "database-empty"
        raise UnavailableError(code, path=str(path))
    for name in () if rebuild else ("entries", "head"):
        if name not in tables_there:
            raise UnavailableError("database-altered", name=path.name, what=f"table {name}")
    # A head that is missing or double is for `LogBook` to tell, and for a rebuild to mend.
    for one in opening.formats_of(path) if "head" in tables_there else ():
        if one != FORMAT:
            _refuse_format(path, one, rebuild=rebuild)


def _refuse_format(path: Path, found: int, *, rebuild: bool) -> None:
    """Refuse another format, unless a rebuild can make ours of it."""
    if found > FORMAT:
        code = "database-newer"
    else:
        code = "database-too-old" if found < migrations.OLDEST else "database-older"
    what = ""
    if rebuild:
        with (
            contextlib.closing(Database(path, any_schema=True)) as database,
            database.read() as connection,
        ):
            if not schema.differing(connection):  # the number is wrong, and is mended
                return
            if code == "database-older":
                what = migrations.differing(connection, found)
                if not what:
                    return
    if what:
        raise UnavailableError("database-altered", name=path.name, what=what)
    raise UnavailableError(code, found=found, known=FORMAT)


def _put_in_place(beside: Path, path: Path) -> None:
    """Give a whole file its name, for good; a crash before leaves a hidden file and no log."""
    try:
        os.link(beside, path)  # unlike a renaming, never replaces
        folders.sync(path.parent)
    except FileExistsError:
        raise RefusedError("exists-already", path=str(path)) from None
    except OSError:  # a log must not stay whose founding is told to have failed
        with contextlib.suppress(OSError):
            if path.samefile(beside):
                path.unlink()
        raise


@contextlib.contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    """Turn errors of the library and of SQLite about a database into ours."""
    with opening.plain_errors(path):
        try:
            yield
        except DatabaseError as error:
            raise opening.code_of(error.orig, path) from None
        except (NoResultFound, MultipleResultsFound) as error:
            raise opening.code_of(error, path) from None
