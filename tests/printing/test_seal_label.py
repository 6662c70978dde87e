"""What a stranger sees of a label: where it goes from a metre away, urgency only where there is."""

import csv
import io
from dataclasses import replace
from datetime import date

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from kt1custody.core.formats import places
from kt1custody.core.formats.item import Mark, Urgency
from kt1custody.printing import qr, seal_label
from kt1custody.printing.seal_label import Label
from kt1custody.services.custody import standing
from tests.kit import at_counter, cast
from tests.kit.dots import bits, pages
from tests.kit.words import VI

TEXT = "71" + "1234567890" * 32 + "12345678"
PLAIN = Label(
    text=TEXT, n=682600000014, serial=65_536, mark="", urgent="", hour="", on="",
    accepted="23/11/2026", office="Bưu cục Hệ 1 Lâm Đồng", dest="Bưu điện xã Tánh Linh",
    place=12, of=200,
)  # fmt: skip
EXPRESS = replace(PLAIN, urgent="Hỏa tốc", mark="C")
TIMED = replace(PLAIN, urgent="Hẹn giờ", hour="15:00", on="24/11")
BOTH = replace(PLAIN, urgent="Hỏa tốc Hẹn giờ", hour="07:30", on="24/11", mark="A")
LONGEST = replace(BOTH, dest=("Trung tâm khai thác " * 10).strip(), office="Bưu điện " * 22)
NOTICE = "TẬP HUẤN – KHÔNG CÓ GIÁ TRỊ"
MM = 72 / 25.4
METRE = 1000 / 250  # mm: the least height of a capital that is read at a metre


def made(*shown: Label, notice: str = "") -> pypdfium2.PdfDocument:
    pictures = [qr.seal_png(TEXT)] * len(shown)
    return pypdfium2.PdfDocument(seal_label.pdf(VI, shown, pictures, date(2026, 11, 23), notice))


