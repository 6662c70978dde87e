"""Pictures of symbols: all kinds are read; hostile ones are refused with a reason, and soon."""

import logging
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from kt1custody.errors import MalformedInputError
from kt1custody.printing import qr, read
from tests.kit.drawn import TEXT, blank, page, read_of

CASES = Path(__file__).parents[1] / "data" / "cases" / "pictures"


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


def test_drawn_seal_reads_back(picture: Path) -> None:
    assert read.symbol_texts(picture.read_bytes()) == [TEXT]


@pytest.mark.parametrize("angle", [90, 180, 270, 20])
def test_rotated_picture_is_read(picture: Path, angle: int) -> None:
    with Image.open(picture) as image:
        image.convert("L").rotate(angle, expand=True, fillcolor=255).save(picture)
    assert read.symbol_texts(picture.read_bytes()) == [TEXT]


def test_two_symbols_are_both_read(picture: Path) -> None:
    other = picture.with_name("other.png")
    other.write_bytes(qr.seal_png("99"))
    sheet = Image.new("L", (456, 228), 255)
    with Image.open(picture) as left, Image.open(other) as right:
        sheet.paste(left, (0, 0))
        sheet.paste(right, (228, 0))
    sheet.save(picture)
    assert sorted(read.symbol_texts(picture.read_bytes())) == [TEXT, "99"]


@pytest.mark.parametrize("size", [(1, 1), (300, 300), (4_100, 20), (20_000, 1), (1, 65_535)])
def test_picture_without_symbol_is_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "white.png"
    Image.new("L", size, 255).save(path)
    assert refusal(path) == "no-symbol"


def test_picture_full_of_false_symbols_costs_seconds_only(tmp_path: Path) -> None:
    finder = np.pad(np.zeros((7, 7), np.uint8), 1, constant_values=255)
    finder[2:7, 2:7] = 255
    finder[3:6, 3:6] = 0
    path = tmp_path / "tiles.png"
    Image.fromarray(np.tile(finder, (440, 440))).save(path)
    begin = time.process_time()
    assert refusal(path) == "torn"
    assert time.process_time() - begin < 10  # 30 without the bound


def test_truncated_picture_is_refused(picture: Path) -> None:
    picture.write_bytes(picture.read_bytes()[:-200])
    assert refusal(picture) == "damaged"


def test_text_named_as_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.png"
    path.write_text("not a picture")
    assert refusal(path) == "format"


@pytest.mark.parametrize("kind", ["EPS", "PPM"])
def test_format_that_no_camera_writes_is_refused(picture: Path, kind: str) -> None:
    with Image.open(picture) as image:
        image.convert("L").save(picture, kind)
    assert refusal(picture) == "format"


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
    assert read.symbol_texts(picture.read_bytes()) == [TEXT]


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_several_pictures_in_a_file_all_count(tmp_path: Path, kind: str) -> None:
    path, first, second = tmp_path / "several", page(TEXT), page("99" * 40)
    first.save(path, kind, save_all=True, append_images=[blank(), second])
    assert read_of(path).texts == ((1, TEXT), (3, "99" * 40))
    blank().save(path, kind, save_all=True, append_images=[second, first])
    assert read.symbol_texts(path.read_bytes()) == ["99" * 40, TEXT]


