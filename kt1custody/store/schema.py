"""The database's schema: the tables of `tables`, their indexes, the guards, and nothing else.

**Rule:** a file whose schema is not this one to the letter is not gone on with: a view in a table's
place, a partial index or a foreign trigger would show or do something else than the log says. A
rebuild makes it anew, and sets off nothing foreign on the way.
"""

import functools
import re
from collections.abc import Collection, Iterable
from itertools import count
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import SQLModel

from kt1custody.errors import UnavailableError
from kt1custody.store import statements, tables

_KNOWN = " OR ".join(
    f"EXISTS (SELECT 1 FROM entries WHERE log = NEW.log AND {column} = NEW.{column})"  # noqa: S608  # our own names
    for column in ("seq", "prev", "body_hash")
)
_GUARDS = tuple(
    f"CREATE TRIGGER entries_no_{name} BEFORE {event} "
    "BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END"
    for name, event in (
        ("update", "UPDATE ON entries"),
        ("delete", "DELETE ON entries"),
        # `INSERT OR REPLACE` deletes what is in its way, and no trigger hears of that.
        ("replace", f"INSERT ON entries WHEN {_KNOWN}"),
    )
)
_READ = "SELECT type, name, tbl_name, sql FROM sqlite_master"
_SEEN = "kt1-schema"  # where a connection keeps the version that it has found to be ours
_ASIDE = "kt1_aside"  # begins a table's name while its rows are carried over
_MAY_LOSE = {*tables.OPERATIONAL, "records"}  # the audit names records that are missing
_MARGINS = re.compile(r"[ \t\n\r\f]+")  # nothing else separates words in SQLite
# SQLite's own note of counted keys, which nobody can drop and nothing of ours reads.
_COUNTERS = "sqlite_sequence"


class Thing(NamedTuple):
    """One thing in a schema, as far as it says what it is; of a foreign one of any type."""

    kind: Any
    name: Any
    table: Any
    text: Any


def make(connection: sa.Connection) -> None:
    """Make the schema in an empty file."""
    for statement in (*_statements().values(), *_GUARDS):
        connection.exec_driver_sql(statement)


def refuse_other(connection: sa.Connection, file: str) -> None:
    """Refuse a schema that is not ours; it is read again only after it has changed.

    Args:
        file: Its name, for the message.

    Raises:
        UnavailableError: `database-altered`, with one thing that is foreign, missing or different.
    """
    [version] = statements.driver(connection).execute("PRAGMA schema_version").fetchone()
    if connection.info.get(_SEEN) != version:
        what = differing(connection)
        if what:
            raise UnavailableError("database-altered", name=file, what=what)
        connection.info.clear()  # what it remembers of the log may be from before a rebuild
        connection.info[_SEEN] = version


def differing(connection: sa.Connection, wanted: frozenset[Thing] | None = None) -> str:
    """Name one thing that is foreign, missing or different; empty if the schema is as wanted.

    Args:
        wanted: Another schema than ours.
    """
    different = things(connection) ^ (_wanted() if wanted is None else wanted)
    return min((f"{one.kind} {one.name}" for one in different), default="")


def make_anew(connection: sa.Connection) -> None:
    """Make the schema ours whatever it was, all but the guards: derived tables empty, indexes new.

    The rows of all other tables stay, of operational ones and records those that fit; also those
    of a table that somebody has called otherwise, if it is the only one of its making. Rows that
    name no log, as in older formats, have none until `derived.mend_columns` gives it to them.

    Args:
        connection: Of `Database.write`: all of this is committed or nothing.
    """
    _drop(
        connection, "trigger", "view", "index"
    )  # before they act, and in case they have our names
    kept = [table for table in SQLModel.metadata.sorted_tables if table.name not in tables.DERIVED]
    there = things(connection)
    for table in kept:
        if _parts(there, table.name) != _parts(_wanted(), table.name):
            _carry_over(connection, table)
    _drop(connection, "table", but={table.name for table in kept})
    for name, statement in _statements().items():
        if name not in {one.name for one in things(connection)}:
            connection.exec_driver_sql(statement)
    connection.exec_driver_sql("REINDEX")


def guard(connection: sa.Connection) -> None:
    """Put the guards in place, once nothing must be mended any more."""
    for statement in _GUARDS:
        connection.exec_driver_sql(statement)


