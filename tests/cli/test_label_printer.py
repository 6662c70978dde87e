"""The label printer: its options, its test label, and where labels are written."""

from pathlib import Path

import pytest

from kt1custody.cli import label_printer
from kt1custody.cli.label_printer import Output
from kt1custody.core.formats import numbers
from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.services.seals.seal import ToPrint
from tests.kit import cast
from tests.kit.typed import Run


def test_the_printer_is_a_setting_or_an_option(
    run_printing: Run, founded: cast.World, monkeypatch: pytest.MonkeyPatch
):
    asked = run_printing("seal", "calibrate", "--pdf", "{f}/c203.pdf").stdout
    assert "KT1 CALIBRATION 203" in asked
    assert "100 %" in asked
    monkeypatch.setenv("KT1_LABEL_DPI", "300")
    assert "CALIBRATION 300" in run_printing("seal", "calibrate", "--pdf", "{f}/c300.pdf").stdout
    told = ["seal", "calibrate", "--dpi", "203", "--pdf"]
    assert "CALIBRATION 203" in run_printing(*told, "{f}/again.pdf").stdout
    run_printing(*told, "{f}/again.pdf", code=3)
    monkeypatch.setenv("KT1_LABEL_DPI", "600")
    run_printing("seal", "calibrate", "--pdf", "{f}/c600.pdf", code=5)
    monkeypatch.setenv("KT1_LABEL_DPI", "300")
    bitmaps = ["--bitmaps", "{f}/dots", "--pictures", "{f}/qr"]
    run_printing("seal", "print", "--by", "NV001", "--pdf", "{f}/a.pdf", "--copies", "1", *bitmaps)
    assert len(list((founded.folder / "dots").iterdir())) == 4
    [first, *_] = sorted((founded.folder / "qr").iterdir())
    assert first.read_bytes()[16:24].hex() == f"{342:08x}" * 2  # dots of 300 dpi


def test_a_place_that_is_taken_or_cannot_be_written_is_told_before_anything(tmp_path: Path):
    (tmp_path / "there.pdf").write_bytes(b"old")
    with pytest.raises(RefusedError, match="file-exists"):
        Output(pdf=tmp_path / "there.pdf").refuse_existing()
    for output in (
        Output(pdf=tmp_path / "there.pdf" / "a.pdf"),
        Output(pdf=tmp_path / "a.pdf", pictures=tmp_path / "there.pdf" / "qr"),
        Output(pdf=tmp_path / "a.pdf", bitmaps=tmp_path / "there.pdf" / "dots"),
    ):
        with pytest.raises(UnavailableError, match="file-unwritable"):
            output.refuse_existing()
    Output(pdf=tmp_path / "a.pdf", pictures=tmp_path / "qr").refuse_existing()
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"there.pdf"}


def test_what_waited_and_was_not_printed_is_named():
    shown = ToPrint(items=[], left_out=(682_600_000_014,), older=(65_536,))
    [line] = label_printer.left_out_lines(shown)
    assert "6826 0000 0014" in line
    assert numbers.format_serial(65_536) in line
    assert label_printer.left_out_lines(ToPrint(items=[])) == []
