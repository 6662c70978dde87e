"""Lists of offices and agencies on the command line: templates, checks, what changes."""

import json
from pathlib import Path

from tests.kit import cast
from tests.kit.typed import Run

OFFICERS = ["--officer", *cast.OFFICERS]


def test_a_template_is_filled_in_checked_and_loaded(run_founded: Run, tmp_path: Path):
    path = tmp_path / "offices.csv"
    told = run_founded("catalogue", "template", "offices", str(path)).stdout
    assert f"kt1 catalogue offices {path} --dry-run" in told
    assert "no-rows" in run_founded("catalogue", "offices", str(path), "--dry-run", code=2).output
    with path.open("a", encoding="utf-8") as file:
        file.write("1,HE1-LD,680900,Bưu cục Hệ 1 Lâm Đồng,Bưu cục KT1,68\n")
        file.write("2,BDX-MOI,680999,Bưu điện xã Mới,Bưu điện xã,24999\n")
    words = ("catalogue", "offices", str(path))
    checked = run_founded(*words, "--dry-run").output
    assert "2 dòng (Bưu cục KT1: 1, Bưu điện xã: 1)" in checked
    assert "Số dòng ví dụ đã bỏ qua: 1" in checked
    assert "Thêm mới: 1 (BDX-MOI)" in checked
    assert "Không còn: 125" in checked
    told = json.loads(run_founded(*words, *OFFICERS, "--json").stdout)
    assert (told["rows"], told["new"], len(told["gone"])) == (2, ["BDX-MOI"], 125)
    again = run_founded(*words)
    assert "không ai phải ký" in again.stdout
    assert json.loads(run_founded(*words, *OFFICERS, "--json").stdout)["seq"] is None
    with path.open("a", encoding="utf-8") as file:
        file.write("3,BDX-HAI,680998,Bưu điện xã Hai,Bưu điện xã,24998\n")
    assert run_founded(*words, code=2).exit_code == 2  # without officers nobody signs


def test_nobody_is_sent_elsewhere_for_a_list_of_the_post_s_own(run_founded: Run, tmp_path: Path):
    path = tmp_path / "offices.xlsx"
    for content in (b"", b"%PDF-1.7 ...", b"\x89PNG\r\n\x1a\n"):
        path.write_bytes(content)
        told = run_founded("catalogue", "offices", str(path), "--dry-run", code=2).output
        assert "cơ quan gửi" not in told


def test_a_list_of_the_other_kind_is_told_by_its_headings(run_founded: Run):
    told = run_founded(
        "catalogue", "agencies", str(cast.DATA / "offices.csv"), "--dry-run", code=2
    ).output
    assert "dòng 1, cột “ma_so”: cột lạ" in told
    assert "dòng 1, cột “Địa chỉ”: thiếu cột" in told