def faults(connection: sa.Connection) -> list[str]:
    """Have SQLite hold every page, and every index against its table; gives what is wrong."""
    told = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    return [str(one) for one in told if one != "ok"]


@functools.cache
def _statements() -> dict[str, str]:
    """Give the statements that make tables and their indexes, by name."""
    made: dict[str, Any] = {}
    for table in SQLModel.metadata.sorted_tables:
        made[table.name] = CreateTable(table)
        made |= {str(one.name): CreateIndex(one) for one in table.indexes}
    dialect = sqlite.dialect()
    return {name: str(one.compile(dialect=dialect)).strip() for name, one in made.items()}


@functools.cache
def _wanted() -> frozenset[Thing]:
    """Give the schema as SQLite itself spells it."""
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        make(connection)
        return things(connection)


def things(connection: sa.Connection) -> frozenset[Thing]:
    """Read the schema of a file."""
    return frozenset(
        Thing(kind, name, table, _MARGINS.sub(" ", text) if isinstance(text, str) else text)
        for kind, name, table, text in connection.exec_driver_sql(_READ)
        if name != _COUNTERS
    )


def _parts(things: Iterable[Thing], table: str) -> set[Thing]:
    """Give a table with the indexes that belong to it by its own text."""
    return {one for one in things if one.table == table and (one.kind == "table" or not one.text)}


def _drop(connection: sa.Connection, *kinds: str, but: Collection[str] = ()) -> None:
    """Drop all things of some kinds; of tables first those whose rows lie in others."""
    found = [one for one in things(connection) if one.kind in kinds and one.text]
    for one in sorted(found, key=lambda one: not one.text.upper().startswith("CREATE VIRTUAL")):
        if one.name not in but:
            connection.exec_driver_sql(f"DROP {one.kind} IF EXISTS {_quoted(one.name)}")


def _carry_over(connection: sa.Connection, table: sa.Table) -> None:
    """Make a table anew, if its rows are there, which lie in one that has another text or name.

    Of a table whose lost rows are no evidence, or are named by the audit, only rows that fit come
    along; if it lacks a column, none.
    """
    name, there = table.name, things(connection)
    found = _rows_of(connection, there, table)
    if found is None:
        return
    aside = _unused(there)
    connection.exec_driver_sql(f"ALTER TABLE {_quoted(found)} RENAME TO {aside}")
    connection.exec_driver_sql(_statements()[name])
    # With their table in front, names never pass for texts.
    columns = [_quoted(column.name) for column in table.columns]
    lacking = _lacking(connection, aside, table)
    cells = [f"{aside}.{column}" for column in columns]
    read = ", ".join(["''", *cells[1:]] if lacking == {"log"} else cells)
    into = f"{_quoted(name)} ({', '.join(columns)})"
    may_lose = name in _MAY_LOSE
    insert = "INSERT OR IGNORE" if may_lose else "INSERT"
    if not may_lose or lacking <= {"log"}:
        connection.exec_driver_sql(f"{insert} INTO {into} SELECT {read} FROM {aside}")  # noqa: S608  # our own names
    connection.exec_driver_sql(f"DROP TABLE {aside}")


def _rows_of(connection: sa.Connection, there: Iterable[Thing], table: sa.Table) -> str | None:
    """Name what holds the rows of a table: it, or the only foreign table with all its columns."""
    named = [str(one.name) for one in there if one.kind == "table"]
    ours = [name for name in named if name.lower() == table.name]
    foreign = [name for name in named if name.lower() not in SQLModel.metadata.tables]
    found = ours or [name for name in foreign if not _lacking(connection, name, table)]
    return found[0] if len(found) == 1 else None


def _unused(things: Iterable[Thing]) -> str:
    """Give a name that nothing has, however it is spelled."""
    taken = {str(one.name).lower() for one in things}
    return next(name for number in count() if (name := f"{_ASIDE}_{number}") not in taken)


def _lacking(connection: sa.Connection, name: str, table: sa.Table) -> set[str]:
    """Name the columns of a table that another one lacks."""
    rows = connection.exec_driver_sql(f"PRAGMA table_xinfo({_quoted(name)})")
    there = {str(row.name).lower() for row in rows}
    return {column.name for column in table.columns if column.name.lower() not in there}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
