"""A daily audit as an auditor types it, with a file of their own."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kt1custody.audit.findings import Report
from kt1custody.cli import audit, outgoing
from kt1custody.cli.face import Face
from kt1custody.cli.main import kt1
from kt1custody.store.log import LogBook
from tests.kit import cast

Run = Callable[..., Result]


@pytest.fixture
def run(lived: cast.World) -> Run:
    """Give commands for a log after a day."""
    folder = lived.folder
    pins = folder / "pins.txt"
    pins.write_text("".join(f"{staff}={pin}\n" for staff, pin in cast.PINS.items()), "utf-8")
    common = [
        "--data",
        str(folder / "data"),
        "--keys",
        str(folder / "keys"),
        "--pin-file",
        str(pins),
    ]
    common += ["--as-of", "23/11/2026 12:00", "--yes"]

    def call(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(kt1, [*common, *words])
        assert result.exit_code == code, result.output
        return result

    return call


def test_a_daily_audit_types_no_more_than_is_new(
    run: Run, lived: cast.World, day: cast.Day, tmp_path: Path
):
    with lived.session.database.read() as connection:
        genesis = LogBook(connection).control.genesis.hex()
    (tmp_path / "stick").mkdir(mode=0o700)
    stick = str(tmp_path / "stick" / "trust")
    first = run("verify", "--trust", stick, code=3)
    assert "lần đầu hãy cho mã băm gốc" in first.output
    code = json.loads(run("checkpoint", "--json").stdout)["code"]
    told = run("verify", "--genesis", genesis, "--anchor", code, "--trust", stick).stdout
    assert "KHỚP" in told
    assert f"Bằng chứng bên ngoài mới nhất: mã chốt {code}" in told
    again = run("verify", "--trust", stick).stdout
    assert "KHỚP" in again
    assert "Tin từ " in again
    assert "chỉ là lần kiểm trước của chính bạn" in again
    run("person", "hold", cast.DRIVER, "--by", cast.CLERK, "--reason", "absent")
    answer = json.loads(run("verify", "--trust", stick, "--json", code=3).stdout)
    assert answer["not_checked"] == ["tail-not-anchored"]
    assert answer["trust"]["anchor"]["name"] == code
    assert answer["trust"]["renewed"]
    Path(stick).chmod(0o666)
    newer = json.loads(run("checkpoint", "--json").stdout)["code"]
    shared = run("verify", "--anchor", newer, "--trust", stick).stdout
    assert "KHỚP" in shared
    assert "⚠ Người khác ghi được tệp trust" in shared
    wrong = run("verify", "--trust", stick, "--genesis", "00" * 32, code=3)
    assert "Mã băm gốc vừa cho khác mã trong tệp" in wrong.output
    Path(stick).write_text("rubbish", "utf-8")
    assert "bị cắt hoặc bị sửa" in run("verify", "--trust", stick, code=2).output


def test_the_story_of_a_dossier_is_told_before_its_verdict(
    run: Run, lived: cast.World, day: cast.Day, tmp_path: Path
):
    folder = tmp_path / "dossier"
    outgoing.dossier(lived.at(200), str(day.numbers[0]), folder)
    told = run("verify", str(folder), code=3).stdout
    assert "Ai giữ, từ lúc nào đến lúc nào" in told
    assert "bưu tá NV011, Bưu cục Hệ 1 Lâm Đồng (680900)" in told
    assert "chưa được chứng minh đến cùng" in told
    assert told.splitlines()[-1].startswith("KHÔNG ĐỦ")
    item = run("item", "show", str(day.numbers[0])).stdout
    steps = told[told.index("Từng bước") : told.index("\n\n", told.index("Từng bước"))]
    assert all(line in item for line in steps.splitlines())


@pytest.mark.parametrize(("as_json", "is_terminal"), [(False, True), (True, True), (False, False)])
def test_who_waits_at_a_terminal_is_told_how_far_an_audit_is(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    as_json: bool,
    is_terminal: bool,
):
    monkeypatch.setattr(audit, "_EVERY", 0.01)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    with audit._progress(Face(as_json=as_json), Report(entries=1_234)):
        time.sleep(0.2)
    told = capsys.readouterr()
    assert told.out == ""
    assert ("1.234" in told.err) == (is_terminal and not as_json)
