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


def test_import_names_every_wrong_row_and_stores_nothing(run: Run):
    found(run)
    faulty = cast.DATA / "manifests" / "faulty.csv"
    told = json.loads(run("item", "import", str(faulty), "--json", code=2).stdout)
    lines = (cast.DATA / "manifests" / "faulty.expected.csv").read_text("utf-8-sig").splitlines()
    rows = {one["row"] for one in told["findings"]}
    assert len(rows) == len(lines) - 1 == 14
    assert all(one["column"] and one["code"] for one in told["findings"])
    assert not told["stored"]
    assert json.loads(run("item", "list", "--json").stdout) == {"items": []}


def test_void_prints_a_new_label_and_says_so(run: Run, tmp_path: Path):
    found(run)
    manifest = cast.write_manifest(tmp_path / "sang.csv", 1)
    number = json.loads(run("item", "import", str(manifest), "--json").stdout)["numbers"][0]
    run("seal", "print", "--pdf", str(tmp_path / "a.pdf"), at="07:10")
    again = str(tmp_path / "b.pdf")
    voiding = ["seal", "void", number, "--reason", "torn", "--witness", cast.CONTROLLER]
    told = json.loads(run(*voiding, "--reprint", again, "--json", at="07:20").stdout)
    assert Path(again).is_file()
    run("seal", "bind", told["new_serial"], "--witness", cast.CONTROLLER, at="07:30")


def test_add_registers_one_item_by_codes_alone(run: Run):
    found(run)
    agencies = (cast.DATA / "agencies.csv").read_text("utf-8-sig").splitlines()[1:3]
    sender, recipient = (line.split(",")[0] for line in agencies)
    words = ["--sender", sender, "--recipient", recipient, "--reference", "12/CV", "--kind", "Thư"]
    told = run("item", "add", *words, "--layers", "1", "--weight", "20", "--json")
    assert len(json.loads(told.stdout)["numbers"]) == 1


def test_hold_stops_a_courier_and_lift_lets_him_go_on(run: Run, tmp_path: Path):
    found(run)
    made = run("item", "import", str(cast.write_manifest(tmp_path / "sang.csv", 1)), "--json")
    number = json.loads(made.stdout)["numbers"][0]
    second = str(cast.write_manifest(tmp_path / "chieu.csv", 1, begin=3))
    lost = str(tmp_path / "no" / "a.pdf")
    told = run("seal", "print", "--pdf", lost, at="07:00", code=5).output
    assert f"Không ghi được {lost}:" in told  # by the name that was given
    assert not Path(lost).parent.exists()
    run("seal", "print", "--pdf", str(tmp_path / "a.pdf"), "--pictures", str(tmp_path), at="07:01")
    [picture] = tmp_path.glob("0*.png")
    run("seal", "bind", str(picture), "--witness", cast.CONTROLLER, at="07:02")
    giving = ["--giver", cast.CLERK, "--receiver", cast.COURIER, "--witness", cast.CONTROLLER]
    unsealed = json.loads(run("item", "import", second, "--json", at="07:03").stdout)["numbers"][0]
    told = run("handover", *giving, unsealed, at="07:04", code=3).output
    assert "(đã chấp nhận, chưa gắn tem)" in told
    assert "in tem rồi gắn tem trước đã" in told
    run("person", "hold", cast.COURIER, "--by", cast.CLERK, "--reason", "phone-lost", at="07:10")
    run("person", "hold", "NV099", "--by", cast.CLERK, "--reason", "other", at="07:11", code=3)
    assert "tạm khoá" in run("handover", *giving, number, at="07:12", code=3).output
    run("person", "lift", cast.COURIER, *OFFICERS, "--reason", "cleared", at="07:20")
    run("handover", *giving, number, at="07:25")
    run("person", "revoke", cast.COURIER, *OFFICERS, "--reason", "left", at="07:30")
    assert "1 bưu gửi" in run("holder", cast.COURIER, at="07:40").stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["holder", "NV999"], 3, "Không có người hoặc bưu cục"),
        (["item", "show", "682600000015"], 2, "chữ số kiểm tra"),
        (["item", "show", "682600000014"], 3, "Không có bưu gửi"),
        (
            ["handover", "--giver", "NV001", "--receiver", "NV011", "682600000014"],
            3,
            "không có bưu",
        ),
        (["checkpoint", "--pdf", "no/such/sheet.pdf"], 5, "Không ghi được no/such/sheet.pdf"),
        (["checkpoint", "--tsa-root", str(cast.DATA / "offices.csv")], 2, "cho thêm --stamp"),
        (["item", "import", "nothing.csv"], 5, "Không đọc được"),
        (["seal", "check", "https://example.vn", "--trust", "nowhere"], 5, "thư mục công khai"),
        (["seal", "print", "--pdf", "x.pdf"], 3, "Không có bưu gửi nào chờ tem"),
        (["verify", "nowhere"], 2, "Ở nowhere không có gói kiểm tra"),
        (["verify", "--genesis", "12"], 2, "64 chữ số"),
        (["verify", "--tsa-root", str(cast.DATA / "offices.csv")], 2, "chứng thư gốc"),
        (["item", "import", "x.csv", "--as-of", "tomorrow"], 2, "Giờ không đọc được"),
        (["nonsense"], 2, "Không có lệnh"),
    ],
)
def test_errors_say_what_happened_with_the_family_s_exit_code(
    run: Run, words: list[str], code: int, said: str
):
    found(run)
    assert said in run(*words, code=code).output


