"""The minutes of a ceremony show what two people compare, and anchor the log."""

from datetime import date
from pathlib import Path

from kt1custody.core.formats import note
from kt1custody.core.formats.note import SignatureLine
from kt1custody.printing import minutes
from kt1custody.printing.minutes import Minutes
from tests.kit import cast
from tests.kit.paper import read_pdf
from tests.kit.words import EN

NOTE = note.spell("kt1.lamdong.vn/68/e1\n31\nx\n", [SignatureLine("a.vn", bytes(4), bytes(72))])
MINUTES = Minutes(
    title="MINUTES OF A KEY ROTATION",
    rows=[("Key", "log key"), ("Log position", "#31")],
    old="aaaa bbbb",
    new="cccc dddd",
    people=cast.OFFICERS,
    note=NOTE.decode(),
    code="000003 000318 123456 234567 345678 456789 567890",
    day=date(2026, 11, 23),
    notice="TRAINING",
)


def test_both_keys_the_people_and_the_checkpoint_stand_on_it(tmp_path: Path):
    path = tmp_path / "minutes.pdf"
    path.write_bytes(minutes.pdf(EN, MINUTES))
    words, symbols = read_pdf(path)
    assert symbols == [MINUTES.note]
    shown = " ".join(words.split())
    for text in (MINUTES.title, "Old key", "aaaa bbbb", "New key", "cccc dddd", "#31", "TRAINING"):
        assert text in shown, text
    for staff in cast.OFFICERS:
        assert f"Officer {staff}" in shown
    for group in MINUTES.code.split(" "):
        assert group in shown
