"""Whoever can write the database file, but has no PIN and no key, makes a weapon of it.

Every column is given values of every type past all that SQLite holds against it; things are dropped
and planted in the schema. Each command answers with a finding or a plain error: it does not crash,
the audit does not say that all is well, and nothing is signed on top.
"""

import contextlib
import json
import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kt1custody.cli import ending
from kt1custody.cli.main import kt1
from kt1custody.errors import UnavailableError
from kt1custody.store import db, tables
from tests.kit import at_counter, cast, nightly, stages
from tests.kit.at_counter import Handover
from tests.kit.calls import ANSWERS
from tests.kit.false_history import without_guards
from tests.kit.foreign import FOREIGN, SETUP
from tests.kit.phone import Phone, size
from tests.kit.stages import STAGES, Stages

TABLES = tables.EntryRow.metadata.tables
VALUES: dict[str, object] = {
    "nothing": None,
    "negative": -1,
    "zero": 0,
    "small": 77,
    "huge": 2**63 - 1,
    "fraction": 0.5,
    "text": "NV011\x1b[2J",
    "digits": "12",
    "no text": b"\xff\xfe\x00",
    "hash": bytes(32),
    "empty": b"",
}
# One of each kind of reading and writing.
GATE = ("item list", "verify", "person hold")
COLUMNS = [
    (table, column.name) for table, known in sorted(TABLES.items()) for column in known.columns
]
# Nobody is harmed by another value, or only its use shows it: `tables.OPERATIONAL`, and a box, which
# only a person's key opens.
UNPROVED = {
    ("checkpoints", "at"),
    ("records", "box"),
    *((table, column) for table, column in COLUMNS if table in tables.OPERATIONAL),
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    return stages.build(tmp_path_factory.mktemp("stages"))


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[sqlite3.Connection]:
    path = folder / "data" / db.NAME
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        yield raw


def set_everywhere(folder: Path, table: str, column: str, value: object) -> bool:
    """Write a value into a column, past its type; tells whether anything is another than before."""
    with opened(folder) as raw:
        [[text]] = raw.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,))
        lax = re.sub(r" (VARCHAR|BLOB|BOOLEAN|BIGINT)( NOT NULL)?(?=,)", "", text)
        write_text(raw, table, lax)
    with opened(folder) as raw, without_guards(raw):
        if not raw.execute(f"SELECT 1 FROM {table}").fetchall():
            row = [0 if column.type.python_type is int else b"" for column in TABLES[table].columns]
            raw.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        before = raw.execute(f'SELECT {table}."{column}" FROM {table}').fetchall()
        with contextlib.suppress(sqlite3.IntegrityError):  # of the whole column, or of one row
            raw.execute(f'UPDATE {table} SET "{column}" = ?', (value,))
        if raw.execute(f'SELECT "{column}" FROM {table}').fetchall() == before:
            last = f'(SELECT max("{column}") FROM {table})'
            with contextlib.suppress(sqlite3.IntegrityError):
                raw.execute(
                    f'UPDATE {table} SET "{column}" = ? WHERE "{column}" = {last}', (value,)
                )
        after = raw.execute(f'SELECT "{column}" FROM {table}').fetchall()
    with opened(folder) as raw:
        write_text(raw, table, text)
    return bool(before != after)


def write_text(raw: sqlite3.Connection, table: str, text: str) -> None:
    raw.execute("PRAGMA writable_schema=ON")
    raw.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (text, table))
    [[version]] = raw.execute("PRAGMA schema_version")
    raw.execute(f"PRAGMA schema_version={version + 1}")


