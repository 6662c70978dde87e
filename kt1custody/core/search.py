"""Searching as people type: without accents, in any order, by initials, by parts of a code.

**Rule:** what is sought is found however its accents were typed, placed or encoded; how the worst
of its words fits (`Way`) decides the rank, then accents that were typed, then the newer entry.
Nothing is guessed, and nothing leaves the memory.

An entry is a handful of texts, and most texts are shared (a province writes to some 300 agencies),
so each text is kept once with the places of its entries. A search looks through the texts, and
joins sets of entries as bits of one integer, which takes microseconds for 100 000 entries.
"""

import re
import unicodedata
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from kt1custody.core.formats import letters
from kt1custody.core.formats.syllables import TONES
from kt1custody.errors import MalformedInputError

RECENT_DAYS = 120  # of which slips may be searched; older ones are an officer's, with a reason
MAX_TYPED = 300  # characters; the longest name of an agency may have 200
MAX_WORDS = 40

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")  # soft hyphens, joiners, direction marks
_WORD = re.compile(r"\d+|[^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*")
_MARKS = re.compile("[\u0300-\u036f]")
_REFERENCE = re.compile(r"\s*(\d*)(.*)", re.DOTALL)
_ITEM_DIGITS = 12
_LINK = "va"  # "và", which official abbreviations leave out
_LEAST_INITIALS, _LEAST_WITHIN = 2, 3  # letters; fewer would find everything
_MANY = 400  # places from which on a text keeps them as bits


class Way(IntEnum):
    """How an entry fits what was typed; the lower, the higher its rank."""

    EXACT = 0  # the words are whole texts of it: a code, a name, a reference, an item number
    IN_ORDER = 1  # whole words in the order of one of its texts
    WORDS = 2  # whole words
    BEGINNINGS = 3  # at least the beginnings of words
    INITIALS = 4  # of words that follow each other: "ubnd"
    WITHIN = 5  # anywhere in a text, across its spaces and dashes: "daklak"


@dataclass(frozen=True, slots=True)
class Word:
    """A word to compare.

    Attributes:
        plain: Lower-case letters without any mark, or digits.
        marked: The same with its accents, the tone first, so that a beginning stays one.
    """

    plain: str
    marked: str


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found.

    Attributes:
        best: Place and way of the best entries, best first.
        total: How many entries fit.
    """

    best: tuple[tuple[int, Way], ...]
    total: int


def words(text: str) -> list[Word]:
    """Cut text into words for comparing; digits and letters part, as do the groups of an item's 12.

    Args:
        text: Untrusted: any letters, composed or not, of any width.
    """
    # An apostrophe stands within a word (B'Lao).
    typed = letters.compared(letters.seen(_UNSEEN.sub("", text))).replace("'", "")
    signs = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", typed).casefold())
    found = []
    for word in _WORD.findall(signs):
        if len(word) == _ITEM_DIGITS and word.isdecimal():
            groups = [word[begin : begin + 4] for begin in range(0, _ITEM_DIGITS, 4)]
            found += [Word(group, group) for group in groups]
        else:
            tones = "".join(sign for sign in word if sign in TONES)
            toneless = "".join(sign for sign in word if sign not in TONES)
            plain = _MARKS.sub("", word).replace("đ", "d")
            found.append(Word(plain, tones + toneless))
    return found


def sought(typed: str) -> list[Word]:
    """Cut what was typed into words to search for.

    Raises:
        MalformedInputError: `search-empty` or `search-too-long`.
    """
    if len(typed) > MAX_TYPED:
        raise MalformedInputError("search-too-long", most=MAX_WORDS)
    found = words(typed)
    if not found:
        raise MalformedInputError("search-empty")
    if len(found) > MAX_WORDS:
        raise MalformedInputError("search-too-long", most=MAX_WORDS)
    return found


def reference_parts(reference: str) -> tuple[str, str]:
    """Cut a document's reference into its number, which may be missing, and its symbol."""
    match = _REFERENCE.match(reference)
    assert match is not None  # noqa: S101  # every part of the pattern may be empty
    return match[1], match[2]


@dataclass(slots=True, eq=False, kw_only=True)
class _Text:
    """A text that entries share.

    Attributes:
        plain: Its words with a space before and after each; so `marked`.
        solid: Its words without spaces.
        initials: Of all its words, and of those beside "và"; empty for a code.
        places: Of the entries that have it, rising.
        bits: The same as bits of an integer, or None.
    """

    plain: str
    marked: str
    solid: str
    initials: str
    places: "array[int]" = field(default_factory=lambda: array("I"))
    bits: int | None = None


