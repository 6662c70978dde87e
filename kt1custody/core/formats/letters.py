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
# Further letters that look alike in some typeface; enough to doubt two names, not to read one.
_MORE = {
    "α": "a", "ɑ": "a", "ь": "b", "ϲ": "c", "ԍ": "g", "ɡ": "g", "ց": "g", "հ": "h", "ι": "i",
    "ı": "i", "ɩ": "i", "ɪ": "i", "յ": "j", "κ": "k", "к": "k", "ӏ": "l", "ǀ": "l", "լ": "l",
    "м": "m", "η": "n", "п": "n", "ո": "n", "σ": "o", "օ": "o", "ο": "o", "ρ": "p", "զ": "q",
    "г": "r", "ꮁ": "r", "τ": "t", "т": "t", "υ": "u", "ʋ": "u", "и": "u", "ս": "u", "ν": "v",
    "ω": "w", "ѡ": "w", "χ": "x", "γ": "y", "ү": "y", "ƴ": "y", "տ": "s", "в": "b", "н": "h",
    **dict(zip("ᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᏒᏚᎢᏙᎳᏃ", "abcdeghijklmprstvwz", strict=True)),
    **dict(zip("ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ", "abcdefghijklmnoprstuvwxyz", strict=True)),
}  # fmt: skip
_AS_SMALL = {sign.casefold(): small for sign, small in _MORE.items()}
_BARRED = re.compile("d[\u0335\u0336]")
# Marks of Vietnamese, and those that look like one of them; others are left out.
_MARKS = {mark: mark for mark in "\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323"} | {
    "\u030c": "\u0306", "\u0304": "\u0303", "\u030a": "\u0309", "\u0327": "\u0323",
    "\u0328": "\u0323", "\u0331": "\u0323", "\u0340": "\u0300", "\u0341": "\u0301",
}  # fmt: skip
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


def skeleton(text: str) -> str:
    """Read every letter and mark that looks like one of Vietnamese as that one, in small letters.

    Two names with the same skeleton may not be told apart by a reader; it is never stored or shown.
    """
    if text.isascii():
        return text.casefold()
    plain = compared(unicodedata.normalize("NFKD", text.translate(_READ))).casefold()
    plain = _BARRED.sub("đ", unicodedata.normalize("NFD", compared(plain)))
    return "".join(
        _MARKS.get(sign, "") if unicodedata.combining(sign) else _AS_SMALL.get(sign, sign)
        for sign in plain
    )


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
