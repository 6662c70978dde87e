"""Founding a log at a terminal: explained, checked at once, shown in words, gone on with."""

from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from click.testing import CliRunner, Result

from kt1custody.cli.main import kt1
from kt1custody.core.formats import numbers
from kt1custody.services.keys import founding_note
from kt1custody.signing import person_keys
from tests.kit import cast
from tests.kit.terminal import Terminal
from tests.kit.typed import Run, typing

FIRST, SECOND = cast.OFFICERS
VIETNAMESE = {"KT1_LANGUAGE": "vi"}


def start(folder: Path, *words: str) -> Terminal:
    places = ["--data", str(folder / "data"), "--keys", str(folder / "keys")]
    return Terminal(*places, *words, environment=VIETNAMESE)


def choose(terminal: Terminal, *people: str) -> None:
    for staff in people:
        terminal.until("ít nhất 14 ký tự")  # the rule comes first
        terminal.answer_hidden(f"{staff}, hãy chọn cụm mật khẩu", cast.PINS[staff])
        terminal.answer_hidden(f"{staff}, gõ lại", cast.PINS[staff])


def test_a_founding_explains_checks_shows_and_goes_on_after_it_was_stopped(tmp_path: Path):
    with start(tmp_path, "init", "--training") as terminal:
        terminal.until("Không bao giờ đổi được".lower())
        terminal.answer(
            ("Tên nhật ký:", "Bưu điện Lâm Đồng"),
            ("Tên nhật ký:", "kt1.lamdong.vn/68"),
            ("Tên đơn vị:", ""),
            ("Tên đơn vị:", " Bưu cục KT1  tỉnh Lâm Đồng "),
            ("Mã số bưu cục lập nhật ký:", "68"),
            ("Mã số bưu cục lập nhật ký:", "680900"),
            ("Hai chữ số đầu của số bưu gửi:", "9"),
            ("Hai chữ số đầu của số bưu gửi:", "68"),
            ("Số nhân viên của cán bộ thứ nhất:", FIRST.lower()),
            (f"Họ tên của {FIRST}:", "Trần Văn Đạt"),
            ("Số nhân viên của cán bộ thứ hai:", FIRST),
            ("Số nhân viên của cán bộ thứ hai:", SECOND),
            (f"Họ tên của {SECOND}:", "Phạm Thị Hoà"),
            ("Số nhân viên của người giữ khoá dự phòng:", cast.RESERVE),
            (f"Họ tên của {cast.RESERVE}:", "Nguyễn Đức Quỳnh"),
            ("Lập nhật ký này?", "y"),
            ("Tệp PDF cho tờ gốc", str(tmp_path / "goc.pdf")),
        )
        for wrong, why in (("ngắn quá", "ít nhất 14"), ("matkhaumatkhau", "lặp lại")):
            terminal.answer_hidden(f"{FIRST}, hãy chọn cụm mật khẩu", wrong)
            terminal.until(why)
        terminal.answer_hidden(f"{FIRST}, hãy chọn cụm mật khẩu", cast.PINS[FIRST])
        terminal.answer_hidden(f"{FIRST}, gõ lại", "something else at all")
        terminal.until("không giống nhau")
        terminal.until(f"{FIRST}, hãy chọn cụm mật khẩu")
        terminal.interrupt()
        assert terminal.end() != 0
        for shown in ("Bưu cục KT1 tỉnh Lâm Đồng\n", f"{FIRST} Trần Văn Đạt", "TẬP HUẤN"):
            assert shown in terminal.screen
        assert cast.PINS[FIRST] not in terminal.screen
    assert [path.name for path in (tmp_path / "keys").iterdir()] == [founding_note.NAME]
    with start(tmp_path, "init") as terminal:
        terminal.answer(
            ("Lập nhật ký với các câu trả lời này?", "y"),
            ("Tệp PDF cho tờ gốc", str(tmp_path / "goc.pdf")),
        )
        choose(terminal, FIRST, SECOND, cast.RESERVE)
        assert terminal.end() == 0
        assert f"{cast.RESERVE}.key" in terminal.screen
        groups = terminal.screen.split("Mã băm gốc:\n")[1].split("\n")[0]
    sheet = pypdfium2.PdfDocument(tmp_path / "goc.pdf")
    assert len(sheet) == 1
    picture = sheet[0].render(scale=300 / 72).to_pil()
    [symbol] = zxingcpp.read_barcodes(picture)
    assert symbol.text == groups.replace("-", "")
    text = sheet[0].get_textpage().get_text_bounded()
    assert all(group in text for group in groups.split("-"))
    assert numbers.parse_genesis(groups).hex() == symbol.text  # as it is pasted
    assert all(name in text for name in ("Trần Văn Đạt", "Phạm Thị Hoà", "Nguyễn Đức Quỳnh"))
    assert "TẬP HUẤN" in text


