"""Scanning at a counter: at a real terminal, from lists and pictures; nothing scanned is lost."""

import json
import termios
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from kt1custody.cli.main import kt1
from kt1custody.core.formats import numbers
from kt1custody.printing import qr
from kt1custody.printing.read import symbol_texts
from kt1custody.services.custody import look
from kt1custody.words.judgements import judgement_line
from tests.kit import cast
from tests.kit.terminal import Terminal
from tests.kit.words import VI

Run = Callable[..., Result]
PROMPT = "Quét tem, hoặc Enter để kết thúc"
CASES = Path(__file__).parents[1] / "data" / "cases" / "pictures"
GIVING = ["handover", "--giver", cast.COURIER, "--receiver", cast.COURIER_2]


def places(world: cast.World) -> list[str]:
    folders = ["--data", str(world.folder / "data"), "--keys", str(world.folder / "keys")]
    return [*folders, "--as-of", "23/11/2026 10:20"]


@pytest.fixture
def run(lived: cast.World) -> Run:
    pins = lived.folder / "pins.txt"
    pins.write_text("".join(f"{who}={pin}\n" for who, pin in cast.PINS.items()), "utf-8")

    def call(*words: object, code: int = 0, piped: str | bytes | None = None) -> Result:
        given = [*places(lived), "--pin-file", str(pins), "--yes", *map(str, words)]
        result = CliRunner().invoke(kt1, given, input=piped)
        assert result.exit_code == code, result.output
        return result

    return call


@pytest.fixture
def labels(lived: cast.World) -> list[Path]:
    return sorted((lived.folder / "seals").glob("*.png"))


def text_of(picture: Path) -> str:
    [text] = symbol_texts(picture.read_bytes())
    return text


def shown(n: int) -> str:
    return numbers.format_item_number(n)


def holder(world: cast.World, n: int) -> str:
    [item] = [one for one in look.listed(world.session, holder=None, is_open=False, is_unsealed=False)
              if one.n == n]  # fmt: skip
    return item.holder


def finish(terminal: Terminal, then: str) -> str:
    """Press Enter until the list ends: one that comes within a moment belongs to the scan before."""
    said = ""
    while then not in said:
        terminal.type("\n")
        said = terminal.until(PROMPT, then)
    return said


def test_each_scan_is_answered_and_neither_bad_scans_nor_pins_lose_the_list(
    lived: cast.World, day: cast.Day, labels: list[Path]
):
    five, six, seven = day.numbers[5:8]
    picture = labels[7].rename(lived.folder / "seals" / "tem số 7.png")
    terminal = Terminal(*places(lived), *GIVING)
    terminal.until(PROMPT)

    def answer(keys: str, until: str = PROMPT) -> str:
        terminal.type(keys)
        return terminal.until(until)

    first = answer(text_of(labels[5]) + "\r\n")
    terminal.until(PROMPT)  # the second Enter has ended nothing
    assert f"1. {shown(five)}" in first
    assert "phát tại" in first
    assert "đã quét rồi" in answer(f"{shown(five)}\n")
    assert f"2. {shown(six)}" in answer(f"]Q1{text_of(labels[6])}\t\n")
    assert "Không phải tem KT1" in answer("https://example.vn/tem\n")
    assert "đang do NV021 giữ" not in terminal.screen
    returned = answer(f"{day.numbers[1]}\n")
    assert shown(day.numbers[1]) in returned
    assert "✗" in returned
    assert "Caps Lock" in answer("&!@&@^(*)(#%(\n")
    assert "Số tem" in answer("00000999990\n")

    # A code that types a file's name, Enter and "y" opens nothing; who has dragged a file says so.
    asked = answer(f"{picture}\ny\ny\n", "Mở như ảnh chụp tem?")
    assert picture.name in asked
    terminal.until("không)")
    assert "Không mở, không tính" in answer("\n")
    answer(f"'{picture}' \n", "không)")
    assert f"3. {shown(seven)}" in answer("y\n")

    listed = finish(terminal, "có cùng đồng ý")
    assert all(shown(n) in listed for n in (five, six, seven))
    terminal.type("y\n")
    terminal.until(f"Mã PIN của {cast.COURIER}:")
    terminal.type(text_of(labels[8]) + "\n")
    terminal.until("không phải mã PIN")
    terminal.until(f"Mã PIN của {cast.COURIER}:")
    terminal.type("000000\n")
    terminal.until("Sai mã PIN")
    terminal.until(f"Mã PIN của {cast.COURIER}:")
    terminal.type(cast.PINS[cast.COURIER] + "\n")
    terminal.until(f"Mã PIN của {cast.COURIER_2}:")
    terminal.interrupt()
    terminal.until("Làm tiếp với danh sách này (3 bưu gửi)?")
    terminal.type("\n")
    again = terminal.until("có cùng đồng ý")
    assert all(shown(n) in again for n in (five, six, seven))
    terminal.type("y\n")
    terminal.until(f"Mã PIN của {cast.COURIER_2}:")
    terminal.type(cast.PINS[cast.COURIER_2] + "\n")
    terminal.until("Đã ký và ghi")
    assert terminal.end() == 0
    assert [holder(lived, n) for n in (five, six, seven)] == [cast.COURIER_2] * 3


