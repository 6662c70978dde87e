"""Printing, binding and voiding seals as a clerk types it."""

import json
from pathlib import Path

from kt1custody.core.formats import numbers
from tests.kit import cast
from tests.kit.typed import Run

JOB = numbers.format_serial(numbers.FIRST_SERIAL)


def test_a_second_print_says_which_job_to_resume(run_printing: Run):
    run_printing("seal", "print", "--by", "NV001", "--pdf", "{f}/a.pdf")
    for given in ([], ["682600000014"]):
        done = run_printing("seal", "print", *given, "--by", "NV001", "--pdf", "{f}/b.pdf", code=3)
        assert f"(lượt in {JOB})" in done.stderr
        assert "kt1 seal resume" in done.stderr


def test_a_reprint_needs_a_reason(run_printing: Run):
    run_printing("seal", "print", "--by", "NV001", "--pdf", "{f}/a.pdf")
    run_printing("seal", "void", JOB, "--by", "NV001", "--reprint", "{f}/b.pdf", code=2)
    assert "1 đã huỷ" not in run_printing("seal", "job", JOB).stdout


def test_void_prints_a_new_label_and_says_so(run_printing: Run, tmp_path: Path):
    number = "682600000014"
    run_printing("seal", "print", "--pdf", str(tmp_path / "a.pdf"), at="07:10")
    again = str(tmp_path / "b.pdf")
    voiding = ["seal", "void", number, "--reason", "torn", "--witness", cast.CONTROLLER]
    told = json.loads(run_printing(*voiding, "--reprint", again, "--json", at="07:20").stdout)
    assert Path(again).is_file()
    run_printing("seal", "bind", told["new_serial"], "--witness", cast.CONTROLLER, at="07:30")


def test_where_labels_cannot_be_written_nothing_is_printed(run_printing: Run, founded: cast.World):
    lost = founded.folder / "no" / "a.pdf"
    shown = run_printing("seal", "print", "--pdf", lost, code=5).output
    assert f"Không ghi được {lost}:" in shown  # by the name that was given
    assert not lost.parent.exists()
    assert json.loads(run_printing("seal", "jobs", "--json").stdout) == {"jobs": []}


def test_a_label_is_bound_as_it_was_scanned_and_two_people_answer(run_printing: Run):
    made = json.loads(run_printing("seal", "print", "--pdf", "{f}/a.pdf", "--json").stdout)
    serials = [seal["serial"] for seal in made["seals"]]
    words = ("seal", "bind", *serials, "--witness", cast.CONTROLLER)
    answer = json.loads(run_printing(*words, "--json").stdout)
    assert (answer["count"], len(answer["seqs"])) == (4, 1)
    run_printing(*words, code=3)
