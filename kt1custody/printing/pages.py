"""Opens pictures and gives their pages in grey.

**Rule:** a picture is told by its content, whatever its name, and is hostile until proved small:
nothing is decoded whose size is not known and allowed.
"""

import io
import logging
from collections.abc import Iterator
from typing import Any

from PIL import Image

from kt1custody.errors import MalformedInputError

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 60_000_000  # a large phone camera has 50
_MAX_SIDE = 65_535  # pixels; to shrink a longer one takes memory by its length
MAX_PAGES = 50
# Only what cameras and scanners write: Pillow hands other formats to other programs.
_FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "TIFF", "GIF")
_PHOTOS = ("JPEG", "MPO")
_SCAN = b"\xff\xda"  # begins a pass over a JPEG; each costs time by the pixel
_MAX_SCANNED = 100 * MAX_PIXELS
_SMALLER_COPY = 254, 1  # tag and bit by which a TIFF says that a page repeats another in small
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_AVIF = (b"avif", b"avis")
logging.getLogger("PIL").addHandler(logging.NullHandler())  # its words are for programmers


def open_picture(data: bytes) -> Image.Image:
    """Open a picture whose first page is small enough to be decoded.

    Raises:
        MalformedInputError: `picture-unreadable` with `why`: `too-large`, or what it is instead:
            `format`, `pdf`, `heic`, `svg`, `document`, `video`, `no-bytes`.
    """
    if len(data) > MAX_BYTES:
        raise MalformedInputError("picture-unreadable", why="too-large")
    try:
        picture = Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError:
        raise MalformedInputError("picture-unreadable", why="too-large") from None
    except (OSError, ValueError, SyntaxError):
        raise MalformedInputError("picture-unreadable", why=_kind(data)) from None
    scans = data.count(_SCAN) if picture.format in _PHOTOS else 1
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
    if data[4:8] == b"ftyp" and brand not in _AVIF:
        return "heic" if brand in _HEIC else "video"
    if head.startswith((b"<svg", b"<?xml", b"<!--", b"<!DOCTYPE svg")) and b"<svg" in head:
        return "svg"
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):  # of Word, mostly
        return "document"
    return "format"


def _is_large(picture: Image.Image) -> bool:
    return picture.width * picture.height > MAX_PIXELS or max(picture.size) > _MAX_SIDE


def pages(picture: Image.Image) -> Iterator[Image.Image | str]:
    """Give every page in grey, or why it cannot be: `too-large`, `damaged`, `too-many`."""
    tag, bit = _SMALLER_COPY
    for place in range(2 * MAX_PAGES):  # each page may have a smaller copy
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
        if picture.format in _PHOTOS:
            return  # further ones are maps of light and depth of the same picture
    yield "too-many"


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
