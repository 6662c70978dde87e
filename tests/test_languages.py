"""Two languages: the same words in both catalogues, and none beside them."""

import re
from collections import Counter
from pathlib import Path

import click
import pytest
from babel.messages.extract import extract_from_dir

from kt1custody import i18n
from tests.kit.package import PACKAGE, places
from tests.kit.words import CODE, WORDS, has_tone, messages, texts

SAME = {" (STT {stt})"}
TYPED_IN_VIETNAMESE = {
    "about.offices.kind",
    "finding.unknown-kind",
    "finding.unknown-urgency",
}


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
