"""Pages as the dots of a printer, and two independent readers of what stands on them."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import zxingcpp
from PIL import Image

EXACT = {203: 203.2, 300: 300.0}  # dots an inch
SIDE = {203: 228, 300: 342}  # dots of a seal with its white frame
MODULE = {203: 4, 300: 6}


def pages(pdf: Path | bytes, dpi: float = EXACT[203]) -> Iterator[Image.Image]:
    """Render as a printer of this resolution does that prints at 100 %."""
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        yield page.render(scale=dpi / 72).to_pil().convert("L")
    document.close()


def grey(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("L")


def bits(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture) > 127


def where(page: Image.Image, part: Image.Image) -> list[tuple[int, int]]:
    """Find the places of a page where a part stands dot for dot."""
    whole, wanted = np.asarray(page), np.asarray(part)
    match = cv2.matchTemplate(whole, wanted, cv2.TM_SQDIFF)
    height, width = wanted.shape
    return [
        (int(x), int(y))
        for y, x in np.argwhere(match < wanted.size)
        if (bits(page)[y : y + height, x : x + width] == bits(part)).all()
    ]


def by_zxing(picture: Image.Image) -> str:
    [found] = zxingcpp.read_barcodes(
        picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
    )
    return found.text


def by_opencv(picture: Image.Image) -> str:
    text, _, _ = cv2.QRCodeDetectorAruco().detectAndDecode(np.asarray(picture))
    return str(text)
