"""Derived tables: thrown away or spoiled, they are made again from the log as they were."""

from collections.abc import Mapping
from contextlib import closing

import pytest

from kt1custody.services.evidence import verify
from kt1custody.services.session.writer import writing
from kt1custody.store import db, rows, schema, tables
from tests.kit import by_hand, cast

Dump = Mapping[str, list[dict[str, object]]]


def dump(world: cast.World) -> Dump:
    with world.session.database.read() as connection:
        return {
            table: [dict(row) for row in rows.of(connection, table)] for table in tables.DERIVED
        }


def test_derived_tables_are_made_again_after_wiping(lived: cast.World):
    before = dump(lived)
    with (
        closing(db.open_folder(lived.session.data, rebuild=True)) as database,
        database.write() as connection,
    ):
        schema.make_anew(connection)
    assert all(rows for table, rows in before.items() if table != "tiles")  # none is full yet
    assert verify.rebuild(lived.session) == before["head"][0]["seq"] + 1  # type: ignore[operator]
    assert dump(lived) == before


def test_wiping_leaves_no_row(lived: cast.World):
    with lived.session.database.write() as connection:
        schema.make_anew(connection)
        assert [*(row for table in tables.DERIVED for row in rows.of(connection, table))] == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE items SET holder = 'NV012'",
        "UPDATE items SET status = 'gone' WHERE n % 2",
        "DELETE FROM items WHERE n % 3",
        "INSERT INTO items SELECT log, 7, mark, urgency, kind, appt, dest, commitment, status, holder,"
        " seal, voided, head, head_seq, since, contested, waiting FROM items LIMIT 1",
        "UPDATE serials SET n = 7",
        "DELETE FROM serials",
        "UPDATE lines SET kind = 'void'",
        "DELETE FROM lines WHERE seq = 20",
        "UPDATE head SET seq = 3, leaf = x'00', accepted_at = 0",
        "UPDATE head SET log = 'kt1.other.vn/01'",
        "DELETE FROM head",
        "INSERT INTO head SELECT 'kt1.other.vn/01', origin, 4, 0, x'', 0, 0, x'' FROM head",
    ],
)
def test_what_somebody_changed_is_mended(lived: cast.World, statement: str):
    before = dump(lived)
    with lived.session.database.write() as connection:
        connection.exec_driver_sql(statement)
    assert dump(lived) != before
    verify.rebuild(lived.session)
    assert dump(lived) == before


def test_a_rebuilt_log_goes_on(lived: cast.World):
    verify.rebuild(lived.session)
    lived.at(200).unlock([cast.CLERK])
    with writing(lived.session) as pen:
        by_hand.add(pen, pen.draft("hold", cast.CLERK, {"who": cast.DRIVER, "reason": "absent"}))
    report = verify.verify(lived.session)
    assert report.findings == []
