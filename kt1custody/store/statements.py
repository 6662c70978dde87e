"""Statements as this program runs them: built once, about one log, on the driver's own connection.

**Rule:** whatever asks a table asks for one log, `LOG`, whose name a connection knows. To build a
statement costs many times what it costs to run it, so those of every act are built once; SQLite's
driver keeps them prepared by their text. Values read are held against their columns' types
(`kinds`), whichever way they come.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVarTuple

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler

from kt1custody.errors import UnavailableError
from kt1custody.store.tables import EntryRow

LOG: sa.BindParameter[Any] = sa.bindparam("log")
Values = Mapping[str, Any]
Columns = TypeVarTuple("Columns")


class Compiler(SQLiteCompiler):
    """Spells statements for SQLite, with the index that a `by` names."""

    def get_from_hint_text(self, table: sa.FromClause, text: str | None) -> str | None:  # noqa: ARG002
        """Give what stands behind a table's name."""
        return text


_DIALECT = sqlite.dialect(paramstyle="named")
_DIALECT.statement_compiler = Compiler
_NAME = "kt1-log"  # where a connection keeps the name of its log
_FIRST = sa.select(EntryRow.__table__.c.log).order_by("log").limit(1)  # type: ignore[attr-defined]  # SQLModel adds it


class Query:
    """A SELECT that is built once."""

    def __init__(self, select: sa.Select[Any] | sa.CompoundSelect[Any]) -> None:
        """Build it; its parameters are given by name, and those that stand in it are its own."""
        self._text, self._own = _build(select)
        self._asks_log = "log" in self._own
        columns = select.selected_columns
        self._checks = [_check_of(column) for column in columns]
        names = [str(column.name) for column in columns]
        self._make: Callable[[Any], Any] = namedtuple("Row", names, rename=True)._make  # type: ignore[attr-defined]  # columns of any table

    def rows(self, connection: sa.Connection, **values: Any) -> list[Any]:  # noqa: ANN401  # of any column
        """Give all rows, their columns by name.

        Raises:
            UnavailableError: `database-broken`: a value is not of its column's type.
        """
        checks, make = self._checks, self._make
        return [
            make([check(value) for check, value in zip(checks, row, strict=True)])
            for row in self._ask(connection, values).fetchall()
        ]

    def stream(self, connection: sa.Connection, **values: Any) -> Iterator[Any]:  # noqa: ANN401
        """Give all rows one after another; errors as of `rows`."""
        checks, make = self._checks, self._make
        for row in self._ask(connection, values):
            yield make([check(value) for check, value in zip(checks, row, strict=True)])

    def first(self, connection: sa.Connection, **values: Any) -> Any:  # noqa: ANN401
        """Give the first row, or None."""
        row = self._ask(connection, values).fetchone()
        if row is None:
            return None
        return self._make([check(value) for check, value in zip(self._checks, row, strict=True)])

    def column(self, connection: sa.Connection, **values: Any) -> list[Any]:  # noqa: ANN401
        """Give the first column of all rows."""
        check = self._checks[0]
        return [check(row[0]) for row in self._ask(connection, values).fetchall()]

    def value(self, connection: sa.Connection, **values: Any) -> Any:  # noqa: ANN401
        """Give the first column of the first row, or None."""
        row = self._ask(connection, values).fetchone()
        return None if row is None else self._checks[0](row[0])

    def _ask(self, connection: sa.Connection, values: Values) -> Any:  # noqa: ANN401  # a cursor
        given = {**self._own, **values}
        if self._asks_log:
            given["log"] = log_of(connection)
        return driver(connection).execute(self._text, given)


class Change:
    """An INSERT, UPDATE or DELETE that is built once."""

    def __init__(self, change: sa.Insert | sa.Update | sa.Delete) -> None:
        """Build it; of an INSERT the parameters are the columns."""
        self._text, self._own = _build(change)

    def run(self, connection: sa.Connection, rows: Sequence[Values]) -> int:
        """Do it for every row, which names its log; give how many rows of the table it changed."""
        if not rows:
            return 0
        if self._own:
            rows = [{**self._own, **row} for row in rows]
        changed: int = driver(connection).executemany(self._text, rows).rowcount
        return changed


def add(table: sa.Table) -> Change:
    """Build the statement that adds a row."""
    return Change(sa.insert(table))


def put(table: sa.Table) -> Change:
    """Build the statement that writes a row whether or not one with its key is there."""
    fresh = insert(table)
    return Change(
        fresh.on_conflict_do_update(
            index_elements=list(table.primary_key.columns),
            set_={
                one.name: fresh.excluded[one.name] for one in table.columns if not one.primary_key
            },
        )
    )


def by(select: sa.Select[*Columns], index: sa.Index) -> sa.Select[*Columns]:
    """Have rows found by an index.

    SQLite knows nothing of what lies in its tables: since all keys begin with the log, it takes any
    of them for as good, and would as soon read the whole log in its order.
    """
    assert index.table is not None  # noqa: S101  # one of our own tables
    return select.with_hint(index.table, f"INDEXED BY {index.name}", "sqlite")


def index_of(table: sa.Table, name: str) -> sa.Index:
    """Find an index of a table."""
    [found] = [one for one in table.indexes if one.name == name]
    return found


def run(
    connection: sa.Connection,
    statement: sa.Executable,
    **values: Any,  # noqa: ANN401
) -> sa.CursorResult[*tuple[Any, ...]]:
    """Run a statement about the log of a connection that is built as it is asked."""
    return connection.execute(statement, {"log": log_of(connection), **values})


def log_of(connection: sa.Connection) -> str:
    """Give the name of the log in a database, by its entries: a file holds one log.

    A connection asks once; whoever looks at the head compares it.

    Raises:
        UnavailableError: `database-broken`: there is no entry.
    """
    name: str | None = connection.info.get(_NAME)
    if name is None:
        name = connection.execute(_FIRST).scalar_one_or_none()
        if name is None:
            raise UnavailableError("database-broken", place="entries")
        connection.info[_NAME] = name
    return name


def forget_log(connection: sa.Connection) -> None:
    """Have the name of the log read again."""
    connection.info.pop(_NAME, None)


def driver(connection: sa.Connection) -> Any:  # noqa: ANN401  # of whichever driver
    """Give the driver's own connection, in the transaction of ours."""
    return connection.connection.driver_connection


def _build(statement: sa.ClauseElement) -> tuple[str, dict[str, Any]]:
    compiled = statement.compile(dialect=_DIALECT)
    own = dict(compiled.params)
    if isinstance(statement, sa.Insert):
        own = {}
    return str(compiled), own


def _check_of(column: sa.ColumnElement[Any]) -> Callable[[Any], Any]:
    """Give what every value of a column goes through."""
    check: Callable[[Any], Any] | None = column.type.dialect_impl(_DIALECT).result_processor(
        _DIALECT, None
    )
    return check or _as_it_is


def _as_it_is(value: Any) -> Any:  # noqa: ANN401
    return value
