"""What a language writes: dates, numbers, spans, and what others have written."""

import re

import pytest

from kt1custody import i18n
from tests.kit import cast
from tests.kit.package import places
from tests.kit.words import EN, VI, messages, texts

MARCH = 1_772_676_000  # 5 March 2026, 09:00 in Hanoi


@pytest.mark.parametrize(
    ("code", "spelled", "in_words"),
    [
        ("vi", "1.234.567,5", "05 tháng 3 năm 2026, 09:00"),
        ("en", "1,234,567.5", "5 March 2026, 09:00"),
    ],
)
def test_numbers_and_days_are_spelled_by_the_catalogue(
    monkeypatch: pytest.MonkeyPatch, code: str, spelled: str, in_words: str
):
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    language = i18n.language(code)
    assert language.number(1_234_567.5) == spelled
    assert language.number(999) == "999"
    assert language.number(-1234) == f"-{spelled[:5]}"
    assert language.day_in_words(MARCH, cast.ZONE) == in_words
    assert language.moment(MARCH + 9, cast.ZONE) == "05/03/2026 09:00"
    assert language.moment_to_the_second(MARCH + 9, cast.ZONE) == "05/03/2026 09:00:09"


def test_january_and_february_are_written_with_a_nought_as_decree_30_2020_has_it():
    assert VI.day_in_words(MARCH - 40 * 86_400, cast.ZONE) == "24 tháng 01 năm 2026, 09:00"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Toà án 12/BC", "Toà án 12/BC"),
        ("x\nKHỚP / MATCH", "x?KHỚP / MATCH"),
        ("\x1b[2J\r\u2028\u202ea", "?[2J???a"),
        (b"\x00\xff", "00ff"),
    ],
)
def test_what_others_have_written_begins_no_line(value: object, shown: str):
    assert i18n.one_line(value) == shown


@pytest.mark.parametrize(
    ("seconds", "span", "wait"),
    [
        (-5, "less than 1 s", "1 s"),
        (0, "less than 1 s", "1 s"),
        (59, "59 s", "59 s"),
        (61, "1 min", "2 min"),
        (3_600, "1 h", "1 h"),
        (3_601, "1 h", "1 h 1 min"),
        (5_400, "1 h 30 min", "1 h 30 min"),
        (3 * 86_400 + 1, "72 h", "4 days"),
        (366 * 86_400, "8784 h", "1 year 1 day"),
        (2 * 365 * 86_400, "17520 h", "2 years"),
    ],
)
def test_a_length_of_time_is_cut_and_a_wait_is_rounded_up(seconds: int, span: str, wait: str):
    assert (EN.span(seconds), EN.wait(seconds)) == (span, wait)


def test_a_time_that_no_calendar_writes_is_the_last_one():
    assert EN.moment(10**15, cast.ZONE) == "01/01/9999 07:00"
    assert i18n.local_time(MARCH, cast.ZONE).isoformat() == "2026-03-05T09:00:00+07:00"


def test_a_sentence_has_the_form_that_goes_with_its_count():
    for count, english in ((1, "1 item (–)"), (1_200, "1,200 items (–)")):
        told = EN.say_count(
            "{count} item ({totals})", "{count} items ({totals})", count, totals="–"
        )
        assert told == english
    assert VI.say_count(
        "{count} item ({totals})", "{count} items ({totals})", 1_200, totals="–"
    ) == ("1.200 bưu gửi (–)")


def test_a_code_without_a_word_and_an_error_with_fewer_facts_are_shown_as_they_are():
    assert (VI.has_word("status", "held"), VI.has_word("status", "none")) == (True, False)
    assert VI.word("status", "none") == "status.none"
    assert "{n}" in EN.word("error", "no-such-item")


def test_a_language_is_read_once_and_only_those_that_are_there():
    assert i18n.language("vi") is i18n.language("vi")
    with pytest.raises(FileNotFoundError):
        i18n.Language("xx")


@pytest.mark.parametrize("code", i18n.LANGUAGES)
def test_what_a_page_says_instead_names_no_command_and_has_the_same_places(code: str):
    known = messages(code)
    instead = {name: one for name, one in known.items() if name.endswith("@page")}
    assert len(instead) > 40
    for name, one in instead.items():
        assert not re.search(r"\bkt1 |--\w", str(one.string)), name
        if name.startswith("error."):
            command = known[name.removesuffix("@page")]
            assert places(str(one.string)) <= places(texts(command.string)[0]), name


def test_a_page_says_its_own_sentence_where_there_is_one():
    page, command = i18n.language("vi", is_page=True), i18n.language("vi")
    assert page.word("error", "locked", staff="NV001") != command.word(
        "error", "locked", staff="NV001"
    )
    assert page.word("status", "held") == command.word("status", "held")
    assert page.has_word("hint", "on-hold")
