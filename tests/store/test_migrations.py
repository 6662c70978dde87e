"""A database of an older format: told, brought up by a rebuild as a whole or not at all."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kt1custody.cli import incoming
from kt1custody.core.custody.table import FORMAT
from kt1custody.errors import UnavailableError
from kt1custody.services.custody import look
from kt1custody.services.evidence import verify
from kt1custody.store import db, tables
from tests.kit import at_counter, cast, nightly, old_format, readers
from tests.kit.at_counter import Handover, hand_over

ENTRIES, IN_BUNDLE = 33, 34
KILLED = -9
# Rows as they are: what is evidence, and what nothing else could give back.
KEPT = ("entries", "checkpoints", "stamps", "records", "catalogues", *tables.OPERATIONAL)
NEW = {"slip_tags"}  # not there in format 3


@pytest.fixture
def old(tmp_path: Path) -> Iterator[cast.World]:
    """A log in a database of format 3."""
    world = old_format.unpack(3, tmp_path)
    yield world
    world.session.close()


def kept(world: cast.World) -> dict[str, list[tuple[object, ...]]]:
    """Every row of what a rebuild keeps, without the log that it is filed under."""
    world.session.close()
    found = {}
    with contextlib.closing(sqlite3.connect(world.session.data / db.NAME)) as raw:
        for table in {*KEPT} - NEW:
            columns = [
                f"typeof({name}), {name}"
                for _, name, *_ in raw.execute(f"PRAGMA table_info({table})")
                if name != "log" or table == "entries"
            ]
            told = ", ".join(columns)
            found[table] = sorted(raw.execute(f"SELECT {told} FROM {table}").fetchall(), key=str)
    return found


def change(world: cast.World, *statements: str) -> None:
    """Edit the file with the database's own tools."""
    world.session.close()
    with contextlib.closing(sqlite3.connect(world.session.data / db.NAME)) as raw, raw:
        for one in statements:
            raw.execute(one)


def test_an_older_database_is_told_and_left_alone(old: cast.World):
    path = old.session.data / db.NAME
    before = path.read_bytes()
    with pytest.raises(UnavailableError, match="database-older") as raised:
        look.held(old.session, cast.COURIER)
    assert raised.value.detail == {"found": 3, "known": FORMAT}
    assert path.read_bytes() == before


def test_a_rebuild_brings_it_up_byte_for_byte_and_the_log_goes_on(old: cast.World):
    before = kept(old)
    assert min(map(len, (before["records"], before["slipkeys"], before["checkpoints"])))
    assert verify.rebuild(old.session) == ENTRIES
    assert kept(old) == before
    report = verify.verify(old.at(190), opener=cast.CLERK)
    assert (report.findings, report.entries) == ([], ENTRIES)

    manifest = cast.write_manifest(old.folder / "them.csv", 3, begin=60)
    made = at_counter.import_manifest(old.at(200), lambda: cast.CLERK, manifest)
    assert not made.findings
    numbers = [str(n) for n in made.numbers]
    at_counter.print_seals(old.at(205), cast.CLERK, numbers, old.folder / "s.pdf", confirm=cast.yes)
    held = look.held(old.at(206), cast.COURIER)
    handover = Handover(cast.COURIER, cast.COURIER_2, cast.CONTROLLER)
    hand_over(old.at(210), handover, [str(held[0].n)], confirm=cast.yes)
    assert len(look.held(old.at(211), cast.COURIER)) == len(held) - 1
    assert verify.verify(old.at(220), opener=cast.CLERK).findings == []


def test_a_bundle_of_that_time_still_verifies(old: cast.World):
    report = incoming.audit_folder(old.folder / "bundle")
    assert (report.findings, report.entries) == ([], IN_BUNDLE)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("DROP INDEX ix_items_status", "index ix_items_status"),
        ("DROP TRIGGER entries_no_update", "trigger entries_no_update"),
        ("CREATE VIEW seen AS SELECT * FROM items", "view seen"),
        ("ALTER TABLE records ADD COLUMN log", "table records"),
        (
            "CREATE TRIGGER burn AFTER UPDATE ON head BEGIN DELETE FROM slipkeys; END",
            "trigger burn",
        ),
    ],
)
def test_an_altered_schema_of_an_older_format_is_refused(
    old: cast.World, statement: str, what: str
):
    change(old, statement)
    before = kept(old)
    with pytest.raises(UnavailableError, match="database-older"):
        look.held(old.session, cast.COURIER)
    with pytest.raises(UnavailableError, match="database-altered") as raised:
        verify.rebuild(old.session)
    assert raised.value.detail["what"] == what
    assert kept(old) == before


