"""What a command writes once more takes nobody else's place, and keys go into no backup (G16, G17)."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from kt1custody.cli import outgoing
from kt1custody.cli.main import kt1
from kt1custody.errors import KtError
from kt1custody.services.evidence.backup import Copy
from kt1custody.signing import key_files
from tests.kit import at_counter, cast
from tests.kit.phone import is_sound


def everything(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, but for what SQLite keeps beside an open database."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


def genesis_beside(world: cast.World, folder: Path) -> None:
    """Put there what a public folder and a demo are known by."""
    public = world.folder / "aside"
    outgoing.public(world.session, public)
    shutil.copy(public / "genesis.txt", folder)


Write = Callable[[cast.World, Path], object]
WRITES: dict[str, Write] = {
    "publish": lambda world, folder: outgoing.public(world.session, folder),
    "backup": lambda world, folder: outgoing.backup(world.session, folder),
}


@pytest.mark.parametrize("how", WRITES)
def test_no_folder_that_is_holds_or_lies_in_the_log_s_own_is_written_over(
    lived: cast.World, how: str
):
    world, write = lived, WRITES[how]
    for folder in (world.folder, world.session.data, world.session.keys):
        genesis_beside(world, folder)
    before = everything(world.folder)
    ways = (world.folder, world.session.data, world.session.keys, world.session.data / "x")
    for folder in (*ways, world.session.data / ".." / "keys"):
        with pytest.raises(KtError, match="place-of-log"):
            write(world, folder)
    after = everything(world.folder)
    assert {name: after[name] for name in before if not name.startswith("data/kt1.db")}.items() <= (
        before.items()
    )
    assert after.keys() == before.keys()
    write(world, world.folder.with_name(f"{world.folder.name}-out"))  # the honest twin
    assert is_sound(world)


def test_a_public_folder_makes_room_for_a_newer_one_and_for_nothing_else(
    world: cast.World, tmp_path: Path
):
    folder = tmp_path / "public"
    outgoing.public(world.session, folder)
    at_counter.rotate(world.at(210), cast.OFFICERS[0], cast.OFFICERS)
    outgoing.public(world.at(211), folder)  # the honest twin
    assert not list(tmp_path.glob(".public*"))
    for name in ("auditor.txt", "keys/mine.pem", "new/only-copy.txt"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("kept by hand")
        before = everything(folder)
        with pytest.raises(KtError, match="foreign-file"):
            outgoing.public(world.at(212), folder)
        assert everything(folder) == before
        (folder / name).unlink()
    (folder / "genesis.txt").write_text(f"{'0' * 64}\n")  # of another log
    with pytest.raises(KtError, match="not-a-public-folder"):
        outgoing.public(world.at(213), folder)


def test_the_backup_before_makes_room_and_nothing_else_that_has_its_name(
    lived: cast.World, tmp_path: Path
):
    world, older = lived, tmp_path / "kept.older"
    for _ in range(3):  # the honest twin
        outgoing.backup(world.session, tmp_path / "kept")
    assert Copy(folder=older).check()
    (older / "only-copy.txt").write_text("precious")
    before = everything(tmp_path)
    with pytest.raises(KtError, match="foreign-file"):
        outgoing.backup(world.session, tmp_path / "kept")
    shutil.rmtree(older)
    older.mkdir()
    (older / "only-copy.txt").write_text("precious")
    with pytest.raises(KtError, match="file-exists"):
        outgoing.backup(world.session, tmp_path / "kept")
    assert (older / "only-copy.txt").read_text() == "precious"
    assert Copy(folder=tmp_path / "kept").check()
    assert {name for name in everything(tmp_path) if name.startswith("kept/")} == {
        name for name in before if name.startswith("kept/")
    }


def demo(folder: Path) -> str:
    """Ask for a demo whose sample lists are nowhere: it ends as soon as it may begin."""
    done = CliRunner().invoke(kt1, ["demo", str(folder), "--sample", str(folder / "nowhere")])
    return done.stderr.splitlines()[0] if done.exit_code == 3 else ""


def test_a_demo_makes_room_for_a_demo_and_for_nothing_else(
    lived: cast.World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    world = lived
    world.session.close()
    played, public = tmp_path / "played", tmp_path / "public"
    for name in ("data", "keys"):
        shutil.copytree(world.folder / name, played / name)
    outgoing.public(world.session, public)
    shutil.copy(public / "genesis.txt", played)
    world.session.close()
    assert demo(played) == ""  # the honest twin: it may be played over
    before = everything(tmp_path)
    for folder in (public, world.session.data, tmp_path):
        assert demo(folder), folder
    (played / "minutes.txt").write_text("only copy")
    assert "minutes.txt" in demo(played)
    (played / "minutes.txt").unlink()
    monkeypatch.setenv("KT1_DATA", str(world.session.data))
    assert str(world.session.data) in demo(world.session.data / "demo")
    assert everything(tmp_path) == before


def test_keys_that_lie_in_the_data_folder_stop_every_command(lived: cast.World, tmp_path: Path):
    world = lived
    assert outgoing.backup(world.session, tmp_path / "kept")  # the honest twin
    world.session.close()
    world.session.keys = world.session.keys.rename(world.session.data / "keys")
    for command in (
        lambda: outgoing.backup(world.session, tmp_path / "more"),
        lambda: at_counter.hold(world.session, cast.CLERK, cast.COURIER, "absent"),
    ):
        with pytest.raises(KtError, match="keys-inside-data"):
            command()
    assert not (tmp_path / "more").exists()


@pytest.mark.parametrize(
    "name", ["log.key", "of 2025/NV011.key", "evidence/x.checkpoint", "old.bak"]
)
def test_a_key_file_in_the_data_folder_is_named_and_backed_up_by_nobody(
    lived: cast.World, tmp_path: Path, name: str
):
    world = lived
    (world.session.data / "evidence").mkdir()
    (world.session.data / "evidence" / "31-ab.checkpoint").write_bytes(b"what a witness has")
    (world.session.data / "notes.txt").write_text("of the operator")
    told = {one for one, _, _ in outgoing.backup(world.session, tmp_path / "kept").files}
    assert told == {"kt1.db", "checkpoint", "evidence/31-ab.checkpoint"}  # the honest twin
    copy = world.session.data / name
    copy.parent.mkdir(exist_ok=True)
    source = "log.key" if name == "log.key" else f"{cast.COURIER}.key"
    shutil.copy(world.session.keys / source, copy)
    assert key_files.is_key(copy.read_bytes()[: key_files.HEAD])
    with pytest.raises(KtError, match="key-in-data"):
        outgoing.backup(world.session, tmp_path / "more")
    assert not (tmp_path / "more").exists()
