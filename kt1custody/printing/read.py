"""Reads QR symbols from pictures.

**Rule:** a picture is told by its content, whatever its name. It is hostile until proved small, and
costs no more than its size allows; what does not read as it is, is tried again enlarged, sharpened
and stretched. All pages are read or named, and so is what is no symbol of ours. Rates:
`.docs/decode-rates.md`.
"""

import io
import itertools
import logging
import math
import os
import stat
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image, ImageFilter

from kt1custody.errors import MalformedInputError, UnavailableError

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 60_000_000  # a large phone camera has 50
MAX_PAGES = 50
# Only what cameras and scanners write: Pillow hands other formats to other programs.
_FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "TIFF", "GIF")
_ANIMATED = ("PNG", "WEBP", "GIF")  # their pages are moments of one picture
_SCAN = b"\xff\xda"  # begins a pass over a JPEG; each costs time by the pixel
_MAX_SCANNED = 100 * MAX_PIXELS
# The time of a picture full of false symbols grows with the square of its pixels.
_FIRST_TRY = 4_000_000
_LATER_TRIES = 6_000_000
_MOST_SEARCHED = 500_000_000  # pixels of all tries on all pages
_LONGEST = 16_000  # no camera's side is longer, and readers have limits of their own
_LOOKS = 3  # tries made even after a symbol was read: another beside it may be harder to read
_SMALLER_COPY = 254, 1  # tag and bit by which a TIFF says that a page repeats another in small
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
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_STILL = (b"avif", b"avis")
logging.getLogger("PIL").addHandler(logging.NullHandler())  # its words are for programmers


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read in a picture; untrusted.

    Attributes:
        texts: Page, from 1, and text of every QR symbol, in the order of the pages.
        others: Page and kind of every other code, such as `Code 128`.
        unread: Pages without a QR symbol and why: `no-symbol`, `damaged`, `too-large`, or
            `too-many` for the first of those that were not looked at.
        pages: How many pages were looked at.
    """

    texts: tuple[tuple[int, str], ...]
    others: tuple[tuple[int, str], ...]
    unread: tuple[tuple[int, str], ...]
    pages: int


def symbol_texts(path: Path) -> list[str]:
    """Give the texts of all QR symbols of a picture; arguments and errors as of `read_file`."""
    return [text for _, text in read_file(path, lambda _: True).texts]


def read_file(path: Path, is_ours: Callable[[str], bool]) -> Reading:
    """Read the symbols of a picture in a file.

    Args:
        path: Untrusted file; only a regular one is opened for reading.
        is_ours: Tells whether a text is of the kind that is looked for; without one, more is tried.

    Raises:
        UnavailableError: `file-unreadable`; with `why` `not-a-file` for a pipe or a device.
        MalformedInputError: As `read_picture`.
    """
    return read_picture(_bytes_of(path), is_ours)


def read_picture(data: bytes, is_ours: Callable[[str], bool]) -> Reading:
    """Read the symbols of all pages of a picture.

    Raises:
        MalformedInputError: `picture-unreadable` with `why`: `too-large`, `damaged`, `no-symbol`;
            `other-code`: there are only codes of other kinds; `format`, `pdf`, `heic`, `svg`,
            `document`, `video`, `no-bytes`: it is no picture that can be read.
    """
    if len(data) > MAX_BYTES:
        raise MalformedInputError("picture-unreadable", why="too-large")
    with warnings.catch_warnings(action="ignore"):
        reading = _read_pages(_open(data), is_ours)
    if not reading.texts:
        why = "no-symbol" if reading.pages > 1 or not reading.unread else reading.unread[0][1]
        why = "other-code" if reading.others else why
        raise MalformedInputError("picture-unreadable", why=why)
    return reading


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


def _bytes_of(path: Path) -> bytes:
    """Read a regular file, at most a byte more than allowed; a pipe would never end."""
    try:
        handle = os.open(
            path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        )
        with open(handle, "rb") as file:  # noqa: PTH123  # of a handle that does not wait
            mode = os.fstat(handle).st_mode
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                raise UnavailableError("file-unreadable", name=path.name, why="not-a-file")
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        why = getattr(error, "strerror", None) or "EINVAL"
        raise UnavailableError("file-unreadable", name=path.name, why=why) from None


def _open(data: bytes) -> Image.Image:
    """Open a picture whose first page is small enough to be decoded."""
    try:
        picture = Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError:
        raise MalformedInputError("picture-unreadable", why="too-large") from None
    except (OSError, ValueError, SyntaxError):
        raise MalformedInputError("picture-unreadable", why=_kind(data)) from None
    scans = data.count(_SCAN) if picture.format in ("JPEG", "MPO") else 1
    if _is_large(picture) or picture.width * picture.height * scans > _MAX_SCANNED:
        raise MalformedInputError("picture-unreadable", why="too-large")
    return picture


def _kind(data: bytes) -> str:
    """Say what a file is that is no picture of ours."""
    head, brand = data[:4_096].lstrip(b"\xef\xbb\xbf \t\r\n"), data[8:12]
    if not data:
        return "no-bytes"
    if b"%PDF-" in data[:1_024]:
        return "pdf"
    if data[4:8] == b"ftyp" and brand not in _STILL:
        return "heic" if brand in _HEIC else "video"
    if head.startswith((b"<svg", b"<?xml", b"<!--", b"<!DOCTYPE svg")) and b"<svg" in head:
        return "svg"
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):  # of Word, mostly
        return "document"
    return "format"


def _is_large(picture: Image.Image) -> bool:
    return picture.width * picture.height > MAX_PIXELS


def _read_pages(picture: Image.Image, is_ours: Callable[[str], bool]) -> Reading:
    texts: list[tuple[int, str]] = []
    others: list[tuple[int, str]] = []
    unread: list[tuple[int, str]] = []
    search, page = _Search(is_ours), 0
    for page, grey in enumerate(_pages(picture), start=1):
        if page > MAX_PAGES or search.left <= 0:
            unread.append((page, "too-many"))
            return Reading(
                texts=tuple(texts), others=tuple(others), unread=tuple(unread), pages=page - 1
            )
        if isinstance(grey, str):
            unread.append((page, grey))
            continue
        found, kinds = search.search(grey)
        others += [(page, kind) for kind in kinds if (page, kind) not in others]
        if picture.format in _ANIMATED and page > 1:
            known = {text for _, text in texts}
            found = [text for text in found if text not in known]
        elif not found:
            unread.append((page, "no-symbol"))
        texts += [(page, text) for text in found]
    return Reading(texts=tuple(texts), others=tuple(others), unread=tuple(unread), pages=page)


def _pages(picture: Image.Image) -> Iterator[Image.Image | str]:
    """Give every page in grey, or why it cannot be; nothing is decoded that is too large."""
    tag, bit = _SMALLER_COPY
    for place in itertools.count():
        try:
            picture.seek(place)
            if place and getattr(picture, "tag_v2", {}).get(tag, 0) & bit:
                continue
            yield "too-large" if _is_large(picture) else _flat(picture)
        except EOFError:
            return
        except Image.DecompressionBombError:
            yield "too-large"
        except (OSError, ValueError, SyntaxError):
            yield "damaged"
            return  # of what stands behind it nothing is sure
        if picture.format in ("JPEG", "MPO"):
            return  # further ones are maps of light and depth of the same picture


class _Search:
    """Searches pages, all of them together with no more pixels than allowed."""

    def __init__(self, is_ours: Callable[[str], bool]) -> None:
        self._is_ours = is_ours
        self.left = _MOST_SEARCHED

    def search(self, page: Image.Image) -> tuple[list[str], list[str]]:
        """Give the texts of all QR symbols of a page, and the kinds of other codes.

        It is tried on until a symbol of ours is read and none is seen that cannot be. The same
        text twice in one try is there twice.
        """
        texts: Counter[str] = Counter()
        kinds: list[str] = []
        for look, attempt in enumerate(tries(page)):
            self.left -= attempt.width * attempt.height
            symbols = zxingcpp.read_barcodes(
                attempt, formats=_QR if look else _EVERYTHING, return_errors=True
            )
            read = [one for one in symbols if one.valid and one.text]
            kinds += [str(one.format) for one in read if one.format in _OTHERS]
            texts |= Counter(one.text for one in read if one.format not in _OTHERS)
            torn = any(not one.valid and one.format not in _OTHERS for one in symbols)
            if look + 1 >= _LOOKS and not torn and any(map(self._is_ours, texts)):
                break
        return list(texts.elements()), kinds


def _flat(picture: Image.Image) -> Image.Image:
    if picture.mode[0] in "IF":  # more than 256 greys: from the darkest to the lightest there is
        deep = picture.convert("F")
        extremes: Any = deep.getextrema()
        low, high = extremes
        scale = 255 / max(high - low, 1e-9)
        return deep.point(lambda grey: grey * scale - low * scale).convert("L")
    if not picture.has_transparency_data:
        return picture.convert("L")
    picture = picture.convert("RGBA")
    white = Image.new("L", picture.size, 255)
    return Image.composite(picture.convert("L"), white, picture.getchannel("A"))
