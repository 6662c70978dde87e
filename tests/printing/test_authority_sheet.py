"""The fingerprint sheet: the same 32 bytes for people and for machines, and what to do with them."""

from datetime import date
from pathlib import Path

from kt1custody.printing import authority_sheet
from kt1custody.printing.authority_sheet import AuthoritySheet
from tests.kit.paper import read_pdf
from tests.kit.words import EN

SHEET = AuthoritySheet(
    service="KT1 Lam Dong",
    fingerprint=bytes(range(200, 232)),
    facts=[("Name of the server", "kt1.lan")],
    address="https://kt1.lan:8068",
    day=date(2026, 11, 23),
    notice="TRAINING",
)


def test_people_and_machines_find_the_fingerprint(tmp_path: Path):
    path = tmp_path / "sheet.pdf"
    path.write_bytes(authority_sheet.pdf(EN, SHEET))
    words, symbols = read_pdf(path)
    assert symbols == [SHEET.fingerprint.hex()]
    shown = " ".join(words.split())
    assert SHEET.fingerprint.hex(" ").upper() in shown
    for text in ("KT1 Lam Dong", "kt1.lan", SHEET.address, "TRAINING"):
        assert text in shown, text
