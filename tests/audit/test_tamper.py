"""Whoever owns the database edits one stored field: the audit must name it.

The attacker opens the file with the database's own tools and drops the guards first.
"""

import sqlite3
from collections.abc import Callable

import pytest

from kt1custody.audit.findings import Report
from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log.entry import leaf_hash, read_entry
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


def raws(connection: sqlite3.Connection) -> list[bytes]:
    return [raw for (raw,) in connection.execute("SELECT entry FROM entries ORDER BY seq")]


def write(connection: sqlite3.Connection, seq: int, raw: bytes) -> None:
    """Store an entry with columns that fit it, as a careful attacker does."""
    entry = read_entry(raw)
    act = entry.act
    connection.execute(
        "UPDATE entries SET entry = ?, prev = ?, leaf = ?, body_hash = ?, act_id = ?, dev = ?,"
        " dseq = ?, kind = ? WHERE seq = ?",
        (raw, entry.prev, entry.leaf, act.hash, act.id, act.dev, act.dseq, act.type, seq),
    )


Edit = Callable[[list[cbor.Value]], None]


def edit_body(key: str, value: cbor.Value) -> Edit:
    def edit(parts: list[cbor.Value]) -> None:
        assert isinstance(parts[6], bytes)
        body = cbor.decode(parts[6])
        assert isinstance(body, dict)
        parts[6] = cbor.encode({**body, key: value})

    return edit


def edit_line(key: str, value: cbor.Value) -> Edit:
    def edit(parts: list[cbor.Value]) -> None:
        assert isinstance(parts[6], bytes)
        body = cbor.decode(parts[6])
        assert isinstance(body, dict)
        lines = body["items"]
        parts[6] = cbor.encode({**body, "items": [{**lines[0], key: value}, *lines[1:]]})

    return edit


def edit_signature(place: int, value: cbor.Value) -> Edit:
    def edit(parts: list[cbor.Value]) -> None:
        signatures = parts[7]
        assert isinstance(signatures, list)
        signatures[0][place] = value

    return edit


def edit_part(place: int, value: cbor.Value) -> Edit:
    return lambda parts: parts.__setitem__(place, value)


HANDOVER_EDITS = {
    "origin": edit_part(1, "kt1.example.vn/e1"),
    "seq": edit_part(2, 99),
    "prev": edit_part(3, bytes(32)),
    "ctl": edit_part(4, bytes(32)),
    "accepted_at": edit_part(5, cast.MORNING - 9_000),
    "judgement": edit_part(8, [[0, "cond-broken"]]),
    "judgement of all": edit_part(8, [[-1, "key-revoked"]]),
    "log": edit_body("log", "kt1.example.vn/68"),
    "id": edit_body("id", bytes(16)),
    "at": edit_body("at", cast.MORNING),
    "dev": edit_body("dev", "QUAY02"),
    "dseq": edit_body("dseq", 40),
    "dprev": edit_body("dprev", bytes(32)),
    "seen": edit_body("seen", [0, bytes(32)]),
    "by": edit_body("by", cast.CLERK_2),
    "to": edit_body("to", cast.COURIER_2),
    "office": edit_body("office", 680_900),
    "witness": edit_body("witness", cast.CLERK_2),
    "n": edit_line("n", numbers.item_number(log_number=68, year=2026, running=99)),
    "seal": edit_line("seal", 65_599),
    "cond": edit_line("cond", "broken"),
    "line's prev": edit_line("prev", None),
    "role": edit_signature(0, "receiver"),
    "kid": edit_signature(1, bytes(8)),
    "signature": edit_signature(2, bytes(64)),
}


@pytest.mark.parametrize("clever", [False, True], ids=["naive", "re-chained"])
@pytest.mark.parametrize("name", sorted(HANDOVER_EDITS))
def test_every_field_of_an_entry_has_a_finding_when_edited(
    lived: cast.World, name: str, clever: bool
):
    with attacker(lived) as connection:
        entries = raws(connection)
        genesis = leaf_hash(entries[0])
        seq = next(s for s, raw in enumerate(entries) if read_entry(raw).act.type == "handover")
        last = len(entries) if clever else seq + 1
        for later in range(seq, last):
            parts = cbor.decode(entries[later])
            assert isinstance(parts, list)
            if later == seq:
                HANDOVER_EDITS[name](parts)
            else:
                parts[3] = leaf_hash(entries[later - 1])
            entries[later] = cbor.encode(parts)
            # Unique columns may collide on the way; the attacker frees them first.
            free = str(later).encode()
            update = "UPDATE entries SET prev = ?, body_hash = ? WHERE seq = ?"
            connection.execute(update, (free, free, later))
        for later in range(seq, last):
            write(connection, later, entries[later])
    report = verify.verify(lived.at(300), genesis)
    assert any(one.seq == seq for one in report.findings)


def test_a_cut_tail_shows_against_what_was_signed_last(lived: cast.World):
    with attacker(lived) as connection:
        last = len(raws(connection)) - 1
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
