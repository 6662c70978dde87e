r"""Finds words that betray what a document is about, however they are typed.

**Rule:** a post does not record what it carries is about. A listed word (`catalogues/`) is found
whatever its case, with all, some or none of its accents, with look-alike letters, in an old font,
and with spaces, dots or dashes between its letters. An accent that the word does not have makes
another word of it: `nội dụng` is none, and `Bảo vệ việc làm` does not hold `về việc`.

An abbreviation such as `V/v` is found with any slash. Written with a dot it may also be "v.v.", and
so on; it counts where a cell begins, or where a word follows without a second dot.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from kt1custody.core.formats import letters
from kt1custody.core.manifest import old_fonts

_MARKS = "\u0300-\u036f"
_BEFORE, _AFTER = rf"(?<![\w{_MARKS}])", rf"(?![\w{_MARKS}])"
_GAP = rf"(?:_|[^\w{_MARKS}]){{0,4}}"  # between letters: VIQR has two signs and a space there
_ADDRESS = re.compile(r"\S+@\S+")


def is_told(text: str, words: Sequence[str]) -> bool:
    """Tell whether an untrusted text holds one of the words.

    Args:
        words: As an office writes them, such as `V/v` or `trích yếu`.
    """
    return bool(text) and _is_told(text, tuple(words))


@lru_cache(maxsize=16_384)
def _is_told(text: str, words: tuple[str, ...]) -> bool:
    pattern = _pattern(words)
    return any(pattern.search(_plain(reading)) for reading in old_fonts.readings(text))


def _plain(text: str) -> str:
    """Spell text for searching: small letters, each followed by its marks; nothing unseen."""
    if not text.isprintable():
        text = "".join(sign for sign in text if sign.isprintable() or sign.isspace())
    text = unicodedata.normalize("NFKD", letters.compared(letters.seen(text))).casefold()
    return _ADDRESS.sub(" ", " ".join(text.split()))


@lru_cache(maxsize=8)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    listed = "|".join(way for word in words for way in _ways(word.strip()) if word.strip())
    return re.compile(listed or "(?!)")


def _ways(word: str) -> Iterator[str]:
    """Give the patterns of a word."""
    parts = unicodedata.normalize("NFD", word.casefold()).split("/")
    if len(parts) == 1 or any(len(part) != 1 for part in parts):
        syllables = re.findall(rf"(?:[^\W_]|[{_MARKS}])+", " ".join(parts))
        yield _BEFORE + _GAP.join(map(_syllable, syllables)) + _AFTER
        return
    yield _BEFORE + r"[\s.]{0,3}[/\\|][\s.]{0,3}".join(parts) + _AFTER
    dotted = r"\.\s?".join(parts)
    yield rf"^\W*(?:{dotted}|{''.join(parts)})(?:\s*[:-]|\.?\s)\s*(?=\w)"
    yield rf"(?<![,;]\s){_BEFORE}{dotted}(?![\w.…])\s*:?\s+(?!va{_AFTER}|va\u0300{_AFTER})(?=\w)"


def _syllable(syllable: str) -> str:
    """Give the pattern of a syllable: each letter with any of the marks that the syllable has."""
    marks = "".join(sorted({sign for sign in syllable if unicodedata.combining(sign)}))
    after = f"[{marks}]*" if marks else ""
    bases = (sign for sign in syllable if not unicodedata.combining(sign))
    return _GAP.join(("[dđ]" if base == "đ" else re.escape(base)) + after for base in bases)