def test_a_page_without_a_symbol_is_named_and_a_moment_of_a_film_is_not(tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    page(TEXT).save(path, save_all=True, append_images=[blank(), page(TEXT)])
    reading = read_of(path)
    assert (reading.texts, reading.pages) == (((1, TEXT), (3, TEXT)), 3)
    assert reading.unread == ((2, "no-symbol"),)
    page(TEXT).save(tmp_path / "film.gif", save_all=True, append_images=[blank(), page(TEXT)])
    film = read_of(tmp_path / "film.gif")
    assert (film.texts, film.unread) == (((1, TEXT),), ())


def test_all_pages_together_cost_no_more_than_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "stack.tif"
    page(TEXT).save(path, save_all=True, append_images=[blank(), blank(), blank()])
    monkeypatch.setattr(read, "_MOST_SEARCHED", 2_000_000)
    assert read_of(path).unread == ((2, "no-symbol"), (3, "too-many"))


@pytest.mark.parametrize(
    ("name", "texts"),
    [("seal.jfif", 1), ("seal.gif", 1), ("three-pages.tif", 3), ("inverted-on-white.png", 1)],
)
def test_the_pictures_that_went_wrong_are_read(tmp_path: Path, name: str, texts: int) -> None:
    data = (CASES / name).read_bytes()
    for other in (name, "no suffix", "wrong.pdf", "CAPITALS.PNG"):
        (tmp_path / other).write_bytes(data)
        reading = read.read_picture(
            (tmp_path / other).read_bytes(), lambda text: text.startswith("71")
        )
        assert (len(reading.texts), reading.others, reading.unread) == (texts, (), ())
        assert len({text for _, text in reading.texts}) == texts


def test_another_code_hides_no_seal_and_is_named(tmp_path: Path) -> None:
    sheet = Image.new("L", (900, 500), 255)
    sheet.paste(page(TEXT).rotate(11, expand=True, fillcolor=255), (20, 180))
    url = zxingcpp.create_barcode("https://example.vn", zxingcpp.BarcodeFormat.QRCode)
    sheet.paste(Image.fromarray(np.asarray(url.to_image(scale=6))), (500, 200))
    post = zxingcpp.create_barcode("RB123456785VN", zxingcpp.BarcodeFormat.Code128)
    sheet.paste(Image.fromarray(np.asarray(post.to_image(scale=3))), (40, 20))
    sheet.save(tmp_path / "desk.png")
    reading = read_of(tmp_path / "desk.png")
    assert {text for _, text in reading.texts} == {TEXT, "https://example.vn"}
    assert reading.others == ((1, "Code 128"),)
    sheet.paste(255, (0, 0, 900, 150))
    bars = zxingcpp.create_barcode("682600000014", zxingcpp.BarcodeFormat.Code128)
    sheet.paste(Image.fromarray(np.asarray(bars.to_image(scale=3))), (40, 20))
    sheet.save(tmp_path / "own.png")  # a label bears its item's number in bars
    assert read_of(tmp_path / "own.png").others == ()
    sheet.paste(255, (0, 0, 900, 150))
    sheet.paste(Image.fromarray(np.asarray(post.to_image(scale=3))), (40, 20))
    sheet.paste(255, (0, 160, 900, 500))
    sheet.save(tmp_path / "label.png")
    assert refusal(tmp_path / "label.png") == "other-code"


def test_a_seal_that_is_harder_to_read_is_found_beside_others(tmp_path: Path) -> None:
    """One look alone sees the plain ones only: the third lies small beside them."""
    far = page("88" * 120).resize((76, 76), Image.Resampling.BICUBIC)
    sheet = Image.new("L", (700, 260), 255)
    sheet.paste(page(TEXT), (0, 10))
    sheet.paste(page("99" * 40), (300, 10))
    sheet.paste(far, (600, 20))
    sheet.save(tmp_path / "three.png")
    assert len(read.read_once(sheet)) == 2
    assert sorted(text[:2] for text in read.symbol_texts((tmp_path / "three.png").read_bytes())) == [
        "12", "88", "99",
    ]  # fmt: skip


def test_a_seal_that_is_seen_but_cannot_be_read_is_named(tmp_path: Path) -> None:
    spoilt = page("99" * 120)
    width, height = spoilt.size
    spoilt.paste(0, (width // 3, height // 3, width * 2 // 3, height * 2 // 3))
    sheet = Image.new("L", (800, 260), 255)
    sheet.paste(spoilt, (400, 10))
    sheet.save(tmp_path / "spoilt.png")
    assert refusal(tmp_path / "spoilt.png") == "torn"
    sheet.paste(page(TEXT), (0, 10))
    sheet.save(tmp_path / "both.png")
    reading = read_of(tmp_path / "both.png")
    assert (reading.texts, reading.unread) == (((1, TEXT),), ((1, "torn"),))


def test_the_same_seal_on_two_envelopes_is_there_twice(tmp_path: Path) -> None:
    sheet = Image.new("L", (800, 260), 255)
    sheet.paste(page(TEXT), (0, 10))
    sheet.paste(page(TEXT), (400, 10))
    sheet.save(tmp_path / "twins.png")
    assert read.symbol_texts((tmp_path / "twins.png").read_bytes()) == [TEXT, TEXT]


def test_damaged_notes_of_a_camera_do_no_harm(picture: Path) -> None:
    with Image.open(picture) as image:
        image.convert("L").save(picture, "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert read.symbol_texts(picture.read_bytes()) == [TEXT]


def test_large_photo_of_a_small_seal_is_read(picture: Path) -> None:
    photo = Image.new("L", (4_000, 3_000), 140)
    with Image.open(picture) as image:
        photo.paste(image.convert("L"), (3_000, 2_000))
    photo.save(picture)
    assert read.symbol_texts(picture.read_bytes()) == [TEXT]


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
            assert refusal(picture) in ("format", "damaged")
    assert capfd.readouterr() == ("", "")
