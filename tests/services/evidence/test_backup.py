"""A backup, a loss, and the way back: what is there, what is missing, and what two officers declare."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kt1custody.cli import incoming, outgoing
from kt1custody.cli.main import kt1
from kt1custody.core.manifest.list_rows import Person
from kt1custody.errors import KtError
from kt1custody.services.evidence import verify
from kt1custody.services.evidence.backup import Copy
from kt1custody.services.registration import search
from kt1custody.services.session import checkpoint, lost
from kt1custody.services.session.slips import Reader
from kt1custody.store import copying
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast, judges
from tests.kit.outsiders import paper
from tests.kit.phone import entries, size

MORE = range(40, 43)  # rows of the manifest, registered after the backup


def everything(shown: object) -> bool:
    return True


def work_on(world: cast.World) -> list[int]:
    """Register some more, after whatever was backed up."""
    manifest = cast.write_manifest(world.folder / "chieu.csv", len(MORE), begin=MORE.start)
    made = at_counter.import_manifest(world.at(200), lambda: cast.CLERK, manifest)
    assert not made.findings
    return list(made.numbers)


def lose(world: cast.World, kept: Path) -> None:
    """The disk is gone; the backup is put in the place of the data."""
    world.session.close()
    shutil.rmtree(world.session.data)
    world.session.data.mkdir(mode=0o700)
    shutil.copy(kept / "kt1.db", world.session.data)
    world.at(300)


def opens(world: cast.World, n: int) -> bool:
    """Whether a clerk can open the slip of an item."""
    world.session.unlock([cast.CLERK])
    with world.session.database.read() as connection:
        book = LogBook(connection)
        state = book.item(n)
        assert state is not None
        return Reader(book, world.session.opener(cast.CLERK)).open(state.commit, n) is not None


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(kt1, [*map(str, words)])


# The story.


def test_backup_loss_restore_catch_up_and_declared_losses_end_well(
    lived: cast.World, tmp_path: Path
):
    world, kept = lived, tmp_path / "monday"
    outgoing.backup(world.session, kept)
    numbers = work_on(world)
    outgoing.bundle(world.session, tmp_path / "bundle")  # holds no slips
    before, genesis = size(world), entries(world)[0].leaf
    lose(world, kept)
    with pytest.raises(KtError, match="log-behind"):
        at_counter.hold(world.session, cast.CLERK, cast.DRIVER, "absent")
    done = incoming.catch_up(world.session, [tmp_path / "bundle"])
    assert (done.size, done.records) == (before, 0)
    assert {one.about for one in done.missing} == {"list", *map(str, numbers)}
    report = verify.verify(world.session, genesis)
    assert (report.verdict, report.kinds) == ("wrong", {"record-missing"})
    told, gone = at_counter.declare_lost(
        world.session, "restored", cast.OFFICERS, confirm=everything
    )
    assert [one.act.type for one in told] == ["lost"]
    assert len(gone) == len(numbers) + 1
    report = verify.verify(world.session, genesis)
    assert report.findings == []
    assert "records-lost" in report.outside
    held = paper(checkpoint.sign(world.session).checkpoint)
    answer = judges.of_machine(world, genesis.hex(), held)
    assert (answer.verdict, "records-lost" in str(answer.told)) == ("match", True)
    outgoing.bundle(world.session, tmp_path / "after")
    page = judges.Page()
    for ask in (judges.by_program, judges.by_script, page):
        assert ask(tmp_path / "after", genesis.hex(), held).verdict == "match"
    page.close()
    assert lost.find(world.session) == []
    with pytest.raises(KtError, match="nothing-lost"):
        at_counter.declare_lost(world.session, "restored", cast.OFFICERS, confirm=everything)
    at_counter.hold(world.session, cast.CLERK, cast.DRIVER, "absent")
    assert not opens(world, numbers[0])


@pytest.mark.parametrize("how", ["file", "backup"])
def test_a_file_of_records_or_a_newer_backup_brings_slips_and_their_keys(
    lived: cast.World, tmp_path: Path, how: str
):
    world = lived
    outgoing.backup(world.session, tmp_path / "monday")
    numbers = work_on(world)
    outgoing.bundle(world.session, tmp_path / "bundle")
    outgoing.records(world.session, tmp_path / "records")
    outgoing.backup(world.session, tmp_path / "tuesday")
    lose(world, tmp_path / "monday")
    if how == "file":
        done = incoming.catch_up(
            world.session, [tmp_path / "bundle"], record_files=[tmp_path / "records"]
        )
    else:
        done = incoming.catch_up(world.session, [tmp_path / "tuesday"])
    assert (done.records, done.missing) == (len(numbers) + 1, ())
    assert opens(world, numbers[0])
    assert verify.verify(world.session, opener=cast.CLERK).findings == []


def test_what_was_declared_lost_is_taken_when_it_is_found(lived: cast.World, tmp_path: Path):
    world = lived
    outgoing.backup(world.session, tmp_path / "monday")
    numbers = work_on(world)
    outgoing.backup(world.session, tmp_path / "tuesday")
    outgoing.bundle(world.session, tmp_path / "bundle")
    lose(world, tmp_path / "monday")
    incoming.catch_up(world.session, [tmp_path / "bundle"])
    at_counter.declare_lost(world.session, "disk", cast.OFFICERS, confirm=everything)
    assert incoming.catch_up(world.session, [tmp_path / "tuesday"]).records == len(numbers) + 1
    assert opens(world, numbers[0])
    assert verify.verify(world.session).findings == []


def test_who_was_enrolled_in_the_lost_hours_is_told_that_the_log_is_behind(
    founded: cast.World, tmp_path: Path
):
    world = founded
    outgoing.backup(world.session, tmp_path / "monday")
    person = Person(number="NV055", name="Người Mới", role="clerk", office=cast.OFFICE)
    at_counter.enrol_person(world.at(200), person, cast.OFFICERS)
    lose(world, tmp_path / "monday")
    with pytest.raises(KtError, match="log-behind"):
        world.session.unlock(["NV055"])
    with pytest.raises(KtError, match="log-behind"):
        at_counter.hold(world.session, "NV055", cast.DRIVER, "absent")


def test_a_clerk_whose_office_key_is_gone_is_told_so_and_gets_it_again(
    lived: cast.World, tmp_path: Path
):
    world = lived
    outgoing.backup(world.session, tmp_path / "monday")
    person = Person(number="NV055", name="Người Mới", role="clerk", office=cast.OFFICE)
    world.pins["NV055"] = "847291"
    at_counter.enrol_person(world.at(200), person, cast.OFFICERS)
    assert search.Finder(world.session, "NV055").search("tand") is not None
    outgoing.bundle(world.session, tmp_path / "bundle")
    lose(world, tmp_path / "monday")
    incoming.catch_up(world.session, [tmp_path / "bundle"])
    with pytest.raises(KtError, match="no-office-key"):
        search.Finder(world.session, "NV055").search("tand")
    at_counter.rotate(world.session, "NV055", cast.OFFICERS)
    search.Finder(world.session, "NV055").search("tand")


# The backup itself.


def test_a_backup_proves_itself_and_holds_no_key(lived: cast.World, tmp_path: Path):
    made = outgoing.backup(lived.session, tmp_path / "kept")
    assert made.size == size(lived)
    assert {path.name for path in (tmp_path / "kept").iterdir()} == {
        "kt1.db", "checkpoint", "backup.txt",
    }  # fmt: skip
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "kept").iterdir())
    assert (tmp_path / "kept").stat().st_mode & 0o077 == 0
    genesis = entries(lived)[0].leaf.hex()
    asked = run("verify", tmp_path / "kept", "--genesis", genesis)
    assert asked.exit_code == 3  # nothing from outside covers it
    assert asked.stdout.splitlines()[-1].startswith("KHÔNG ĐỦ")
    assert Copy(folder=tmp_path / "kept").check() == made  # verifying has changed nothing


def test_a_backup_is_verified_where_its_log_is_not(lived: cast.World, tmp_path: Path):
    """And what the log has signed since is no fault of it."""
    outgoing.backup(lived.session, tmp_path / "kept")
    genesis = entries(lived)[0].leaf.hex()
    held = checkpoint.sign(lived.session)
    (tmp_path / "held").write_bytes(held.note)
    work_on(lived)
    checkpoint.sign(lived.session)
    nowhere = ("--data", tmp_path / "no-data", "--keys", tmp_path / "no-keys")
    here = ("--data", lived.session.data, "--keys", lived.session.keys)
    stick = tmp_path / "stick" / "trust"
    stick.parent.mkdir(mode=0o700)
    for folders in (nowhere, here):
        asked = run(
            *folders, "verify", tmp_path / "kept", "--genesis", genesis,
            "--against", tmp_path / "held", "--trust", stick, "--json",
        )  # fmt: skip
        verdict = json.loads(asked.stdout)
        assert (asked.exit_code, verdict["verdict"], verdict["size"]) == (
            0, "match", held.checkpoint.size,
        )  # fmt: skip
        assert {"last-signed", "records"} <= set(verdict["outside"])
        assert verdict["trust"]["renewed"]


def test_a_backup_that_was_changed_is_refused(lived: cast.World, tmp_path: Path):
    outgoing.backup(lived.session, tmp_path / "kept")
    for name in ("kt1.db", "checkpoint", "backup.txt"):
        path = tmp_path / "kept" / name
        raw = path.read_bytes()
        for false in (raw[:-9], raw[:99] + bytes([raw[99] ^ 1]) + raw[100:], None):
            path.unlink() if false is None else path.write_bytes(false)
            with pytest.raises(KtError):
                Copy(folder=tmp_path / "kept").check()
            if path.exists() or name != "backup.txt":  # else nobody takes it for a backup
                with pytest.raises(KtError):
                    incoming.catch_up(lived.session, [tmp_path / "kept"])
            path.write_bytes(raw)
    (tmp_path / "kept" / "kt1.db").write_bytes(b"")
    assert run("verify", tmp_path / "kept").exit_code == 4
    with pytest.raises(KtError):
        incoming.catch_up(lived.session, [tmp_path / "kept"])


def test_a_backup_that_fails_leaves_the_one_before(
    lived: cast.World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    first = outgoing.backup(lived.session, tmp_path / "kept")
    work_on(lived)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(copying, "copy", full)
    with pytest.raises(KtError, match="file-unwritable"):
        outgoing.backup(lived.session, tmp_path / "kept")
    assert Copy(folder=tmp_path / "kept").check() == first
    assert not list(tmp_path.glob(".kept*"))


def test_an_older_one_is_kept_beside_and_a_newer_one_is_never_written_over(
    lived: cast.World, tmp_path: Path
):
    first = outgoing.backup(lived.session, tmp_path / "kept")
    work_on(lived)
    second = outgoing.backup(lived.session, tmp_path / "kept")
    assert (Copy(folder=tmp_path / "kept").check(), Copy(folder=tmp_path / "kept.older").check()) == (
        second, first,
    )  # fmt: skip
    lose(lived, tmp_path / "kept.older")
    for path in lived.session.keys.glob("checkpoint.db*"):
        path.unlink()
    checkpoint.begin_again(lived.session)
    with pytest.raises(KtError, match="backup-newer"):
        outgoing.backup(lived.session, tmp_path / "kept")
    assert Copy(folder=tmp_path / "kept").check() == second


def test_it_takes_no_place_that_is_not_its_own(lived: cast.World, tmp_path: Path):
    (tmp_path / "mine").mkdir()
    with pytest.raises(KtError, match="file-exists"):
        outgoing.backup(lived.session, tmp_path / "mine")
    for inside in (lived.session.data / "b", lived.session.keys / "b"):
        with pytest.raises(KtError, match="place-of-log"):
            outgoing.backup(lived.session, inside)
    assert {path.name for path in tmp_path.iterdir()} >= {"mine"}
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".mine")]


def test_a_file_of_records_of_strangers_adds_nothing(lived: cast.World, tmp_path: Path):
    for content in (
        b"",
        b"kt1-records/1",
        b"kt1-records/1\n\xff\xff\xff\xff",
        b"kt1-records/1\n\0\0\0\1\xff",
    ):
        (tmp_path / "file").write_bytes(content)
        with pytest.raises(KtError, match="not-records"):
            incoming.catch_up(lived.session, [], record_files=[tmp_path / "file"])


def test_each_command_says_what_it_did(lived: cast.World, tmp_path: Path):
    world = lived
    pins = cast.write_pins(tmp_path / "pins")
    words: list[str | Path] = [
        "--data",
        world.session.data,
        "--keys",
        world.session.keys,
        "--pin-file",
        pins,
        "--yes",
    ]
    words += ["--as-of", "23/11/2026 12:00"]
    told = run(*words, "backup", tmp_path / "kept").stdout
    assert "không có khoá trong đó" in told
    first, *_ = work_on(world)
    run(*words, "export", tmp_path / "bundle", "--records", tmp_path / "records")
    assert run(*words, "export", tmp_path / "b", "--records", tmp_path / "records").exit_code == 3
    lose(world, tmp_path / "kept")
    told = run(*words, "catch-up", tmp_path / "bundle").stdout
    assert "kt1 lost" in told
    assert "4 phiếu mật mà nhật ký có nêu" in told
    done = run(*words, "lost", "--reason", "restored", "--officer", *cast.OFFICERS)
    assert "Đã khai mất 4 phiếu mật" in done.stdout
    assert "khai mất" in run(*words, "verify").stdout
    told = run(*words, "item", "show", str(first)).stdout
    assert f"{cast.OFFICERS[0]} và {cast.OFFICERS[1]} khai mất lúc" in told
    assert (
        "đã được hai cán bộ khai mất" in run(*words, "find", "ubnd", "--reader", cast.CLERK).stdout
    )
    told = run(*words, "catch-up", "--records", tmp_path / "records").stdout
    assert "4 phiếu mật đã trở lại" in told
    assert "khai mất lúc" not in run(*words, "item", "show", str(first)).stdout
    assert "Không thiếu mục" in told
