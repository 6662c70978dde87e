"""Reading symbols from pictures.

**Rule:** a picture is hostile until proved small; what does not decode is tried once more,
enlarged and sharpened.
"""

import warnings
from pathlib import Path

import zxingcpp
from PIL import Image, ImageFilter

from kt1custody.errors import MalformedInputError, UnavailableError

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 60_000_000  # a large phone camera has 50
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_ENLARGED = 4_000  # pixels; larger pictures gain nothing from it


def symbol_texts(path: Path) -> list[str]:
    """Read all QR symbols of a picture.

    Args:
        path: Untrusted file.

    Returns:
        Their texts, unverified, in no order; at least one.

    Raises:
        UnavailableError: `file-unreadable`.
        MalformedInputError: `picture-unreadable` with `why`: `too-large`, `format`, `no-symbol`.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise MalformedInputError("picture-unreadable", why="too-large")
        picture = _open(path)
    except OSError as error:
        raise UnavailableError("file-unreadable", name=path.name, why=error.strerror) from None
    found = _read(picture)
    if not found and max(picture.size) <= _ENLARGED:
        larger = picture.resize((picture.width * 2, picture.height * 2), Image.Resampling.LANCZOS)
        found = _read(larger.filter(ImageFilter.SHARPEN))
    if not found:
        raise MalformedInputError("picture-unreadable", why="no-symbol")
    return found


def _open(path: Path) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise MalformedInputError("picture-unreadable", why="too-large")
                return picture.convert("L")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise MalformedInputError("picture-unreadable", why="too-large") from None
    except FileNotFoundError:
        raise
    except (OSError, ValueError, SyntaxError):
        raise MalformedInputError("picture-unreadable", why="format") from None


def _read(picture: Image.Image) -> list[str]:
    symbols = zxingcpp.read_barcodes(picture, formats=_QR)
    return [symbol.text for symbol in symbols if symbol.text]
