"""A day through the command line alone, as clerk, courier and officer type it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kt1custody.cli.main import kt1
from tests.kit import cast

Run = Callable[..., Result]
OFFICERS = ["--officer", *cast.OFFICERS]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Give commands for a log in a fresh folder, with a PIN file."""
    pins = tmp_path / "pins.txt"
    pins.write_text("".join(f"{staff}={pin}\n" for staff, pin in cast.PINS.items()), "utf-8")
    places = ["--data", str(tmp_path / "data"), "--keys", str(tmp_path / "keys")]

    def call(*words: str, at: str = "07:00", code: int = 0) -> Result:
        common = [*places, "--pin-file", str(pins), "--as-of", f"23/11/2026 {at}", "--yes"]
        result = CliRunner().invoke(kt1, [*common, *words])
        assert result.exit_code == code, result.output
        return result

    return call


def found(run: Run) -> str:
    made = run(
        "init", "--log", "kt1.lamdong.vn/68", "--name", "KT1 Lâm Đồng", "--office", "680900",
        "--number", "68", *OFFICERS, "--reserve", cast.RESERVE, "--training", "--json", at="06:00",
    )  # fmt: skip
    run("catalogue", "offices", str(cast.DATA / "offices.csv"), *OFFICERS, at="06:10")
    run("catalogue", "agencies", str(cast.DATA / "agencies.csv"), *OFFICERS, at="06:20")
    run("person", "enrol", str(cast.DATA / "people.csv"), *OFFICERS, at="06:30")
    return str(json.loads(made.stdout)["genesis"])


@pytest.mark.slow
def test_story_from_founding_to_verdict(run: Run, tmp_path: Path):
    genesis = found(run)
    manifest = cast.write_manifest(tmp_path / "sang.csv", 8)
    made = json.loads(run("item", "import", str(manifest), "--json").stdout)
    one, two, *rest = made["numbers"]
    assert len(made["numbers"]) == 8

    pdf, pictures = str(tmp_path / "seals.pdf"), tmp_path / "seals"
    run("seal", "print", "--pdf", pdf, "--pictures", str(pictures), at="07:10")
    assert "chưa gắn tem" in run("item", "list", "--unsealed", at="07:12").stdout
    scans = [str(path) for path in sorted(pictures.glob("*.png"))]
    run("seal", "bind", *scans, "--witness", cast.CONTROLLER, at="07:20")
    giving = ["--giver", cast.CLERK, "--receiver", cast.COURIER, "--witness", cast.CONTROLLER]
    run("handover", *giving, *made["numbers"], at="07:40")
    held = json.loads(run("holder", cast.COURIER, "--json", at="07:41").stdout)
    assert [item["number"] for item in held["items"]] == made["numbers"]

    run("deliver", "--giver", cast.COURIER, "--name", "Người Nhận", one, at="08:30")
    run("refuse", "--giver", cast.COURIER, "--reason", "damaged", two, at="08:40")
    run("absent", "--giver", cast.COURIER, "--reason", "closed", rest[0], at="08:50")
    run(
        "return",
        "--giver",
        cast.COURIER,
        "--reason",
        "refused",
        "--name",
        "Văn Thư",
        two,
        at="10:00",
    )
    back = ["--giver", cast.COURIER, "--receiver", cast.CLERK_2, "--witness", cast.CONTROLLER]
    run("handover", *back, *rest, at="11:00")
    assert json.loads(run("holder", "680900", "--json", at="11:01").stdout)["items"]

    story = run("item", "show", one, "--reader", cast.CLERK, at="12:00").stdout
    assert "phát thành công" in story
    assert "↓ 50 phút" in story
    assert "Nơi gửi: " in story
    public, bundle = str(tmp_path / "public"), str(tmp_path / "bundle")
    run("publish", public, at="12:10")
    told = run("export", bundle, "--records", str(tmp_path / "records"), at="12:10").stdout
    assert f"phiếu mật, vẫn mã hoá, trong {tmp_path / 'records'}" in told
    told = run("seal", "check", scans[0], "--trust", public, at="12:20").stdout
    assert told.startswith("TẬP HUẤN – KHÔNG CÓ GIÁ TRỊ\n○ CHƯA ĐỐI CHIẾU: dữ liệu tem đúng")
    for place in ([], [bundle]):
        verdict = json.loads(
            run("verify", *place, "--genesis", genesis, "--json", at="12:30", code=3).stdout
        )
        assert verdict["findings"] == []
        assert verdict["verdict"] == "not-enough"
        assert "tail-not-anchored" in verdict["not_checked"]
    asked = ("verify", "--genesis", genesis, "--reader", cast.CLERK)
    assert "đuôi nhật ký chưa được neo" in run(*asked, at="12:30", code=3).stdout
    code = json.loads(run("checkpoint", "--json", at="12:30").stdout)["code"]
    assert "KHỚP" in run(*asked, "--anchor", code, at="12:31").stdout
    dossier = str(tmp_path / "dossier")
    run("dossier", one, dossier, at="12:31")
    assert "KHỚP" in run("verify", dossier, "--genesis", genesis, "--anchor", code).stdout
    kept = ("verify", "--since", str(tmp_path / "stick"), "--genesis", genesis)
    run(*kept, code=3)
    again = run(*kept).stdout  # what was verified before anchors the log
    assert "lần này đọc lại" in again
    assert "KHỚP" in again
    run("rebuild", at="12:40")
    run("verify", "--genesis", "00" * 32, at="12:50", code=4)
