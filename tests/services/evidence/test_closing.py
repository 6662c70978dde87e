"""Closing a shift: a checkpoint goes onto paper with the figures of the very same log."""

from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from kt1custody.cli import outgoing
from kt1custody.core.formats import note
from kt1custody.core.formats.note import SignatureLine
from kt1custody.core.log import anchor, checkpoint
from kt1custody.errors import MalformedInputError, RefusedError
from kt1custody.printing import closing_sheet, qr, read
from kt1custody.services.custody import look
from kt1custody.services.evidence import closing, day
from kt1custody.services.session import readings
from tests.kit import cast
from tests.kit.paper import read_pdf
from tests.kit.words import VI

EVENING = 16 * 60 + 30 - 7 * 60  # half past four, in minutes after seven


def test_the_closing_sheet_holds_the_note_and_the_code(lived: cast.World, tmp_path: Path):
    signed = outgoing.closing_sheet(lived.at(300), tmp_path / "sheet.pdf")
    words, symbols = read_pdf(tmp_path / "sheet.pdf")
    assert symbols == [signed.note.decode()]
    code = anchor.code(signed.checkpoint)
    assert anchor.parse(code).fits(signed.checkpoint)
    for group in code.split(" "):
        assert group in words


def test_the_sheet_says_how_far_the_book_of_readings_goes(
    lived: cast.World, day: cast.Day, tmp_path: Path
):
    outgoing.closing_sheet(lived.at(300), tmp_path / "before.pdf")
    assert "Lượt đọc phiếu" not in read_pdf(tmp_path / "before.pdf")[0]
    look.story(lived.session, str(day.numbers[3]), cast.CLERK)
    told = readings.code(lived.session)
    assert told
    outgoing.closing_sheet(lived.at(301), tmp_path / "sheet.pdf")
    words, _ = read_pdf(tmp_path / "sheet.pdf")
    for group in told[1].split(" "):
        assert group in words


def test_the_sheet_holds_as_many_signatures_as_a_policy_allows_and_each_code_stands_alone(
    lived: cast.World, tmp_path: Path
):
    signed = closing.close(lived.at(300))
    told = note.read(signed.note)
    [own] = told.signatures
    rotated = replace(own, hash=bytes(4))  # of a log key that has not ended yet
    many = [SignatureLine(f"{n:02}.{'x' * 57}", bytes(4), bytes(72)) for n in range(32)]
    lines = [own, rotated, *many]
    figures = day.figures(lived.session)
    sheet = closing._sheet(lived.session, signed, figures)
    whole = replace(sheet, note=note.spell(told.text, lines).decode())
    (tmp_path / "sheet.pdf").write_bytes(closing_sheet.pdf(VI, whole))
    words, symbols = read_pdf(tmp_path / "sheet.pdf")
    assert words.count(signed.checkpoint.origin) == 2  # on both pages
    parts = [checkpoint.read(text.encode()) for text in symbols]
    assert {part.checkpoint for part in parts} == {signed.checkpoint}
    found = [line for part in parts for line in part.note.signatures]
    assert sorted(found, key=lambda line: line.name) == sorted(lines, key=lambda line: line.name)
    assert own in next(part.note.signatures for part in parts if rotated in part.note.signatures)
    pictures = qr.note_pngs(whole.note)
    alone = [read.read_picture(one, lambda _: True).texts for one in pictures]
    assert sorted(alone) == [((1, text),) for text in sorted(symbols)]


def test_the_devices_of_a_large_post_stand_on_a_signed_page_of_their_own(
    lived: cast.World, tmp_path: Path
):
    signed = closing.close(lived.at(300))
    sheet = closing._sheet(lived.session, signed, day.figures(lived.session))
    many_devices = [(f"DIENTHOAI-{n:03}", "12") for n in range(60)]
    (tmp_path / "large.pdf").write_bytes(
        closing_sheet.pdf(VI, replace(sheet, devices=many_devices))
    )
    listed, symbols = read_pdf(tmp_path / "large.pdf")
    assert symbols == [sheet.note]
    assert all(name in listed for name, _ in many_devices)
    assert listed.count("Trưởng ca") == listed.count(signed.checkpoint.origin) == 2


def test_the_sheet_says_its_period_and_its_figures(lived: cast.World, tmp_path: Path) -> None:
    sheets = [
        (EVENING, None, "Số liệu từ 23/11/2026 00:00 đến 23/11/2026 16:30", "Chấp nhận 12 0 3 3 6"),
        # Printed again later, and behind midnight with and without the day before.
        (EVENING + 90, None, "từ 23/11/2026 00:00 đến 23/11/2026 18:00", "Chấp nhận 12 0 3 3 6"),
        (17 * 60 + 20, None, "từ 24/11/2026 00:00 đến 24/11/2026 00:20", "Chấp nhận 0 0 0 0 0"),
        (
            17 * 60 + 21, cast.MORNING - 7 * 3600,
            "từ 23/11/2026 00:00 đến 24/11/2026 00:21", "Chấp nhận 12 0 3 3 6",
        ),
    ]  # fmt: skip
    for place, (minutes, since, period, accepted) in enumerate(sheets):
        pdf = tmp_path / f"{place}.pdf"
        outgoing.closing_sheet(lived.at(minutes), pdf, since)
        document = pypdfium2.PdfDocument(pdf)
        assert len(document) == 1
        words = " ".join(document[0].get_textpage().get_text_range().split())
        document.close()
        assert period in words
        assert accepted in words
        assert "Chuyển sang kỳ sau 10 0 3 2 5" in words


def test_a_period_cannot_begin_after_now(lived: cast.World, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="period-ahead"):
        outgoing.closing_sheet(lived.at(200), tmp_path / "sheet.pdf", cast.MORNING + 200 * 60 + 1)
    assert not (tmp_path / "sheet.pdf").exists()


def test_a_log_that_others_write_to_all_the_time_gets_no_sheet(
    lived: cast.World, monkeypatch: pytest.MonkeyPatch
):
    figures = replace(day.figures(lived.at(300)), seq=7)
    monkeypatch.setattr(day, "figures", lambda session, since: figures)
    with pytest.raises(RefusedError, match="changed-meanwhile"):
        closing.close_with_sheet(lived.session)
    assert lived.session.given_out is None


def test_without_roots_a_stamp_is_asked_of_nobody(lived: cast.World):
    signed = closing.close(lived.at(300))
    assert lived.session.given_out == signed.checkpoint.size
    with pytest.raises(MalformedInputError, match="stamp-roots"):
        closing.stamp(lived.session, signed, "http://127.0.0.1:1", [b"no certificate"])
    closing.check_roots([])


def test_days_off_that_end_soon_are_said_before_late_items_are_counted(lived: cast.World):
    assert closing.calendar_end(lived.at(300)) is None
    end = closing.calendar_end(lived.at(60 * 24 * 365 * 3))
    assert end is not None
