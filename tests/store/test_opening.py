"""What lies beside a database, and what its medium allows: looked at before SQLite does."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.errors import UnavailableError
from kt1custody.services.custody import look
from kt1custody.services.evidence import verify
from kt1custody.services.session import checkpoint
from kt1custody.services.session.session import LAST_SIGNED, Session
from kt1custody.store import db, opening
from kt1custody.store.log import LogBook
from kt1custody.store.notes import Notes
from tests.kit import at_counter, cast, readers
from tests.kit.at_counter import found


def size_of(folder: Path) -> int:
    database = db.open_folder(folder)
    try:
        with database.read() as connection:
            return LogBook(connection).tree.size
    finally:
        database.close()


def refusal(folder: Path) -> str:
    """Say with which code a folder is refused, and make sure that nothing in it has changed."""
    before = contents(folder)
    with pytest.raises(UnavailableError) as caught:
        size_of(folder)
    assert contents(folder) == before
    return caught.value.code


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def one_more(world: cast.World) -> int:
    """Add an entry to the log, and say how many it has."""
    at_counter.hold(world.at(300), cast.CLERK, cast.COURIER_2, "absent")
    at_counter.lift(world.at(301), cast.COURIER_2, "cleared", cast.OFFICERS)
    with world.session.database.read() as connection:
        return LogBook(connection).tree.size


def with_wal(world: cast.World, folder: Path) -> Path:
    """Copy a database whose newest entries are in its `-wal`, as a crash leaves them."""
    one_more(world)
    shutil.copytree(world.session.data, folder)
    world.session.close()
    opening.beside(folder / db.NAME, "-shm").unlink()
    assert opening.beside(folder / db.NAME, "-wal").stat().st_size
    return folder


# What is no database of ours


def spoil_text(path: Path) -> None:
    path.write_text("STT,Số công văn\n" * 1_000, "utf-8")


def spoil_empty(path: Path) -> None:
    path.write_bytes(b"")


def spoil_header(path: Path) -> None:
    path.write_bytes(b"\0" * 100 + path.read_bytes()[100:])


def spoil_tables(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("DROP TABLE head")


def spoil_other(path: Path) -> None:
    path.unlink()
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE moz_places (url)")


def spoil_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def spoil_link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.with_name("gone.db"))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (spoil_text, "not-a-database"),
        (spoil_header, "not-a-database"),
        (spoil_empty, "database-empty"),
        (spoil_other, "database-foreign"),
        (spoil_tables, "database-altered"),
        (spoil_folder, "database-is-folder"),
        (Path.unlink, "database-missing"),
        (spoil_link, "database-missing"),
    ],
)
def test_what_is_no_log_is_named_and_not_touched(
    founded: cast.World, spoil: Callable[[Path], None], code: str
):
    founded.session.close()
    spoil(founded.session.data / db.NAME)
    assert refusal(founded.session.data) == code


def test_a_folder_that_is_a_file_has_no_log(founded: cast.World, tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UnavailableError, match="database-missing"):
        db.open_folder(tmp_path / "file")


# What lies beside it


def hot_journal(path: Path, folder: Path) -> bytes:
    """Make a journal that would take the newest entry out of the file again."""
    copy = Path(shutil.copy(path, folder / "copy.db"))
    with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE head SET seq = 0")
        connection.execute("PRAGMA cache_spill = 1")
        return opening.beside(copy, "-journal").read_bytes()


@pytest.mark.parametrize("kind", ["hot", "empty", "folder", "link"])
def test_a_stray_journal_is_refused_before_sqlite_sees_it(
    founded: cast.World, tmp_path: Path, kind: str
):
    founded.session.close()
    path = founded.session.data / db.NAME
    journal = opening.beside(path, "-journal")
    match kind:
        case "hot":
            journal.write_bytes(hot_journal(path, tmp_path))
        case "empty":
            journal.touch()
        case "folder":
            journal.mkdir()
        case _:
            journal.symlink_to(tmp_path / "gone")
    assert refusal(founded.session.data) == "journal-beside"
    journal.rmdir() if kind == "folder" else journal.unlink()
    assert verify.verify(founded.session).findings == []


def test_a_stray_journal_beside_the_last_signed_checkpoint_is_refused_too(founded: cast.World):
    founded.session.close()
    (founded.session.keys / f"{LAST_SIGNED}-journal").touch()
    with pytest.raises(UnavailableError, match="journal-beside"):
        Notes(founded.session.keys / LAST_SIGNED)
    with pytest.raises(UnavailableError, match="journal-beside"):
        checkpoint.give_out(founded.session)


def test_what_a_crash_left_in_the_wal_is_taken(founded: cast.World, tmp_path: Path):
    more = one_more(founded)
    folder = tmp_path / "crashed"
    shutil.copytree(founded.session.data, folder)
    assert size_of(folder) == more


def test_the_wal_of_another_log_is_refused(founded: cast.World, tmp_path: Path):
    founded.session.close()
    other = cast.World(tmp_path / "other")
    found(other.session, cast.FOUNDING)
    at_counter.hold(other.at(9), cast.OFFICERS[0], cast.RESERVE, "absent")
    wal = opening.beside(other.session.data / db.NAME, "-wal")
    shutil.copy(wal, opening.beside(founded.session.data / db.NAME, "-wal"))
    other.session.close()
    assert refusal(founded.session.data) == "wal-foreign"


def test_a_newer_wal_beside_a_restored_database_is_refused(founded: cast.World, tmp_path: Path):
    founded.back_up(tmp_path / "backup")
    for _ in range(3):  # closing takes the `-wal` into the file; the next one begins behind it
        one_more(founded)
        founded.session.close()
    crashed = with_wal(founded, tmp_path / "crashed")
    shutil.copy(tmp_path / "backup" / db.NAME, crashed / db.NAME)
    assert refusal(crashed) == "wal-foreign"
    opening.beside(crashed / db.NAME, "-wal").unlink()
    assert size_of(crashed)


def test_a_wal_that_rewrites_an_entry_is_refused(founded: cast.World, tmp_path: Path):
    founded.session.close()
    path = founded.session.data / db.NAME
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER entries_no_update")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute(
            "UPDATE entries SET leaf = zeroblob(32) WHERE seq = (SELECT max(seq) FROM entries)"
        )
        shutil.copytree(founded.session.data, tmp_path / "rewritten")
    opening.beside(tmp_path / "rewritten" / db.NAME, "-shm").unlink()
    assert refusal(tmp_path / "rewritten") == "wal-foreign"


def test_a_wal_that_is_rubbish_holds_nothing(founded: cast.World):
    founded.session.close()
    opening.beside(founded.session.data / db.NAME, "-wal").write_bytes(b"\x07" * 9_000)
    assert size_of(founded.session.data)


@pytest.mark.parametrize("ending", ["-wal", "-journal"])
def test_no_log_is_founded_over_what_is_left_of_another(tmp_path: Path, ending: str):
    world = cast.World(tmp_path)
    world.session.data.mkdir()
    left = opening.beside(world.session.data / db.NAME, ending)
    left.write_bytes(b"of another log")
    with pytest.raises(UnavailableError, match="leftovers"):
        found(world.session, cast.FOUNDING)
    assert contents(world.session.data) == {left.name: b"of another log"}


def test_shared_memory_that_cannot_be_made_is_named(founded: cast.World, tmp_path: Path):
    founded.session.close()
    shared = opening.beside(founded.session.data / db.NAME, "-shm")
    shared.symlink_to(tmp_path / "elsewhere")  # SQLite follows no link here
    with pytest.raises(UnavailableError, match="no-shared-memory"):
        size_of(founded.session.data)


def test_a_machine_without_a_free_file_says_so(founded: cast.World):
    founded.session.close()
    size_of(founded.session.data)  # everything is loaded
    with readers.no_more_files(), pytest.raises(UnavailableError, match="too-many-files"):
        size_of(founded.session.data)


# A medium that can only be read


def reading_desk(folder: Path) -> Session:
    return cast.World(folder).session


def all_of(folder: Path) -> tuple[int, list[str], int]:
    """Read a log as an auditor does: how many entries, what is wrong, who holds what."""
    session = reading_desk(folder)
    session.as_of = cast.MORNING + 60 * 300
    report = verify.verify(session)
    held = look.held(session, cast.COURIER)
    story = look.story(session, str(held[0].n)).happenings if held else ()
    session.close()
    assert "last-signed" not in report.not_checked
    return report.entries, [finding.kind for finding in report.findings], len(held) + len(story)


def test_a_log_that_can_only_be_read_is_verified_and_read(lived: cast.World):
    lived.session.close()
    known = all_of(lived.folder)
    with readers.readable_copy(lived.folder) as copy:
        before = contents(copy / "data")
        with readers.as_reader():
            assert all_of(copy) == known
            with (
                pytest.raises(UnavailableError, match="database-read-only"),
                reading_desk(copy).database.write(),
            ):
                pass
        assert contents(copy / "data") == before
    assert known[1:] == ([], known[2])
    assert known[2] > 5


@pytest.mark.parametrize("has_shm", [True, False])
def test_what_waits_in_the_wal_is_read_too_or_nothing_is(lived: cast.World, has_shm: bool):
    newest = one_more(lived)
    with readers.readable_copy(lived.folder) as copy:
        lived.session.close()
        path = copy / "data" / db.NAME
        assert opening.beside(path, "-wal").stat().st_size
        alone = shutil.copy(path, copy.parent / "alone.db")
        if not has_shm:
            (copy / "data").chmod(0o755)
            opening.beside(path, "-shm").unlink()
            (copy / "data").chmod(0o555)
        with readers.as_reader():
            assert size_of(copy / "data") == newest
            assert verify.verify(reading_desk(copy)).findings == []
        with contextlib.closing(sqlite3.connect(alone)) as connection:
            connection.execute("PRAGMA journal_mode")
            [[in_file]] = connection.execute("SELECT max(seq) + 1 FROM entries").fetchall()
        assert in_file < newest  # what is not in the file would have been missed


def test_where_the_wal_cannot_be_read_nothing_is(
    founded: cast.World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = with_wal(founded, tmp_path / "crashed")
    other = opening.OpenMode("mode=ro&vfs=of-another-system", is_frozen=True)
    monkeypatch.setattr(opening, "_WITH_WAL", other)
    with readers.readable_copy(folder) as copy, readers.as_reader():
        assert refusal(copy) == "wal-unread"


def test_a_file_that_is_written_while_it_is_only_read_is_told(founded: cast.World):
    founded.session.close()
    with readers.readable_copy(founded.session.data) as copy:
        with readers.as_reader():
            database = db.open_folder(copy)
            reading = database.read()
            reading.__enter__().exec_driver_sql("SELECT 1")
        os.utime(copy / db.NAME, ns=(1, 1))
        with readers.as_reader(), pytest.raises(UnavailableError, match="database-changing"):
            reading.__exit__(None, None, None)
        database.close()


def test_a_file_that_this_account_may_not_read_is_named(founded: cast.World):
    founded.session.close()
    with readers.readable_copy(founded.session.data) as copy:
        (copy / db.NAME).chmod(0o000)
        with readers.as_reader(), pytest.raises(UnavailableError, match="database-unreadable"):
            db.open_folder(copy)
        copy.chmod(0o000)
        with readers.as_reader(), pytest.raises(UnavailableError, match="database-unreadable"):
            db.open_folder(copy)
        copy.chmod(0o755)


def test_a_bundle_from_a_medium_that_can_only_be_read_ends_at_the_last_checkpoint(
    lived: cast.World, tmp_path: Path
):
    checkpoint.give_out(lived.at(300))
    last = one_more(lived)
    with lived.session.database.read() as connection:
        [size] = connection.exec_driver_sql("SELECT max(size) FROM checkpoints").one()
    lived.session.close()
    shutil.rmtree(lived.session.keys)  # of a disk in a drawer the keys are not there
    with readers.readable_copy(lived.session.data) as copy:
        session = replace(lived.session, data=copy, keys=tmp_path / "none")
        out = copy.parent / "out"
        out.mkdir()
        out.chmod(0o777)
        with readers.as_reader():
            made = outgoing.bundle(session, out / "bundle")
            with pytest.raises(UnavailableError, match="database-read-only"):
                at_counter.hold(session, cast.CLERK, cast.COURIER_2, "absent")
        session.close()
        assert made.size == size < last
        report = incoming.audit_folder(out / "bundle")
        assert (report.findings, report.size) == ([], size)


MOUNTED = """
mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 99
shift
"$@" verify
[ $? = 3 ] && "$@" holder NV011 || exit 3
"$@" person hold NV014 --by NV021 --reason absent
[ $? = 5 ] || exit 2
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("unshare") is None, reason="this machine lets nobody mount")
def test_a_folder_on_a_mount_for_reading_only_is_read_and_not_written(lived: cast.World):
    newest = one_more(lived)
    copy = Path(shutil.copytree(lived.folder, lived.folder / "copy"))
    lived.session.close()
    opening.beside(copy / "data" / db.NAME, "-shm").unlink()
    program = [sys.executable, "-m", "kt1custody", "--data", str(copy / "data")]
    program += ["--keys", str(copy / "keys"), "--as-of", "23/11/2026 13:00"]
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", MOUNTED, "-", str(copy), *program],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode in (1, 99) and "unshare" in done.stderr:
        pytest.skip("this machine lets nobody mount")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Đã xem {newest} mục nhật ký" in done.stdout
    assert "chỉ đọc được" in done.stderr
