"""What a written Vietnamese word can look like.

A Vietnamese word is one syllable: an initial consonant or none, a rhyme from a closed list, and one
tone or none. Two questions are asked of a word. `may_be` forgives: names of the highlands and words
taken from other languages pass. `is_strict` takes only what the orthography allows, so that a word
that became Vietnamese by decoding proves that the decoding is right.
"""

import re
import unicodedata
from functools import lru_cache

TONES = "\u0300\u0301\u0303\u0309\u0323"  # grave, acute, tilde, hook, dot below
_STOPPED = frozenset("\u0301\u0323")  # the tones that a syllable ending in c, ch, p, t may have

_LOOSE = re.compile(
    r"(?:b|c|ch|d|đ|g|gh|gi|h|k|kh|l|m|n|ng|ngh|nh|p|ph|q|r|s|t|th|tr|v|x|kr|đr|br|bl|pl|w|j|z|f)?"
    r"(?:a|ă|â|e|ê|i|o|ô|ơ|u|ư|y|ai|ao|au|ay|âu|ây|eo|êu|ia|iu|iê|iêu|oa|oai|oao|oay|oe|oeo|oă|oi"
    r"|oo|ôi|ơi|ua|uă|uâ|uai|uao|uay|uây|ue|uê|ueo|ui|uô|uôi|uơ|uơi|uy|uya|uyê|uyu|ưa|ưi|ươ|ươi"
    r"|ươu|ưu|yê|yêu)"
    r"(?:c|ch|m|n|ng|nh|p|t|k|l|r|h)?"
)
# Letters that Vietnamese has, and none that a VNI font writes behind a vowel for a tone.
_LETTERS = re.compile(r"(?!.*[aeouy][ùõ])[a-zàáâãèéêìíòóôõùúýăđĩũơưạ-ỹ]+")
_STRICT = re.compile(
    r"(?:b|c(?![eêiy])|ch|d|đ|g(?![eê])|gh(?=[eêi])|gi|h|k(?=[eêiy])|kh|l|m|n|ng(?![eêi])"
    r"|ngh(?=[eêi])|nh|p|ph|q(?=u)|r|s|t|th|tr|v|x)?"
    r"(?:"
    r"(?:ai|ao|au|ay|âu|ây|eo|êu|ia|iu|iêu|oai|oay|oeo|oi|ôi|ơi|ua|uai|uao|uay|uây|ueo|ui|uôi|uơ"
    r"|uya|uyu|ưa|ưi|ươi|ươu|ưu|yêu|oa|oe|uê|uy|a|e|ê|i|o|ô|ơ|u|ư|y)"
    r"|(?P<closed>(?:a|oa|ua)(?:c|ch|m|n|ng|nh|p|t)|(?:ă|oă|uă)(?:c|m|n|ng|p|t)"
    r"|(?:â|uâ)(?:c|m|n|ng|p|t)|(?:e|oe|ue)(?:c|m|n|ng|p|t)|(?:ê|uê)(?:ch|m|n|ng|nh|p|t)"
    r"|(?:i|uy)(?:ch|m|n|nh|p|t)|o(?:c|m|n|ng|p|t)|oo(?:c|ng)|ô(?:c|m|n|ng|p|t)|ơ(?:m|n|p|t)"
    r"|u(?:c|m|n|ng|p|t)|ư(?:c|m|n|ng|t)|(?:iê|uô|ươ|yê|uyê)(?:c|m|n|ng|p|t))"
    r")"
)


@lru_cache(maxsize=8_192)
def may_be(word: str) -> bool:
    """Tell whether a word could be Vietnamese, of the highlands, or ASCII."""
    if word.isascii():
        return True
    return _has_its_letters(word) and _LOOSE.fullmatch(_without_tones(word)[0]) is not None


@lru_cache(maxsize=8_192)
def is_strict(word: str) -> bool:
    """Tell whether a word is a syllable by the rules of Vietnamese orthography."""
    letters, tones = _without_tones(word)
    shape = _STRICT.fullmatch(letters)
    if shape is None or len(tones) > 1 or not _has_its_letters(word):
        return False
    is_stopped = shape["closed"] is not None and letters.endswith(("c", "ch", "p", "t"))
    return not is_stopped or set(tones) <= _STOPPED


def _has_its_letters(word: str) -> bool:
    return _LETTERS.fullmatch(unicodedata.normalize("NFC", word.casefold())) is not None


def _without_tones(word: str) -> tuple[str, str]:
    """Part a word in lower case from its tones."""
    signs = unicodedata.normalize("NFD", word.casefold())
    tones = "".join(sign for sign in signs if sign in TONES)
    letters = "".join(sign for sign in signs if sign not in TONES)
    return unicodedata.normalize("NFC", letters), tones
