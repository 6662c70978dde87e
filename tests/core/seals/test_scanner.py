"""What scanners add is taken off, what keyboards spoil is named, and nothing else is taken for ours."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.formats import numbers
from kt1custody.core.seals import scanner, seal
from kt1custody.core.seals.scanner import TypedItem, TypedSerial
from kt1custody.errors import MalformedInputError

VECTORS = Path(__file__).parents[2] / "vectors" / "seals.json"
SEAL = next(one["text"] for one in json.loads(VECTORS.read_text()) if "refused" not in one)
ITEM, SERIAL = "682600000014", "00000655365"


def refusal(scanned_text: str) -> MalformedInputError:
    with pytest.raises(MalformedInputError) as caught:
        scanner.read(scanned_text)
    return caught.value


@pytest.mark.parametrize(
    "frame",
    [
        "{}", "]Q1{}", "]Q3\x1d{}", "]d2{}", "]C0{}", "]C1{}", "]q1{}", "\x02{}\x03", "\ufeff{}",
        "{}\t", "{}\r\n", "{}\x1d", "  {}  ", "\x02]Q1{}\x03\r", "\u200b{}\u200b", "]Q1 {}", "\0{}\0",
    ],
)  # fmt: skip
def test_what_frames_a_code_is_taken_off(frame: str):
    assert scanner.read(frame.format(SEAL)) == seal.parse(SEAL)
    assert scanner.read(frame.format(ITEM)) == TypedItem(n=int(ITEM))
    assert scanner.read(frame.format(SERIAL)) == TypedSerial(serial=65_536)


@pytest.mark.parametrize(
    "between", [" ", "\u00a0", "\u2009", "\u202f", "-", "\u2011", "–", ".", "  "]
)
def test_our_numbers_are_read_as_we_and_others_print_them(between: str):
    assert scanner.read(between.join(("6826", "0000", "0014"))) == TypedItem(n=int(ITEM))
    assert scanner.read(between.join(("000", "0065", "5365"))) == TypedSerial(serial=65_536)
    assert scanner.read(between.join((SEAL[:80], SEAL[80:]))) == seal.parse(SEAL)


VIETNAMESE_KEYS = dict(zip("1234567890", "ăâêô\u0300\u0309\u0303\u0301\u0323đ", strict=True))


def typed_on(keys: str | dict[str, str], text: str = SEAL) -> str:
    row = keys if isinstance(keys, dict) else dict(zip("1234567890", keys, strict=True))
    return "".join(row.get(sign, sign) for sign in text)


@pytest.mark.parametrize(
    ("scanned_text", "cause"),
    [
        (typed_on("!@#$%^&*()"), "caps-lock"),
        (typed_on('!"§$%&/()='), "caps-lock"),
        (typed_on("!@#$%^&*()", ITEM), "caps-lock"),
        (typed_on("&é\"'(-è_çà"), "other-keyboard"),
        (typed_on("&É\"'(-È_ÇÀ"), "other-keyboard"),
        ("$Q" + typed_on("&é\"'(-è_çà"), "other-keyboard"),
        (typed_on("+ěščřžýáíé", SERIAL), "other-keyboard"),
        (typed_on("٠١٢٣٤٥٦٧٨٩"), "other-keyboard"),
        (typed_on("１２３４５６７８９０", ITEM), "other-keyboard"),
        (typed_on(VIETNAMESE_KEYS), "vietnamese-keyboard"),
        (typed_on(VIETNAMESE_KEYS, ITEM), "vietnamese-keyboard"),
        ("ưQ1" + SEAL, "unikey"),
        ("ƯD2" + ITEM, "unikey"),
        ("]Á" + SEAL, "unikey"),
        (SEAL[:40] + "ơ" + SEAL[40:], "unikey"),
        ("".join(f"\x1b[{key}" for key in "HCDABEFH5~2~"), "num-lock"),
        (SEAL + SEAL, "no-enter"),
        (ITEM + "682600000023", "no-enter"),
        (f"{ITEM};682600000023", "no-enter"),
    ],
)
def test_what_spoils_the_digits_is_named(scanned_text: str, cause: str):
    error = refusal(scanned_text)
    assert (error.code, error.detail["why"]) == ("scan-garbled", cause)


@pytest.mark.parametrize(
    ("scanned_text", "added"),
    [
        ("Q" + SEAL, "Q"),
        ("P01-" + SEAL, "P01-"),
        ("*682600000014*", "*"),
        (SEAL + ",23/11/2026 07:12", ",23/11/2026 "),
        ("SN:" + SERIAL, "SN:"),
        (ITEM + "\tNguyễn Văn A", "Nguyễn Văn A"),
    ],
)
def test_what_a_scanner_adds_is_shown(scanned_text: str, added: str):
    error = refusal(scanned_text)
    assert (error.code, error.detail) == ("scan-added", {"added": added})


@pytest.mark.parametrize(
    ("scanned_text", "code"),
    [
        ("", "seal-text"),
        ("]Q1", "seal-text"),
        ("]", "seal-text"),
        (f"https://example.vn/{ITEM}", "seal-text"),
        (f"/home/nv/{ITEM}.png", "seal-text"),
        (f"C:\\anh\\{ITEM}.png", "seal-text"),
        ("RB123456789VN", "seal-text"),
        ("71" + "A" * 200, "seal-text"),
        ("oaoaeeoaeoaeoeaoa", "seal-text"),
        ("Đây là một tờ giấy thường", "seal-text"),
        ("8934563138164", "number-length"),
        ("682600000015", "item-number"),
        ("00000655366", "serial"),
        ("1" * 10_000, "seal-text"),
        (SEAL + "0", "seal-text"),
    ],
)
def test_what_is_not_ours_is_not_explained_away(scanned_text: str, code: str):
    assert refusal(scanned_text).code == code


@given(st.text(max_size=60) | st.text("0123456789 .-]Q1\x1dưÁ\x1b[", max_size=60))
def test_any_text_is_read_or_refused_with_a_code(scanned_text: str):
    try:
        found = scanner.read(scanned_text)
    except MalformedInputError as error:
        codes = {
            "seal-text",
            "item-number",
            "serial",
            "number-length",
            "scan-garbled",
            "scan-added",
        }
        assert {error.code} <= codes  # noqa: PT017  # nothing else is raised
        return
    assert isinstance(found, TypedItem | TypedSerial)
    spelled = (
        f"{found.n:012d}" if isinstance(found, TypedItem) else numbers.format_serial(found.serial)
    )
    digits = "".join(sign for sign in scanner.unframe(scanned_text) if sign.isdigit())
    assert digits == spelled
