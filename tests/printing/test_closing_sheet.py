"""The closing sheet holds what it was given, and its code is the signed note."""

from datetime import date
from pathlib import Path

from kt1custody.core.formats import note
from kt1custody.core.formats.note import SignatureLine
from kt1custody.printing import closing_sheet
from kt1custody.printing.closing_sheet import ClosingSheet, Tally
from tests.kit.paper import read_pdf
from tests.kit.words import EN

NOTE = note.spell("kt1.lamdong.vn/68/e1\n31\nx\n", [SignatureLine("a.vn", bytes(4), bytes(72))])
SHEET = ClosingSheet(
    service="KT1 Lam Dong",
    origin="kt1.lamdong.vn/68/e1",
    note=NOTE.decode(),
    code=("000003", "000318", "123456", "234567", "345678", "456789", "567890"),
    facts=[("Entries in the log", "31")],
    period="since midnight",
    columns=("A", "B", "C", "none"),
    tallies=[Tally(words="Registered", level=0, cells=("1", "2", "3", "4"))],
    devices=[("QUAY07", "29")],
    day=date(2026, 11, 23),
    notice="TRAINING",
)


def test_all_that_it_was_given_stands_on_it(tmp_path: Path):
    path = tmp_path / "sheet.pdf"
    path.write_bytes(closing_sheet.pdf(EN, SHEET))
    words, symbols = read_pdf(path)
    assert symbols == [SHEET.note]
    shown = " ".join(words.split())
    for text in (SHEET.service, SHEET.origin, *SHEET.code, "Registered", "QUAY07", "TRAINING"):
        assert text in shown, text
    assert "KT1 CLOSING SHEET" in shown
