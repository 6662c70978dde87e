"""The one language of the command line, for our own words and for those of its library."""

import gettext

from kt1custody import i18n
from kt1custody.cli import speech
from kt1custody.core.log.schema import REASONS
from tests.kit.words import VI


def test_the_words_of_an_option_are_listed_with_their_codes():
    listed = speech.words_of("reason", REASONS["refuse"])
    assert listed == "; ".join(
        f"{code}: {speech.word('reason', code)}" for code in REASONS["refuse"]
    )
    assert speech.words_of("reason", ()) == ""


def test_everything_speaks_the_language_that_was_chosen():
    assert speech.LANGUAGE.code in i18n.LANGUAGES
    sentence = "{file} is written."
    assert speech.say(sentence, file="a") == speech.LANGUAGE.say(sentence, file="a")
    assert VI.say(sentence, file="a") != sentence.format(file="a")


def test_the_library_looks_its_words_up_in_our_catalogue():
    assert gettext.textdomain() == i18n.DOMAIN
    assert gettext.bindtextdomain(i18n.DOMAIN) == str(i18n.FOLDER)
