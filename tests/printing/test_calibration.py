"""The test label: it is read, is no seal, and shows a driver that rescales."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kt1custody.core.seals import seal
from kt1custody.errors import MalformedInputError
from kt1custody.printing import calibration
from tests.kit.dots import EXACT, MODULE, bits, by_opencv, by_zxing, pages, where
from tests.kit.words import VI


@pytest.fixture(params=sorted(EXACT), ids=lambda dpi: f"{dpi}dpi")
def dpi(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def test_test_label_is_read_and_cannot_pass_for_a_seal(dpi: int, tmp_path: Path):
    pdf = tmp_path / "test.pdf"
    pdf.write_bytes(calibration.pdf(VI, dpi))
    advice = calibration.advice(VI, dpi)
    [page] = pages(pdf, EXACT[dpi])
    text = by_zxing(page)
    assert text == by_opencv(page) == f"KT1 CALIBRATION {dpi}"
    assert advice[-1].endswith(text)
    with pytest.raises(MalformedInputError):
        seal.parse(text)


def test_test_label_shows_a_driver_that_rescales_or_clips(dpi: int, tmp_path: Path):
    (tmp_path / "test.pdf").write_bytes(calibration.pdf(VI, dpi))

    y, x = np.indices((40, 40))
    module = MODULE[dpi]
    tests = [x % 2, y % 2, (x + y) % 2, (x // module + y // module) % 2]
    fields = [Image.fromarray((255 * one).astype(np.uint8)) for one in tests]
    [page] = pages(tmp_path / "test.pdf", EXACT[dpi])
    assert all(where(page, field) for field in fields)
    [wrong] = pages(tmp_path / "test.pdf", EXACT[dpi] * 0.97)
    assert not any(where(wrong, field) for field in fields)
    dots = bits(page)
    frame = int(0.5 / 25.4 * EXACT[dpi] + 0.01)
    assert not dots[frame, frame:-frame].any()
    assert not dots[frame:-frame, frame].any()
