"""Reads QR symbols from pictures.

**Rule:** a picture costs no more than its size allows; what does not read as it is, is tried again
enlarged, sharpened and stretched. All pages are read or named, and so are symbols that are seen and
cannot be read, and codes of other kinds. Rates: `.docs/decode-rates.md`.
"""

import math
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import zxingcpp
from PIL import Image, ImageFilter

from kt1custody.core.formats import numbers
from kt1custody.errors import MalformedInputError
from kt1custody.printing.pages import MAX_PAGES, open_picture, pages

_ANIMATED = ("PNG", "WEBP", "GIF")  # their pages are moments of one picture
# The time of a picture full of false symbols grows with the square of its pixels.
_FIRST_TRY = 4_000_000
_LATER_TRIES = 6_000_000
_MOST_SEARCHED = 500_000_000  # pixels of all tries on all pages
_LONGEST = 16_000  # no camera's side is longer, and readers have limits of their own
_LOOKS = 3  # tries made even after a symbol was read: another beside it may be harder to read
_BARCODE = zxingcpp.BarcodeFormat
# Without its small kin: a Micro QR is small enough to be found in a spoilt seal by chance.
_QR = zxingcpp.BarcodeFormats(_BARCODE.QRCodeModel2)
# Other codes that lie on desks: labels of posts, stamps, goods, papers, tickets.
_OTHERS = (
    _BARCODE.Code128,
    _BARCODE.DataMatrix,
    _BARCODE.EAN13,
    _BARCODE.PDF417,
    _BARCODE.Aztec,
)
_EVERYTHING = zxingcpp.BarcodeFormats([_BARCODE.QRCodeModel2, *_OTHERS])


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureReading:
    """What was read in a picture; untrusted.

    Attributes:
        texts: Page, from 1, and text of every QR symbol, in the order of the pages.
        others: Page and kind of every other code, such as `Code 128`; but for the item number in
            bars that our own labels bear.
        unread: Pages where not all was read and why: `no-symbol`, `torn` (a symbol is there that
            cannot be read), `damaged`, `too-large`, or `too-many` for the first of those that were
            not looked at.
        pages: How many pages were looked at.
    """

    texts: tuple[tuple[int, str], ...]
    others: tuple[tuple[int, str], ...]
    unread: tuple[tuple[int, str], ...]
    pages: int


def symbol_texts(data: bytes) -> list[str]:
    """Give the texts of all QR symbols of a picture; raises as `read_picture`."""
    return [text for _, text in read_picture(data, lambda _: True).texts]


def read_picture(data: bytes, is_ours: Callable[[str], bool]) -> PictureReading:
    """Read the symbols of all pages of a picture.

    Args:
        data: Untrusted.
        is_ours: Tells whether a text is of the kind that is looked for; without one, more is tried.

    Raises:
        MalformedInputError: `picture-unreadable` with `why`: as `open_picture`; if no page has a
            symbol that can be read, why the first has none; `other-code`: there are only codes of
            other kinds.
    """
    with warnings.catch_warnings(action="ignore"):
        reading = _read_pages(open_picture(data), is_ours)
    if reading.texts:
        return reading
    why = "other-code" if reading.others else reading.unread[0][1]
    raise MalformedInputError("picture-unreadable", why=why)


def read_once(picture: Image.Image) -> list[str]:
    """Give the texts of all QR symbols that one try finds."""
    symbols = zxingcpp.read_barcodes(picture, formats=_QR)
    return [symbol.text for symbol in symbols if symbol.text]


def tries(picture: Image.Image) -> Iterator[Image.Image]:
    """Give a grey picture in the ways in which it may be readable, likeliest and cheapest first."""
    picture = _stretched(picture, (1, 0, 1), _FIRST_TRY)
    yield picture
    larger = _stretched(picture, (2, 0, 2), _LATER_TRIES)
    yield larger
    sharper = larger.filter(ImageFilter.UnsharpMask(radius=2, percent=150, threshold=0))
    yield sharper
    yield larger.filter(ImageFilter.UnsharpMask(radius=4, percent=100, threshold=0))
    # Seen aslant, a seal is too narrow in one direction: across, down or along a diagonal.
    for stretch in ((2, 0, 1), (1, 0, 2), (1.5, 0.5, 1.5), (1.5, -0.5, 1.5)):
        yield _stretched(sharper, stretch, _LATER_TRIES)


