"""The schema: exactly ours or nothing goes on, and a rebuild makes it ours again."""

import contextlib
import sqlite3
from collections.abc import Callable

import pytest

from kt1custody.errors import UnavailableError
from kt1custody.services.custody import look
from kt1custody.services.evidence import verify
from kt1custody.store import db, tables
from tests.kit import at_counter, cast, nightly
from tests.kit.false_history import attacker, entries_of
from tests.kit.foreign import FOREIGN, SETUP

TABLES = tables.EntryRow.metadata.tables
ENDLESS = (
    "CREATE VIEW {} AS WITH RECURSIVE e(log) AS (SELECT 1 UNION ALL SELECT log FROM e)"
    " SELECT log, log AS seq, log AS prev, log AS leaf FROM e"
)


def plant(world: cast.World, *statements: str) -> None:
    """Change the schema with the database's own tools."""
    world.session.close()
    path = world.session.data / db.NAME
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as raw:
        for one in statements:
            raw.execute(one)


def refusal(act: Callable[[], object]) -> str:
    """Say what about the schema a command is refused for."""
    with pytest.raises(UnavailableError, match="database-altered") as raised:
        act()
    return str(raised.value.detail["what"])


def content(world: cast.World) -> list[str]:
    with contextlib.closing(sqlite3.connect(world.session.data / db.NAME)) as raw:
        return list(raw.iterdump())


def held(world: cast.World) -> int:
    return len(look.held(world.at(200), cast.COURIER))


@pytest.mark.parametrize("statement", FOREIGN)
def test_a_schema_that_is_not_ours_stops_everything_until_it_is_made_anew(
    lived: cast.World, statement: str
):
    before = held(lived), entries_of(lived)
    plant(lived, *(made for part, made in SETUP.items() if part in statement), statement)
    what = FOREIGN[statement]
    if what is not None:
        assert refusal(lambda: held(lived)) == what
        assert refusal(lambda: verify.verify(lived.session)) == what
        assert (
            refusal(lambda: at_counter.hold(lived.session, cast.CLERK, cast.DRIVER, "absent"))
            == what
        )
    verify.rebuild(lived.session)
    lived.session.close()
    assert (held(lived), entries_of(lived)) == before
    assert verify.verify(lived.session).findings == []


def test_a_view_in_a_table_s_place_is_not_read(lived: cast.World):
    before = held(lived)
    plant(
        lived,
        "ALTER TABLE items RENAME TO hidden",
        f"CREATE VIEW items AS SELECT * FROM hidden WHERE holder <> '{cast.COURIER}'",
    )
    assert refusal(lambda: held(lived))
    verify.rebuild(lived.session)
    assert held(lived) == before


@pytest.mark.parametrize("table", ["entries", "records", "head"])
@pytest.mark.parametrize("other", [
    "CREATE VIEW {} AS SELECT * FROM hidden",
    ENDLESS,
    "CREATE INDEX {} ON hidden (rowid)",
    "CREATE TABLE {}x (x)",
])  # fmt: skip
def test_a_thing_in_a_table_s_place_costs_no_row(lived: cast.World, table: str, other: str):
    before = held(lived), entries_of(lived)
    first = TABLES[table].columns[0].name
    plant(
        lived,
        f"ALTER TABLE {table} RENAME TO hidden",
        other.format(table).replace("rowid", first),
    )
    assert refusal(lambda: held(lived))
    verify.rebuild(lived.session)
    assert (held(lived), entries_of(lived)) == before
    assert verify.verify(lived.at(200), opener=cast.CLERK).findings == []


def test_a_view_that_never_ends_is_not_asked(lived: cast.World):
    """It waits in the `-wal`, which is compared with the file before anything else is read."""
    lived.session.close()
    with contextlib.closing(sqlite3.connect(lived.session.data / db.NAME)) as raw:
        raw.execute("ALTER TABLE entries RENAME TO hidden")
        raw.execute(ENDLESS.format("entries"))
        assert (lived.session.data / f"{db.NAME}-wal").stat().st_size
        assert refusal(lambda: held(lived))
        verify.rebuild(lived.session)
        assert held(lived)


@pytest.mark.parametrize("statement", [
    "ALTER TABLE hidden RENAME COLUMN entry TO raw",  # nothing is like them any more
    "CREATE TABLE decoy AS SELECT * FROM hidden",  # or two are
    "DELETE FROM hidden",
    "UPDATE hidden SET entry = x'00' WHERE seq = 3",
])  # fmt: skip
def test_where_entries_are_gone_a_rebuild_names_the_way_out(lived: cast.World, statement: str):
    triggers = [f"DROP TRIGGER entries_no_{name}" for name in ("update", "delete", "replace")]
    hide = "ALTER TABLE entries RENAME TO hidden"
    plant(lived, *triggers, hide, statement, "CREATE VIEW entries AS SELECT * FROM head")
    assert refusal(lambda: held(lived))
    before = content(lived)
    with pytest.raises(UnavailableError, match="entries-broken"):
        verify.rebuild(lived.session)
    assert content(lived) == before