class Index:
    """Entries that can be searched, by their place: the order in which they were added."""

    def __init__(self) -> None:
        self._size = 0
        self._texts: dict[tuple[str, bool], _Text | None] = {}
        self._numbers: list[_Text] = []  # digits only, where no letter can be found
        self._others: list[_Text] = []
        self._whole: dict[str, list[_Text]] = {}

    def __len__(self) -> int:
        return self._size

    def add(self, names: Iterable[str], codes: Iterable[str]) -> None:
        """Add an entry; among those that fit alike, the one added last comes first.

        Args:
            names: Texts that can be found by their initials too.
            codes: Texts that cannot.
        """
        place = self._size
        self._size += 1
        for texts, is_name in ((names, True), (codes, False)):
            for told in texts:
                text = self._text(told, is_name=is_name)
                if text is not None and (not text.places or text.places[-1] != place):
                    text.places.append(place)
                    text.bits = None

    def search(self, typed: str, limit: int) -> Hits:
        """Find the entries in which every word fits somehow.

        Args:
            typed: Untrusted.
            limit: How many of them to tell.

        Raises:
            MalformedInputError: as `sought`.
        """
        told = sought(typed)
        every = (1 << self._size) - 1
        fits = {word: self._fits(word.plain) for word in told}
        levels, accents = [every] * 4, every
        for word, ways in fits.items():
            bits = 0
            for level, texts in enumerate(ways):
                bits |= self._bits(texts)
                levels[level] &= bits
            if word.marked != word.plain:
                start = f" {word.marked}"
                accents &= self._bits(
                    text for texts in ways for text in texts if start in text.marked
                )
        plains = [word.plain for word in told]
        rarest = min((ways[0] for ways in fits.values()), key=len)
        in_order = self._bits(text for text in rarest if _is_in_order(plains, text.plain))
        return _best([self._exact(plains, every), in_order, *levels], accents, limit)

    def _text(self, told: str, *, is_name: bool) -> _Text | None:
        key = (told, is_name)
        if key not in self._texts:
            self._texts[key] = self._new_text(words(told), is_name=is_name)
        return self._texts[key]

    def _new_text(self, told: Sequence[Word], *, is_name: bool) -> _Text | None:
        if not told:
            return None
        plains = [word.plain for word in told]
        solid = "".join(plains)
        initials = ""
        if is_name:
            initials = "".join(word[0] for word in plains)
            initials += " " + "".join(word[0] for word in plains if word != _LINK)
        marked = " ".join(word.marked for word in told)
        text = _Text(
            plain=f" {' '.join(plains)} ", marked=f" {marked} ", solid=solid, initials=initials
        )
        (self._numbers if solid.isdecimal() else self._others).append(text)
        self._whole.setdefault(solid, []).append(text)
        return text

    def _fits(self, word: str) -> tuple[list[_Text], ...]:
        """List the texts that a word fits, each once: whole, beginning, initials, within."""
        start, whole = f" {word}", f" {word} "
        by_initials, within = len(word) >= _LEAST_INITIALS, len(word) >= _LEAST_WITHIN
        texts = self._others + self._numbers if word.isdecimal() else self._others
        hits = [
            text
            for text in texts
            if start in text.plain
            or (by_initials and word in text.initials)
            or (within and word in text.solid)
        ]
        ways: tuple[list[_Text], ...] = ([], [], [], [])
        for text in hits:
            if start not in text.plain:
                ways[2 if word in text.initials else 3].append(text)
            else:
                ways[0 if whole in text.plain else 1].append(text)
        return ways

    def _exact(self, plains: Sequence[str], every: int) -> int:
        """Give the entries of which the words, in their order, are whole texts."""
        covered = {len(plains): every}  # from each word on to the last one
        for begin in reversed(range(len(plains))):
            covered[begin] = 0
            for end in range(begin + 1, len(plains) + 1):
                texts = self._whole.get("".join(plains[begin:end]), ())
                covered[begin] |= self._bits(texts) & covered[end]
        return covered[0]

    def _bits(self, texts: Iterable[_Text]) -> int:
        """Give the entries that have one of these texts."""
        bits, few = 0, self._no_bits()
        for text in texts:
            if len(text.places) <= _MANY:
                _set(few, text.places)
                continue
            if text.bits is None:
                own = self._no_bits()
                _set(own, text.places)
                text.bits = int.from_bytes(own, "little")
            bits |= text.bits
        return bits | int.from_bytes(few, "little")

    def _no_bits(self) -> bytearray:
        return bytearray(self._size // 8 + 1)


def _set(bits: bytearray, places: Iterable[int]) -> None:
    for place in places:
        bits[place >> 3] |= 1 << (place & 7)


def _is_in_order(plains: Iterable[str], text: str) -> bool:
    place = 0
    for word in plains:
        place = text.find(f" {word} ", place)
        if place < 0:
            return False
        place += len(word) + 1  # the space behind it is the one before the next
    return True


def _best(tiers: Sequence[int], accents: int, limit: int) -> Hits:
    """Take the best entries: by tier, in it by accents, among those the newest."""
    left = 0
    for tier in tiers:
        left |= tier
    total, best = left.bit_count(), list[tuple[int, Way]]()
    for way, tier in zip(Way, tiers, strict=True):
        for wanted in (tier & accents, tier):
            some = wanted & left
            left ^= some
            while some and len(best) < limit:
                place = some.bit_length() - 1
                some ^= 1 << place
                best.append((place, way))
    return Hits(tuple(best), total)
