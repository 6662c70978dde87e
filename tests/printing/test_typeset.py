"""Templates set as pages of whole printer dots; nothing of them touches a disk."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kt1custody.printing import qr, typeset
from tests.kit.dots import EXACT, bits, pages

TEMPLATE = """
#let told = json(bytes(sys.inputs.told))
#let sheet = told.sheet
#set document(date: datetime(year: 2026, month: 11, day: 23))
#set page(width: sheet.seal * sheet.dot * 1mm, height: 40 * sheet.dot * 1mm, margin: 0mm)
#for mark in told.marks [
  #place(dx: 4 * sheet.dot * 1mm, rect(width: 8 * sheet.dot * 1mm, height: 100%, fill: black))
  #pagebreak(weak: true)
]
"""


@pytest.fixture(autouse=True)
def _own_template(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(typeset, "_template", lambda name: TEMPLATE.encode())
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.mark.parametrize("dpi", sorted(EXACT))
def test_a_page_is_a_bit_for_each_dot(dpi: int, tmp_path: Path):
    content = {"marks": iter(["a", "b"])}  # whatever can be gone through comes as a list
    first, second = typeset.bitmaps("any.typ", content, dpi)
    assert first == second
    with Image.open(io.BytesIO(first)) as picture:
        assert (picture.mode, picture.size) == ("1", (qr.RESOLUTIONS[dpi].seal_dots, 40))
        dots = np.asarray(picture)
    assert not dots[:, 4:12].any()
    assert dots[:, :4].all()
    assert dots[:, 12:].all()
    assert [*tmp_path.iterdir()] == []  # not even its fonts are left


def test_a_pdf_is_the_same_page_and_says_that_it_is_for_keeping():
    [picture] = typeset.bitmaps("any.typ", {"marks": ["a"]}, 203)
    kept = typeset.pdf("any.typ", {"marks": ["a"]}, 203)
    [page] = pages(kept)
    assert (bits(page) == np.asarray(Image.open(io.BytesIO(picture)))).all()
    assert b"pdfaid" in kept
    assert b"pdfaid" not in typeset.pdf("any.typ", {"marks": ["a"]}, 203, kept=False)
