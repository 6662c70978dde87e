"""A copy of a database that others write meanwhile."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kt1custody.errors import UnavailableError
from kt1custody.store import copying, db
from tests.kit import cast


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_a_copy_is_the_database_as_it_stood_before_an_unfinished_transaction(
    founded: cast.World, tmp_path: Path
):
    source, target = founded.session.data / db.NAME, tmp_path / "copy.db"
    before = dump(source)
    with founded.session.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM items")
        connection.exec_driver_sql("UPDATE head SET accepted_at = 0")
        copying.copy(source, target)
    assert dump(target) == before
    assert dump(source) != before
    assert target.stat().st_mode & 0o077 == 0


def test_a_copy_replaces_nothing_and_makes_no_database_of_none(founded: cast.World, tmp_path: Path):
    source, target = founded.session.data / db.NAME, tmp_path / "copy.db"
    target.write_bytes(b"there")
    with pytest.raises(FileExistsError):
        copying.copy(source, target)
    assert target.read_bytes() == b"there"
    with pytest.raises(UnavailableError):
        copying.copy(tmp_path / "none.db", tmp_path / "other.db")
    assert not (tmp_path / "none.db").exists()
    assert not (tmp_path / "other.db").exists()
