"""Writing an entry: guarded by the database itself, and with all that follows from it or not."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from kt1custody.errors import UnavailableError
from kt1custody.services.session.writer import writing
from kt1custody.store import db, records
from tests.kit import by_hand, cast

COLUMNS = "log, seq, prev, leaf, body_hash, act_id, dev, dseq, kind, entry"
# A new row, but for one column that is taken from entry 3.
FRESH = {"seq": "9999", "prev": "x'0001'", "body_hash": "x'0002'"}
TAKEN = {
    column: ", ".join(
        name if name == column else FRESH.get(name, name) for name in COLUMNS.split(", ")
    )
    for column in FRESH
}


@pytest.fixture
def stranger(founded: cast.World) -> Iterator[sqlite3.Connection]:
    """Somebody else's connection to the file, with SQLite's own settings."""
    connection = sqlite3.connect(founded.session.data / db.NAME, isolation_level=None)
    yield connection
    connection.close()


def dump(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT * FROM entries ORDER BY seq").fetchall()


def test_a_fresh_row_is_taken(stranger: sqlite3.Connection):
    """The statement of the tests below works where nothing is in its way."""
    told = ", ".join(FRESH.get(name, name) for name in COLUMNS.split(", "))
    before = len(dump(stranger))
    stranger.execute(f"INSERT INTO entries SELECT {told} FROM entries WHERE seq = 3")
    assert len(dump(stranger)) == before + 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET entry = x'00' WHERE seq = 3",
        "UPDATE OR REPLACE entries SET seq = 4 WHERE seq = 3",
        "UPDATE OR IGNORE entries SET dev = 'X1' WHERE seq = 3",
        "DELETE FROM entries WHERE seq = 14",
        "DELETE FROM entries",
        *(
            f"{verb} INTO entries SELECT {told} FROM entries WHERE seq = 3"
            for verb in ("INSERT", "INSERT OR REPLACE", "REPLACE")
            for told in TAKEN.values()
        ),
    ],
)
def test_the_database_refuses_to_change_an_entry(stranger: sqlite3.Connection, statement: str):
    before = dump(stranger)
    with pytest.raises(sqlite3.IntegrityError, match="the log is never changed"):
        stranger.execute(statement)
    assert dump(stranger) == before


@pytest.mark.parametrize(
    ("column", "key"), [("seq", "log, entries.seq"), ("prev", "prev"), ("body_hash", "body_hash")]
)
def test_no_two_entries_share_a_place_a_predecessor_or_an_act(
    stranger: sqlite3.Connection, column: str, key: str
):
    stranger.execute("DROP TRIGGER entries_no_replace")
    with pytest.raises(sqlite3.IntegrityError, match=rf"UNIQUE .*entries\.{key}"):
        stranger.execute(f"INSERT INTO entries SELECT {TAKEN[column]} FROM entries WHERE seq = 3")


def test_a_guard_that_speaks_up_is_told_in_our_words(founded: cast.World):
    with (
        pytest.raises(UnavailableError, match="database-guard"),
        founded.session.database.write() as connection,
    ):
        connection.exec_driver_sql("DELETE FROM entries")


@pytest.mark.parametrize("table", ["entries", "head", "quarantine"])
def test_whatever_fails_within_a_transaction_undoes_all_of_it(founded: cast.World, table: str):
    """One table is gone in the middle of it, so that writing to it fails."""

    def write() -> None:
        with writing(founded.at(10)) as pen:
            by_hand.add(
                pen, pen.draft("hold", cast.CLERK, {"who": cast.COURIER, "reason": "absent"})
            )
            pen.book.connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO away")
            by_hand.add(
                pen, pen.draft("hold", cast.CLERK, {"who": cast.COURIER_2, "reason": "absent"})
            )
            records.put_quarantine(pen.book.connection, bytes(32), pen.book.seq)

    before = snapshot(founded.session.data / db.NAME)
    founded.session.unlock([cast.CLERK])
    with pytest.raises(UnavailableError, match="database-broken"):
        write()
    assert snapshot(founded.session.data / db.NAME) == before


def test_an_entry_and_what_follows_from_it_are_written_together(lived: cast.World):
    """Lines fail after the entry itself has been written."""

    def write() -> None:
        with writing(lived.at(200)) as pen:
            [state, *_] = pen.book.items(holder=cast.COURIER)
            own = {"to": cast.COURIER_2, "office": None, "witness": cast.CONTROLLER}
            line = {"n": state.n, "seal": state.seal, "cond": "intact", "prev": state.head}
            act = pen.draft("handover", cast.COURIER, own, [line])
            pen.book.connection.exec_driver_sql("DROP TABLE lines")
            by_hand.add(pen, act)

    path = lived.session.data / db.NAME
    before = snapshot(path)
    lived.session.unlock([cast.COURIER, cast.COURIER_2, cast.CONTROLLER])
    with pytest.raises(UnavailableError, match="database-broken"):
        write()
    assert snapshot(path) == before


def snapshot(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    told = list(connection.iterdump())
    connection.close()
    return told
