"""Vietnamese text, stored in one spelling and compared in another."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.formats import spelling

TEXTS = st.text(max_size=20) | st.text("hoaHOA ạáòôưĐđ\u0300\u0301\u0323 \t’-–7", max_size=14)


@given(TEXTS)
def test_tidy_text_stays_as_it_is(text: str):
    assert spelling.tidy(spelling.tidy(text)) == spelling.tidy(text)


@given(TEXTS)
def test_tidy_text_is_nfc_without_outer_or_double_spaces(text: str):
    tidy = spelling.tidy(text)
    assert unicodedata.is_normalized("NFC", tidy)
    assert tidy == " ".join(tidy.split())


@given(TEXTS)
def test_fold_does_not_see_composition(text: str):
    nfd = unicodedata.normalize("NFD", text)
    assert spelling.fold(nfd) == spelling.fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà", "Hòa"),
        ("HOÀ BÌNH", "hòa  bình "),
        ("Thuỷ", "Thủy"),
        ("A–B", "a-b"),
        ("O’Neil", "o'neil"),
        ("Đà", "đà"),
    ],
)
def test_fold_takes_as_the_same(one: str, other: str):
    assert spelling.fold(one) == spelling.fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("hòa", "hóa"), ("hoa", "hòa"), ("đa", "da"), ("ta tá", "tá ta"), ("o", "ô")]
)
def test_fold_keeps_apart(one: str, other: str):
    assert spelling.fold(one) != spelling.fold(other)


@pytest.mark.parametrize("sign", ["\x00", "\n", "\x7f", "\u202e", "\u200b", "\ue000", "\U000e0001"])
def test_misleading_characters_are_found(sign: str):
    assert spelling.has_bad_characters(f"Đà{sign}Lạt")


def test_plain_vietnamese_has_no_bad_characters():
    assert not spelling.has_bad_characters("Sở Nội vụ, số 12/CV-TU – “Đà Lạt”")
