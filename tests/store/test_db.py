"""The database file: made once, whole or not at all; opened, never created; every fault named."""

import sqlite3
import stat
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.services.custody import look
from kt1custody.services.evidence import verify
from kt1custody.store import db
from kt1custody.store.log import LogBook
from tests.kit import cast


def count(world: cast.World, table: str = "entries") -> int:
    with world.session.database.read() as connection:
        found = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
        assert isinstance(found, int)
        return found


def set_pragma(world: cast.World, pragma: str) -> None:
    """Set it on the connection that the desk will use next."""
    with world.session.database.read() as connection:
        connection.exec_driver_sql(f"PRAGMA {pragma}")


def nothing(connection: sa.Connection) -> None:
    """Fill a database with no entry."""


def test_create_refuses_where_a_database_is(founded: cast.World):
    path = founded.session.data / db.NAME
    before = path.read_bytes()
    with pytest.raises(RefusedError, match="exists-already"):
        db.create(founded.session.data, nothing)
    assert path.read_bytes() == before


def test_create_leaves_nothing_when_filling_fails(tmp_path: Path):
    def fail(connection: sa.Connection) -> None:
        connection.exec_driver_sql("INSERT INTO catalogues VALUES ('', x'00', x'00')")
        raise RefusedError("same-person")

    with pytest.raises(RefusedError, match="same-person"):
        db.create(tmp_path / "data", fail)
    assert list((tmp_path / "data").iterdir()) == []


def test_create_leaves_no_other_file_beside_the_database(tmp_path: Path):
    db.create(tmp_path, nothing)
    assert [path.name for path in tmp_path.iterdir()] == [db.NAME]


def test_create_never_replaces_a_database_that_was_made_meanwhile(tmp_path: Path):
    def overtaken(connection: sa.Connection) -> None:
        (tmp_path / db.NAME).write_bytes(b"the other log")

    with pytest.raises(RefusedError, match="exists-already"):
        db.create(tmp_path, overtaken)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {db.NAME: b"the other log"}


def test_create_says_that_the_folder_cannot_be_made(tmp_path: Path):
    (tmp_path / "data").write_text("a file")
    with pytest.raises(UnavailableError, match="folder-unwritable"):
        db.create(tmp_path / "data", nothing)


def test_the_database_is_readable_to_its_owner_alone(founded: cast.World):
    mode = (founded.session.data / db.NAME).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_opening_never_creates(tmp_path: Path):
    with pytest.raises(UnavailableError, match="database-missing"):
        db.open_folder(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_has_gone_is_not_made_again(founded: cast.World):
    database = db.Database(founded.session.data / db.NAME)
    (founded.session.data / db.NAME).unlink()
    with pytest.raises(UnavailableError, match="database-missing"), database.write():
        pass
    assert not (founded.session.data / db.NAME).exists()


def test_a_newer_format_is_not_opened(founded: cast.World):
    with founded.session.database.write() as connection:
        connection.exec_driver_sql("UPDATE head SET format = 5")
    with pytest.raises(UnavailableError, match="database-newer") as raised:
        db.open_folder(founded.session.data)
    assert raised.value.detail == {"found": 5, "known": 4}


def test_an_older_format_is_not_opened_by_a_rebuild_either(founded: cast.World):
    with founded.session.database.write() as connection:
        connection.exec_driver_sql("UPDATE head SET format = 2")
        connection.exec_driver_sql("DROP INDEX lines_n")
    founded.session.close()
    with pytest.raises(UnavailableError, match="database-too-old"):
        look.held(founded.session, cast.COURIER)
    with pytest.raises(UnavailableError, match="database-too-old"):
        verify.rebuild(founded.session)


@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO head SELECT 'other', origin, 4, 0, x'', 0, 0, x'' FROM head", "DELETE FROM head"],
)
def test_a_database_of_two_logs_or_none_is_told(founded: cast.World, statement: str):
    with founded.session.database.write() as connection:
        connection.exec_driver_sql(statement)
    founded.session.close()
    with (
        pytest.raises(UnavailableError, match="database-broken"),
        founded.session.database.read() as connection,
    ):
        LogBook(connection)


