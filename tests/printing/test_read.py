"""Pictures of symbols: all kinds are read; hostile ones are refused with a reason, and soon."""

import io
import logging
import struct
import time
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from kt1custody.errors import MalformedInputError, UnavailableError
from kt1custody.printing import qr, read

TEXT = "1234567890" * 30


def refusal(path: Path) -> object:
    with pytest.raises(MalformedInputError) as caught:
        read.symbol_texts(path)
    assert caught.value.code == "picture-unreadable"
    return caught.value.detail["why"]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "seal.png"
    path.write_bytes(qr.seal_png(TEXT))
    return path


def test_drawn_seal_reads_back(picture: Path) -> None:
    assert read.symbol_texts(picture) == [TEXT]


@pytest.mark.parametrize("angle", [90, 180, 270, 20])
def test_rotated_picture_is_read(picture: Path, angle: int) -> None:
    with Image.open(picture) as image:
        image.convert("L").rotate(angle, expand=True, fillcolor=255).save(picture)
    assert read.symbol_texts(picture) == [TEXT]


def test_two_symbols_are_both_read(picture: Path) -> None:
    other = picture.with_name("other.png")
    other.write_bytes(qr.seal_png("99"))
    sheet = Image.new("L", (456, 228), 255)
    with Image.open(picture) as left, Image.open(other) as right:
        sheet.paste(left, (0, 0))
        sheet.paste(right, (228, 0))
    sheet.save(picture)
    assert sorted(read.symbol_texts(picture)) == [TEXT, "99"]


@pytest.mark.parametrize("size", [(1, 1), (300, 300), (4_100, 20), (20_000, 1), (1, 70_000)])
def test_picture_without_symbol_is_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "white.png"
    Image.new("L", size, 255).save(path)
    assert refusal(path) == "no-symbol"


@pytest.mark.parametrize("side", [8_000, 30_000])
def test_huge_dimensions_are_refused(tmp_path: Path, side: int) -> None:
    path = tmp_path / "bomb.png"
    parts = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + parts + struct.pack(">I", zlib.crc32(parts))
    data = b"IDAT" + zlib.compress(b"")
    chunk += struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk)
    assert refusal(path) == "too-large"


def test_huge_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(read.MAX_BYTES + 1)
    assert refusal(path) == "too-large"


def test_many_passes_over_a_jpeg_are_refused(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.new("L", (7_700, 7_700), 255).save(file, "JPEG", progressive=True)
    data, scan = file.getvalue(), b"\xff\xda"
    path = tmp_path / "passes.jpg"
    path.write_bytes(data[:-2] + data[data.rindex(scan) : -2] * 4_000 + data[-2:])
    assert refusal(path) == "too-large"


def test_picture_full_of_false_symbols_costs_seconds_only(tmp_path: Path) -> None:
    finder = np.pad(np.zeros((7, 7), np.uint8), 1, constant_values=255)
    finder[2:7, 2:7] = 255
    finder[3:6, 3:6] = 0
    path = tmp_path / "tiles.png"
    Image.fromarray(np.tile(finder, (440, 440))).save(path)
    begin = time.process_time()
    assert refusal(path) == "no-symbol"
    assert time.process_time() - begin < 10  # 30 without the bound


def test_truncated_picture_is_refused(picture: Path) -> None:
    picture.write_bytes(picture.read_bytes()[:-200])
    assert refusal(picture) == "format"


def test_text_named_as_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.png"
    path.write_text("not a picture")
    assert refusal(path) == "format"


@pytest.mark.parametrize("kind", ["EPS", "PPM"])
def test_format_that_no_camera_writes_is_refused(picture: Path, kind: str) -> None:
    with Image.open(picture) as image:
        image.convert("L").save(picture, kind)
    assert refusal(picture) == "format"


def test_folder_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        read.symbol_texts(tmp_path)
    assert caught.value.code == "file-unreadable"


def test_micro_symbol_is_not_taken_for_a_seal(tmp_path: Path) -> None:
    micro = zxingcpp.create_barcode("762390", zxingcpp.BarcodeFormat.MicroQRCode)
    path = tmp_path / "micro.png"
    Image.fromarray(np.asarray(micro.to_image(scale=8))).save(path)
    assert refusal(path) == "no-symbol"


def deep(grey: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(grey).astype(np.uint16) * 20 + 5_000)


def real(grey: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(grey).astype(np.float32) / 255)


def clear(grey: Image.Image) -> Image.Image:
    black = Image.new("L", grey.size, 0)
    return Image.merge("LA", (black, Image.fromarray(255 - np.asarray(grey))))


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("JPEG", lambda grey: grey.convert("RGB").convert("CMYK")),
        ("TIFF", lambda grey: grey.convert("RGB").convert("CMYK")),
        ("GIF", lambda grey: grey.convert("P")),
        ("TIFF", lambda grey: grey.convert("1")),
        ("PNG", deep),
        ("TIFF", real),
        ("PNG", clear),
        ("PNG", lambda grey: clear(grey).convert("RGBA")),
        ("WEBP", lambda grey: clear(grey).convert("RGBA")),
    ],
)
def test_every_kind_of_picture_is_read_whatever_its_name(picture: Path, kind, change) -> None:
    with Image.open(picture) as image:
        changed = change(image.convert("L"))
    changed.save(picture, kind)
    assert read.symbol_texts(picture) == [TEXT]


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_several_pictures_in_a_file_the_first_counts(picture: Path, kind: str) -> None:
    with Image.open(picture) as image:
        first = image.convert("L")
    blank = Image.new("L", first.size, 255)
    first.save(picture, kind, save_all=True, append_images=[blank, blank])
    assert read.symbol_texts(picture) == [TEXT]
    blank.save(picture, kind, save_all=True, append_images=[first, first])
    assert refusal(picture) == "no-symbol"


def test_damaged_notes_of_a_camera_do_no_harm(picture: Path) -> None:
    with Image.open(picture) as image:
        image.convert("L").save(picture, "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert read.symbol_texts(picture) == [TEXT]


def test_large_photo_of_a_small_seal_is_read(picture: Path) -> None:
    photo = Image.new("L", (4_000, 3_000), 140)
    with Image.open(picture) as image:
        photo.paste(image.convert("L"), (3_000, 2_000))
    photo.save(picture)
    assert read.symbol_texts(picture) == [TEXT]


@pytest.mark.parametrize("size", [(300, 200), (200, 300), (3_000, 1_200)])
def test_no_try_cuts_the_picture_or_is_larger_than_allowed(size: tuple[int, int]) -> None:
    framed = Image.new("L", size, 0)
    framed.paste(255, (9, 9, size[0] - 9, size[1] - 9))
    attempts = [np.asarray(attempt) < 128 for attempt in read.tries(framed)]
    assert len(attempts) == 8
    for dark in attempts:
        assert dark.size <= 6_000_000
        assert dark.any(axis=0).all()
        assert dark.any(axis=1).all()


def test_nothing_is_said_beside_the_error(
    picture: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Image.open(picture) as image:
        image.convert("L").save(picture, "TIFF")
    data = picture.read_bytes()
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # as outside of tests
    logging.getLogger("PIL.TiffImagePlugin").error("More samples per pixel than can be decoded")
    with warnings.catch_warnings(action="error"):
        for cut in range(8, len(data), len(data) // 40):
            picture.write_bytes(data[:cut])
            assert refusal(picture) == "format"
    assert capfd.readouterr() == ("", "")


def test_missing_picture_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        read.symbol_texts(tmp_path / "missing.png")
    assert caught.value.code == "file-unreadable"
