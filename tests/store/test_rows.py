"""Rows for the audit: by key, and only what it asks for."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from kt1custody.store import records, rows
from kt1custody.store.log import LogBook
from tests.kit import cast


@pytest.fixture
def connection(lived: cast.World) -> Iterator[sa.Connection]:
    with lived.session.database.write() as connection:
        yield connection


def test_rows_come_by_key_and_lines_in_the_order_of_the_log(connection: sa.Connection):
    numbers = [row["n"] for row in rows.of(connection, "items")]
    assert numbers
    assert numbers == sorted(numbers)
    places = [(row["seq"], row["line"]) for row in rows.of(connection, "lines")]
    assert places == sorted(places)


def test_entries_come_from_a_position_on(connection: sa.Connection):
    every = [row["seq"] for row in rows.entries(connection)]
    assert every == list(range(LogBook(connection).seq + 1))
    assert [row["seq"] for row in rows.entries(connection, 20)] == every[20:]
    [*lines] = rows.of(connection, "lines")
    assert [*rows.behind(connection, "lines", 0)] == lines
    assert [*rows.behind(connection, "lines", 20)] == [row for row in lines if row["seq"] >= 20]


@pytest.mark.parametrize("batch", [1, 400])
def test_rows_of_some_keys_come_though_they_are_many(
    connection: sa.Connection, monkeypatch: pytest.MonkeyPatch, batch: int
):
    monkeypatch.setattr(rows, "_BATCH", batch)
    some = [row["n"] for row in rows.of(connection, "items")][::2]
    assert [row["n"] for row in rows.of(connection, "items", [*some, 999_999_999_999])] == some
    assert [*rows.of(connection, "items", [])] == []


def test_newer_checkpoints_and_those_of_other_epochs_come(connection: sa.Connection):
    known = [(row["origin"], row["size"]) for row in rows.signed(connection, "checkpoints")]
    origin, size = known[-1]
    assert [row["size"] for row in rows.signed(connection, "checkpoints", [origin], size)] == [size]
    assert [*rows.signed(connection, "checkpoints", [origin], size + 1)] == []
    assert len([*rows.signed(connection, "checkpoints", ["other"], size + 1)]) == len(known)
    assert [*rows.signed(connection, "checkpoints", [origin, "other"], 0)] == []


@pytest.mark.parametrize("other", ["a.example.vn/01", "z.example.vn/99"])
def test_rows_of_another_log_are_told_by_their_table(connection: sa.Connection, other: str):
    log = LogBook(connection).control.log
    assert [*rows.others(connection, log)] == []
    connection.exec_driver_sql("UPDATE serials SET log = ?", (other,))
    assert [*rows.others(connection, log)] == [("serials", other)]


def test_a_record_says_what_it_is_about_until_it_is_erased(connection: sa.Connection):
    about, record = next(records.every(connection))
    assert rows.record(connection, record.commitment) == (about, True)
    connection.exec_driver_sql("DELETE FROM slipkeys")
    assert rows.record(connection, record.commitment) == (about, False)
    assert rows.record(connection, bytes(32)) is None


def test_tiles_of_one_level_come_from_a_number_on(connection: sa.Connection):
    log = LogBook(connection).control.log
    for level, number in ((0, 0), (0, 1), (1, 0)):
        connection.exec_driver_sql(
            "INSERT INTO tiles VALUES (?, 0, ?, ?, x'00')", (log, level, number)
        )
    places = [(row["level"], row["number"]) for row in rows.tiles(connection, 0, 0, 1)]
    assert places == [(0, 1)]
