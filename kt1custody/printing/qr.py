"""QR symbols on whole printer dots.

**Rule:** a module is a whole number of the printer's dots, and four modules of white stand around,
so that no printer has to round. Format: `.docs/formats.md` §6.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import qrcode
from PIL import Image
from qrcode.util import MODE_8BIT_BYTE, MODE_NUMBER, QRData

from kt1custody.core.formats import note

QUIET_MODULES = 4
SEAL_VERSION = 8  # 49 modules
_NOTE_BYTES = 900  # 125 modules; on paper of 60 mm each is half a millimetre wide
# Signed bits look like chance, so no mask is better than another; trying all costs 7 times more.
_SEAL_MASK = 3


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the dots of a printer are like.

    Attributes:
        dots_per_inch: Exactly; a printer of "203 dpi" has 8 dots a millimetre.
        module: Dots a module of a seal.
        bar: Dots a module of a Code 128 symbol.
    """

    dots_per_inch: float
    module: int
    bar: int

    @property
    def dot(self) -> float:
        """Length of a dot, millimetres."""
        return 25.4 / self.dots_per_inch

    @property
    def seal_dots(self) -> int:
        """Width of a seal with its white frame, dots: 28.5 or 29.0 mm."""
        return (17 + 4 * SEAL_VERSION + 2 * QUIET_MODULES) * self.module


RESOLUTIONS: Final[Mapping[int, Resolution]] = {
    203: Resolution(203.2, 4, 3),
    300: Resolution(300.0, 6, 4),
}


def seal_png(text: str, dpi: int = 203) -> bytes:
    """Draw a seal's QR: version 8, level M, numeric, 228 × 228 dots, or 342 × 342 at 300 dpi.

    Raises:
        ValueError: The text is not digits: a programmer's mistake.
        qrcode.exceptions.DataOverflowError: It is longer than 365 digits: likewise.
    """
    return _of_seal_size(text, MODE_NUMBER, dpi)


def sample_png(text: str, dpi: int) -> bytes:
    """Draw any short text in a symbol of exactly a seal's size."""
    return _of_seal_size(text, MODE_8BIT_BYTE, dpi)


def text_png(text: str) -> bytes:
    """Draw any short text, such as a genesis hash, level Q."""
    return _png(_text(text).modules, 203)


def note_pngs(text: str) -> list[bytes]:
    """Draw a signed note, in as many symbols as it takes; each is a signed note of its own."""
    parts = note.parts(note.read(text.encode()), _NOTE_BYTES)
    return [text_png(part.decode()) for part in parts]


def text_blocks(text: str) -> str:
    """Draw any short text in block characters, dark on light whatever the terminal's colours."""
    symbol, out = _text(text), io.StringIO()
    symbol.border = 2
    symbol.print_ascii(out, invert=True)
    return out.getvalue().rstrip("\n")


def dots_png(picture: Image.Image, dpi: int) -> bytes:
    """Spell a picture as PNG of one bit a dot, without shades between."""
    out = io.BytesIO()
    exact = RESOLUTIONS[dpi].dots_per_inch
    # An odd level keeps Pillow from searching for the last byte; labels are thrown away.
    bits = picture.convert("1", dither=Image.Dither.NONE)
    bits.save(out, "PNG", dpi=(exact, exact), compress_level=1)
    return out.getvalue()


def _of_seal_size(text: str, mode: int, dpi: int) -> bytes:
    symbol = qrcode.QRCode(
        version=SEAL_VERSION,
        error_correction=qrcode.constants.ERROR_CORRECT_M,
        mask_pattern=_SEAL_MASK,
    )
    symbol.add_data(QRData(text.encode(), mode=mode, check_data=True), optimize=0)
    symbol.make(fit=False)
    return _png(symbol.modules, dpi)


def _text(text: str) -> qrcode.QRCode:
    symbol = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q)
    symbol.add_data(text)
    symbol.make(fit=True)
    return symbol


def _png(modules: list[list[bool | None]], dpi: int) -> bytes:
    """Spell a matrix as PNG of one bit a dot."""
    size = len(modules) + 2 * QUIET_MODULES
    white = b"\xff" * size
    side = b"\xff" * QUIET_MODULES
    rows = [side + bytes(0 if dark else 255 for dark in row) + side for row in modules]
    frame = [white] * QUIET_MODULES
    picture = Image.frombytes("L", (size, size), b"".join((*frame, *rows, *frame)))
    dots = picture.resize((size * RESOLUTIONS[dpi].module,) * 2, Image.Resampling.NEAREST)
    return dots_png(dots, dpi)
