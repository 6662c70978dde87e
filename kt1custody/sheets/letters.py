"""From the bytes of a text file to text.

**Rule:** never guess. UTF-8 and UTF-16 say themselves whether they are right. Windows-1258 takes
nearly any bytes; it is believed if the words with accents are Vietnamese syllables, which bytes of
old fonts or other code pages are not. Whether a cell holds Vietnamese is judged cell by cell, in
`core/manifest/old_fonts.py`.
"""

import codecs
import re
import unicodedata

from kt1custody.core.formats import syllables
from kt1custody.errors import MalformedInputError

_WORDS_APART = re.compile(r"[\x00-@\[-`{-\x7f\s“”‘’…–—]+")
_MOST = 0.6  # of the accented words; broken text reaches a fifth, good text nearly all


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


def _decode_1258(unverified: bytes) -> str:
    """Decode Windows-1258, or give nothing if it is something else."""
    try:
        text = unicodedata.normalize("NFC", unverified.decode("cp1258"))
    except UnicodeDecodeError:
        return ""
    is_left = any(sign in text for sign in syllables.TONES)  # a tone that no letter bears
    words = {word for word in _WORDS_APART.split(text.casefold()) if not word.isascii()}
    right = sum(map(syllables.may_be, words))
    return text if words and not is_left and right >= _MOST * len(words) else ""
