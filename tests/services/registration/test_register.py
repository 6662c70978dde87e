"""Registering a manifest: all of it or nothing, whatever happens in the middle."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kt1custody.cli import given_files, registering
from kt1custody.core.manifest.layout import COLUMNS
from kt1custody.errors import (
    MalformedInputError,
    NotAllowedError,
    RefusedError,
    UnavailableError,
)
from kt1custody.services.custody import look
from kt1custody.services.evidence import verify
from kt1custody.services.registration import register
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast, nightly

ROOT = Path(__file__).parents[3]
ROWS = 24
# An import in a process of its own; dies, as if killed, before its k-th statement.
PROGRAM = """
import os, sys
from pathlib import Path
import sqlalchemy as sa
from sqlalchemy import event
from kt1custody.errors import KtError
from kt1custody.services.registration import register
from tests.kit import cast
from tests.kit import at_counter
from kt1custody.cli import registering

world = cast.World(Path(sys.argv[1]))
world.at(int(sys.argv[4]))
left = int(sys.argv[3])

if left >= 0:
    def count(_):
        global left
        left -= 1
        if left < 0:
            os._exit(9)

    @event.listens_for(sa.pool.Pool, "connect")
    def connected(connection, _):
        connection.set_trace_callback(count)

print("ready", flush=True)
sys.stdin.readline()
try:
    made = at_counter.import_manifest(world.session, lambda: cast.CLERK, Path(sys.argv[2]))
    print(len(made.numbers))
except KtError as error:
    print(error.code)
