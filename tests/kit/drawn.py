"""Pictures with a symbol, drawn for tests of what reads them."""

import io
from pathlib import Path

from PIL import Image

from kt1custody.printing import qr, read

TEXT = "1234567890" * 30


def ours(text: str) -> bool:
    return text == TEXT


def page(text: str) -> Image.Image:
    with Image.open(io.BytesIO(qr.seal_png(text))) as image:
        return image.convert("L")


def blank() -> Image.Image:
    return Image.new("L", page(TEXT).size, 255)


def read_of(path: Path) -> read.PictureReading:
    return read.read_picture(path.read_bytes(), ours)
