"""Print jobs at the command line: what a clerk reads, and what the log holds afterwards."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from kt1custody.cli.main import kt1
from kt1custody.core.formats import numbers
from kt1custody.services.session import print_book
from tests.kit import at_counter, cast, paper
from tests.kit.words import VI

Run = Callable[..., Result]
JOB = numbers.format_serial(numbers.FIRST_SERIAL)


@pytest.fixture
def run(founded: cast.World, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a command to the program over a log with four items; `{f}` is the world's folder."""
    monkeypatch.delenv("KT1_LABEL_DPI", raising=False)
    folder = founded.folder
    manifest = cast.write_manifest(folder / "sang.csv", 4)
    at_counter.import_manifest(founded.at(5), lambda: cast.CLERK, manifest)
    pins = "\n".join(f"{staff}={pin}" for staff, pin in cast.PINS.items())
    (folder / "pins.txt").write_text(pins, "utf-8")
    places = [
        "--data",
        folder / "data",
        "--keys",
        folder / "keys",
        "--pin-file",
        folder / "pins.txt",
    ]

    def call(*words: str, at: str = "07:20", code: int = 0, yes: bool = True) -> Result:
        given = [*map(str, places), "--as-of", f"23/11/2026 {at}", *(["--yes"] if yes else [])]
        own = [word.format(f=folder) for word in words]
        done = CliRunner().invoke(kt1, [*given, *own])
        assert done.exit_code == code, done.output
        return done

    return call


def test_a_jam_from_the_first_label_to_the_last(run: Run, founded: cast.World):
    told = run("seal", "print", "--by", "NV001", "--pdf", "{f}/a.pdf").stdout
    assert "8 nhãn" in told
    assert f"kt1 seal resume {JOB}" in told
    shown = run("seal", "job", JOB).stdout
    assert "4/4  6826 0000 0046" in shown
    assert "chưa thấy (1–4)" in shown
    asked = run("seal", "resume", JOB, "--came", "1,3", "--by", "NV001", "--pdf", "{f}/b.pdf")
    assert "Thiếu trong 4 tem: 2, 4" in asked.stderr
    assert "6826 0000 0023" in asked.stderr
    assert "6826 0000 0014" not in asked.stderr
    assert "Đã huỷ 2 tem" in asked.stdout
    after = run("seal", "job", JOB).stdout
    assert after.count("đã huỷ  in hỏng  tem mới") == 2
    assert "4 tem – 0 đã gắn, 2 đã huỷ, 2 chưa thấy (1, 3)" in after
    assert after.splitlines()[-1] in run("seal", "jobs").stdout
    paper.check(founded.session, founded.folder.glob("*.pdf"))


def test_a_job_names_what_each_label_shows_so_that_it_finds_its_envelope(run: Run):
    told = run("seal", "print", "--by", "NV001", "--pdf", "{f}/a.pdf").stdout
    assert f"kt1 seal job {JOB} --reader NV…" in told
    second = run("seal", "job", JOB, "--reader", "NV001").stdout.splitlines()[1]
    assert second == (
        "2/4  6826 0000 0023  00000655379  [C]  Hỏa tốc  phát tại Bưu điện xã Tánh Linh (680129)  "
        "chưa thấy  1166-BCH-TM → Ủy ban nhân dân xã Tánh Linh"
    )
    labels = json.loads(run("seal", "job", JOB, "--json").stdout)["labels"]
    assert [one["mark"] for one in labels] == ["", "C", "B", ""]
    assert labels[1]["destination"] == 680_129


def test_machines_are_told_the_same(run: Run):
    made = json.loads(run("seal", "print", "--by", "NV001", "--pdf", "{f}/a.pdf", "--json").stdout)
    assert (made["job"], made["labels"], len(made["seals"])) == (JOB, 8, 4)
    words = ["seal", "resume", JOB, "--came", "2-4", "--by", "NV001", "--pdf", "{f}/b.pdf"]
    again = json.loads(run(*words, "--reason", "torn", "--json").stdout)
    assert again["voided"] == [JOB]
    told = json.loads(run("seal", "job", JOB, "--json").stdout)
    counts = {name: told[name] for name in ("printed", "bound", "void", "missing", "gaps")}
    assert counts == {"printed": 4, "bound": 0, "void": 1, "missing": 3, "gaps": [[2, 4]]}
    assert told["labels"][0]["new_serial"] == again["job"]
    assert told["labels"][0]["reason"] == "torn"
    listed = json.loads(run("seal", "jobs", "--json").stdout)["jobs"]
    assert [one["job"] for one in listed] == [JOB, again["job"]]
    spoiled = json.loads(run("seal", "spoiled", "--json").stdout)
    assert spoiled["totals"] == {"torn": 1}
    assert [one["new_serial"] for one in spoiled["spoiled"]] == [again["job"]]


