"""Reading symbols from pictures.

**Rule:** a picture is hostile until proved small, and costs no more than its size allows; what does
not read as it is, is tried again enlarged, sharpened and stretched. Rates: `.docs/decode-rates.md`.
"""

import io
import logging
import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image, ImageFilter

from kt1custody.errors import MalformedInputError, UnavailableError

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 60_000_000  # a large phone camera has 50
# Only what cameras and scanners write: Pillow hands other formats to other programs.
_FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "TIFF", "GIF")
_SCAN = b"\xff\xda"  # begins a pass over a JPEG; each costs time by the pixel
_MAX_SCANNED = 100 * MAX_PIXELS
# The time of a picture full of false symbols grows with the square of its pixels.
_FIRST_TRY = 4_000_000
_LATER_TRIES = 6_000_000
_LONGEST = 16_000  # no camera's side is longer, and readers have limits of their own
# Without its small kin: a Micro QR is small enough to be found in a spoilt seal by chance.
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
logging.getLogger("PIL").addHandler(logging.NullHandler())  # its words are for programmers


def symbol_texts(path: Path) -> list[str]:
    """Read the QR symbols of a picture.

    Args:
        path: Untrusted file. Of a file with several pictures only the first counts.

    Returns:
        Their texts, unverified, in no order; at least one: all that the first successful try finds.

    Raises:
        UnavailableError: `file-unreadable`.
        MalformedInputError: `picture-unreadable` with `why`: `too-large`, `format`, `no-symbol`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnavailableError("file-unreadable", name=path.name, why=error.strerror) from None
    if len(data) > MAX_BYTES:
        raise MalformedInputError("picture-unreadable", why="too-large")
    for picture in tries(_grey(data)):
        if found := read_once(picture):
            return found
    raise MalformedInputError("picture-unreadable", why="no-symbol")


def read_once(picture: Image.Image) -> list[str]:
    """Give the texts of all symbols that one try finds."""
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


def _grey(data: bytes) -> Image.Image:
    """Give the first picture of a file in grey, on white where it is transparent."""
    try:
        with warnings.catch_warnings(action="ignore"):
            picture = Image.open(io.BytesIO(data), formats=_FORMATS)
            pixels = picture.width * picture.height
            scans = data.count(_SCAN) if picture.format in ("JPEG", "MPO") else 1
            if pixels > MAX_PIXELS or pixels * scans > _MAX_SCANNED:
                raise MalformedInputError("picture-unreadable", why="too-large")
            return _flat(picture)
    except Image.DecompressionBombError:
        raise MalformedInputError("picture-unreadable", why="too-large") from None
    except (OSError, ValueError, SyntaxError):
        raise MalformedInputError("picture-unreadable", why="format") from None


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
