"""`kt1 publish` and `kt1 seal check` as a courier and a counter type them."""

import json
import shutil
from pathlib import Path

import pytest

from kt1custody.core.seals import seal
from kt1custody.printing import read
from kt1custody.signing import sign
from tests.kit import cast
from tests.kit.typed import Run

STRANGER = sign.from_seed(bytes(range(32)))


@pytest.fixture
def public(run: Run, tmp_path: Path) -> Path:
    told = run("publish", tmp_path / "public", "--load", "nv011", at="10:10").stdout
    assert "load-NV011.txt là tài liệu nội bộ" in told
    assert "trước 24/11/2026 10:10" in told
    return tmp_path / "public"


@pytest.fixture
def text(lived: cast.World) -> str:
    """The seal of an item that the courier holds."""
    [found] = read.symbol_texts(sorted((lived.folder / "seals").glob("*.png"))[5].read_bytes())
    return found


def forged(text: str) -> str:
    parsed = seal.parse(text)
    return seal.to_text(parsed.content, parsed.alg, parsed.kid, STRANGER.sign(b"x"))


def unknown(text: str) -> str:
    content = seal.parse(text).content
    told = STRANGER.sign(seal.to_be_signed(content, STRANGER.alg, STRANGER.kid))
    return seal.to_text(content, STRANGER.alg, STRANGER.kid, told)


def test_words_shapes_and_exit_codes(run: Run, public: Path, text: str):
    load = ["--load", public.parent / "loads" / "load-NV011.txt"]
    cases: list[tuple[list[object], int, str]] = [
        ([text, *load], 0, "✓ KHỚP: dữ liệu tem đúng"),
        ([text], 0, "○ CHƯA ĐỐI CHIẾU: dữ liệu tem đúng, chưa đối chiếu sổ"),
        (["https://example.vn"], 2, "– KHÔNG PHẢI TEM KT1"),
        ([unknown(text), *load], 3, "▲ GIỮ LẠI, KIỂM TRA: khoá mới, cần kết nối"),
        ([forged(text), *load], 4, "✗ SAI, GIỮ BÌ LẠI: chữ ký không đúng"),
        ([text, text, *load], 4, "✗ SAI, GIỮ BÌ LẠI: hai bì mang cùng một tem"),
        ([text, "https://example.vn", unknown(text), *load], 3, "1. ✓ KHỚP"),
    ]
    for given, code, said in cases:
        told = run("seal", "check", *given, "--trust", public, code=code).stdout
        assert said in told
        assert told.startswith("TẬP HUẤN – KHÔNG CÓ GIÁ TRỊ\n")
        assert "Danh sách tin cậy số" in told
        assert "đã được 10 phút" in told
        assert "không" in told.splitlines()[-1]  # never that the envelope is genuine
        assert "\x1b" not in told


def test_an_unverified_seal_s_content_is_not_told(run: Run, public: Path, text: str):
    n = f"{seal.parse(text).content.n:012d}"
    shown = f"{n[:4]} {n[4:8]} {n[8:]}"
    assert shown in run("seal", "check", text, "--trust", public).stdout
    for given, code in ((forged(text), 4), (unknown(text), 3)):
        assert shown not in run("seal", "check", given, "--trust", public, code=code).stdout


def test_an_old_list_is_amber_and_its_age_is_told(run: Run, public: Path, text: str):
    load = ["--load", public.parent / "loads" / "load-NV011.txt", "--trust", public]
    late = ["--as-of", "24/11/2026 11:10"]
    told = run("seal", "check", text, *load, *late, code=3).stdout
    assert "▲ GIỮ LẠI, KIỂM TRA: danh sách tin cậy hoặc danh sách mang theo đã quá hạn" in told
    assert "đã được 25 giờ" in told
    told = run("seal", "check", text, *load, at="10:05", code=3).stdout
    assert "muộn hơn đồng hồ máy này" in told


