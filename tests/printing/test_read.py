"""Pictures of symbols: hostile ones are refused with a reason."""

import struct
import zlib
from pathlib import Path

import pytest
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


@pytest.mark.parametrize("size", [(300, 300), (4_100, 20)])
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


def test_truncated_picture_is_refused(picture: Path) -> None:
    picture.write_bytes(picture.read_bytes()[:-200])
    assert refusal(picture) == "format"


def test_text_named_as_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.png"
    path.write_text("not a picture")
    assert refusal(path) == "format"


def test_missing_picture_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        read.symbol_texts(tmp_path / "missing.png")
    assert caught.value.code == "file-unreadable"
