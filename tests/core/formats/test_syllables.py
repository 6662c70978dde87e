"""What a Vietnamese word can look like, by orthography and with forgiveness."""

import pytest

from kt1custody.core.formats import syllables
from tests.kit.old_text import real_names


@pytest.mark.parametrize(
    "word", ["nghiêng", "quốc", "giếng", "uỷ", "Ủy", "khoẻ", "thuở", "xoong", "ươm", "yêu", "ăn"]
)
def test_syllables_are_strict(word: str) -> None:
    assert syllables.is_strict(word)
    assert syllables.may_be(word)


@pytest.mark.parametrize("word", ["ka", "ce", "ngê", "fỹr", "đ", "hàt", "hỏp", "xaõ", "nguyeãn"])
def test_what_orthography_forbids_is_not_strict(word: str) -> None:
    assert not syllables.is_strict(word)


@pytest.mark.parametrize("word", ["đắk", "krông", "Lắk", "B", "hoà", "hòa", "cuả", "Ễ", "d"])
def test_names_of_the_highlands_and_other_tones_may_be_vietnamese(word: str) -> None:
    assert syllables.may_be(word)


@pytest.mark.parametrize("word", ["nguyeãn", "xaõ", "chÝ́", "tËn", "müller", "ñy", "§ång", "12"])
def test_what_has_other_letters_or_rhymes_may_not(word: str) -> None:
    assert syllables.may_be(word) == word.isascii()


def test_nearly_every_word_of_every_real_name_may_be_vietnamese() -> None:
    words = {word for name in real_names() for word in name.replace("-", " ").split()}
    accented = [word for word in words if word.isalpha() and not word.isascii()]
    assert len(accented) > 1_000
    assert sum(map(syllables.may_be, accented)) / len(accented) > 0.97