def test_machines_get_colour_reason_notes_and_trust(run: Run, public: Path, text: str):
    scans = public.parent / "scans.txt"
    scans.write_text(f"{text}\n\nhttps://example.vn\n682600000014\n", "utf-8")
    words = ["seal", "check", forged(text), "--from", scans, "--trust", public, "--json"]
    told = json.loads(run(*words, code=4).stdout)
    assert [(one["scan"], one["colour"], one["verdict"]) for one in told["seals"]] == [
        (1, "red", "seal-signature"),
        (2, "plain", "not-compared"),
        (3, "none", "not-a-seal"),
        (4, "plain", "number-only"),
    ]
    assert told["seals"][1]["number"] == f"{seal.parse(text).content.n:012d}"
    assert told["seals"][2]["fault"]["code"] == "seal-text"
    assert told["seals"][0]["notes"] == []
    assert (told["trust"]["age"], told["load"], told["training"]) == (600, None, True)


def test_an_older_folder_is_refused_after_a_newer_one_on_the_same_machine(
    run: Run, public: Path, text: str, lived: cast.World
):
    run("person", "hold", "NV014", "--by", cast.CLERK, "--reason", "other",
        "--pin-file", pins(lived))  # fmt: skip
    newer = public.parent / "newer"
    run("publish", newer, at="10:25")
    assert (lived.folder / "newest-status").exists() is False
    check = ["seal", "check", text, "--trust"]
    run(*check, public, at="10:30")
    run(*check, newer, at="10:30")
    assert (lived.folder / "newest-status").exists()
    told = run(*check, public, at="10:30", code=4).output
    assert "máy này đã thấy bản số" in told
    run(*check, public, "--seen", public.parent / "another" / "machine", at="10:30")


def pins(world: cast.World) -> Path:
    path = world.folder / "pins.txt"
    path.write_text("".join(f"{who}={pin}\n" for who, pin in cast.PINS.items()), "utf-8")
    return path


def test_publish_says_why_it_refuses(run: Run, public: Path):
    assert "NV999" in run("publish", public, "--load", "NV999", code=3).output
    assert "--valid-hours" in run("publish", public, "--valid-hours", "0", code=2).output
    (public.parent / "mine").mkdir()
    run("publish", public.parent / "mine", code=3)


def test_check_says_why_it_refuses(run: Run, public: Path, text: str):
    run("seal", "check", "--trust", public, code=3)
    run("seal", "check", text, "--trust", public / "nowhere", code=5)
    run("seal", "check", text, "--trust", public, "--load", public / "nothing", code=5)
    run("seal", "check", text, "--trust", public, "--load", public / "status.txt", code=4)
    run("seal", "check", "--from", public / "nothing", "--trust", public, code=5)
    told = run("seal", "check", "missing.png", text, "--trust", public, code=2).stdout
    assert "1. ? CHƯA ĐỌC ĐƯỢC" in told
    assert "2. ○ CHƯA ĐỐI CHIẾU" in told


def test_a_load_list_of_somebody_else_does_not_match(run: Run, public: Path, text: str):
    run("publish", public, "--load", "NV012")
    told = run(
        "seal",
        "check",
        text,
        "--trust",
        public,
        "--load",
        public.parent / "loads" / "load-NV012.txt",
    )
    assert "○ CHƯA ĐỐI CHIẾU" in told.stdout


def test_a_load_list_in_the_public_folder_is_told_of_and_goes_with_the_next(
    run: Run, public: Path, text: str
):
    assert "⚠" not in run("seal", "check", text, "--trust", public).output
    shutil.copy(public.parent / "loads" / "load-NV011.txt", public)
    warned = run("seal", "check", text, "--trust", public).output
    assert "⚠ load-NV011.txt" in warned
    assert "⚠ load-NV011.txt" in run("publish", public, at="10:30").output
    assert not (public / "load-NV011.txt").exists()