WORDS = (
    "init", "--log", "kt1.lamdong.vn/68", "--name", "KT1", "--office", "680900", "--number", "68",
    "--officer", *cast.OFFICERS, "--reserve", cast.RESERVE, "--training",
)  # fmt: skip


@pytest.mark.parametrize("left_out", ["--log", "--name", "--office", "--number", "--reserve"])
def test_where_nobody_can_answer_every_option_is_needed(tmp_path: Path, left_out: str):
    place = WORDS.index(left_out)
    words = [*WORDS[:place], *WORDS[place + 2 :]]
    told = CliRunner().invoke(kt1, ["--data", str(tmp_path / "data"), *words])
    assert (told.exit_code, left_out in told.output) == (2, True)


def test_nothing_is_founded_without_a_yes(tmp_path: Path):
    pins = tmp_path / "pins"
    pins.write_text("".join(f"{staff}={pin}\n" for staff, pin in cast.PINS.items()), "utf-8")
    places = ["--data", str(tmp_path / "data"), "--keys", str(tmp_path / "keys")]
    told = CliRunner().invoke(kt1, [*places, "--pin-file", str(pins), *WORDS])
    assert told.exit_code == 3
    assert not (tmp_path / "keys").exists()
    sheet = ["--pdf", str(tmp_path / "pins" / "goc.pdf")]  # a file is no folder
    told = CliRunner().invoke(kt1, [*places, "--pin-file", str(pins), "--yes", *WORDS, *sheet])
    assert told.exit_code == 5
    assert not (tmp_path / "keys").exists()


def test_a_real_log_takes_no_pin_file_that_others_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(person_keys, "NORMAL", person_keys.TRAINING)
    pins = cast.write_pins(tmp_path / "pins.txt")
    places = ["--data", str(tmp_path / "data"), "--keys", str(tmp_path / "keys")]
    init = ["init", "--log", "kt1.lamdong.vn/68", "--name", "KT1", "--office", "680900"]
    init += ["--number", "68", "--officer", *cast.OFFICERS, "--reserve", cast.RESERVE]
    load = ["catalogue", "offices", str(cast.DATA / "offices.csv"), "--officer", *cast.OFFICERS]

    def run(mode: int, *words: str) -> Result:
        pins.chmod(mode)
        return CliRunner().invoke(kt1, [*places, "--pin-file", str(pins), "--yes", *words])

    for words in (init, load):
        for mode in (0o640, 0o604):
            told = run(mode, *words)
            assert (told.exit_code, "chmod 600" in told.stderr) == (3, True)
        assert run(0o600, *words).exit_code == 0


def test_as_of_is_refused_in_a_log_that_is_not_for_training(tmp_path: Path):
    run = typing(cast.World(tmp_path), "07:00")
    words = ["init", "--log", "kt1.x.vn", "--name", "X", "--office", "680900", "--number", "68"]
    told = run(*words, "--officer", *cast.OFFICERS, "--reserve", cast.RESERVE, code=3)
    assert "tập huấn" in told.output
    assert not (tmp_path / "data").exists()


def test_init_refuses_a_second_log_and_leaves_the_first(run_founded: Run, founded: cast.World):
    before = (founded.folder / "data" / "kt1.db").read_bytes()
    run_founded(
        "init", "--log", "kt1.x.vn", "--name", "X", "--office", "680900", "--number", "68",
        "--officer", *cast.OFFICERS, "--reserve", cast.RESERVE, "--training", code=3,
    )  # fmt: skip
    assert (founded.folder / "data" / "kt1.db").read_bytes() == before
