"""`kt1 item list` as a clerk reads it, and page by page."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from kt1custody.cli.main import kt1
from tests.kit import cast

Run = Callable[..., Result]


@pytest.fixture
def run(lived: cast.World) -> Run:
    """Give a command for the log after a day, at a time."""
    lived.session.close()
    places = ["--data", str(lived.folder / "data"), "--keys", str(lived.folder / "keys")]

    def call(at: str, *words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(kt1, [*words, *places, "--as-of", at])
        assert result.exit_code == code, result.output
        return result

    return call


def test_the_list_says_what_is_late_due_today_and_refused(run: Run):
    before = run("25/11/2026 11:00", "item", "list").stdout
    assert before.startswith("HẠN HÔM NAY: 6826 0000 0051")
    assert "Hẹn giờ 25/11/2026 11:30" in before
    assert "HẠN HÔM NAY: 8" in before
    after = run("25/11/2026 13:00", "item", "list").stdout.splitlines()
    assert after[0].startswith("QUÁ HẠN: 6826 0000 0051")
    assert "Hẹn giờ 25/11/2026 11:30 · quá 1 giờ 30 phút" in after[0]
    assert "hạn 25/11/2026 12:00 · quá 1 giờ" in after[1]
    [absent] = [line for line in after if "0000 0038" in line]
    assert "vắng người nhận 23/11/2026 08:30 (cơ quan đóng cửa), còn ở: NV011" in absent
    assert "đang phát" not in absent
    assert after[-2] == (
        "Đang mở: QUÁ HẠN: 8 · HẠN HÔM NAY: 0 · bị từ chối: 0 · vắng người nhận: 1 · chưa có hạn: 0"
    )
    assert "Thông tư 16/2017/TT-BTTTT" in after[-1]
    near = run("03/12/2026 08:00", "item", "list").stdout.splitlines()[-1]
    assert "Lịch ngày nghỉ hết ngày 31/01/2027, còn 59 ngày" in near
    over = run("01/02/2027 08:00", "item", "list").stdout.splitlines()[-1]
    assert "Lịch ngày nghỉ đã hết ngày 31/01/2027" in over


def test_a_list_goes_by_page_for_people_and_whole_for_machines(run: Run):
    at = "23/11/2026 11:00"
    first = run(at, "item", "list", "--lines", "5").stdout.splitlines()
    assert sum(line.startswith("6826") for line in first) == 5
    assert "12 bưu gửi (B: 3, C: 3, –: 6)" in first
    assert "Trang 1/3. Trang sau: --page 2" in first
    last = run(at, "item", "list", "--lines", "5", "--page", "3").stdout.splitlines()
    assert sum(line.startswith("6826") for line in last) == 2
    assert "Trang 3/3." in last
    whole = json.loads(run(at, "item", "list", "--json").stdout)
    assert {*whole} == {"items"}
    page = json.loads(run(at, "item", "list", "--json", "--page", "2", "--lines", "5").stdout)
    in_whole = {one["number"]: one for one in whole["items"]}
    assert [*in_whole] == sorted(in_whole)  # as programs have always found it
    assert [in_whole[one["number"]] for one in page["items"]] == page["items"]
    numbers = [line[:14].replace(" ", "") for line in first if line.startswith("6826")]
    assert not {one["number"] for one in page["items"]} & {*numbers}
    assert (page["page"], page["pages"], page["total"]) == (2, 3, 12)
    [absent] = [one for one in whole["items"] if one["number"] == "682600000038"]
    assert absent["attempt"] == {
        "what": "absent",
        "at": "2026-11-23T08:30:00+07:00",
        "reason": "closed",
        "waits": True,
    }
    assert (absent["due"], absent["due_why"]) == ("2026-11-25T12:00:00+07:00", "transit")


def test_what_somebody_holds_has_its_due_times_too(run: Run):
    told = run("25/11/2026 13:00", "holder", "nv011").stdout
    assert told.count("QUÁ HẠN: 6826") == 8
    assert "Không có người" in run("25/11/2026 13:00", "holder", "NV099", code=3).stderr


@pytest.mark.parametrize("page", ["0", "-1", "x"])
def test_a_page_that_cannot_be_is_refused(run: Run, page: str):
    run("23/11/2026 11:00", "item", "list", "--page", page, code=2)