def test_of_a_long_scan_only_the_beginning_stays_on_the_screen(
    lived: cast.World, labels: list[Path]
):
    code = text_of(labels[0])
    with Terminal(
        *places(lived),
        *GIVING,
        environment={"KT1_LANGUAGE": "vi", "TERM": "xterm"},
    ) as terminal:
        terminal.until(PROMPT)
        termios.tcsetwinsize(terminal._terminal, (40, 80))
        terminal.enter(code)
        again = terminal.until(f"… ({len(code)})")
        rows = -(-len(f"{PROMPT} (đã quét 0): {code}") // 80)
        assert f"\x1b[{rows}A\x1b[J{PROMPT}" in again
        assert again.rpartition(PROMPT)[2].endswith(f": {code[:24]}… ({len(code)})")
        terminal.until(PROMPT)
        terminal.interrupt()
        terminal.end()


def test_a_wrong_list_is_named_line_by_line_and_a_right_one_is_taken_whole(
    run: Run, lived: cast.World, day: cast.Day, labels: list[Path], tmp_path: Path
):
    """A line that says the name of a file is a scanned text like any other."""
    good = [text_of(labels[5]), f"]Q1{text_of(labels[6])}", shown(day.numbers[7])]
    wrong = [str(labels[8]), "682600000015", "https://example.vn", "Q" + text_of(labels[8])]
    file = tmp_path / "scans.txt"
    file.write_text("\ufeff" + "\r\n".join([good[0], "", *wrong, *good[1:]]), "utf-8")
    told = run(*GIVING, str(labels[8].with_name("none.png")), "--from", file, code=5).output
    assert "5 trong 8 lần quét chưa đúng; chưa ai ký gì" in told
    assert "\n  none.png: " in told
    for place in ("scans.txt:3", "scans.txt:4", "scans.txt:5", "scans.txt:6"):
        assert f"  {place} (" in told
    assert "scans.txt:7" not in told
    assert "Trước hoặc sau mã có thêm “Q”" in told
    for encoding in ("utf-8-sig", "utf-16"):  # as PowerShell writes what is sent to a file
        file.write_text("\r\n".join(["", *good]), encoding)
        found = json.loads(run("item", "open", "--from", file, "--officer", "NV021",
                               "--reason", "court", "--json").stdout)  # fmt: skip
        assert [one["number"] for one in found["items"]] == [f"{n:012d}" for n in day.numbers[5:8]]
    piped = "\n".join([*good, "]C1" + shown(day.numbers[8])])
    answer = json.loads(run(*GIVING, "--from", "-", "--json", piped=piped).stdout)
    assert answer["numbers"] == [f"{n:012d}" for n in day.numbers[5:9]]


def test_a_forged_seal_among_slips_of_the_hand_stays_the_gravest(
    run: Run, labels: list[Path], tmp_path: Path
):
    text = text_of(labels[5])
    forged = text[:-9] + str((int(text[-9]) + 1) % 10) + text[-8:]
    (tmp_path / "scans.txt").write_text(f"12345\n{forged}\n", "utf-8")
    told = json.loads(run(*GIVING, "--from", tmp_path / "scans.txt", "--json", code=4).stdout)
    codes = [one["code"] for one in told["error"]["detail"]["scans"]]
    assert codes == ["number-length", "seal-signature"]


def test_pictures_of_any_name_are_read_and_what_else_is_on_them_is_named(
    run: Run, day: cast.Day, labels: list[Path], tmp_path: Path
):
    pages = [Image.open(labels[place]).convert("L") for place in (5, 6)]
    blank = Image.new("L", pages[0].size, 255)
    sheet = Image.new("L", (560, 300), 255)
    sheet.paste(Image.open(labels[7]).convert("L"), (0, 20))
    strange = tmp_path / "strange.png"
    strange.write_bytes(qr.text_png("https://example.vn/khac"))
    sheet.paste(Image.open(strange).convert("L").resize((200, 200)), (320, 20))
    stack, session = tmp_path / "xấp giấy", tmp_path / "bàn.dat"
    pages[0].save(stack, "TIFF", save_all=True, append_images=[blank, pages[1]])
    sheet.save(session, "PNG")
    given = [stack, session.as_uri(), "--from", CASES / "seal.gif"]
    said = run(*GIVING, *given, code=4).output  # a seal of another log is refused, and named
    assert "seal.gif (" in said
    answer = run(*GIVING, *given[:2])
    assert "xấp giấy, trang 2: không thấy mã QR" in answer.stderr
    assert (
        "bàn.dat, trang 1: có mã khác, không phải tem KT1: https://example.vn/khac" in answer.stderr
    )
    assert "3 bưu gửi" in answer.stdout
    told = json.loads(run("item", "show", session, "--json").stdout)
    assert told["item"]["number"] == f"{day.numbers[7]:012d}"
    assert told["asides"] == [{"file": "bàn.dat", "page": 1, "other": "https://example.vn/khac"}]
    assert "có 2 tem, lệnh này chỉ nhận một" in run("item", "show", stack, code=3).output


@pytest.mark.parametrize(
    "name", ["seal.jfif", "seal.gif", "three-pages.tif", "inverted-on-white.png"]
)
def test_pictures_that_went_wrong_are_answered_as_seals(run: Run, tmp_path: Path, name: str):
    """They are of another log, whose key nobody here knows."""
    run("publish", tmp_path / "public")
    told = json.loads(
        run("seal", "check", CASES / name, "--trust", tmp_path / "public", "--json", code=3).stdout
    )
    count = 3 if name == "three-pages.tif" else 1
    assert [one["verdict"] for one in told["seals"]] == ["key-unknown"] * count


def test_what_cannot_be_read_is_never_called_no_seal(run: Run, labels: list[Path], tmp_path: Path):
    run("publish", tmp_path / "public")
    (tmp_path / "giấy.png").write_bytes(b"%PDF-1.7\n")
    given = [tmp_path / "giấy.png", "ưQ1" + text_of(labels[5]), "682600000015", text_of(labels[5])]
    told = run("seal", "check", *given, "--trust", tmp_path / "public", code=2).stdout
    assert "KHÔNG PHẢI TEM" not in told
    assert told.count("? CHƯA ĐỌC ĐƯỢC") == 3
    assert "đây là tệp PDF; chụp ảnh tem" in told
    assert "Unikey" in told
    assert "4. ○ CHƯA ĐỐI CHIẾU" in told


@pytest.mark.parametrize("between", [" ", "\u00a0", "\u202f", "-", "."])
def test_a_number_is_read_as_it_was_printed(run: Run, day: cast.Day, between: str):
    typed = shown(day.numbers[5]).replace(" ", between)
    told = json.loads(run("item", "show", typed, "--json").stdout)
    assert told["item"]["number"] == f"{day.numbers[5]:012d}"
    serial = told["item"]["seal"]
    told = run("seal", "job", between.join((serial[:3], serial[3:7], serial[7:])))
    assert serial in told.stdout


def test_who_and_what_stand_in_the_way_is_said_with_what_to_do(run: Run, day: cast.Day):
    told = run("handover", "--giver", cast.COURIER_2, "--receiver", "NV013", shown(day.numbers[5]),
               code=3).output  # fmt: skip
    assert f"{shown(day.numbers[5])} (đang do {cast.COURIER} giữ)" in told
    assert "kt1 item show" in told
    run("person", "hold", "NV013", "--by", cast.CLERK, "--reason", "absent")
    told = run(*GIVING[:-1], "NV013", shown(day.numbers[5]), code=3).output
    assert "  NV013: " in told
    assert told.count("bỏ tạm khoá") == 1  # what to do is said once
    assert "kt1 person lift" in told


def test_a_clerk_who_delivers_is_asked_for_no_other_clerk(lived: cast.World, day: cast.Day):
    words = ["deliver", shown(day.numbers[5]), "--giver", cast.CLERK, "--name", "Văn thư", "--yes"]
    told = CliRunner().invoke(kt1, [*places(lived), *words])
    assert "Chưa biết giao dịch viên nào làm" not in told.output
    assert f"(đang do {cast.COURIER} giữ)" in told.output


def test_an_offer_is_taken_by_the_picture_of_its_code(
    run: Run, day: cast.Day, labels: list[Path], tmp_path: Path
):
    code = tmp_path / "lời mời.png"
    run("offer", *GIVING[1:], labels[5], labels[6], "--qr", code)
    wrong = run("take", labels[5], labels[6], "--receiver", cast.COURIER_2, code=2).output
    assert "không phải mã mời nhận" in wrong
    told = json.loads(run("take", code, labels[5], "--receiver", cast.COURIER_2, "--json").stdout)
    assert told["numbers"] == [f"{day.numbers[5]:012d}"]
    assert told["short"] == [f"{day.numbers[6]:012d}"]


def test_what_the_log_notes_of_a_handover_is_on_the_screen(run: Run, day: cast.Day):
    n = day.numbers[5]
    told = run(*GIVING, n, "--witness", cast.CONTROLLER)  # typed: nobody has seen its seal
    assert f"⚠ {judgement_line(VI, 'seal-not-seen')}: {shown(n)}" in told.output
