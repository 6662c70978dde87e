"""Sets a label template as pages, each of whole printer dots.

**Rule:** what is set comes as data and stays in memory: a label that the log does not know yet
must not lie on a disk, not even for a moment.
"""

import io
import json
import tempfile
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pymupdf_fonts
import typst
from PIL import Image

from kt1custody.printing import qr

_FONTS = {"NotoSans-Regular.ttf": "notos", "NotoSans-Bold.ttf": "notosbo"}


def pdf(template: str, told: Mapping[str, object], dpi: int, *, kept: bool = True) -> bytes:
    """Set pages as PDF.

    Args:
        template: Name of a `.typ` file of this folder; it reads `sys.inputs.told` as JSON.
        dpi: 203 or 300; where things stand is a whole number of that printer's dots.
        kept: As PDF/A-2b, which needs a date.
    """
    pages: bytes = _compile(template, told, dpi, pdf_standards="a-2b" if kept else None)
    return pages


def bitmaps(template: str, told: Mapping[str, object], dpi: int) -> list[bytes]:
    """Set pages as pictures, a bit for each dot of the printer."""
    exact = qr.RESOLUTIONS[dpi].dots_per_inch
    # One page comes as bytes, several as a list.
    made: bytes | list[bytes] = _compile(template, told, dpi, format="png", ppi=exact)
    pages = [made] if isinstance(made, bytes) else made
    return [qr.dots_png(Image.open(io.BytesIO(page)).convert("L"), dpi) for page in pages]


def _compile(template: str, told: Mapping[str, object], dpi: int, **how: Any) -> Any:  # noqa: ANN401  # the library's own
    resolution = qr.RESOLUTIONS[dpi]
    sheet = {"dot": resolution.dot, "seal": resolution.seal_dots, "bar": resolution.bar}
    with tempfile.TemporaryDirectory() as name:  # fonts come from files only
        for file_name, font in _FONTS.items():
            (Path(name) / file_name).write_bytes(pymupdf_fonts.myfont(font))
        return typst.compile(
            _template(template),
            root=name,
            font_paths=[name],
            ignore_system_fonts=True,
            sys_inputs={"told": json.dumps({**told, "sheet": sheet}, default=list)},
            **how,
        )


@cache
def _template(name: str) -> bytes:
    return resources.files("kt1custody.printing").joinpath(name).read_bytes()
