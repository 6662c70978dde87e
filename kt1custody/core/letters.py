"""Letters and signs that look alike, read as the one that is meant.

**Rule:** what looks the same to a reader is the same. Dashes, slashes and the letters that stand in
for Đ are read so everywhere. Letters of other scripts that look like Latin ones (Cyrillic, Greek)
are read as Latin in a code, and in a word that is Latin otherwise; a word that is Cyrillic
altogether may be a name and stays. Letters and digits that look alike (O and 0) are never
exchanged.

Source: Unicode Technical Standard #39, of which only letters that most typefaces draw alike.
"""

import re
import unicodedata
from functools import lru_cache

# Letters that are typed or exported for Đ: eth, and African D with a bar or tail.
_SIGNS = {
    **dict.fromkeys("ÐƉ", "Đ"),
    **dict.fromkeys("ðɖ", "đ"),
    # Hyphens, dashes, minus.
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63", "-"),
    # Fraction, division and other slashes.
    **dict.fromkeys("\u2044\u2215\u29f8\u2571", "/"),
    # Full-width letters, digits and signs.
    **{chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)},
}
_APOSTROPHES = dict.fromkeys("’‘‛ʼʹ`´′", "'")
_FROM = "АВЕЅІЈКМНОРСТУХԜѴасеіјорѕухһԁԛԝѵΑΒΕΖΗΙΚΜΝΟΡΤΥΧονϲϳ"
_TO = "ABESIJKMHOPCTYXWVaceijopsyxhdqwvABEZHIKMNOPTYXovcj"
_LATIN = dict(zip(_FROM, _TO, strict=True))
# Signs that nobody sees although Unicode counts them as letters or marks.
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe00-\ufe0f\uffa0]")

_READ = str.maketrans(_SIGNS)
_COMPARED = str.maketrans({**_SIGNS, **_APOSTROPHES, **_LATIN})
_AS_LATIN = str.maketrans(_LATIN)
_ALIKE = re.compile(f"[{_FROM}]")
_WORD = re.compile(r"[^\W\d_]+")


def signs(text: str) -> str:
    """Read dashes, slashes, full-width signs and letters for Đ as what they are meant as."""
    return text if text.isascii() else text.translate(_READ)


def compared(text: str) -> str:
    """Read every look-alike, apostrophes and letters of other scripts included, for comparing."""
    return text if text.isascii() else text.translate(_COMPARED)


def in_code(text: str) -> str:
    """Read a code: letters of other scripts that look like Latin ones are Latin."""
    return text if text.isascii() else text.translate(_READ).translate(_AS_LATIN)


def in_text(text: str) -> str:
    """Read text: a word becomes Latin if it holds Latin letters and nothing else is left then."""
    if text.isascii():
        return text
    text = text.translate(_READ)
    return _WORD.sub(_as_latin, text) if _ALIKE.search(text) else text


def are_of_other_scripts(text: str) -> bool:
    """Tell whether text holds a letter that is not Latin."""
    return not text.isascii() and any(not _is_latin(sign) for sign in text if sign.isalpha())


def seen(text: str) -> str:
    """Leave out signs without any shape that count as letters or marks."""
    return text if text.isascii() else _UNSEEN.sub("", text)


def _as_latin(word: re.Match[str]) -> str:
    text = word.group()
    latin = text.translate(_AS_LATIN)
    is_mixed = latin != text and any(map(_is_latin, text))
    return latin if is_mixed and all(map(_is_latin, latin)) else text


@lru_cache(maxsize=1_024)
def _is_latin(sign: str) -> bool:
    return sign.isascii() or unicodedata.name(sign, "").startswith("LATIN ")
