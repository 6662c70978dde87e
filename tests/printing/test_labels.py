"""Every printed seal is read by two independent readers and verifies with public material alone."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from kt1custody.core import numbers
from kt1custody.services import export, trust
from tests import cast

DPI = 203.2


def pages(pdf: Path) -> Iterator[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        yield page.render(scale=DPI / 72).to_pil().convert("L")
    document.close()


def by_zxing(picture: Image.Image) -> str:
    [found] = zxingcpp.read_barcodes(
        picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    )
    return found.text


def by_opencv(picture: Image.Image) -> str:
    text, _, _ = cv2.QRCodeDetectorAruco().detectAndDecode(np.asarray(picture))
    return str(text)


@pytest.fixture
def public(lived: cast.World, tmp_path: Path) -> Path:
    export.export_public(lived.desk, tmp_path / "public")
    return tmp_path / "public"


def test_every_picture_is_read_by_both_and_verifies(lived: cast.World, day: cast.Day, public: Path):
    pictures = sorted((lived.folder / "seals").glob("*.png"))
    assert len(pictures) == len(day.numbers)
    for path, n in zip(pictures, day.numbers, strict=True):
        with Image.open(path) as picture:
            grey = picture.convert("L")
        text = by_zxing(grey)
        assert by_opencv(grey) == text
        [answer] = trust.check_seal(text, public)
        assert answer.verdict == "signed"
        assert answer.content is not None
        assert answer.content.n == n
        assert f"{numbers.format_serial(answer.content.serial)}.png" == path.name


def test_every_page_is_read_by_both_and_verifies(lived: cast.World, day: cast.Day, public: Path):
    found = []
    for page in pages(lived.folder / "seals.pdf"):
        text = by_zxing(page)
        assert by_opencv(page) == text
        [answer] = trust.check_seal(text, public)
        assert answer.content is not None
        found.append(answer.content.n)
        [bars] = zxingcpp.read_barcodes(
            page, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.Code128)
        )
        assert bars.text == f"{answer.content.n:012d}"
    assert tuple(found) == day.numbers


def test_a_label_shows_numbers_and_offices_and_no_agency(lived: cast.World, day: cast.Day):
    document = pypdfium2.PdfDocument(lived.folder / "seals.pdf")
    width, height = document[0].get_size()
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (100, 60)
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert numbers.format_item_number(day.numbers[0]) in text
    assert "TẬP HUẤN – KHÔNG CÓ GIÁ TRỊ" in text
    assert "1/12" in text
    rows = cast.MANIFEST.read_text("utf-8-sig").splitlines()[1]
    assert rows.split(",")[3] not in text
    assert not {"Mật", "MẬT", "Tuyệt"} & set(text.split())


def test_modules_of_a_picture_are_whole_dots(lived: cast.World):
    path = next((lived.folder / "seals").glob("*.png"))
    with Image.open(path) as picture:
        assert picture.mode == "1"
        assert picture.size == (228, 228)
        dots = np.asarray(picture.convert("L"))
    modules = dots.reshape(57, 4, 57, 4)
    assert (modules == modules[:, :1, :, :1]).all()
    assert dots[:16].all()
