"""The genesis sheet: the hash for people and for machines, its officers, and no secret."""

from datetime import date
from pathlib import Path

from kt1custody.printing import genesis_sheet
from kt1custody.printing.genesis_sheet import FoundingOfficer, GenesisSheet
from tests.kit import cast
from tests.kit.paper import read_pdf
from tests.kit.words import EN

HASH = bytes(range(32))
SHEET = GenesisSheet(
    service="KT1 Lam Dong",
    log="kt1.lamdong.vn/68",
    genesis=HASH,
    facts=[("Founding office", "680900")],
    signers=[
        FoundingOfficer(duty="officer", number=cast.OFFICERS[0], name="Lan", key="aaaa bbbb"),
        FoundingOfficer(duty="reserve", number=cast.RESERVE, name="", key="cccc dddd"),
    ],
    reserve=cast.RESERVE,
    keys=[("Log key", "eeee ffff")],
    day=date(2026, 11, 23),
)


def test_people_and_machines_find_the_hash_and_whose_keys_it_names(tmp_path: Path):
    path = tmp_path / "sheet.pdf"
    path.write_bytes(genesis_sheet.pdf(EN, SHEET))
    words, symbols = read_pdf(path)
    assert symbols == [HASH.hex()]
    shown = " ".join(words.split())
    for group in HASH.hex(" ", 2).split(" "):
        assert group in shown, group
    for text in (
        "Lan",
        cast.OFFICERS[0],
        "aaaa bbbb",
        "cccc dddd",
        "Log key",
        "eeee ffff",
        "680900",
    ):
        assert text in shown, text
    assert f"the file {cast.RESERVE}.key goes onto a stick" in shown