@pytest.mark.parametrize(
    ("number", "code"), [(2, "database-too-old"), (99, "database-newer"), (-1, "database-too-old")]
)
def test_an_unknown_format_is_refused_by_a_rebuild_too(old: cast.World, number: int, code: str):
    change(old, f"UPDATE head SET format = {number}")
    before = kept(old)
    for act in (lambda: look.held(old.session, cast.COURIER), lambda: verify.rebuild(old.session)):
        with pytest.raises(UnavailableError, match=code):
            act()
    assert kept(old) == before


def test_no_record_is_lost_where_the_number_is_gone(old: cast.World):
    before = kept(old)
    change(old, "DELETE FROM head")
    with pytest.raises(UnavailableError, match="database-altered"):
        look.held(old.session, cast.COURIER)
    verify.rebuild(old.session)
    assert kept(old) == before
    assert verify.verify(old.at(190), opener=cast.CLERK).findings == []


def test_damaged_entries_leave_the_older_database_as_it_was(old: cast.World):
    guard = "CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries "
    guard += "BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END"
    change(old, "DROP TRIGGER entries_no_delete", "DELETE FROM entries WHERE seq = 9", guard)
    before = kept(old)
    with pytest.raises(UnavailableError, match="entries-broken"):
        verify.rebuild(old.session)
    assert kept(old) == before


def test_a_medium_that_can_only_be_read_is_told_the_way_out(old: cast.World):
    old.session.close()
    with readers.readable_copy(old.folder) as copy, readers.as_reader():
        read_only = cast.World(copy)
        with pytest.raises(UnavailableError, match="database-older"):
            look.held(read_only.session, cast.COURIER)
        with pytest.raises(UnavailableError, match="database-read-only"):
            verify.rebuild(read_only.session)


def rebuild_killed(folder: Path, steps: list[int | None]) -> list[tuple[cast.World, int, Path]]:
    """Bring up one older database for each step, killed there; gives exit codes and traces."""
    worlds, runs = [], []
    for place, step in enumerate(steps):
        home = folder / f"{place}"
        (home / "temporary").mkdir(parents=True)
        worlds.append((old_format.unpack(3, home), home / "trace.txt"))
        places = ["--data", str(home / "data"), "--keys", str(home / "keys")]
        runs.append(
            {
                "words": ["rebuild", *places],
                "temporary": str(home / "temporary"),
                "trace": str(home / "trace.txt"),
                "step": step,
                "during": None,
            }
        )
    done = subprocess.run(
        [sys.executable, str(Path(cast.__file__).with_name("kill_at.py"))],
        input=json.dumps(runs).encode(),
        capture_output=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("KT1_")},
        check=True,
    )
    codes = map(int, done.stdout.split())
    return [(world, code, trace) for (world, trace), code in zip(worlds, codes, strict=True)]


def kind(line: str) -> str:
    """What a step does: its first word, which a rebuild says for many tables and every entry."""
    return line.split()[0]


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL and fork")
def test_a_machine_that_dies_on_the_way_leaves_the_old_or_the_new(tmp_path: Path):
    [(whole, code, trace)] = rebuild_killed(tmp_path / "whole", [None])
    assert code == 0
    lines, wanted = trace.read_text("utf-8").splitlines(), kept(whole)
    found = set()
    steps = nightly.some(list(range(len(lines))), lambda step: kind(lines[step]))
    for world, code, _ in rebuild_killed(tmp_path / "killed", [*steps]):
        assert code == KILLED
        try:
            report = verify.verify(world.at(190))
        except UnavailableError as error:
            found.add(error.code)
            verify.rebuild(world.session)
            report = verify.verify(world.at(190))
        else:
            found.add("new")
        assert (report.findings, kept(world)) == ([], wanted)
    assert found == {"database-older", "new"}
