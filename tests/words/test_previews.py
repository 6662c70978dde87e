"""What a person should compare with the envelopes is read back before anything is stored."""

import json
from pathlib import Path

import pytest

from tests.kit import cast
from tests.kit.typed import run


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    lines = cast.MANIFEST.read_text("utf-8-sig").splitlines()[:4]
    lines[1] = lines[1].replace("-TA-VP", "–ТA-VP")  # a dash, and a Cyrillic letter
    cells = lines[3].split(",")
    lines[3] = ",".join([cells[0], f"1O{cells[1]}", *cells[2:]])
    file = tmp_path / "bang-ke.csv"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def test_look_alikes_are_read_back_without_the_number_itself(
    founded: cast.World, manifest: Path
) -> None:
    shown = run(founded, "item", "import", str(manifest), "--dry-run").stdout
    assert "Chỗ cần so với bì trước khi ghi nhận:" in shown
    assert "dòng 2 (STT 1), cột “Số công văn”: có chữ cái Nga hoặc Hy Lạp" in shown
    assert "dòng 4 (STT 3), cột “Số công văn”: có chữ O, I hoặc l" in shown
    assert "1O" not in shown
    answer = run(founded, "item", "import", str(manifest), "--dry-run", "--json").stdout
    assert [
        (notice["row"], notice["code"]) for notice in json.loads(answer)["preview"]["notices"]
    ] == [(2, "read-as-latin"), (4, "letter-among-digits")]


def test_an_old_font_is_named_with_what_to_do(founded: cast.World, manifest: Path) -> None:
    text = manifest.read_text("utf-8").replace(",,C,", ",§ång chÝ H¶i,C,")
    manifest.write_text(text, "utf-8")
    shown = run(founded, "item", "import", str(manifest), "--dry-run", code=2).stdout
    assert "cột “Người nhận đích danh”: chữ gõ bằng phông cũ TCVN3" in shown
    assert "H¶i" not in shown
