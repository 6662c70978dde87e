"""Every printed seal is read by two independent readers, dot for dot as the printer gets it."""

from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from kt1custody.cli import incoming, outgoing
from kt1custody.core.formats import numbers
from kt1custody.core.seals import seal
from kt1custody.services.evidence import trust
from tests.kit import at_counter, cast
from tests.kit.at_counter import Printing
from tests.kit.dots import EXACT, by_opencv, by_zxing, grey, pages, where


@pytest.fixture
def public(lived: cast.World, tmp_path: Path) -> Path:
    outgoing.public(lived.at(190), tmp_path / "public")
    return tmp_path / "public"


def test_every_picture_is_read_by_both_and_verifies(lived: cast.World, day: cast.Day, public: Path):
    pictures = sorted((lived.folder / "seals").glob("*.png"))
    assert len(pictures) == len(day.numbers)
    for path, n in zip(pictures, day.numbers, strict=True):
        picture = grey(path)
        text = by_zxing(picture)
        assert by_opencv(picture) == text
        [answer] = trust.check_seals([text], incoming.trusted(public), cast.MORNING + 190 * 60)
        assert answer.verdict.code == "not-compared"
        assert answer.content is not None
        assert answer.content.n == n
        assert f"{numbers.format_serial(answer.content.serial)}.png" == path.name


def test_every_page_is_read_by_both_and_verifies(lived: cast.World, day: cast.Day, public: Path):
    known, found = incoming.trusted(public), []
    for page in pages(lived.folder / "seals.pdf"):
        text = by_zxing(page)
        assert by_opencv(page) == text
        [answer] = trust.check_seals([text], known, cast.MORNING + 190 * 60)
        assert answer.verdict.code == "not-compared"
        assert answer.content is not None
        found.append((answer.content.n, answer.content.copy))
    assert found == [(n, copy) for n in day.numbers for copy in (1, 2)]


def test_a_label_shows_numbers_and_offices_and_no_agency(lived: cast.World, day: cast.Day):
    document = pypdfium2.PdfDocument(lived.folder / "seals.pdf")
    width, height = document[0].get_size()
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (100, 60)
    text, second = (document[page].get_textpage().get_text_range() for page in (0, 1))
    document.close()
    for one in (text, second):
        assert numbers.format_item_number(day.numbers[0]) in one
        assert "00000655365" in one
        assert "TẬP HUẤN – KHÔNG CÓ GIÁ TRỊ" in one
        assert "1/12" in one
    assert "1/12 · bản 2 – dán ngang mép bì" in second
    text += second
    rows = cast.MANIFEST.read_text("utf-8-sig").splitlines()[1]
    assert rows.split(",")[3] not in text
    assert not {"Mật", "MẬT", "Tuyệt"} & set(text.split())


@pytest.fixture(params=sorted(EXACT), ids=lambda dpi: f"{dpi}dpi")
def dpi(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def printed(founded: cast.World, dpi: int) -> Path:
    """Three items' labels of a printer: `seals.pdf`, `pictures`, `bitmaps`."""
    folder = founded.folder
    manifest = cast.write_manifest(folder / "sang.csv", 3)
    at_counter.import_manifest(founded.at(5), lambda: cast.CLERK, manifest)
    printer = Printing(dpi=dpi, bitmaps=folder / "bitmaps")
    session = founded.at(6)
    at_counter.print_seals(
        session, cast.CLERK, [], folder / "seals.pdf", folder / "pictures",
        printer=printer, confirm=cast.yes,
    )  # fmt: skip
    return folder


def test_a_printer_gets_every_dot_of_a_seal_from_the_pdf(printed: Path, dpi: int):
    pictures = [grey(path) for path in sorted((printed / "pictures").glob("*.png"))]
    found = list(pages(printed / "seals.pdf", EXACT[dpi]))
    assert len(found) == 2 * len(pictures) == 6
    for page, picture in zip(found[::2], pictures, strict=True):
        [(x, y)] = where(page, picture)
        assert min(x, y) > 0
    sizes = {page.size for page in found}
    assert sizes == {(int(100 * EXACT[dpi] / 25.4), int(60 * EXACT[dpi] / 25.4))}
    for page in pages(printed / "seals.pdf", EXACT[dpi] * 0.97):  # "fit to page" spoils it
        assert where(page, pictures[0]) == []


def test_a_bitmap_is_the_page_in_the_printer_s_own_dots(printed: Path, dpi: int):
    paths = sorted((printed / "bitmaps").iterdir())
    assert [path.name[-6:] for path in paths] == ["-1.png", "-2.png"] * 3
    for path, page in zip(paths, pages(printed / "seals.pdf", EXACT[dpi]), strict=True):
        with Image.open(path) as picture:
            assert (picture.mode, picture.size) == ("1", page.size)
        assert by_zxing(grey(path)) == by_zxing(page) == by_opencv(grey(path))
        content = seal.parse(by_zxing(page)).content
        assert path.name == f"{numbers.format_serial(content.serial)}-{content.copy}.png"


def test_both_readers_read_every_page(printed: Path, dpi: int):
    found = []
    for page in pages(printed / "seals.pdf", EXACT[dpi]):
        text = by_zxing(page)
        assert by_opencv(page) == text
        content = seal.parse(text).content
        found.append((content.serial, content.copy))
        bars = zxingcpp.read_barcodes(
            page, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.Code128)
        )
        wanted = [f"{content.n:012d}"] if content.copy == 1 else []
        # In a row of the QR a reader may see a short code by chance; never a number of an item.
        assert [bar.text for bar in bars if len(bar.text) == 12] == wanted
    assert found == [(65_536 + place, copy) for place in range(3) for copy in (1, 2)]


def test_one_copy_is_one_label_each(founded: cast.World, tmp_path: Path):
    manifest = cast.write_manifest(tmp_path / "sang.csv", 2)
    at_counter.import_manifest(founded.at(5), lambda: cast.CLERK, manifest)
    pdf = tmp_path / "one.pdf"
    at_counter.print_seals(
        founded.at(6), cast.CLERK, [], pdf, printer=Printing(copies=1), confirm=cast.yes
    )
    copies = [seal.parse(by_zxing(page)).content.copy for page in pages(pdf)]
    assert copies == [1, 1]