def test_error_for_machines_has_code_and_message(run: Run):
    found(run)
    told = json.loads(run("holder", "NV999", "--json", code=3).stdout)["error"]
    assert told["code"] == "no-such-holder"
    assert "NV999" in told["message"]


def test_wrong_pin_is_refused_and_carried_in_the_next_act(run: Run, tmp_path: Path):
    found(run)
    manifest = str(cast.write_manifest(tmp_path / "sang.csv", 1))
    wrong = tmp_path / "wrong.txt"
    wrong.write_text(f"{cast.CLERK}=000000\n", "utf-8")
    told = run("item", "import", manifest, "--pin-file", str(wrong), code=6)
    assert f"Sai mã PIN của {cast.CLERK}" in told.output
    run("item", "import", manifest)


def test_as_of_is_refused_in_a_log_that_is_not_for_training(run: Run, tmp_path: Path):
    words = ["init", "--log", "kt1.x.vn", "--name", "X", "--office", "680900", "--number", "68"]
    told = run(*words, *OFFICERS, "--reserve", cast.RESERVE, code=3)
    assert "tập huấn" in told.output
    assert not (tmp_path / "data").exists()


def test_init_refuses_a_second_log_and_leaves_the_first(run: Run, tmp_path: Path):
    found(run)
    before = (tmp_path / "data" / "kt1.db").read_bytes()
    run(
        "init", "--log", "kt1.x.vn", "--name", "X", "--office", "680900", "--number", "68",
        *OFFICERS, "--reserve", cast.RESERVE, "--training", code=3,
    )  # fmt: skip
    assert (tmp_path / "data" / "kt1.db").read_bytes() == before


def test_opening_never_creates(run: Run, tmp_path: Path):
    assert "kt1 init" in run("item", "list", code=5).output
    assert not (tmp_path / "data").exists()


def test_list_is_not_signed_without_confirmation(run: Run, tmp_path: Path):
    found(run)
    run("item", "import", str(cast.write_manifest(tmp_path / "sang.csv", 1)))
    places = ["--data", str(tmp_path / "data"), "--keys", str(tmp_path / "keys")]
    words = [*places, "--as-of", "23/11/2026 08:00", "seal", "print", "--by", "NV001"]
    result = CliRunner().invoke(kt1, [*words, "--pdf", str(tmp_path / "x.pdf")])
    assert result.exit_code == 3
    assert not (tmp_path / "x.pdf").exists()
