"""Verifying at the command line: the story of a dossier, and how far a long audit is."""

import sys
import time
from pathlib import Path

import pytest

from kt1custody.audit.findings import Report
from kt1custody.cli import audit, outgoing
from kt1custody.cli.face import Face
from tests.kit import cast
from tests.kit.typed import Run


def test_the_story_of_a_dossier_is_told_before_its_verdict(
    run: Run, lived: cast.World, day: cast.Day, tmp_path: Path
):
    folder = tmp_path / "dossier"
    outgoing.dossier(lived.at(200), str(day.numbers[0]), folder)
    told = run("verify", str(folder), code=3).stdout
    assert "Ai giữ, từ lúc nào đến lúc nào" in told
    assert "bưu tá NV011, Bưu cục Hệ 1 Lâm Đồng (680900)" in told
    assert "chưa được chứng minh đến cùng" in told
    assert told.splitlines()[-1].startswith("KHÔNG ĐỦ")
    item = run("item", "show", str(day.numbers[0])).stdout
    steps = told[told.index("Từng bước") : told.index("\n\n", told.index("Từng bước"))]
    assert all(line in item for line in steps.splitlines())


@pytest.mark.parametrize(("as_json", "is_terminal"), [(False, True), (True, True), (False, False)])
def test_who_waits_at_a_terminal_is_told_how_far_an_audit_is(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    as_json: bool,
    is_terminal: bool,
):
    monkeypatch.setattr(audit, "_EVERY", 0.01)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    with audit._progress(Face(as_json=as_json), Report(entries=1_234)):
        time.sleep(0.2)
    told = capsys.readouterr()
    assert told.out == ""
    assert ("1.234" in told.err) == (is_terminal and not as_json)


def test_what_leaves_the_machine_says_where_it_lies(run: Run, lived: cast.World):
    shown = run("export", "{f}/bundle", "--records", "{f}/records").stdout
    assert str(lived.folder / "bundle") in shown
    assert str(lived.folder / "records") in shown
    run("export", "{f}/bundle", code=3)
    assert "NV011" in run("publish", "{f}/public", "--load", "nv011", "--loads", "{f}/l").stdout
    run("publish", "{f}/other", "--load", "NV999", code=3)
    assert not (lived.folder / "other").exists()
