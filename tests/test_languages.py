"""Two languages: the same words in both catalogues, none beside them, dates and numbers as spelled."""

import re
from collections import Counter
from pathlib import Path

import click
import pytest
from babel.messages.extract import extract_from_dir

from kt1custody import i18n
from tests.kit import cast
from tests.kit.package import PACKAGE, places
from tests.kit.words import CODE, VI, WORDS, has_tone, messages, texts

SAME = {" (STT {stt})"}
TYPED_IN_VIETNAMESE = {
    "about.offices.kind",
    "finding.unknown-kind",
    "finding.unknown-urgency",
}


# The catalogues


def test_every_code_has_a_word_in_both_languages_with_the_same_places():
    vietnamese, english = (
        {name: one for name, one in messages(language).items() if CODE.fullmatch(name)}
        for language in i18n.LANGUAGES
    )
    assert len(english) > 250
    assert vietnamese.keys() ^ english.keys() == set()
    for name, one in vietnamese.items():
        assert places(str(one.string)) == places(str(english[name].string)), name


def test_english_needs_no_entry_of_its_own_beside_the_codes():
    assert messages("en").keys() - messages("vi").keys() == set()


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_catalogue_has_no_entry_twice_empty_or_doubtful(language: str):
    path = PACKAGE / "locale" / language / "LC_MESSAGES" / "kt1.po"
    entries = path.read_text("utf-8").split("\nmsgid ")[1:]
    names = Counter(re.split(r"\nmsg(?:str|id_plural)", entry)[0] for entry in entries)
    assert [name for name, times in names.items() if times > 1] == []
    for one in messages(language).values():
        assert not one.fuzzy, one.id
        assert all(texts(one.string)), one.id


def test_english_is_english_but_for_what_is_typed_into_a_manifest():
    told = [one for one in messages("en").values() if has_tone(str(one.string))]
    assert {str(one.id) for one in told} <= TYPED_IN_VIETNAMESE


def test_vietnamese_is_not_a_copy_of_the_english():
    same = {
        name
        for name, one in messages("vi").items()
        if WORDS.search(re.sub("{[^}]*}", "", name)) and name == texts(one.string)[0]
    }
    assert same - SAME == set()


def test_every_message_of_the_command_line_library_is_translated_with_the_same_places():
    known = messages("vi")
    library = Path(str(click.__file__)).parent
    found = {one[2] for one in extract_from_dir(str(library))}
    assert len(found) > 60
    for msgid in found:
        forms = texts(msgid)
        assert forms[0] in known, msgid
        told = texts(known[forms[0]].string)
        assert len(told) == 1, msgid  # Vietnamese has one form
        assert texts(known[forms[0]].id) == forms, msgid
        assert library_places(told[0]) == library_places(forms[-1]), msgid


def library_places(text: str) -> set[str | None]:
    return places(text) | set(re.findall(r"%\(\w+\)s", text))


# Dates and numbers

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
