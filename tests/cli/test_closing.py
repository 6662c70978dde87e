"""`kt1 checkpoint --pdf`: which period the sheet is of."""

from pathlib import Path

import pypdfium2
from click.testing import CliRunner

from kt1custody.cli.main import kt1
from tests.kit import cast


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
