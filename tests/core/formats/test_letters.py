"""Letters that look alike are read as what they are meant as, and no others."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core import search
from kt1custody.core.formats import letters, spelling

ALIKE = st.text("АСЕОРХавсеорхΑΒΕΝΟΧονaBcĐđÐðƉ –—−‐‑/⁄∕／Ａ１ạếữ'’ ", max_size=16)
ANY = ALIKE | st.text(max_size=16)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Ðồng chí Nguyễn Văn Ðạt", "Đồng chí Nguyễn Văn Đạt"),
        ("ðảng ủy", "đảng ủy"),
        ("Ɖắk Lắk, ɖường 1", "Đắk Lắk, đường 1"),
        ("1266–CV∕VPTU", "1266-CV/VPTU"),
        ("1266−CV⁄VPTU", "1266-CV/VPTU"),
        ("1266\u2011CV／VPTU", "1266-CV/VPTU"),
        ("１２６６－ＣＶ", "1266-CV"),
        ("a\u00a0b\u2003c\u3000d", "a b c d"),
        ("Văn phоng", "Văn phоng".replace("о", "o")),  # one Cyrillic letter in a Latin word
        ("Иванов", "Иванов"),  # a name of another script
        ("Yıldız", "Yıldız"),
        ("Ωmega", "Ωmega"),  # nothing Latin looks so
    ],
)
def test_text_is_read_as_it_is_meant(typed: str, meant: str) -> None:
    assert spelling.canonical(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("12/СV–ТU", "12/CV-TU"), ("LD-ΝΟΙ", "LD-NOI"), ("12/СУ", "12/CY")],
)
def test_in_a_code_what_looks_latin_is_latin(typed: str, meant: str) -> None:
    assert spelling.canonical_code(typed) == meant


@given(ANY)
def test_reading_twice_changes_nothing_more(text: str) -> None:
    for read in (spelling.canonical, spelling.canonical_code, letters.compared):
        assert read(read(text)) == read(text)


@given(ANY)
def test_plain_vietnamese_and_ascii_are_never_changed(text: str) -> None:
    plain = "".join(sign for sign in text if sign.isascii() or "ạ" <= sign <= "ỹ" or sign in "Đđ")
    assert letters.in_code(plain) == letters.in_text(plain) == plain


@given(ANY)
def test_what_is_stored_compares_and_is_found_as_what_was_typed(text: str) -> None:
    assert spelling.fold(spelling.canonical(text)) == spelling.fold(text)
    assert search.words(letters.in_code(text)) == search.words(text)


def test_what_is_typed_with_look_alikes_is_found() -> None:
    index = search.Index()
    index.add(["Đảng ủy xã Ðạ Tẻh"], ["LD-25126-DU"])
    for typed in ("dang uy", "Ðảng", "đạ tẻh", "ƉẠ", "Đảng ủу"):
        assert index.search(typed, 5).total == 1, typed


@pytest.mark.parametrize("sign", ["\u3164", "\u115f", "\u2800", "\ufe0f", "\u034f", "\uffa0"])
def test_letters_that_nobody_sees_are_bad_characters(sign: str) -> None:
    assert spelling.has_bad_characters(f"Sở{sign} Y tế")
    assert spelling.fold("Sở Y tế") != spelling.fold(f"Sở{sign}x Y tế")


@pytest.mark.parametrize(
    ("text", "is_foreign"),
    [("12/CV", False), ("12/QĐ-ƯB", False), ("ßøñ", False), ("12/CЖ", True), ("12/公", True)],
)
def test_letters_of_other_scripts_are_told(text: str, is_foreign: bool) -> None:
    assert letters.are_of_other_scripts(text) == is_foreign


def test_no_letter_is_taken_for_a_digit() -> None:
    for text in ("O0", "I1l", "Оо", "10O"):
        digits = [sign for sign in text if sign.isdigit()]
        assert [sign for sign in letters.in_code(text) if sign.isdigit()] == digits
        assert unicodedata.is_normalized("NFC", letters.in_code(text))
