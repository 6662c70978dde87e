"""Names the old font, or the damage, of a cell whose letters are not Unicode Vietnamese.

**Rule:** each cell is judged by itself, and a font is named only if it explains the words that are
no Vietnamese. What was decoded only helps to recognise a heading or a subject; it is never stored,
and the office types the cell again.

How a cell is judged. A word is *odd* if it holds signs beyond ASCII and cannot be Vietnamese as it
stands. A font *explains* an odd word if it decodes it to a syllable by the rules of orthography, or
to a short form such as QĐ. It is named if it explains more odd words than it leaves, and if they
are two, or the one is *telling*: no language of the West writes it so (`§ång`, `chÝ`, `Haûi`), or
if it makes syllables of all other words with accents too (`Bé Néi vô`). A lone word such as `Loïc`,
which VNI would read as `lọc`, stays what it is.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from html import unescape
from unicodedata import normalize

from kt1custody.core.formats import letters, syllables
from kt1custody.core.manifest import fonts

TCVN3, VNI, VISCII, VIQR = "old-font-tcvn3", "old-font-vni", "old-font-viscii", "old-font-viqr"
UNKNOWN, SAVED_TWICE, LOST = "old-font-unknown", "letters-saved-twice", "letters-lost"
CODES = frozenset({TCVN3, VNI, VISCII, VIQR, UNKNOWN, SAVED_TWICE, LOST})

_Decoder = Callable[[str], str]
_BETWEEN = re.compile(r"([\x00-@\[-`{-\x7f\s“”‘’…–—]+)")  # what stands between words
_SYMBOL_INSIDE = re.compile(r"[^\W\d_][¡-§©«¬\xad¯±µ¶¸»-¿×÷][^\W\d_]")
_MEASURE = re.compile(r"µ?[a-zA-Z]{0,3}[²³°º]*")  # m², µg, n°
_CAPITAL_INSIDE = re.compile(r"[a-zà-öø-ÿ][À-ÖØ-Þ]")
_WESTERN_IN_VNI = frozenset("ïëüöôñìíæóòî")  # other languages have these beside a vowel too
_SHORT_FORM = re.compile(r"(?=.*Đ)[BCDĐGHKLMNPQRSTVX]{2,}")
_ADDRESS = re.compile(r"\S*(?:@|://|www\.)\S*")
_ENTITY = re.compile(r"&(?:#\d{2,7}|#x[0-9a-f]{2,6}|[a-z]+);", re.IGNORECASE)
_LOST = re.compile(r"\ufffd|[^\W\d_]\?+[^\W\d_]|(?<![\w?])\?+[a-zà-ỹ]")
_VIQR_SIGN = re.compile(r"[\^(+*`'~?.]|dd", re.IGNORECASE)
_VIQR_STRONG = re.compile(
    r"[aeo]\^(?=.*[a-z`'~?.])|a\((?=[a-z`'~?.])|[ou][+*](?=[a-z`'~?.])|[aeiouy(^+*][`~]",
    re.IGNORECASE,
)
_VIQR_WORD = re.compile(r"[a-z][a-z`'~?.^(+*]*", re.IGNORECASE)
_WORTH_A_LOOK = re.compile(r"[^\x00-\x7f]|[\^(+*?~&`]|dd", re.IGNORECASE)


def judge(text: str) -> tuple[str, str]:
    """Name what is wrong with the letters of an untrusted cell.

    Returns:
        One of `CODES`, or nothing; and the text as it was meant, as far as can be told.
    """
    return _judge(text) if _WORTH_A_LOOK.search(text) else ("", text)


def code_of(text: str) -> str:
    """Give the code of `judge`."""
    return judge(text)[0]


def as_meant(text: str) -> str:
    """Give the text of `judge`."""
    return judge(text)[1]


@lru_cache(maxsize=8_192)
def readings(text: str) -> tuple[str, ...]:
    """Give what an untrusted cell may say: as it stands, and as any font would have its odd words."""
    if not _WORTH_A_LOOK.search(text):
        return (text,)
    found = [text, judge(text)[1]]
    if any(map(_is_odd, _words(text))):
        found += (_decode_text(text, decode, page) for _, decode, page, _ in _FONTS)
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=8_192)
def _judge(text: str) -> tuple[str, str]:
    """Give one of `CODES` or nothing, and the text as it was meant."""
    text = normalize("NFC", text)
    for code, read in ((SAVED_TWICE, fonts.decode_saved_twice), (UNKNOWN, _read_entities)):
        meant = read(text)
        if meant != text:
            return code, meant
    plain = _ADDRESS.sub(" ", text)
    odd = [word for word in _words(plain) if _is_odd(word)]
    code, meant = _font_of(text, odd) if odd else ("", text)
    if not code and _is_viqr(plain):
        return VIQR, fonts.decode_viqr(text)
    if not code and _LOST.search(plain):
        return LOST, text
    return code, meant


def _read_entities(text: str) -> str:
    """Read letters that a web page writes by their number or name: `&#7877;`, `&ecirc;`."""
    return _ENTITY.sub(lambda entity: unescape(entity.group()), text)


def _words(text: str) -> list[str]:
    return _BETWEEN.split(text)[::2]


@lru_cache(maxsize=8_192)
def _is_odd(word: str) -> bool:
    if word.isascii() or _MEASURE.fullmatch(word):
        return False
    return _CAPITAL_INSIDE.search(word) is not None or not syllables.may_be(letters.signs(word))


def _font_of(text: str, odd: list[str]) -> tuple[str, str]:
    """Find the font that explains most, the commonest first; give the text as it has it."""
    best, found = (0, 0), ("", text)
    for code, decode, page, is_telling in _FONTS:
        meant = [_decode_word(word, decode, page) for word in odd]
        proofs = [word for word, new in zip(odd, meant, strict=True) if _is_proof(word, new)]
        left = sum(not (new and syllables.may_be(new)) for new in meant if not _is_short_form(new))
        if len(proofs) <= left:
            continue
        whole = _decode_text(text, decode, page)
        if len(proofs) == 1 and not (is_telling(proofs[0]) or _is_of_a_piece(text, whole)):
            continue
        score = (len(proofs) - left, sum(map(syllables.is_strict, _words(whole))))
        if score > best:
            best, found = score, (code, whole)
    if not found[0] and any(map(_SYMBOL_INSIDE.search, odd)):
        return UNKNOWN, text
    return found


def _is_proof(word: str, meant: str | None) -> bool:
    """Tell whether a word that a font decodes so can hardly be anything else."""
    if meant is None or meant == word or len(meant) < 2:
        return False
    return syllables.is_strict(meant) or _is_short_form(meant)


def _is_of_a_piece(text: str, meant: str) -> bool:
    """Tell whether a font makes a syllable of every word with an accent, and of two at least."""
    pairs = zip(_words(text), _words(meant), strict=False)
    accented = [(word, new) for word, new in pairs if not word.isascii()]
    return len(accented) > 1 and all(_is_proof(word, new) for word, new in accented)


def _is_short_form(meant: str | None) -> bool:
    return meant is not None and _SHORT_FORM.fullmatch(meant) is not None


def _decode_word(word: str, decode: _Decoder, page: Mapping[str, int]) -> str | None:
    octets = fonts.as_octets(word, page)
    return None if octets is None else decode(octets)


def _decode_text(text: str, decode: _Decoder, page: Mapping[str, int]) -> str:
    """Decode a text, or its odd words if others of it are Vietnamese as they stand."""
    is_whole = page is fonts.WESTERN and fonts.as_octets(text, page) is not None
    return "".join(
        (_decode_word(part, decode, page) or part) if is_whole or _is_odd(part) else part
        for part in _BETWEEN.split(text)
    )


def _is_telling(word: str) -> bool:
    """Tell whether no language of the West writes a word of single letters so."""
    signs = [sign for sign in word if sign > "\x7f"]
    return (
        len(signs) > 1
        or any(not sign.isalpha() or sign in "ªºµßþðÐÞ" for sign in signs)
        or _CAPITAL_INSIDE.search(word) is not None
    )


def _is_telling_vni(word: str) -> bool:
    """Tell the same of a word whose accents stand behind their vowels."""
    signs = [sign for sign in word.lower() if sign > "\x7f"]
    is_western = len(signs) == 1 and signs[0] in _WESTERN_IN_VNI
    return not is_western or word.isupper()


# Fonts by how often they are met, each as shown by either code page.
_FONTS = (
    *(
        (code, decode, page, is_telling)
        for page in fonts.PAGES
        for code, decode, is_telling in (
            (TCVN3, fonts.decode_tcvn3, _is_telling),
            (VNI, fonts.decode_vni, _is_telling_vni),
            (VISCII, fonts.decode_viscii, _is_telling),
        )
    ),
    (SAVED_TWICE, fonts.decode_1258, fonts.WESTERN, _is_telling),
)


# VIQR is ASCII: its accents are signs that other texts have too. A cell is VIQR if two of its words
# show them, or one shows two, and at least one is such as no sentence has.


def _is_viqr(text: str) -> bool:
    weights = [_viqr_weight(word) for word in text.split()]
    return max(weights, default=0) > 1 and sum(weights) > 3


@lru_cache(maxsize=8_192)
def _viqr_weight(word: str) -> int:
    """Weigh a word: 0 no accent, 1 one that may be a sign of its sentence, 2 and 4 no such."""
    if not _VIQR_WORD.fullmatch(word) or not syllables.is_strict(fonts.decode_viqr(word)):
        return 0
    strong = len(_VIQR_STRONG.findall(word))
    return 1 if not strong else (4 if len(_VIQR_SIGN.findall(word)) > 1 else 2)
