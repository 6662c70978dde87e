"""Symbols on whole printer dots."""

import io

import numpy as np
import pytest
from PIL import Image
from qrcode.exceptions import DataOverflowError

from kt1custody.core.formats import note
from kt1custody.core.formats.note import SignatureLine
from kt1custody.printing import qr
from kt1custody.settings import LABEL_DPI
from tests.kit.dots import EXACT, MODULE, SIDE, by_zxing


def test_settings_and_printing_know_the_same_printers():
    assert {int(dpi) for dpi in LABEL_DPI} == set(qr.RESOLUTIONS)


@pytest.mark.parametrize("dpi", sorted(EXACT))
def test_a_module_is_whole_dots_and_a_frame_of_white_stands_around(dpi: int):
    side, module = SIDE[dpi], MODULE[dpi]
    assert side / EXACT[dpi] * 25.4 < 30  # mm that a label reserves
    for drawn in (qr.seal_png("12" * 100, dpi), qr.sample_png("not digits", dpi)):
        with Image.open(io.BytesIO(drawn)) as picture:
            assert (picture.mode, picture.size) == ("1", (side, side))
            assert picture.info["dpi"][0] == pytest.approx(EXACT[dpi], abs=0.02)
            dots = np.asarray(picture)
        modules = dots.reshape(57, module, 57, module)
        assert (modules == modules[:, :1, :, :1]).all()
        for edge in (dots[: 4 * module], dots[-4 * module :], dots[:, : 4 * module]):
            assert edge.all()


def test_what_is_no_seal_is_a_mistake_of_the_program():
    qr.seal_png("1" * 365)
    with pytest.raises(ValueError, match="mode 1"):
        qr.seal_png("not digits")
    with pytest.raises(DataOverflowError):
        qr.seal_png("1" * 366)


def test_any_short_text_is_drawn_and_read_again():
    for text in ("ab" * 32, "kt1 verify", "Hà Nội"):
        with Image.open(io.BytesIO(qr.text_png(text))) as picture:
            assert by_zxing(picture.convert("L")) == text


def test_a_note_takes_as_many_symbols_as_it_needs_and_each_is_a_note():
    lines = [SignatureLine(f"{n}.example.vn", bytes(4), bytes(72)) for n in range(10)]
    noted = note.spell("kt1.example.vn/68/e1\n31\nx\n", lines)
    read = []
    for drawn in qr.note_pngs(noted.decode()):
        with Image.open(io.BytesIO(drawn)) as picture:
            read.append(note.read(by_zxing(picture.convert("L")).encode()))
    assert len(read) > 1
    assert {one.text for one in read} == {"kt1.example.vn/68/e1\n31\nx\n"}
    found = [line for one in read for line in one.signatures]
    assert sorted(found, key=lambda one: one.name) == sorted(lines, key=lambda one: one.name)


def test_on_a_terminal_it_is_drawn_in_blocks_of_even_width():
    rows = qr.text_blocks("kt1 verify").splitlines()
    assert len({len(row) for row in rows}) == 1
    assert set("".join(rows)) <= {"█", "▀", "▄", " ", "\u00a0"}
