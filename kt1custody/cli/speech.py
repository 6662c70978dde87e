"""The one language of the command line, chosen by `KT1_LANGUAGE` when the program starts.

Sentences are looked up while commands load, since their help is. The command line library finds its
own words in the same catalogue, by `gettext`.
"""

import gettext
from collections.abc import Sequence

from kt1custody import i18n, settings

LANGUAGE = settings.choose_language()

say = LANGUAGE.say
say_count = LANGUAGE.say_count
word = LANGUAGE.word
has_word = LANGUAGE.has_word
number = LANGUAGE.number
moment = LANGUAGE.moment
moment_to_the_second = LANGUAGE.moment_to_the_second
day_in_words = LANGUAGE.day_in_words
span = LANGUAGE.span
wait = LANGUAGE.wait

gettext.bindtextdomain(i18n.DOMAIN, str(i18n.FOLDER))
gettext.textdomain(i18n.DOMAIN)


def words_of(kind: str, codes: Sequence[str]) -> str:
    """List codes with their words, for the help of an option."""
    return "; ".join(f"{code}: {word(kind, code)}" for code in codes)