def texts(*shown: Label, notice: str = "") -> list[str]:
    document = made(*shown, notice=notice)
    told = [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    return told


def dots(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("L"))


def bitmaps(*shown: Label, dpi: int = 203) -> list[np.ndarray]:
    pictures = [qr.seal_png(TEXT, dpi)] * len(shown)
    pages = seal_label.bitmaps(VI, shown, pictures, date(2026, 11, 23), NOTICE, dpi=dpi)
    return [dots(page) for page in pages]


def capitals(page: pypdfium2.PdfPage) -> list[float]:
    """Heights of plain capitals on a page, millimetres, the tallest first."""
    text = page.get_textpage()
    told = text.get_text_range()
    boxes = (text.get_charbox(place) for place, sign in enumerate(told) if "A" <= sign <= "Z")
    return sorted(((top - bottom) / MM for _, bottom, _, top in boxes), reverse=True)


def test_every_office_s_name_is_read_at_a_metre_however_urgent_the_item() -> None:
    with (cast.DATA / "offices.csv").open(encoding="utf-8-sig", newline="") as file:
        names = [row["ten"] for row in csv.DictReader(file)]
    assert len(names) == 126
    document = made(*(replace(BOTH, urgent="", dest=name) for name in names))
    for name, page in zip(names, document, strict=True):
        # The letters of the band, the hour and the mark are left out: what is tall is the name.
        assert capitals(page)[0] >= METRE, name
        last = name.split()[-1]
        assert last in page.get_textpage().get_text_range()
    document.close()


def test_an_ordinary_item_has_no_word_of_urgency_and_no_black_band() -> None:
    plain, express, timed, both = texts(PLAIN, EXPRESS, TIMED, BOTH)
    assert not {"HỎA", "HẸN", "Thường", "THƯỜNG"} & set(plain.split())
    assert "HỎA TỐC" in express
    assert "HẸN" not in express
    assert "HẸN GIỜ" in timed
    assert "15:00" in timed
    assert "24/11" in timed
    assert "HỎA TỐC HẸN GIỜ" in both
    black = [(page < 128)[328:412].mean() for page in bitmaps(PLAIN, EXPRESS, TIMED, BOTH)]
    assert black[0] < 0.1
    assert min(black[1:]) > 0.35


def test_the_day_of_acceptance_and_the_mark_are_on_the_label_and_no_office_is_lost() -> None:
    front, flap = texts(BOTH, replace(BOTH, copy=2))
    assert "Chấp nhận 23/11/2026" in front
    assert "PHÁT TẠI Bưu điện xã" in front
    assert "Tánh Linh" in front
    assert "QUÉT MÃ NÀY" in front
    for one in (front, flap):
        assert "A" in one.split()
        assert "00000655365" in one
    unmarked = texts(PLAIN, replace(PLAIN, copy=2))
    assert not any({"A", "B", "C"} & set(one.split()) for one in unmarked)


def test_the_flap_label_has_room_for_signatures_and_a_stamp_over_its_edges() -> None:
    told = texts(replace(BOTH, copy=2), notice=NOTICE)[0]
    for words in ("Người niêm phong ký", "Người chứng kiến (nếu có)", "Đóng dấu giáp lai"):
        assert words in told
    [page] = bitmaps(replace(BOTH, copy=2))
    ink, mm = page < 128, 8  # dots
    for left in (4, 44):  # two fields open to the lower edge
        assert not ink[51 * mm :, left * mm : (left + 34) * mm].any()
    # Half a stamp of 36 mm, but for the words that say so.
    assert ink[22 * mm : 58 * mm, 84 * mm :].mean() < 0.05
    assert not ink[46 * mm : 53 * mm, 90 * mm :].any()


@pytest.mark.parametrize("dpi", [203, 300])
def test_two_readers_read_every_face_and_nothing_else_is_a_square_code(dpi: int) -> None:
    faces = [PLAIN, EXPRESS, TIMED, BOTH, LONGEST]
    every = [replace(face, copy=copy) for face in faces for copy in (1, 2)]
    for face, page in zip(every, bitmaps(*every, dpi=dpi), strict=True):
        found = [one.text for one in zxingcpp.read_barcodes(Image.fromarray(page))]
        bars = [f"{face.n:012d}"] if face.copy == 1 else []
        assert sorted(found) == sorted([TEXT, *bars]), face
        assert cv2.QRCodeDetectorAruco().detectAndDecode(page)[0] == TEXT, face


@pytest.mark.parametrize("dpi", [203, 300])
def test_a_seal_s_white_frame_is_four_modules_on_every_face(dpi: int) -> None:
    picture = dots(qr.seal_png(TEXT, dpi))
    height, width = picture.shape
    for page in bitmaps(BOTH, LONGEST, replace(BOTH, copy=2), dpi=dpi):
        match = cv2.matchTemplate(page, picture, cv2.TM_SQDIFF)
        _, _, (x, y), _ = cv2.minMaxLoc(match)
        assert (page[y : y + height, x : x + width] == picture).all()


@pytest.mark.parametrize("length", [1, 40, 120, 200])
def test_a_long_name_is_whole_on_the_label(length: int) -> None:
    name = " ".join(["Đặng"] * 60)[:length].strip()
    assert len(name) <= places.MAX_NAME
    told = texts(replace(BOTH, dest=name))[0].replace("\xa0", " ")
    assert name in " ".join(told.split())
    document = made(replace(BOTH, dest=name))
    text = document[0].get_textpage()
    place = text.search(name.split()[-1]).get_next()
    assert place is not None
    boxes = [text.get_charbox(place[0] + sign) for sign in range(place[1])]
    document.close()
    assert max(right for _, _, right, _ in boxes) < 98 * MM
    assert min(bottom for _, bottom, _, _ in boxes) > (60 - 41) * MM  # above the band


def test_what_the_log_says_stands_on_the_label_and_nothing_of_the_slip(
    founded: cast.World,
) -> None:
    manifest = cast.write_manifest(founded.folder / "sang.csv", 12)
    at_counter.import_manifest(founded.at(5), lambda: cast.CLERK, manifest)
    pdf = founded.folder / "two.pdf"
    # Printed the day after: the label shows the day of acceptance all the same.
    session = founded.at(24 * 60)
    at_counter.print_seals(session, cast.CLERK, [], pdf, confirm=cast.yes)
    document = pypdfium2.PdfDocument(pdf)
    told = [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    states = sorted(
        (row.state for row in standing.listing(session).rows), key=lambda state: state.n
    )
    assert len(told) == 2 * len(states) == 24
    slips = [line.split(",") for line in manifest.read_text("utf-8").splitlines()[1:]]
    secret = {cell for cells in slips for cell in (*cells[1:7], cells[13]) if cell}
    assert len(secret) > 30  # references, agencies, people and notes
    for front, flap, state in zip(told[::2], told[1::2], states, strict=True):
        assert "23/11/2026" in front
        assert ("HỎA TỐC" in front) == (state.urgency in (Urgency.EXPRESS, Urgency.EXPRESS_TIMED))
        assert ("HẸN GIỜ" in front) == ("11:30" in front) == (state.appt is not None)
        mark = set() if state.mark == Mark.NONE else {Mark(state.mark).name}
        for one in (front, flap):
            assert {"A", "B", "C"} & set(one.split()) == mark
            assert not [cell for cell in secret if cell in one]
    assert sum(state.appt is not None for state in states) == 1


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Trường Xuân", ["Trường Xuân"]),
        ("Xuân Hương - Đà Lạt", ["Xuân Hương -", "Đà Lạt"]),
        ("Bưu cục Hệ 1 Lâm Đồng", ["Bưu cục", "Hệ 1", "Lâm Đồng"]),
        ("Cục Bưu điện Trung ương - Hà Nội", ["Cục", "Bưu điện", "Trung ương -", "Hà Nội"]),
    ],
)
def test_a_line_of_a_label_ends_between_names_and_never_inside_one(name: str, lines: list[str]):
    broken = seal_label._unbroken(name).split(" ")
    joined = "|".join(broken).replace("-|", "-\n").replace("|", "\n")
    assert joined.replace("\u00a0", " ").split("\n") == lines


def test_no_mark_above_a_letter_is_cut_off():
    text = "71" + "1234567890" * 32 + "12345678"

    def page(dest: str) -> np.ndarray:
        label = seal_label.Label(
            text=text, n=682600000014, serial=65_536, mark="A", urgent="", hour="", on="",
            accepted="23/11/2026", office="Bưu cục", dest=dest, place=1, of=1,
        )  # fmt: skip
        made = seal_label.pdf(VI, [label], [qr.seal_png(text)], date(2026, 11, 23))
        [picture] = pages(made)
        return bits(picture)

    for plain, marked in (("Lâm Đông", "Lâm Đồng"), ("AN", "ẮN"), ("Xa", "Xạ")):
        for name in ("{}", "{} " + "hẹp dần " * 9):  # long names are set smaller
            assert (page(name.format(plain)) != page(name.format(marked))).any()
