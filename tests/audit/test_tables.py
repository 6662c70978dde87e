"""Whoever owns the database edits one stored field: the audit must name it.

The attacker opens the file with the database's own tools and drops the guards first.
"""

import sqlite3
from collections.abc import Callable

import pytest

from kt1custody.audit.findings import Report
from kt1custody.errors import UnavailableError
from kt1custody.services.evidence import verify
from kt1custody.store import tables
from tests.kit import cast
from tests.kit.false_history import attacker

EVIDENCE = ("entries", "records", "catalogues", "checkpoints", "stamps")
LONG = ("tiles", "checkpoints", "stamps")  # tables that only a longer log fills
TABLES = tables.EntryRow.metadata.tables
# Says only when the next checkpoint is due to be given out; nobody's clock proves it.
NO_EVIDENCE = {("checkpoints", "at")}
COLUMNS = [
    (table, column.name)
    for table in (*EVIDENCE, *tables.DERIVED)
    for column in TABLES[table].columns
    if (table, column.name) not in NO_EVIDENCE
]
# What must be given so that the editing of a column shows, and what is said without it.
NEEDS = {
    ("records", "box"): "records",  # the PIN of somebody who may read records
    ("stamps", "response"): "stamp-signature",  # see test_evidence.py
}
# Editing this makes the program refuse the whole file.
REFUSED = {("head", "format"): "database-newer"}


def keys(connection: sqlite3.Connection, table: str) -> tuple[str, list[tuple[object, ...]]]:
    """Give the condition that finds a row, and the keys of all rows in order."""
    names = [column.name for column in TABLES[table].primary_key.columns]
    told = ", ".join(names)
    rows = connection.execute(f"SELECT {told} FROM {table} ORDER BY {told}").fetchall()
    return " AND ".join(f"{name} = ?" for name in names), rows


def audit(world: cast.World, opener: str | None = None) -> Report:
    world.session.close()
    return verify.verify(world.at(300), opener=opener)


def changed(value: object) -> object:
    """Another value of the same kind."""
    match value:
        case None:
            return 1
        case int():
            return value + 100_000
        case bytes():
            return value[:-1] + bytes([value[-1] ^ 1])
        case str():
            return f"{value}1"
    raise AssertionError(value)


def test_honest_log_passes(lived: cast.World):
    assert audit(lived, cast.CLERK).findings == []


@pytest.fixture
def log_with(request: pytest.FixtureRequest) -> Callable[[str], cast.World]:
    """Gives a log with rows in a table."""

    def give(table: str) -> cast.World:
        found = request.getfixturevalue("grown" if table in LONG else "lived")
        return found if isinstance(found, cast.World) else found.world

    return give


@pytest.mark.parametrize("place", ["first", "middle", "last"])
@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_every_stored_field_has_a_finding_when_edited(
    log_with: Callable[[str], cast.World], table: str, column: str, place: str
):
    world = log_with(table)
    with attacker(world) as connection:
        where, rows = keys(connection, table)
        row = rows[{"first": 0, "middle": len(rows) // 2, "last": -1}[place]]
        query = f"SELECT {column} FROM {table} WHERE {where}"
        [(value,)] = connection.execute(query, row).fetchall()
        other = 1 - value if column == "contested" else changed(value)
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (other, *row))
    if (table, column) in REFUSED:
        with pytest.raises(UnavailableError, match=REFUSED[table, column]):
            audit(world)
        return
    report = audit(world)
    if (table, column) in NEEDS:
        assert report.findings == []
        assert NEEDS[table, column] in report.outside
        if table == "stamps":
            return
        report = audit(world, cast.OFFICERS[0])
    assert names(report, table)


def names(report: Report, table: str) -> bool:
    """Tell whether a finding points at the edited table."""
    kinds = {
        "entries": {"column", "entry-unreadable", "prev", "not-authentic", "bad-signature", "seq"},
        "records": {"record", "record-missing", "record-broken"},
        "catalogues": {"catalogue"},
        "checkpoints": {"checkpoint", "entries-missing"},
        "stamps": {"stamp"},
    }
    if table in kinds:
        return any(one.kind in kinds[table] for one in report.findings)
    derived = [one for one in report.findings if one.kind == "derived"]
    return any(f"{table} " in one.expected + one.got for one in derived)


@pytest.mark.parametrize("table", [*EVIDENCE, *tables.DERIVED])
def test_a_removed_row_is_a_finding(log_with: Callable[[str], cast.World], table: str):
    world = log_with(table)
    with attacker(world) as connection:
        where, rows = keys(connection, table)
        connection.execute(f"DELETE FROM {table} WHERE {where}", rows[len(rows) // 2])
    # A checkpoint or stamp proves something as long as it is there; nothing says it must be.
    assert bool(audit(world).findings) == (table not in ("checkpoints", "stamps"))


@pytest.mark.parametrize("table", ["slipkeys", "wrapped_keys", "records", "catalogues"])
def test_rows_filed_under_another_log_are_a_finding_and_mended(lived: cast.World, table: str):
    with attacker(lived) as connection:
        connection.execute(f"UPDATE {table} SET log = 'kt1.a.vn/01'")
    assert any(f"{table} log = kt1.a.vn/01" in one.got for one in audit(lived).findings)
    verify.rebuild(lived.session)
    assert audit(lived, cast.CLERK).findings == []


@pytest.mark.parametrize("table", ["records", "items", "serials", "lines"])
def test_an_added_row_is_a_finding(lived: cast.World, table: str):
    key = {"records": "commitment", "items": "n", "serials": "serial", "lines": "line"}[table]
    with attacker(lived) as connection:
        cursor = connection.execute(f"SELECT * FROM {table} LIMIT 1")
        columns = [name for name, *_ in cursor.description]
        row = dict(zip(columns, cursor.fetchone(), strict=True))
        row[key] = changed(row[key]) if table == "records" else row[key] + 700
        places = ", ".join("?" * len(columns))
        connection.execute(f"INSERT INTO {table} VALUES ({places})", list(row.values()))
    assert audit(lived).findings


def test_operational_tables_have_a_reason_each():
    assert set(TABLES) == {*EVIDENCE, *tables.DERIVED, *tables.OPERATIONAL}
    assert all(len(reason) > 20 for reason in tables.OPERATIONAL.values())


def test_a_cut_tail_shows_against_what_was_signed_last(lived: cast.World):
    with attacker(lived) as connection:
        [(last,)] = connection.execute("SELECT max(seq) FROM entries")
        connection.execute("DELETE FROM entries WHERE seq = ?", (last,))
    verify.rebuild(lived.session)
    report = audit(lived)
    assert report.kinds - {"record"} == {"entries-missing"}
    for path in lived.session.keys.glob("checkpoint.db*"):
        path.unlink()
    report = audit(lived)  # without the keys folder it is not seen, but said
    assert "last-signed" in report.outside
    assert "tail-not-anchored" in report.not_checked


def test_rebuild_mends_derived_tables(lived: cast.World):
    with attacker(lived) as connection:
        connection.execute("UPDATE items SET holder = 'NV099'")
        connection.execute("DELETE FROM serials")
    assert audit(lived).findings
    verify.rebuild(lived.session)
    assert audit(lived).findings == []
