"""An office's manifest at the command line: read back, confirmed, or sent back with its reasons."""

import json
from pathlib import Path

import pytest

from tests.kit import cast
from tests.kit.typed import Run, run

CHIEU = cast.DATA / "manifests" / "2026-11-23-chieu.xlsx"
FAULTY = cast.DATA / "manifests" / "faulty.csv"


def test_a_dry_run_reads_the_manifest_back_with_days_in_words(founded: cast.World) -> None:
    told = run(founded, "item", "import", str(CHIEU), "--dry-run").stdout
    assert "120 bưu gửi, đúng bằng tổng số ghi trên bảng kê." in told
    assert "Độ mật: –: 62, C: 36, B: 14, A: 8" in told
    assert "Bưu cục Hệ 1 Lâm Đồng (680900): 41" in told
    assert "24 tháng 11 năm 2026, 15:00: dòng 52, 59" in told
    preview = json.loads(run(founded, "item", "import", str(CHIEU), "--dry-run", "--json").stdout)
    assert preview["preview"]["marks"] == {"": 62, "C": 36, "B": 14, "A": 8}
    assert preview["preview"]["told_total"] == preview["preview"]["items"] == 120
    assert {"at": "2026-11-24T15:00:00+07:00", "rows": [52, 59]} in preview["preview"][
        "appointments"
    ]


def test_without_yes_nothing_is_stored_and_with_it_all(founded: cast.World) -> None:
    refused = run(founded, "item", "import", str(CHIEU), code=3)
    assert "15:00: dòng 52, 59" in refused.stderr
    assert json.loads(run(founded, "item", "list", "--json").stdout) == {"items": []}
    made = json.loads(run(founded, "item", "import", str(CHIEU), "--yes", "--json").stdout)
    assert len(made["numbers"]) == 120


def test_a_dry_run_takes_a_pin_only_to_compare_and_says_if_it_did_not(founded: cast.World) -> None:
    run(founded, "item", "import", str(CHIEU), "--yes")
    call = ("item", "import", str(CHIEU), "--dry-run")
    told = run(founded, *call).stdout
    assert "Chưa so với những bưu gửi đã chấp nhận trong năm" in told
    assert "đã được chấp nhận" in run(founded, *call, "--by", cast.CLERK, code=3).stderr


def test_a_wrong_manifest_is_written_for_the_office(founded: cast.World, tmp_path: Path) -> None:
    out = tmp_path / "tra-lai.xlsx"
    told = run(founded, "item", "import", str(FAULTY), "--errors", str(out), code=2).stdout
    assert str(out) in told
    assert out.exists()
    again = run(founded, "item", "import", str(FAULTY), "--errors", str(out), code=3)
    assert "Không ghi đè" in again.stderr


@pytest.mark.parametrize("name", ["mau.xlsx", "mau.doc"])
def test_the_template_is_written(founded: cast.World, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    is_right = name.endswith(".xlsx")
    told = run(founded, "item", "template", str(out), code=0 if is_right else 2)
    assert out.exists() == is_right
    assert ("287" in told.stdout) == is_right


def test_import_names_every_wrong_row_and_stores_nothing(run_founded: Run):
    faulty = cast.DATA / "manifests" / "faulty.csv"
    told = json.loads(run_founded("item", "import", faulty, "--json", code=2).stdout)
    lines = (cast.DATA / "manifests" / "faulty.expected.csv").read_text("utf-8-sig").splitlines()
    rows = {one["row"] for one in told["findings"]}
    assert len(rows) == len(lines) - 1 == 14
    assert all(one["column"] and one["code"] for one in told["findings"])
    assert not told["stored"]
    assert json.loads(run_founded("item", "list", "--json").stdout) == {"items": []}


def test_add_registers_one_item_by_codes_alone(run_founded: Run):
    agencies = (cast.DATA / "agencies.csv").read_text("utf-8-sig").splitlines()[1:3]
    sender, recipient = (line.split(",")[0] for line in agencies)
    words = ["--sender", sender, "--recipient", recipient, "--reference", "12/CV", "--kind", "Thư"]
    told = run_founded("item", "add", *words, "--layers", "1", "--weight", "20", "--json")
    assert len(json.loads(told.stdout)["numbers"]) == 1