def _stretched(picture: Image.Image, stretch: tuple[float, float, float], most: int) -> Image.Image:
    """Map x to ax + by and y to bx + cy; less, if it would become more than so many pixels."""
    (a, b, c), (width, height) = stretch, picture.size
    wide, high = a * width + abs(b) * height, abs(b) * width + c * height
    shrink = min(1.0, math.sqrt(most / (wide * high)), _LONGEST / max(wide, high))
    size = max(1, int(shrink * wide)), max(1, int(shrink * high))
    if not b:
        return picture.resize(size, Image.Resampling.BICUBIC)
    a, b, c = (figure / shrink / (a * c - b * b) for figure in (c, -b, a))  # and back again
    left = (width - a * size[0] - b * size[1]) / 2
    top = (height - b * size[0] - c * size[1]) / 2
    way = (a, b, left, b, c, top)
    bicubic = Image.Resampling.BICUBIC
    return picture.transform(size, Image.Transform.AFFINE, way, bicubic, fillcolor=255)


def _read_pages(picture: Image.Image, is_ours: Callable[[str], bool]) -> PictureReading:
    texts: list[tuple[int, str]] = []
    others: list[tuple[int, str]] = []
    unread: list[tuple[int, str]] = []
    search, looked_at = _Search(is_ours), 0
    for page, grey in enumerate(pages(picture), start=1):
        if page > MAX_PAGES or search.left <= 0 or grey == "too-many":
            unread.append((page, "too-many"))
            break
        looked_at = page
        if isinstance(grey, str):
            unread.append((page, grey))
            continue
        symbols = search.search(grey)
        others += [(page, kind) for kind in sorted(symbols.kinds)]
        known = {text for _, text in texts} if picture.format in _ANIMATED else set()
        texts += [(page, text) for text in symbols.texts if text not in known]
        if symbols.missed or not (symbols.texts or (picture.format in _ANIMATED and page > 1)):
            unread.append((page, "torn" if symbols.missed else "no-symbol"))
    return PictureReading(
        texts=tuple(texts), others=tuple(others), unread=tuple(unread), pages=looked_at
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """What one page has; `missed` symbols were seen but could not be read."""

    texts: tuple[str, ...]
    kinds: frozenset[str]
    missed: int


class _Search:
    """Searches pages, all of them together with no more pixels than allowed."""

    def __init__(self, is_ours: Callable[[str], bool]) -> None:
        self._is_ours = is_ours
        self.left = _MOST_SEARCHED

    def search(self, page: Image.Image) -> _Found:
        """Find the symbols of a page.

        It is tried on until a symbol of ours is read and none is seen that cannot be. The same
        text twice in one try is there twice.
        """
        texts: Counter[str] = Counter()
        kinds: set[str] = set()
        seen = 0
        for look, attempt in enumerate(tries(page)):
            self.left -= attempt.width * attempt.height
            formats = _QR if look else _EVERYTHING
            symbols = zxingcpp.read_barcodes(attempt, formats=formats, return_errors=True)
            squares = [symbol for symbol in symbols if symbol.format not in _OTHERS]
            kinds |= {
                str(symbol.format)
                for symbol in symbols
                if symbol.valid and symbol.format in _OTHERS and not _is_of_label(symbol)
            }
            texts |= Counter(symbol.text for symbol in squares if symbol.valid and symbol.text)
            seen = max(seen, len(squares))
            is_all = seen <= texts.total() and any(map(self._is_ours, texts))
            if look + 1 >= _LOOKS and is_all:
                break
        return _Found(tuple(texts.elements()), frozenset(kinds), max(0, seen - texts.total()))


def _is_of_label(symbol: zxingcpp.Barcode) -> bool:
    """Tell whether these are the bars of a label's own item number."""
    if symbol.format != _BARCODE.Code128:
        return False
    try:
        numbers.parse_item_number(symbol.text)
    except MalformedInputError:
        return False
    return True
