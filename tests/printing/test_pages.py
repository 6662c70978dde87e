"""Pictures are opened by their content, and each of their pages given."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, TiffImagePlugin

from kt1custody.errors import MalformedInputError
from kt1custody.printing import pages, qr, read
from tests.kit.drawn import TEXT, blank, page, read_of


def refusal(path: Path) -> object:
    with pytest.raises(MalformedInputError) as caught:
        read.symbol_texts(path.read_bytes())
    assert caught.value.code == "picture-unreadable"
    return caught.value.detail["why"]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "seal.png"
    path.write_bytes(qr.seal_png(TEXT))
    return path


@pytest.mark.parametrize(
    "size",
    [(8_000, 8_000), (30_000, 30_000), (60_000_000, 1), (1, 60_000_000), (2**31 - 1, 2**31 - 1)],
)
def test_huge_dimensions_are_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "bomb.png"
    parts = b"IHDR" + struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + parts + struct.pack(">I", zlib.crc32(parts))
    data = b"IDAT" + zlib.compress(b"")
    chunk += struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk)
    assert refusal(path) == "too-large"


def test_huge_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(pages.MAX_BYTES + 1)
    assert refusal(path) == "too-large"


def test_many_passes_over_a_jpeg_are_refused(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.new("L", (7_700, 7_700), 255).save(file, "JPEG", progressive=True)
    data, scan = file.getvalue(), b"\xff\xda"
    path = tmp_path / "passes.jpg"
    path.write_bytes(data[:-2] + data[data.rindex(scan) : -2] * 4_000 + data[-2:])
    assert refusal(path) == "too-large"


def test_a_smaller_copy_of_a_page_is_no_page(tmp_path: Path) -> None:
    path = tmp_path / "scanner.tif"
    small = TiffImagePlugin.ImageFileDirectory_v2()
    small[254] = 1
    with TiffImagePlugin.AppendingTiffWriter(path, new=True) as writer:
        page(TEXT).save(writer, "TIFF")
        writer.newFrame()
        page(TEXT).save(writer, "TIFF", tiffinfo=small)
        writer.newFrame()
    reading = read_of(path)
    assert (reading.texts, reading.pages, reading.unread) == (((1, TEXT),), 1, ())


def test_maps_of_light_in_a_phone_s_photo_are_no_pages(tmp_path: Path) -> None:
    path = tmp_path / "phone.jpg"
    page(TEXT).save(path, "MPO", save_all=True, append_images=[blank()])
    with Image.open(path) as image:
        assert getattr(image, "n_frames", 1) == 2
    assert (read_of(path).texts, read_of(path).unread) == (((1, TEXT),), ())


def test_more_pages_than_a_stack_has_are_named_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "stack.tif"
    spare = [Image.new("L", (8, 8), 255)] * pages.MAX_PAGES
    page(TEXT).save(path, save_all=True, append_images=spare)
    reading = read_of(path)
    assert (reading.texts, reading.pages) == (((1, TEXT),), pages.MAX_PAGES)
    assert reading.unread[-1] == (pages.MAX_PAGES + 1, "too-many")


def test_a_page_that_is_too_large_or_cut_off_is_named_and_the_others_read(tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    large = Image.new("1", (8_000, 8_000), 1)
    page(TEXT).save(path, save_all=True, append_images=[large, page(TEXT)], compression="tiff_lzw")
    assert read_of(path).texts == ((1, TEXT), (3, TEXT))
    assert read_of(path).unread == ((2, "too-large"),)
    page(TEXT).save(path, save_all=True, append_images=[blank()])
    with Image.open(path) as image:
        image.seek(1)
        [second] = image.tag_v2[273]  # type: ignore[attr-defined]  # of a TIFF
    path.write_bytes(path.read_bytes()[: second + 9])
    assert read_of(path).texts == ((1, TEXT),)
    assert read_of(path).unread == ((2, "damaged"),)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("paper.png", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "pdf"),
        ("old paper", b"\n\n%PDF-1.4\n", "pdf"),
        ("photo.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic"),
        ("photo", b"\0\0\0\x1cftypmif1\0\0\0\0mif1heic", "heic"),
        ("drawing.png", b'<?xml version="1.0"?>\n<svg xmlns="x"/>', "svg"),
        ("drawing", b"\xef\xbb\xbf<svg/>", "svg"),
        ("letter.jpg", b"PK\x03\x04\x14\0\x06\0", "document"),
        ("old letter", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "document"),
        ("live.jpg", b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video"),
        ("film", b"\0\0\0\x18ftypmp42\0\0\0\0", "video"),
        ("new.jpg", b"\0\0\0\x1cftypavif\0\0\0\0", "format"),
        ("newer.jpg", b"\xff\x0a\xfa\x7f", "format"),
        ("page.png", b"<!DOCTYPE html><html>", "format"),
        ("empty.png", b"", "no-bytes"),
    ],
)
def test_what_is_no_picture_is_told_by_its_content(
    tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path / name) == why
