"""What every command shares: PINs, questions, errors, times and places as they are typed."""

import json
from pathlib import Path
from typing import Any

import pytest

from kt1custody.cli.face import Face
from kt1custody.errors import MalformedInputError, NotAllowedError, RefusedError, UnavailableError
from tests.kit import cast
from tests.kit.typed import Run, typing


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
    run_founded: Run, words: list[str], code: int, said: str
):
    assert said in run_founded(*words, code=code).output


def test_error_for_machines_has_code_and_message(run_founded: Run):
    told = json.loads(run_founded("holder", "NV999", "--json", code=3).stdout)["error"]
    assert told["code"] == "no-such-holder"
    assert "NV999" in told["message"]


def test_wrong_pin_is_refused_and_carried_in_the_next_act(run_founded: Run, tmp_path: Path):
    manifest = str(cast.write_manifest(tmp_path / "sang.csv", 1))
    wrong = tmp_path / "wrong.txt"
    wrong.write_text(f"{cast.CLERK}=000000\n", "utf-8")
    told = run_founded("item", "import", manifest, "--pin-file", wrong, code=6)
    assert f"Sai mã PIN của {cast.CLERK}" in told.output
    run_founded("item", "import", manifest)


def test_opening_never_creates(tmp_path: Path):
    run = typing(cast.World(tmp_path), "07:00")
    assert "kt1 init" in run("item", "list", code=5).output
    assert not (tmp_path / "data").exists()


def test_list_is_not_signed_without_confirmation(run_printing: Run, founded: cast.World):
    run_printing("seal", "print", "--by", "NV001", "--pdf", "{f}/x.pdf", yes=False, code=3)
    assert not (founded.folder / "x.pdf").exists()


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("23/11/2026 07:00", cast.MORNING),
        (" 2026-11-23T00:00:00+00:00 ", cast.MORNING),
        ("2026-11-23 07:00", cast.MORNING),
    ],
)
def test_a_time_is_of_the_office_unless_it_says_otherwise(typed: str, at: int):
    assert Face().time(typed) == at


@pytest.mark.parametrize(
    "typed", ["", "tomorrow", "31/02/2026 07:00", "1969-01-01", "0001-01-01T00:00", "٢٣"]
)
def test_what_is_no_time_is_refused(typed: str):
    with pytest.raises(MalformedInputError, match="time-malformed"):
        Face().time(typed)


def test_a_position_has_a_sign_or_none():
    assert Face().position(" #12 ") == Face().position("12") == 12
    for typed in ("", "#", "-1", "1.5", "٣", "9" * 16):
        with pytest.raises(MalformedInputError, match="position-malformed"):
            Face().position(typed)


def face_at(world: cast.World, **options: Any) -> Face:
    return Face(data=world.session.data, keys=world.session.keys, **options)


def test_an_office_is_named_and_a_person_stays_a_number(founded: cast.World):
    face = face_at(founded)
    assert face.place("680900") == "Bưu cục Hệ 1 Lâm Đồng (680900)"
    assert face.place("999999") == "999999"
    assert face.place("NV011") == "NV011"
    face.close()


def test_the_clerk_is_named_set_or_the_first_in_the_pin_file(
    founded: cast.World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    face = face_at(founded)
    with pytest.raises(RefusedError, match="clerk-not-named"):
        face.clerk(None)
    pins = tmp_path / "pins"
    pins.write_text("NV011=1\nNV002=2\nNV001=3\n", "utf-8")
    with_pins = face_at(founded, pin_file=pins)
    assert with_pins.clerk(None) == "NV001"
    assert with_pins.clerk("nv003") == "NV003"
    with pytest.raises(MalformedInputError, match="staff-number"):
        with_pins.clerk("1")
    monkeypatch.setenv("KT1_STAFF", "NV002")
    assert face_at(founded, pin_file=pins).clerk(None) == "NV002"
    for opened in (face, with_pins):
        opened.close()


def test_where_nobody_sits_no_pin_is_typed_and_silence_is_a_no(founded: cast.World):
    face = face_at(founded)
    with pytest.raises(NotAllowedError, match="pin-not-given") as caught:
        face.unlock(cast.CLERK)
    assert caught.value.detail == {"staff": cast.CLERK}
    with pytest.raises(NotAllowedError, match="pin-not-given"):
        face.new_pin("NV077", passphrase=False)
    assert not face.agree("?")
    assert face_at(founded, yes=True).agree("?")
    assert (face.ask(None, "?"), face.ask("typed", "?")) == ("", "typed")
    face.close()


def test_a_pin_file_holds_new_pins_too_and_must_be_a_file(founded: cast.World, tmp_path: Path):
    pins = tmp_path / "pins"
    pins.write_text("\ufeffNV077.new=1\nNV077=2\nNV078=3\n", "utf-8")
    face = face_at(founded, pin_file=pins)
    assert face.new_pin("NV077", passphrase=False) == "1"
    assert face.new_pin("NV078", passphrase=False) == "3"
    pins.write_bytes(b"\xff")
    with pytest.raises(UnavailableError, match="file-unreadable"):
        face.pins()
    face.close()
