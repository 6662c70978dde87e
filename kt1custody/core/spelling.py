"""Vietnamese text as people type it: one spelling to store, one folding to compare.

**Rule:** what is stored is NFC; what is compared ignores case, spacing and where the tone stands
(Hoà = Hòa). Text that could mislead a reader (controls, direction marks) is never taken.
"""

import re
import unicodedata

_TONES = "\u0300\u0301\u0303\u0309\u0323"  # grave, acute, tilde, hook, dot below
_SAME = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "–": "-", "—": "-", "‑": "-"})
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}


def tidy(typed: str) -> str:
    """Spell text for storing: NFC, spaces within and around reduced to one and none."""
    return " ".join((typed if typed.isascii() else unicodedata.normalize("NFC", typed)).split())


def has_bad_characters(text: str) -> bool:
    """Tell whether text holds controls, direction marks, private or unassigned characters."""
    return not text.isprintable() and any(unicodedata.category(sign)[0] == "C" for sign in text)


def shown(text: str, length: int) -> str:
    """Spell untrusted text for a person to read: short, and nothing that steers a terminal."""
    return "".join("\ufffd" if has_bad_characters(sign) else sign for sign in tidy(text)[:length])


def fold(text: str) -> str:
    """Spell text for comparing."""
    if text.isascii():
        return tidy(text).casefold()
    plain = unicodedata.normalize("NFD", tidy(text).translate(_SAME).casefold())
    # After NFD a word is letters and marks; the tone goes behind its word, wherever it stood.
    return re.sub(r"[^\W\d_]([^\W\d_]|[\u0300-\u036f])*", _tone_last, plain)


def _tone_last(word: re.Match[str]) -> str:
    letters = word.group()
    tones = "".join(sign for sign in letters if sign in _TONES)
    return "".join(sign for sign in letters if sign not in _TONES) + tones


def narrow(text: str) -> str:
    """Spell full-width letters, digits and signs (１２／ＣＶ) as everybody else does."""
    return text if text.isascii() else text.translate(_NARROW)


def plain(text: str) -> str:
    """Spell text for recognising: letters without accents (đ as d) and digits, one space between."""
    letters = unicodedata.normalize("NFD", narrow(text).casefold()).replace("đ", "d")
    return " ".join(re.findall(r"[a-z0-9]+", re.sub(r"[\u0300-\u036f]", "", letters)))
