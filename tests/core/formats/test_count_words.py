"""Counts in words, as people read them aloud."""

import pytest

from kt1custody.core.formats import count_words

VI = {
    0: "không", 1: "một", 5: "năm", 10: "mười", 11: "mười một", 15: "mười lăm", 20: "hai mươi",
    21: "hai mươi mốt", 24: "hai mươi bốn", 25: "hai mươi lăm", 100: "một trăm",
    101: "một trăm linh một", 105: "một trăm linh năm", 110: "một trăm mười", 200: "hai trăm",
    255: "hai trăm năm mươi lăm", 1000: "một nghìn", 1001: "một nghìn không trăm linh một",
    1021: "một nghìn không trăm hai mươi mốt", 20_000: "hai mươi nghìn",
}  # fmt: skip
EN = {
    0: "zero", 12: "twelve", 21: "twenty-one", 90: "ninety", 101: "one hundred and one",
    200: "two hundred", 1001: "one thousand and one", 1200: "one thousand two hundred",
}  # fmt: skip


@pytest.mark.parametrize(("language", "table"), [("vi", VI), ("en", EN)])
def test_a_count_is_spelled_as_it_is_said(language: str, table: dict[int, str]):
    assert {count: count_words.spelled(count, language) for count in table} == table


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_two_counts_are_spelled_alike(language: str):
    counts = [*range(2_500), *range(10_000, 1_000_000, 997)]
    assert len({count_words.spelled(count, language) for count in counts}) == len(counts)


@pytest.mark.parametrize("count", [-1, count_words.LARGEST + 1])
def test_what_cannot_be_spelled_is_refused(count: int):
    with pytest.raises(ValueError, match="not a count"):
        count_words.spelled(count, "vi")
