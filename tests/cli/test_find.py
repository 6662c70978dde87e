"""`kt1 find` as a clerk types it, and what it answers."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from kt1custody.cli.main import kt1
from tests.kit import cast

Run = Callable[..., Result]


@pytest.fixture
def run(lived: cast.World) -> Run:
    """Give `kt1 find` for the log after a day, with a PIN file."""
    lived.session.close()
    pins = lived.folder / "pins.txt"
    pins.write_text("".join(f"{staff}={pin}\n" for staff, pin in cast.PINS.items()), "utf-8")
    places = ["--data", str(lived.folder / "data"), "--keys", str(lived.folder / "keys")]
    common = [*places, "--pin-file", str(pins), "--as-of", "24/11/2026 07:00"]

    def call(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(kt1, ["find", *common, *words])
        assert result.exit_code == code, result.output
        return result

    return call


def test_a_slip_is_told_in_one_line_and_which_days_were_searched(run: Run, day: cast.Day):
    told = run("toa", "an", "1129", "--reader", cast.CLERK).stdout.splitlines()
    n = f"{day.numbers[0]:012d}"
    assert told == [
        f"{n[:4]} {n[4:8]} {n[8:]}  23/11/2026  Tòa án nhân dân tỉnh Lâm Đồng → "
        "Ban Tổ chức Tỉnh ủy Lâm Đồng  1129-TA-VP  đã phát",
        "Tìm thấy 1.",
        "Đã tìm trong 12 phiếu do bưu cục này chấp nhận từ 28/07/2026 đến 24/11/2026.",
    ]


def test_a_slip_is_told_to_machines(run: Run, day: cast.Day):
    told = json.loads(run("--json", "--days", "2", "LD-TAND btc", "--reader", "nv004").stdout)
    [one] = told["slips"]
    assert one["number"] == f"{day.numbers[0]:012d}"
    assert (one["sender"], one["recipient"], one["reference"], one["fits"]) == (
        "LD-TAND",
        "LD-TU-BTC",
        "1129-TA-VP",
        "words",
    )
    assert (one["status"], one["holder"]) == ("delivered", None)
    assert one["registered"] == "2026-11-23T07:05:00+07:00"
    assert told["total"] == 1
    assert told["searched"] == {
        "slips": 12,
        "unopened": 0,
        "lost": 0,
        "first": "2026-11-23",
        "last": "2026-11-24",
    }


def test_the_clerk_of_the_desk_reads_if_nobody_is_named(run: Run):
    told = run("ld", "--limit", "2").stdout.splitlines()
    assert told[2] == "Hiện 2 trong 12 kết quả, khớp nhất trước; gõ thêm một từ để thu hẹp."
    assert len(told) == 4


def test_an_agency_is_told_with_its_code_and_who_delivers(run: Run):
    told = run("--agencies", "uy ban", "xuan truong da lat").stdout.splitlines()
    assert told == [
        "LD-24805-UBND  Ủy ban nhân dân phường Xuân Trường - Đà Lạt  "
        "phát tại: Bưu điện phường Xuân Trường - Đà Lạt",
        "Tìm thấy 1.",
    ]
    answer = json.loads(run("--agencies", "--json", "vptu", "lam").stdout)
    assert answer == {
        "total": 1,
        "agencies": [
            {
                "code": "LD-TU-VP",
                "name": "Văn phòng Tỉnh ủy Lâm Đồng",
                "delivery_point": "HE1-LD",
                "fits": "initials",
            }
        ],
    }


@pytest.mark.parametrize("where", [["--agencies"], ["--reader", cast.CLERK]])
def test_who_finds_nothing_is_told_what_to_try(run: Run, where: list[str]):
    assert "Hãy thử ít từ hơn" in run("khong", "co", *where).stdout


def test_slips_that_could_not_be_opened_are_told(run: Run, lived: cast.World):
    with lived.session.database.write() as connection:
        connection.exec_driver_sql(
            "DELETE FROM slipkeys WHERE commitment IN (SELECT commitment FROM items)"
        )
    lived.session.close()
    told = run("ubnd").stdout.splitlines()
    assert "0 phiếu" in told[1]
    assert told[2].startswith("Ngoài ra 12 phiếu không mở được")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["ubnd", "--reader", cast.COURIER], 6, "NV011 không được đọc phiếu"),
        (["ubnd", "--reader", cast.OFFICERS[0]], 6, "NV021 không được đọc phiếu"),
        ([], 2, "Chưa có gì để tìm"),
        (["--agencies", "– "], 2, "Chưa có gì để tìm"),
        (["x" * 301], 2, "tối đa 40 từ"),
        (["ubnd", "--days", "121"], 2, "121"),
        (["ubnd", "--days", "0"], 2, "0"),
    ],
)
def test_what_cannot_be_searched_is_refused(run: Run, words: list[str], code: int, told: str):
    assert told in run(*words, code=code).stderr
