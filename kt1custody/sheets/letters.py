"""From the bytes of a text file to Vietnamese text, and whether text is Vietnamese at all.

**Rule:** never guess. UTF-8 and UTF-16 say themselves whether they are right. Windows-1258 takes
nearly any bytes, and text typed with the old fonts (TCVN3, VNI) or saved twice is valid UTF-8; both
are told by their syllables: Vietnamese words with accents follow a closed scheme, broken ones do
not.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterable

from kt1custody.errors import MalformedInputError

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_WORDS_APART = re.compile(r"[\x00-@\[-`{-\x7f\s“”‘’…–—]+")
_INITIALS = (
    "b|c|ch|d|đ|g|gh|gi|h|k|kh|l|m|n|ng|ngh|nh|p|ph|q|r|s|t|th|tr|v|x|kr|đr|br|bl|pl|w|j|z|f"
)
_RHYMES = (
    "a|ă|â|e|ê|i|o|ô|ơ|u|ư|y|ai|ao|au|ay|âu|ây|eo|êu|ia|iu|iê|iêu|oa|oai|oao|oay|oe|oeo|oă|oi|oo"
    "|ôi|ơi|ua|uă|uâ|uai|uao|uay|uây|ue|uê|ueo|ui|uô|uôi|uơ|uơi|uy|uya|uyê|uyu|ưa|ưi|ươ|ươi|ươu"
    "|ưu|yê|yêu"
)
_SYLLABLE = re.compile(rf"(?:{_INITIALS})?(?:{_RHYMES})(?:c|ch|m|n|ng|nh|p|t|k|l|r|h)?")
_MOST = 0.6  # of the accented words; broken text reaches a fifth, good text nearly all
_MANY = 8  # accented words; fewer are taken as they are if the bytes are valid


def decode(unverified: bytes) -> str:
    """Decode UTF-8, UTF-16 with its mark, or Windows-1258 whose tones stand behind their letters.

    Raises:
        MalformedInputError: `table-unreadable` with `why`: `binary`, `letters`.
    """
    utf16 = unverified.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not utf16 and b"\x00" in unverified:
        raise MalformedInputError("table-unreadable", why="binary")
    try:
        text = unverified.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        text = "" if utf16 else _decode_1258(unverified)
        if not text:
            raise MalformedInputError("table-unreadable", why="letters") from None
    if "\x00" in text:
        raise MalformedInputError("table-unreadable", why="binary")
    return text


def refuse_broken(texts: Iterable[str]) -> None:
    """Refuse text that was typed with an old font or saved with the wrong code page.

    Raises:
        MalformedInputError: `table-unreadable` with `why`: `letters`.
    """
    words = _accented(" ".join(texts))
    if len(words) >= _MANY and _right(words) < _MOST:
        raise MalformedInputError("table-unreadable", why="letters")


def _decode_1258(unverified: bytes) -> str:
    """Decode Windows-1258, or give nothing if it is something else."""
    try:
        text = unicodedata.normalize("NFC", unverified.decode("cp1258"))
    except UnicodeDecodeError:
        return ""
    is_left = any(sign in text for sign in _TONES)  # a tone without a letter that can bear it
    return "" if is_left or _right(_accented(text)) < _MOST else text


def _accented(text: str) -> set[str]:
    return {word for word in _WORDS_APART.split(text.casefold()) if not word.isascii()}


def _right(words: set[str]) -> float:
    """Tell what part of these words are Vietnamese syllables."""
    return sum(_is_syllable(word) for word in words) / len(words) if words else 0.0


def _is_syllable(word: str) -> bool:
    letters = unicodedata.normalize("NFD", word)
    toneless = "".join(sign for sign in letters if sign not in _TONES)
    return _SYLLABLE.fullmatch(unicodedata.normalize("NFC", toneless)) is not None