@pytest.mark.parametrize(
    ("number", "code"), [(2**40, "database-newer"), (3, "database-older"), (1, "database-too-old")]
)
def test_a_number_over_a_schema_that_is_ours_is_mended(lived: cast.World, number: int, code: str):
    plant(lived, f"UPDATE head SET format = {number}")
    with pytest.raises(UnavailableError, match=code):
        held(lived)
    verify.rebuild(lived.session)
    assert verify.verify(lived.at(200), opener=cast.CLERK).findings == []
    plant(lived, f"UPDATE head SET format = {number}", "CREATE TABLE of_that_version (x)")
    # What an older format that is known is like is known, too.
    with pytest.raises(UnavailableError, match="database-altered" if number == 3 else code):
        verify.rebuild(lived.session)


def test_a_rebuild_carries_rows_over_from_a_table_of_another_making(lived: cast.World):
    """The key is gone from the records, and dropping the items would take the log along."""
    columns = "log, seq, prev, leaf, body_hash, act_id, dev, dseq, kind, entry"
    plant(
        lived,
        "CREATE TABLE other (log, seq, entry, prev, leaf, body_hash, act_id, dev, dseq, kind,"
        " item REFERENCES items ON DELETE CASCADE)",
        f"INSERT INTO other ({columns}, item) SELECT {columns}, (SELECT min(n) FROM items)"
        " FROM entries",
        "DROP TABLE entries",
        "ALTER TABLE other RENAME TO entries",
        "CREATE TABLE others AS SELECT * FROM records",
        "DROP TABLE records",
        "ALTER TABLE others RENAME TO records",
    )
    assert refusal(lambda: held(lived))
    verify.rebuild(lived.session)
    assert verify.verify(lived.at(200), opener=cast.CLERK).findings == []


def test_a_trigger_does_not_come_back_after_a_rebuild_nor_see_it(lived: cast.World):
    plant(
        lived,
        f"CREATE TRIGGER hide AFTER INSERT ON items WHEN NEW.holder = '{cast.COURIER}'"
        " BEGIN DELETE FROM items WHERE n = NEW.n; END",
        "CREATE TRIGGER burn AFTER UPDATE ON head BEGIN DELETE FROM slipkeys; END",
    )
    verify.rebuild(lived.session)
    assert verify.verify(lived.at(200), opener=cast.CLERK).findings == []


def test_a_schema_that_changes_while_the_log_is_open_is_seen(lived: cast.World):
    assert held(lived)
    other = lived.new_session()
    with contextlib.closing(sqlite3.connect(lived.session.data / db.NAME)) as raw:
        raw.execute("CREATE VIEW seen AS SELECT * FROM items")
    assert refusal(lambda: held(lived)) == "view seen"
    assert other.keys


@pytest.mark.parametrize(
    "edit",
    nightly.each(
        [
            "sql = replace(sql, 'holder', 'holder COLLATE NOCASE')",
            "sql = replace(sql, 'holder)', 'holder) WHERE n > 9')",
            "sql = sql || ' -- ours'",
            "sql = replace(sql, 'INDEX ', 'INDEX /* ours */ ')",
            "sql = replace(sql, ' ON', char(10) || 'ON')",
            "sql = CAST(sql AS BLOB)",
            "sql = replace(sql, ' ON', char(160) || ' ON')",
            "name = 'ITEMS_HOLDER'",
        ],
        "sql = sql || ' -- ours'",
        "sql = replace(sql, ' ON', char(10) || 'ON')",
    ),
)
def test_the_text_of_a_schema_is_ours_to_the_letter(lived: cast.World, edit: str):
    plant(
        lived,
        "PRAGMA writable_schema=ON",
        f"UPDATE sqlite_master SET {edit} WHERE name = 'items_holder'",
    )
    if "char(10)" in edit:  # between two words it is the same text
        assert held(lived)
        return
    with pytest.raises(UnavailableError, match=r"database-(altered|broken)"):
        held(lived)


# Texts that look whole, over what is not.


def test_an_index_of_which_a_part_is_missing_is_a_finding_and_mended(lived: cast.World):
    before = held(lived)
    with attacker(lived) as raw:
        [[text]] = raw.execute("SELECT sql FROM sqlite_master WHERE name = 'items_holder'")
        raw.execute("DROP INDEX items_holder")
        raw.execute(f"{text} WHERE holder <> '{cast.COURIER}'")
        raw.execute("PRAGMA writable_schema=ON")
        raw.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'items_holder'", (text,))
    assert held(lived) == 0
    [one, *_] = verify.verify(lived.session).findings
    assert (one.kind, "items_holder" in one.got) == ("derived", True)
    lived.session.close()
    verify.rebuild(lived.session)
    assert held(lived) == before
    assert verify.verify(lived.session).findings == []


@pytest.mark.parametrize("statement", [
    "UPDATE entries SET kind = 'clock' WHERE seq = 16",
    "UPDATE entries SET seq = seq + 100, prev = entry, leaf = x'' WHERE seq = 16",
    "UPDATE entries SET log = 'kt1.a', dev = 7, dseq = 'x', body_hash = act_id",
    "UPDATE entries SET act_id = x'00' WHERE seq % 3",
])  # fmt: skip
def test_columns_of_entries_are_made_again_from_their_bytes(lived: cast.World, statement: str):
    with attacker(lived) as raw:
        raw.execute(statement)
    verify.rebuild(lived.session)
    assert verify.verify(lived.session).findings == []
