"""Vietnamese text as people type it: one spelling to store, one folding to compare.

**Rule:** what is stored is NFC, with look-alike letters and signs read as what they are meant as;
what is compared ignores case, spacing and where the tone stands (Hoà = Hòa). Text that could
mislead a reader (controls, direction marks, signs that nobody sees) is never taken.
"""

import re
import unicodedata
from functools import lru_cache

from kt1custody.core.formats import letters
from kt1custody.core.formats.syllables import TONES


def tidy(typed: str) -> str:
    """Spell text for storing: NFC, spaces within and around reduced to one and none."""
    return " ".join((typed if typed.isascii() else unicodedata.normalize("NFC", typed)).split())


def canonical(typed: str) -> str:
    """Give the canonical form of text: tidy, and look-alikes read as what they are meant as."""
    return letters.in_text(tidy(typed))


def canonical_code(typed: str) -> str:
    """Give the canonical form of a code, in which every letter that looks Latin is Latin."""
    return letters.in_code(tidy(typed))


def has_bad_characters(text: str) -> bool:
    """Tell whether text holds controls, direction marks, or characters that nobody sees."""
    if letters.seen(text) != text:
        return True
    return not text.isprintable() and any(unicodedata.category(sign)[0] == "C" for sign in text)


def shown(text: str, length: int) -> str:
    """Spell untrusted text for a person to read: short, and nothing that steers a terminal."""
    return "".join("\ufffd" if has_bad_characters(sign) else sign for sign in tidy(text)[:length])


def fold(text: str) -> str:
    """Spell text for comparing."""
    if text.isascii():
        return tidy(text).casefold()
    plain = unicodedata.normalize("NFD", letters.compared(tidy(text)).casefold())
    # After NFD a word is letters and marks; the tone goes behind its word, wherever it stood.
    return re.sub(r"[^\W\d_]([^\W\d_]|[\u0300-\u036f])*", _tone_last, plain)


def _tone_last(word: re.Match[str]) -> str:
    signs = word.group()
    tones = "".join(sign for sign in signs if sign in TONES)
    return "".join(sign for sign in signs if sign not in TONES) + tones


@lru_cache(maxsize=8_192)  # in a list the same words come again and again
def plain(text: str) -> str:
    """Spell text for recognising: letters without accents (đ as d) and digits, one space between."""
    signs = unicodedata.normalize("NFD", letters.compared(text).casefold()).replace("đ", "d")
    return " ".join(re.findall(r"[a-z0-9]+", re.sub(r"[\u0300-\u036f]", "", signs)))
