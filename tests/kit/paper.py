"""What lies on paper after printing, and what the log says of it."""

from collections.abc import Iterable
from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image

from kt1custody.core.seals import seal
from kt1custody.services.evidence import verify
from kt1custody.services.session.session import Session
from kt1custody.store.log import LogBook

_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)


def seals_on(path: Path) -> list[seal.SealContent]:
    """Read every seal of a PDF of labels or of a picture, in its order."""
    if not is_sheet(path):
        with Image.open(path) as picture:
            return _read(picture)
    document = pypdfium2.PdfDocument(path)
    found = [one for page in document for one in _read(page.render(scale=203.2 / 72).to_pil())]
    document.close()
    return found


def read_pdf(path: Path) -> tuple[str, list[str]]:
    """Read the words of a PDF, and the text of every QR on it."""
    document = pypdfium2.PdfDocument(path)
    words, symbols = "", []
    for page in document:
        words += page.get_textpage().get_text_bounded()
        picture = page.render(scale=4).to_pil().convert("L")
        symbols += [one.text for one in zxingcpp.read_barcodes(picture, formats=_QR)]
    document.close()
    return words, symbols


def is_sheet(path: Path) -> bool:
    """Tell whether a file is a PDF, whatever its name."""
    return path.read_bytes()[:5] == b"%PDF-"


def _read(picture: Image.Image) -> list[seal.SealContent]:
    symbols = zxingcpp.read_barcodes(picture.convert("L"), formats=_QR)
    return [seal.parse(symbol.text).content for symbol in symbols]


def check(session: Session, paper: Iterable[Path]) -> None:
    """Hold log and paper against what may never happen, whatever did.

    No finding of the audit; every serial is printed once, for one item, and bound to no other; an
    item has at most one living label; no paper shows a serial that the log does not know for that
    item; and no serial stands on two sheets.
    """
    assert verify.verify(session).findings == []
    with session.database.read() as connection:
        book = LogBook(connection)
        lines = [line for entry in book.acts("print") for line in entry.act.lines]
        bound = [
            (line.seal, line.n)
            for entry in book.acts("bind")
            if not entry.judgement
            for line in entry.act.lines
        ]
        items = {n: book.item(n) for n in {line.n for line in lines}}
    known = {line.number("serial"): line.n for line in lines}
    assert len(known) == len(lines)
    assert all(known[serial or 0] == n for serial, n in bound)
    assert len({serial for serial, _ in bound}) == len(bound)
    for n, state in items.items():
        assert state is not None
        assert len([one for one in known if known[one] == n and one not in state.voided]) <= 1
    seen: dict[int, Path] = {}
    for path in paper:
        contents = seals_on(path)
        assert all(known.get(one.serial) == one.n for one in contents), path
        if is_sheet(path):
            assert not {one.serial for one in contents} & seen.keys(), path
            seen |= dict.fromkeys({one.serial for one in contents}, path)
