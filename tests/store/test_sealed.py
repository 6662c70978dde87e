"""Records that are carried from one database to another unopened."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from kt1custody.core.log.keyring import Control
from kt1custody.store import records, sealed
from kt1custody.store.log import LogBook
from kt1custody.store.sealed import Row
from tests.kit import cast

NEW = b"n" * 32


@pytest.fixture
def connection(lived: cast.World) -> Iterator[sa.Connection]:
    with lived.session.database.write() as connection:
        yield connection


@pytest.fixture
def control(connection: sa.Connection) -> Control:
    return LogBook(connection).control


def carried(about: str, office_key: str, box: bytes = b"box") -> list[Row]:
    return [
        ("records", {"commitment": NEW, "about": about, "box": box}),
        ("slipkeys", {"commitment": NEW, "office_key": office_key, "wrapped": b"key"}),
    ]


def test_every_row_is_carried_and_what_is_here_is_not_replaced(
    connection: sa.Connection, control: Control
):
    rows = list(sealed.rows(connection))
    tables = [name for name, _ in rows]
    assert tables == sorted(tables, key=[*sealed.TABLES].index)  # records before their keys
    known = sealed.known(connection)
    assert set(known.values()) == {True}
    assert {cells["commitment"] for name, cells in rows if name == "records"} == known.keys()
    assert sealed.add(connection, control, {}, rows) == 0
    assert list(sealed.rows(connection)) == rows


def test_a_record_that_is_missing_comes_with_its_key(connection: sa.Connection, control: Control):
    before = dict(records.every(connection))
    about, record = next(iter(before.items()))
    rows = [row for row in sealed.rows(connection) if row[1].get("commitment") == record.commitment]
    records.drop(connection, record.commitment)
    assert record.commitment not in sealed.known(connection)
    assert sealed.of(control, [record.commitment], rows) == [record]
    assert sealed.add(connection, control, {record.commitment: about}, rows) == 1
    assert dict(records.every(connection)) == before


def test_a_record_without_a_key_gives_way_to_one_that_somebody_can_open(
    connection: sa.Connection, control: Control
):
    office_key = next(iter(control.office_keys))
    records.put_key(connection, NEW, office_key, b"key")
    sealed.add_if_new(connection, records.RECORDS, [carried("list", office_key)[0][1]])
    assert sealed.add(connection, control, {NEW: "list"}, carried("list", office_key, b"true")) == 1
    record = records.find(connection, NEW)
    assert record is not None
    assert record.box == b"true"


@pytest.mark.parametrize(
    ("about", "office_key"), [("receiver", ""), ("list", "office-1-2026")], ids=["about", "key"]
)
def test_a_record_about_something_else_or_sealed_to_no_office_does_not_come(
    connection: sa.Connection, control: Control, about: str, office_key: str
):
    rows = carried(about, office_key or next(iter(control.office_keys)))
    before = sealed.known(connection)
    assert sealed.add(connection, control, {NEW: "list"}, rows) == 0
    assert sealed.known(connection) == before


def test_what_is_no_row_of_ours_is_passed_over(connection: sa.Connection, control: Control):
    before = list(sealed.rows(connection))
    strange: list[Row] = [
        ("entries", {"seq": 1}),
        ("records", {"commitment": NEW, "about": "list"}),
        ("records", {"commitment": NEW, "about": "list", "box": None}),
        ("wrapped_keys", {"name": "office-1-2026", "kid": bytes(8), "wrapped": b"x"}),
    ]
    assert sealed.add(connection, control, {NEW: "list"}, strange) == 0
    assert list(sealed.rows(connection)) == before
    assert not sealed.fits(records.RECORDS, strange[1][1])
    assert not sealed.fits(records.RECORDS, strange[2][1])
    assert sealed.fits(records.RECORDS, carried("list", "")[0][1])