def test_nothing_is_voided_unless_the_clerk_says_yes(run: Run, founded: cast.World):
    run("seal", "print", "--by", "NV001", "--pdf", "{f}/a.pdf")
    run("seal", "resume", JOB, "--by", "NV001", "--pdf", "{f}/b.pdf", code=3, yes=False)
    assert not (founded.folder / "b.pdf").exists()
    assert "4 chưa thấy" in run("seal", "job", JOB).stdout


def test_a_second_print_says_which_job_to_resume(run: Run):
    run("seal", "print", "--by", "NV001", "--pdf", "{f}/a.pdf")
    for given in ([], ["682600000014"]):
        done = run("seal", "print", *given, "--by", "NV001", "--pdf", "{f}/b.pdf", code=3)
        assert f"(lượt in {JOB})" in done.stderr
        assert "kt1 seal resume" in done.stderr


def test_the_register_of_spoiled_labels_has_days_and_totals(run: Run):
    run("seal", "print", "--by", "NV001", "--pdf", "{f}/a.pdf")
    run("seal", "bind", JOB, "--by", "NV001")
    torn = ["seal", "void", JOB, "--by", "NV001", "--witness", "NV004", "--reason", "torn"]
    run(*torn, "--reprint", "{f}/b.pdf", "--copies", "1")
    told = run("seal", "spoiled").stdout
    assert "đã gắn trên bì · tem huỷ thứ 1 của bưu gửi · NV001, NV004 · tem mới" in told
    assert "Cộng 1 tem đã huỷ\n  rách: 1" in told
    assert told == run("seal", "spoiled", "--from", "23/11/2026", "--to", "23/11/2026").stdout
    assert told == run("seal", "spoiled", "--from", "2026-11-23").stdout
    for days in (["--from", "24/11/2026"], ["--to", "22/11/2026"]):
        assert "Cộng 0 tem" in run("seal", "spoiled", *days).stdout
    run("seal", "spoiled", "--from", "hôm qua", code=2)
    assert "không in tem nào" in run("seal", "jobs", "--to", "22/11/2026").stdout


def test_a_reprint_needs_a_reason(run: Run):
    run("seal", "print", "--by", "NV001", "--pdf", "{f}/a.pdf")
    run("seal", "void", JOB, "--by", "NV001", "--reprint", "{f}/b.pdf", code=2)
    assert "1 đã huỷ" not in run("seal", "job", JOB).stdout


def test_the_printer_is_a_setting_or_an_option(
    run: Run, founded: cast.World, monkeypatch: pytest.MonkeyPatch
):
    asked = run("seal", "calibrate", "--pdf", "{f}/c203.pdf").stdout
    assert "KT1 CALIBRATION 203" in asked
    assert "100 %" in asked
    monkeypatch.setenv("KT1_LABEL_DPI", "300")
    assert "CALIBRATION 300" in run("seal", "calibrate", "--pdf", "{f}/c300.pdf").stdout
    told = ["seal", "calibrate", "--dpi", "203", "--pdf"]
    assert "CALIBRATION 203" in run(*told, "{f}/again.pdf").stdout
    run(*told, "{f}/again.pdf", code=3)
    monkeypatch.setenv("KT1_LABEL_DPI", "600")
    run("seal", "calibrate", "--pdf", "{f}/c600.pdf", code=5)
    monkeypatch.setenv("KT1_LABEL_DPI", "300")
    bitmaps = ["--bitmaps", "{f}/dots", "--pictures", "{f}/qr"]
    run("seal", "print", "--by", "NV001", "--pdf", "{f}/a.pdf", "--copies", "1", *bitmaps)
    assert len(list((founded.folder / "dots").iterdir())) == 4
    [first, *_] = sorted((founded.folder / "qr").iterdir())
    assert first.read_bytes()[16:24].hex() == f"{342:08x}" * 2  # dots of 300 dpi


def test_every_state_of_a_label_has_its_word():
    for state in print_book.STATES:
        assert VI.has_word("label", state)
