"""A daily audit as an auditor types it, with a file of their own."""

import json
from pathlib import Path

from kt1custody.store.log import LogBook
from tests.kit import cast
from tests.kit.typed import Run


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
