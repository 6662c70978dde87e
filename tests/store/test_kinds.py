"""No value of another type than its column's leaves the database."""

from typing import Any

import pytest
import sqlalchemy as sa

from kt1custody.errors import UnavailableError
from kt1custody.store import kinds

KEPT: dict[str, tuple[Any, list[object], list[object]]] = {
    "number": (sa.Integer(), [0, 7, 2**63 - 1], [-1, "7", 0.5, b"7", "x"]),
    "text": (sa.String(), ["", "x", "7"], [b"x"]),
    "octets": (sa.LargeBinary(), [b"", b"x"], ["x", 7, 0.5]),
    "truth": (sa.Boolean(), [0, 1], [2, -1, "x", b"\x01"]),
}


@pytest.fixture
def connection() -> sa.Connection:
    return sa.create_engine("sqlite://").connect()


def table(nullable: bool) -> sa.Table:
    metadata = sa.MetaData()
    columns = [sa.Column(name, kept, nullable=nullable) for name, (kept, *_) in KEPT.items()]
    made = sa.Table("kept", metadata, *columns)
    kinds.check_all(metadata)
    return made


def read(connection: sa.Connection, known: sa.Table, name: str, value: object) -> object:
    known.create(connection)
    connection.exec_driver_sql(f"INSERT INTO kept ({name}) VALUES (?)", (value,))
    return connection.execute(sa.select(known.c[name])).scalar_one()


RIGHT = [(name, value) for name, (_, values, _) in KEPT.items() for value in values]
WRONG = [(name, value) for name, (_, _, values) in KEPT.items() for value in values]


@pytest.mark.parametrize(("name", "value"), RIGHT)
def test_a_value_of_its_type_is_given(connection: sa.Connection, name: str, value: object):
    assert read(connection, table(nullable=True), name, value) == value


@pytest.mark.parametrize(("name", "value"), [one for one in WRONG if one != ("number", "7")])
def test_a_value_of_another_type_is_told_with_its_place(
    connection: sa.Connection, name: str, value: object
):
    with pytest.raises(UnavailableError, match="database-broken") as raised:
        read(connection, table(nullable=True), name, value)
    assert raised.value.detail == {"place": f"kept.{name}"}


def test_nothing_is_given_only_where_there_may_be_nothing(connection: sa.Connection):
    assert read(connection, table(nullable=True), "text", None) is None
    strict = table(nullable=False)
    with pytest.raises(UnavailableError, match="database-broken"):
        connection.execute(sa.select(strict.c.text)).all()
    beside = connection.execute(sa.select(kinds.maybe(strict.c.text))).scalar_one()
    assert beside is None
