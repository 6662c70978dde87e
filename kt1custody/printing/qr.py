"""QR symbols on whole printer dots.

**Rule:** four dots a module at 203 dpi and four modules of white around, so that no printer has to
round. Format: `.docs/formats.md` §6.
"""

import io

import qrcode
from PIL import Image
from qrcode.util import MODE_NUMBER, QRData

DOTS_PER_MM = 8  # 203.2 dpi
DOTS_PER_MODULE = 4
QUIET_MODULES = 4
SEAL_VERSION = 8  # 49 modules
# Signed bits look like chance, so no mask is better than another; trying all costs 7 times more.
_SEAL_MASK = 3


def seal_png(text: str) -> bytes:
    """Draw a seal's QR: version 8, level M, numeric, 228 × 228 dots.

    Raises:
        ValueError: The text is longer than 365 digits or not digits: a programmer's mistake.
    """
    symbol = qrcode.QRCode(
        version=SEAL_VERSION,
        error_correction=qrcode.constants.ERROR_CORRECT_M,
        mask_pattern=_SEAL_MASK,
    )
    symbol.add_data(QRData(text.encode(), mode=MODE_NUMBER, check_data=True), optimize=0)
    symbol.make(fit=False)
    return _png(symbol.modules)


def text_png(text: str) -> bytes:
    """Draw any short text, such as a genesis hash, level Q."""
    return _png(_text(text).modules)


def text_blocks(text: str) -> str:
    """Draw any short text in block characters, dark on light whatever the terminal's colours."""
    symbol, out = _text(text), io.StringIO()
    symbol.border = 2
    symbol.print_ascii(out, invert=True)
    return out.getvalue().rstrip("\n")


def _text(text: str) -> qrcode.QRCode:
    symbol = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q)
    symbol.add_data(text)
    symbol.make(fit=True)
    return symbol


def _png(modules: list[list[bool | None]]) -> bytes:
    """Spell a matrix as PNG of one bit a dot."""
    size = len(modules) + 2 * QUIET_MODULES
    white = b"\xff" * size
    side = b"\xff" * QUIET_MODULES
    rows = [side + bytes(0 if dark else 255 for dark in row) + side for row in modules]
    frame = [white] * QUIET_MODULES
    picture = Image.frombytes("L", (size, size), b"".join((*frame, *rows, *frame)))
    dots = picture.resize((size * DOTS_PER_MODULE,) * 2, Image.Resampling.NEAREST)
    out = io.BytesIO()
    dpi = DOTS_PER_MM * 25.4
    # An odd level keeps Pillow from searching for the last byte; labels are thrown away.
    dots.convert("1", dither=Image.Dither.NONE).save(out, "PNG", dpi=(dpi, dpi), compress_level=1)
    return out.getvalue()
