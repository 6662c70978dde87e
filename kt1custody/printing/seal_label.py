"""Seal labels: one PDF, a label of 100 × 60 mm a page.

**Rule:** a label shows numbers, letters and offices, never a sender, a recipient or a word of
secrecy. Labels of a training log say so across the label.
"""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path

import pymupdf_fonts
import typst
import zxingcpp

from kt1custody.core import numbers
from kt1custody.i18n import say

_FONTS = {"NotoSans-Regular.ttf": "notos", "NotoSans-Bold.ttf": "notosbo"}


@dataclass(frozen=True, slots=True)
class Label:
    """What one label shows besides its QR.

    Attributes:
        text: Digits of the seal.
        mark: Letter A, B or C, or empty.
        service: Words of urgency, or empty.
        office: Name of the issuing office; `dest` of the delivering one.
        place: Place of this label in its job, from 1.
        of: How many labels the job has.
    """

    text: str
    n: int
    serial: int
    mark: str
    service: str
    office: str
    dest: str
    place: int
    of: int


def pdf(labels: Sequence[Label], pictures: Sequence[bytes], day: date, notice: str = "") -> bytes:
    """Set labels as PDF/A-2b.

    Args:
        pictures: QR pictures of the labels, as `qr.seal_png` draws them, in the same order.
        day: Local day of issue, for the file's own date.
        notice: Words across every label, such as those of a training log.
    """
    told = [
        {
            "picture": f"{numbers.format_serial(label.serial)}.png",
            "bars": _bars(f"{label.n:012d}"),
            "number": numbers.format_item_number(label.n),
            "serial": numbers.format_serial(label.serial),
            "mark": label.mark,
            "service": label.service,
            "office": label.office,
            "dest": label.dest,
            "place": f"{label.place}/{label.of}",
        }
        for label in labels
    ]
    # The type-setter reads files only; the folder is this account's alone and goes at the end.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file_name, font in _FONTS.items():
            (folder / file_name).write_bytes(pymupdf_fonts.myfont(font))
        for row, picture in zip(told, pictures, strict=True):
            (folder / row["picture"]).write_bytes(picture)
        (folder / "main.typ").write_bytes(_template())
        return typst.compile(
            folder / "main.typ",
            root=folder,
            font_paths=[folder],
            ignore_system_fonts=True,
            sys_inputs={
                "labels": json.dumps(told),
                "words": json.dumps(
                    [say("KT1 POST"), say("Issuing office"), say("Delivering office")]
                ),
                "notice": notice,
                "day": day.isoformat(),
            },
            pdf_standards="a-2b",
        )


@cache
def _template() -> bytes:
    return resources.files("kt1custody.printing").joinpath("seal_label.typ").read_bytes()


def _bars(digits: str) -> str:
    """Give the modules of a Code 128 symbol, `1` for dark."""
    symbol = zxingcpp.create_barcode(digits, zxingcpp.BarcodeFormat.Code128)
    picture = symbol.to_image(scale=1, add_quiet_zones=False)
    rows: list[list[int]] = memoryview(picture).tolist()  # type: ignore[arg-type, assignment]  # has the buffer protocol
    return "".join("1" if dot == 0 else "0" for dot in rows[0])
