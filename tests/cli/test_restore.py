"""A restore, as the person at the keyboard goes through it."""

import json
import shutil
from pathlib import Path

from click.testing import CliRunner, Result

from kt1custody.cli.main import kt1
from kt1custody.services.custody import look
from tests.kit import cast


def test_what_is_there_is_kept_and_what_is_missing_named_until_an_epoch_begins(
    lived: cast.World, tmp_path: Path
):
    pins = cast.write_pins(tmp_path / "pins")
    lived.session.close()
    asked = [
        "--data",
        lived.session.data,
        "--keys",
        lived.session.keys,
        "--pin-file",
        pins,
        "--yes",
    ]

    def run(*words: str | Path, at: str = "12:00") -> Result:
        every = [*asked, "--as-of", f"23/11/2026 {at}", *words]
        return CliRunner().invoke(kt1, [*map(str, every)])

    def size() -> int:
        return int(json.loads(run("--json", "checkpoint").stdout)["size"])

    def hold(who: str) -> Result:
        return run("person", "hold", who, "--reason", "absent", "--by", cast.CLERK)

    def register(name: str, begin: int, at: str) -> set[int]:
        path = cast.write_manifest(tmp_path / name, 2, begin=begin)
        assert run("item", "import", path, "--by", cast.CLERK, at=at).exit_code == 0
        items = look.listed(lived.new_session(), holder=None, is_open=True, is_unsealed=True)
        return {one.n for one in items}

    assert run("backup", tmp_path / "monday").exit_code == 0
    begin = size()
    assert hold(cast.COURIER_2).exit_code == 0
    assert run("export", tmp_path / "bundle").exit_code == 0
    assert hold(cast.DRIVER).exit_code == 0
    lost = register("lost.csv", 44, "12:10")
    end = size()
    assert end == begin + 3
    shutil.rmtree(lived.session.data)
    lived.session.data.mkdir()
    shutil.copy(tmp_path / "monday" / "kt1.db", lived.session.data)

    told = run("catch-up")
    assert told.exit_code == 5
    assert f"mục số: {begin}–{end - 1}." in told.output
    told = run("catch-up", tmp_path / "bundle")
    assert f"đưa lại là 1, nhật ký nay có {begin + 1} mục" in told.output
    assert f"mục số: {begin + 1}–{end - 1}." in told.output
    assert "kt1 epoch" in told.output
    assert f"mục số: {begin + 1}–{end - 1}." in run("catch-up", tmp_path / "bundle").output

    told = run("epoch", "--reason", "restored", "--officer", *cast.OFFICERS, at="12:20")
    assert told.exit_code == 0
    fresh = register("fresh.csv", 62, "12:30")
    assert len(fresh - lost) == 2
    assert not fresh & lost
    assert "SAI" not in run("verify", at="12:40").output