def answer(stage: Stages, folder: Path, name: str) -> dict[str, Any]:
    """Give a command to a log, in a copy of it: an answer or a sentence, never a traceback."""
    there = folder.with_name(f"{folder.name} {name}")
    words = stage.call(name, "full", there)
    shutil.rmtree(there / "data")
    shutil.copytree(folder / "data", there / "data")
    result = CliRunner().invoke(kt1, ["--json", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    said: dict[str, Any] = json.loads(result.stdout)
    if "error" in said:
        assert result.exit_code in {*ending.EXIT_CODES.values(), ending.RECORDED}
        assert len(said["error"]["message"]) > 20
    if result.exit_code == ending.RECORDED or (name == "person hold" and "error" not in said):
        # It stands on what is left.
        assert not findings(stage, there) - findings(stage, folder), said
    return said


def findings(stage: Stages, folder: Path) -> set[str]:
    """Say what is wrong with a log once all that follows from its entries is made again."""
    rebuilt = folder.with_name(f"{folder.name} rebuilt")
    shutil.copytree(folder, rebuilt, dirs_exist_ok=True)
    call = ["--json", "--data", str(rebuilt / "data"), "--keys", str(folder / "keys")]
    told = [CliRunner().invoke(kt1, [*call, name]).stdout for name in ("rebuild", "verify")]
    shutil.rmtree(rebuilt)
    said = json.loads(told[1])
    return {"error"} if "error" in said else {one["kind"] for one in said["findings"]}


def codes(stage: Stages, folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Give commands to a spoilt log; `.` for each that has found nothing."""
    told = {}
    for name in names:
        said = answer(stage, folder, name)
        told[name] = said["error"]["code"] if "error" in said else "."
        if name == "verify" and said.get("findings"):
            told[name] = str(said["verdict"])
    return told


def commands() -> Iterable[str]:
    """Give one of each kind; at night every command that reads a log."""
    return ANSWERS if nightly.is_nightly() else GATE


def copied(stage: Stages, folder: Path) -> Path:
    """Copy the log whose day is full."""
    shutil.copytree(stage.folder / "full", folder)
    return folder


def test_an_honest_log_answers_every_command(stage: Stages, tmp_path: Path):
    folder = copied(stage, tmp_path / "log")
    told = codes(stage, folder, commands())
    place = STAGES[1:].index("full")
    wanted = {name: ANSWERS[name].split()[place] for name in told}
    assert told == {name: "." if code.isdecimal() else code for name, code in wanted.items()}


# One value for each column, so that all have their turn; and the others, one of each kind of command.
TURNS: list[tuple[str, ...]] = [
    (*one, list(VALUES)[place % len(VALUES)]) for place, one in enumerate(COLUMNS)
]
ASKED = nightly.some(TURNS, lambda turn: turn[::2])
OTHERS = [(*one, name) for one in COLUMNS for name in VALUES if (*one, name) not in TURNS]


@pytest.mark.parametrize(("table", "column", "name"), ASKED)
def test_a_value_of_any_type_in_any_column_is_found_or_told(
    stage: Stages, tmp_path: Path, table: str, column: str, name: str
):
    """In the gate the audit and one other command, each in its turn."""
    other = ("item list", "person hold")[TURNS.index((table, column, name)) % 2]
    asked = commands() if nightly.is_nightly() else ("verify", other)
    spoil_and_ask(stage, tmp_path, table, column, name, asked)


@pytest.mark.nightly
@pytest.mark.parametrize(("table", "column", "name"), OTHERS)
def test_every_value_in_every_column_is_found_or_told(
    stage: Stages, tmp_path: Path, table: str, column: str, name: str
):
    spoil_and_ask(stage, tmp_path, table, column, name, GATE)


def spoil_and_ask(
    stage: Stages, folder: Path, table: str, column: str, name: str, asked: Iterable[str]
) -> None:
    log = copied(stage, folder / "log")
    is_another = set_everywhere(log, table, column, VALUES[name])
    told = codes(stage, log, asked)
    if is_another and (table, column) not in UNPROVED:
        assert told["verify"] != "."


@pytest.mark.parametrize("statement", nightly.each(FOREIGN, *list(FOREIGN)[-1:]))
def test_a_foreign_schema_is_told_by_every_command(stage: Stages, tmp_path: Path, statement: str):
    if FOREIGN[statement] is None:
        return
    folder = copied(stage, tmp_path / "log")
    with opened(folder) as raw:
        for part, made in SETUP.items():
            raw.execute(made if part in statement else "SELECT 1")
        raw.execute(statement)
    told = codes(stage, folder, commands())
    assert told == {name: "." if name == "rebuild" else "database-altered" for name in told}


def test_a_serial_that_fits_into_no_act_is_told_plainly(world: cast.World, phone: Phone):
    mine, other = (str(one.n) for one in phone.held[:2])
    back = Handover(cast.COURIER, cast.CLERK_2, cast.CONTROLLER)
    at_counter.hand_over(world.session, back, [mine, other], confirm=cast.yes)
    at_counter.void(world.session, cast.CLERK, cast.CONTROLLER, mine, "torn", confirm=cast.yes)
    before = size(world)
    with world.session.database.write() as connection:
        connection.exec_driver_sql("UPDATE items SET seal = 77 WHERE n = ?", (int(other),))
    with pytest.raises(UnavailableError, match="database-broken"):
        at_counter.void(world.session, cast.CLERK, cast.CONTROLLER, other, "torn", confirm=cast.yes)
    assert size(world) == before