@pytest.mark.parametrize("column", ["log", "origin"])
def test_a_head_of_another_log_is_found_out(founded: cast.World, column: str):
    with founded.session.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE head SET {column} = 'kt1.other.vn/68/e1'")
    with (
        pytest.raises(UnavailableError, match="database-broken"),
        founded.session.database.read() as connection,
    ):
        LogBook(connection)


def test_a_broken_page_is_told(founded: cast.World):
    path = founded.session.data / db.NAME
    founded.session.close()
    content = bytearray(path.read_bytes())
    page = int.from_bytes(content[16:18], "big")
    content[page:] = b"\xff" * (len(content) - page)
    path.write_bytes(content)
    with (
        pytest.raises(UnavailableError, match="database-broken"),
        db.open_folder(founded.session.data).read() as connection,
    ):
        LogBook(connection)


def test_a_second_writer_waits_and_then_is_told(founded: cast.World):
    set_pragma(founded, "busy_timeout = 20")
    other = founded.new_session()
    with (
        other.database.write(),
        pytest.raises(UnavailableError, match="database-locked"),
        founded.session.database.write(),
    ):
        pass
    other.close()
    with founded.session.database.write():
        pass


def test_a_database_that_cannot_be_written_says_so(founded: cast.World):
    set_pragma(founded, "query_only = ON")
    with (
        pytest.raises(UnavailableError, match="database-read-only"),
        founded.session.database.write() as connection,
    ):
        connection.exec_driver_sql("DELETE FROM items")


def test_a_full_disk_is_told_and_leaves_nothing(founded: cast.World):
    def write() -> None:
        with founded.session.database.write() as connection:
            connection.exec_driver_sql("INSERT INTO catalogues VALUES ('', x'00', x'00')")
            connection.exec_driver_sql(
                "INSERT INTO catalogues VALUES ('', x'01', zeroblob(100000))"
            )

    before = count(founded, "catalogues")
    set_pragma(founded, "max_page_count = 1")
    with pytest.raises(UnavailableError, match="disk-full"):
        write()
    assert count(founded, "catalogues") == before


def test_a_row_that_is_not_there_is_told_in_our_words(founded: cast.World):
    with (
        pytest.raises(UnavailableError, match="database-broken"),
        founded.session.database.read() as connection,
    ):
        LogBook(connection).entry(99_999)


def test_a_failed_block_leaves_nothing(founded: cast.World):
    def write() -> None:
        with founded.session.database.write() as connection:
            connection.exec_driver_sql("INSERT INTO catalogues VALUES ('', x'00', x'00')")
            raise ZeroDivisionError

    before = count(founded, "catalogues")
    with pytest.raises(ZeroDivisionError):
        write()
    assert count(founded, "catalogues") == before


def test_what_is_written_is_there_for_others(founded: cast.World):
    with founded.session.database.write() as connection:
        connection.exec_driver_sql("INSERT INTO catalogues VALUES ('', x'00', x'00')")
    with sqlite3.connect(founded.session.data / db.NAME) as other:
        [[found]] = other.execute("SELECT count(*) FROM catalogues WHERE hash = x'00'")
    other.close()
    assert found == 1


def test_a_reader_sees_one_state_while_another_writes(founded: cast.World):
    other = founded.new_session()
    with founded.session.database.read() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM catalogues").scalar_one()
        with other.database.write() as writer:
            writer.exec_driver_sql("INSERT INTO catalogues VALUES ('', x'00', x'00')")
        after = connection.exec_driver_sql("SELECT count(*) FROM catalogues").scalar_one()
    other.close()
    assert (after, count(founded, "catalogues")) == (before, before + 1)


def test_threads_do_not_share_a_transaction(founded: cast.World):
    before = count(founded, "catalogues")
    seen = []
    with founded.session.database.write() as connection:
        connection.exec_driver_sql("INSERT INTO catalogues VALUES ('', x'00', x'00')")
        thread = threading.Thread(target=lambda: seen.append(count(founded, "catalogues")))
        thread.start()
        thread.join()
    assert (seen, count(founded, "catalogues")) == ([before], before + 1)


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("secure_delete", 1)]
)
def test_what_is_committed_outlives_a_power_cut_and_what_is_deleted_is_gone(
    founded: cast.World, pragma: str, value: object
):
    with founded.session.database.write() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value
