"""Closing sheets, dossiers and restores, as the person at the keyboard goes through them."""

import json
import shutil
from pathlib import Path

import pypdfium2
from click.testing import CliRunner, Result

from kt1custody.cli.main import kt1
from kt1custody.core.log import anchor, checkpoint
from kt1custody.services.custody import look
from tests.kit import cast
from tests.kit.typed import Run


def test_a_sheet_behind_midnight_can_be_of_the_shift_before(lived: cast.World, tmp_path: Path):
    lived.session.close()
    places = ["--data", str(lived.folder / "data"), "--keys", str(lived.folder / "keys")]

    def sheet(name: str, at: str, *words: str, code: int = 0) -> str:
        pdf = str(tmp_path / name)
        asked = ["checkpoint", *places, "--as-of", at, "--pdf", pdf, *words]
        result = CliRunner().invoke(kt1, asked)
        assert result.exit_code == code, result.output
        return result.output

    def words(name: str) -> str:
        document = pypdfium2.PdfDocument(tmp_path / name)
        told = " ".join(document[0].get_textpage().get_text_range().split())
        document.close()
        return told

    assert "--since" not in sheet("day.pdf", "23/11/2026 18:00")
    assert "--since NGÀY" in sheet("night.pdf", "24/11/2026 00:20")
    assert "từ 24/11/2026 00:00" in words("night.pdf")
    assert "--since" not in sheet("shift.pdf", "24/11/2026 00:21", "--since", "23/11/2026")
    assert "từ 23/11/2026 00:00 đến 24/11/2026 00:21" in words("shift.pdf")
    assert "Ngày không đọc được" in sheet("x.pdf", "24/11/2026 00:22", "--since", "x", code=2)
    ahead = sheet("y.pdf", "24/11/2026 00:22", "--since", "25/11/2026", code=3)
    assert "không muộn hơn hôm nay" in ahead
    assert sorted(path.name for path in tmp_path.glob("?.pdf")) == []


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


def test_a_checkpoint_is_told_with_its_code_and_its_note(run: Run, lived: cast.World):
    answer = json.loads(run("checkpoint", "--note", "{f}/note", "--json").stdout)
    signed = checkpoint.read((lived.folder / "note").read_bytes())
    assert answer["size"] == signed.checkpoint.size
    assert anchor.parse(answer["code"]).fits(signed.checkpoint)
    run("checkpoint", "--tsa-root", "{f}/note", code=2)  # of no stamp


def test_a_dossier_with_records_says_who_has_opened_them_and_why(
    run: Run, lived: cast.World, day: cast.Day
):
    n = day.numbers[0]
    run("dossier", n, "{f}/plain")
    assert not (lived.folder / "plain" / "disclose").exists()
    words = ("dossier", n, "{f}/opened", "--officer", cast.OFFICERS[0])
    run(*words, code=3)  # without a reason
    run(*words, "--reason", "court")
    assert len(list((lived.folder / "opened" / "disclose").iterdir())) == 2
    assert (lived.folder / "opened").stat().st_mode & 0o077 == 0
    assert "court" in run("item", "show", n, "--json").stdout
    run("dossier", n, "{f}/plain", code=3)


def test_what_is_not_needed_is_not_done(run: Run):
    officers = ("--officer", *cast.OFFICERS)
    run("epoch", "--reason", "restored", *officers, code=3)
    run("lost", "--reason", "restored", *officers, code=3)