"""


def start(world: cast.World, file: Path, die: int = -1, at: int = 5) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", PROGRAM, str(world.folder), str(file), str(die), str(at)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(words, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def run(process: subprocess.Popen[str]) -> tuple[int, str]:
    told, _ = process.communicate("\n")
    return process.returncode, told.strip()


def stored(world: cast.World) -> int:
    world.session.close()
    count = len(look.listed(world.at(60), holder=None, is_open=False, is_unsealed=False))
    report = verify.verify(world.session, opener=cast.CLERK)
    assert report.findings == []
    with world.session.database.read() as connection:
        records = connection.exec_driver_sql("SELECT COUNT(*) FROM records").scalar_one()
        names = len(LogBook(connection).control.names)
    assert records == names + (count + 1 if count else 0)  # every slip, and the manifest's list
    return count


def take(world: cast.World, file: Path, at: int = 70) -> registering.Registered:
    return at_counter.import_manifest(world.at(at), lambda: cast.CLERK, file)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return cast.write_manifest(tmp_path / "sang.csv", ROWS)


@pytest.mark.slow
def test_an_import_that_dies_at_any_statement_has_stored_nothing(founded: cast.World, file: Path):
    """There are 240 statements; some of the first are tried, more of those under the lock."""
    founded.session.close()
    died = 0
    first = (0, 4, 13, 24, 40, 60, 80, 90) if nightly.is_nightly() else (0, 60)
    for die in (*first, *range(96, 400, 2 if nightly.is_nightly() else 70)):
        code, _ = run(start(founded, file, die))
        if code != 9:
            break
        died += 1
        assert stored(founded) == 0
    assert died > len(first)
    if stored(founded) == 0:
        assert len(take(founded, file).numbers) == ROWS
    with pytest.raises(RefusedError, match="manifest-registered-already"):
        take(founded, file)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL here")
def test_an_import_that_is_killed_is_whole_or_not_there_and_says_which(
    founded: cast.World, file: Path
):
    process = start(founded, file)
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()
    process.kill()
    process.communicate()
    if stored(founded):
        with pytest.raises(RefusedError, match="manifest-registered-already"):
            take(founded, file)
    else:
        assert len(take(founded, file).numbers) == ROWS


@pytest.mark.slow
def test_the_same_manifest_in_two_processes_is_stored_once(founded: cast.World, file: Path):
    founded.session.close()
    told = race(founded, file, file)
    assert told == [str(ROWS), "manifest-registered-already"]
    assert stored(founded) == ROWS


@pytest.mark.slow
def test_a_reference_that_another_process_has_registered_is_a_duplicate(
    founded: cast.World, file: Path, tmp_path: Path
):
    founded.session.close()
    assert run(start(founded, file)) == (0, str(ROWS))
    more = cast.write_manifest(tmp_path / "them.csv", 2, begin=ROWS - 1)
    assert run(start(founded, more, at=6)) == (0, "0")
    assert stored(founded) == ROWS


@pytest.mark.slow
def test_two_manifests_in_two_processes_are_both_stored(
    founded: cast.World, file: Path, tmp_path: Path
):
    founded.session.close()
    other = cast.write_manifest(tmp_path / "khac.csv", 10, begin=ROWS)
    assert race(founded, file, other) == ["10", str(ROWS)]
    founded.session.close()
    shown = look.listed(founded.at(60), holder=None, is_open=False, is_unsealed=False)
    running = [one.n // 10 % 10**7 for one in shown]
    assert running == list(range(1, ROWS + 11))


def race(world: cast.World, *files: Path) -> list[str]:
    processes = [start(world, file) for file in files]
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    return sorted(process.communicate()[0].strip() for process in processes)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit of file sizes here")
def test_a_full_disk_stores_nothing_and_says_so(founded: cast.World, file: Path):
    size = (founded.session.data / "kt1.db").stat().st_size
    founded.session.close()
    limit = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size // 8}, {size // 8}));"
    )
    words = [sys.executable, "-c", limit + PROGRAM, str(founded.folder), str(file), "-1", "5"]
    done = subprocess.run(words, cwd=ROOT, input="\n", capture_output=True, text=True, check=False)
    # A limit on the size of files is no full disk to SQLite, which may tell either.
    assert done.stdout.split()[-1] in ("disk-full", "disk-faulty"), done.stderr
    assert stored(founded) == 0


def test_a_manifest_of_many_rows_is_several_acts_in_one_transaction(
    founded: cast.World, tmp_path: Path
):
    lines = cast.MANIFEST.read_text("utf-8-sig").splitlines()
    plain = next(line for line in lines[1:] if line.split(",")[7:9] == ["C", ""])
    rows = [plain.replace(plain.split(",")[1], f"{n}/CV-X", 1) for n in range(450)]
    (tmp_path / "lon.csv").write_text("\n".join([lines[0], *rows]), "utf-8")
    made = take(founded, tmp_path / "lon.csv")
    assert not made.findings
    assert len(made.numbers) == 450
    with founded.session.database.read() as connection:
        acts = [entry.act for entry in LogBook(connection).acts("register")]
    assert [len(act.lines) for act in acts] == [200, 200, 50]


def test_the_same_content_under_another_name_is_recognised(
    founded: cast.World, file: Path, tmp_path: Path
):
    take(founded, file)
    again = tmp_path / "ten-khac.csv"
    again.write_bytes(file.read_bytes())
    with pytest.raises(RefusedError, match="manifest-registered-already"):
        take(founded, again)


def test_a_reference_of_an_earlier_manifest_is_a_duplicate(
    founded: cast.World, file: Path, tmp_path: Path
):
    take(founded, file)
    more = cast.write_manifest(tmp_path / "them.csv", ROWS + 1)
    found = take(founded, more).findings
    assert {one.code for one in found} == {"duplicate-reference"}
    assert stored(founded) == ROWS


def test_what_was_right_is_checked_again_only_where_it_may_be_wrong_now(founded: cast.World):
    """By the time, by what was accepted meanwhile, or by other lists."""
    session = founded.at(5)
    rows = register.read_manifest(given_files.table(cast.MANIFEST))
    with session.database.read() as connection:
        book = LogBook(connection)
        counter = register.counter(session, book, session.now(book.control))
    checked = rows.check(counter)
    assert checked.findings == []
    assert rows.check(replace(counter, at=counter.at + 60)) is checked
    too_late = min(one.appt for one in checked.consignments if one.appt is not None)
    for changed, code in (
        (replace(counter, at=too_late), "appointment-too-soon"),
        (replace(counter, known=frozenset(filter(None, checked.keys))), "duplicate-reference"),
        (replace(counter, places=replace(counter.places, agencies={})), "unknown-agency"),
    ):
        assert {finding.code for finding in rows.check(changed).findings} == {code}
    assert rows.check(counter) is checked
    assert rows.check(replace(counter, at=counter.at - 1)) is not checked


def test_faulty_rows_store_nothing_and_ask_nobody_for_a_pin(founded: cast.World):
    founded.pins.clear()
    made = take(founded, cast.DATA / "manifests" / "faulty.csv", at=0)
    assert len({one.row for one in made.findings}) == 14
    assert stored_without_pin(founded) == 0


def stored_without_pin(world: cast.World) -> int:
    return len(look.listed(world.session, holder=None, is_open=False, is_unsealed=False))


def test_dry_run_checks_all_and_stores_nothing(founded: cast.World, file: Path):
    made = at_counter.import_manifest(founded.at(5), lambda: cast.CLERK, file, dry_run=True)
    assert (made.rows, made.numbers, made.findings) == (ROWS, (), ())
    assert stored(founded) == 0


@pytest.mark.parametrize(
    ("spoil", "error", "why"),
    [
        (lambda path: path.mkdir(), MalformedInputError, "directory"),
        (lambda path: path.write_bytes(b""), MalformedInputError, "empty"),
        (lambda path: path.write_bytes(b"\x00\x01PNG"), MalformedInputError, "binary"),
        (lambda path: path.write_bytes(b"\n" * 20_001), MalformedInputError, "empty"),
        (lambda path: None, UnavailableError, "file-unreadable"),
    ],
)
def test_what_is_no_manifest_is_told_and_stores_nothing(
    founded: cast.World,
    tmp_path: Path,
    spoil: Callable[[Path], None],
    error: type[Exception],
    why: str,
):
    spoil(tmp_path / "x.csv")
    with pytest.raises(error, match=why):
        take(founded, tmp_path / "x.csv")
    assert stored(founded) == 0


def test_a_controller_may_register_and_a_courier_may_not(founded: cast.World, file: Path):
    pins = dict(founded.pins)
    founded.pins.clear()  # the rules are asked before the PIN
    with pytest.raises(NotAllowedError, match="role-may-not"):
        at_counter.import_manifest(founded.at(5), lambda: cast.COURIER, file)
    founded.pins.update(pins)
    made = at_counter.import_manifest(founded.at(6), lambda: cast.CONTROLLER, file)
    assert len(made.numbers) == ROWS


def test_one_item_by_codes_alone_takes_the_names_from_the_list(founded: cast.World):
    known = look.places(founded.session)
    assert known is not None
    sender, recipient = list(known.agencies)[:2]
    cells = dict.fromkeys(COLUMNS, "")
    del cells["sender_name"], cells["recipient_name"]
    cells |= {"sender": sender, "recipient": recipient, "reference": "1/CV", "kind": "Thư"}
    made = at_counter.register_one(
        founded.at(5), lambda: cast.CLERK, {**cells, "layers": "1", "weight": "20"}
    )
    assert len(made.numbers) == 1, made.findings
