"""Statements that are built once: about one log, typed, and never by reading a whole table."""

import sqlite3
from types import ModuleType

import pytest
import sqlalchemy as sa

from kt1custody.errors import UnavailableError
from kt1custody.store import (
    checkpoints,
    clocks,
    db,
    log,
    newest,
    prints,
    records,
    rows,
    slip_tags,
    statements,
    tree,
)
from kt1custody.store.log import ENTRIES, ITEMS, LogBook
from kt1custody.store.statements import LOG, Query
from kt1custody.store.tables import EntryRow
from tests.kit import cast

TABLES = EntryRow.metadata.tables
MODULES: tuple[ModuleType, ...] = (
    checkpoints, clocks, log, newest, prints, records, rows, slip_tags, tree,
)  # fmt: skip
QUERIES = {
    f"{module.__name__.rpartition('.')[2]}.{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, Query)
}
# The one row of the log, and what is asked by its name alone.
WHOLE = {"log._HEAD"}


@pytest.mark.parametrize("name", sorted(QUERIES.keys() - WHOLE))
def test_no_query_of_an_act_reads_more_of_a_table_than_it_wants(lived: cast.World, name: str):
    query = QUERIES[name]
    lived.session.close()
    with sqlite3.connect(lived.session.data / db.NAME) as raw:
        plan = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {query._text}", query._own)]
    raw.close()
    steps = [step for step in plan if step.startswith(("SCAN", "SEARCH"))]
    assert steps
    for step in steps:
        assert step.startswith("SEARCH"), plan
        assert step.startswith("SEARCH head") or " AND " in step, plan  # not by the log alone


def test_every_key_and_every_index_begins_with_the_log():
    for table in TABLES.values():
        keys = [table.primary_key.columns, *(index.columns for index in table.indexes)]
        keys += [one.columns for one in table.constraints if isinstance(one, sa.UniqueConstraint)]
        assert {next(iter(key)).name for key in keys} == {"log"}, table.name


@pytest.mark.parametrize("dialect", ["postgresql", "sqlite"])
def test_every_number_has_room_for_twelve_digits(dialect: str):
    known = sa.create_mock_engine(f"{dialect}://", lambda *_: None).dialect  # no driver is asked
    for table in TABLES.values():
        for column in table.columns:
            if column.type.python_type is int:
                assert column.type.compile(known) == "BIGINT", (table.name, column.name)


def test_a_connection_asks_for_its_own_log_alone(lived: cast.World, day: cast.Day):
    with lived.session.database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO items SELECT 'kt1.a.vn/01', n, 3, urgency, kind, appt, dest, commitment,"
            " status, holder, seal, voided, head, head_seq, since, contested, waiting FROM items"
        )
        connection.exec_driver_sql(
            "INSERT INTO lines SELECT 'kt1.a.vn/01', seq, line, n, kind FROM lines"
        )
        book = LogBook(connection)
        states = [book.item(day.numbers[0]), *book.items(), *book.items(holder=cast.COURIER)]
        assert {state.mark for state in states if state} <= {0, 1, 2}
        assert len(book.items()) == len(day.numbers)
        assert len({*book.lines(day.numbers[0])}) == len(book.lines(day.numbers[0]))
        assert statements.log_of(connection) == book.control.log


def test_a_database_without_an_entry_has_no_log(founded: cast.World):
    with founded.session.database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER entries_no_delete")
        connection.exec_driver_sql("DELETE FROM entries")
        statements.forget_log(connection)
        with pytest.raises(UnavailableError, match="database-broken"):
            statements.log_of(connection)


@pytest.mark.parametrize("value", ["'7'", "x'07'", "-1", "NULL", "1.5"])
def test_a_value_of_another_type_is_told(founded: cast.World, value: str):
    query = Query(sa.select(ITEMS.c.n, ITEMS.c.mark).where(ITEMS.c.log == LOG))
    with founded.session.database.write() as connection:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        connection.exec_driver_sql("DROP TABLE items")
        connection.exec_driver_sql("CREATE TABLE items (log, n, mark)")
        connection.exec_driver_sql(
            f"INSERT INTO items SELECT log, 5, {value} FROM head"  # as whoever has the file may
        )
        with pytest.raises(UnavailableError, match="database-broken"):
            query.rows(connection)


def test_a_query_gives_rows_columns_and_values(founded: cast.World):
    query = Query(
        sa.select(ENTRIES.c.seq, ENTRIES.c.kind)
        .where(ENTRIES.c.log == LOG, ENTRIES.c.seq <= sa.bindparam("last"))
        .order_by(ENTRIES.c.seq)
    )
    with founded.session.database.read() as connection:
        assert query.first(connection, last=1)._asdict() == {"seq": 0, "kind": "genesis"}
        assert query.column(connection, last=1) == [0, 1]
        assert [row.seq for row in query.stream(connection, last=1)] == [0, 1]
        assert (query.value(connection, last=0), query.value(connection, last=-1)) == (0, None)
        assert query.first(connection, last=-1) is None
