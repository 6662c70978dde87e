"""Print jobs at the command line: what a clerk reads, and what the log holds afterwards."""

import json

from kt1custody.core.formats import numbers
from kt1custody.services.session import print_book
from tests.kit import cast, paper
from tests.kit.typed import Run
from tests.kit.words import VI

JOB = numbers.format_serial(numbers.FIRST_SERIAL)


def test_a_jam_from_the_first_label_to_the_last(run_printing: Run, founded: cast.World):
    told = run_printing("seal", "print", "--by", "NV001", "--pdf", "{f}/a.pdf").stdout
    assert "8 nhãn" in told
    assert f"kt1 seal resume {JOB}" in told
    shown = run_printing("seal", "job", JOB).stdout
    assert "4/4  6826 0000 0046" in shown
    assert "chưa thấy (1–4)" in shown
    asked = run_printing(
        "seal", "resume", JOB, "--came", "1,3", "--by", "NV001", "--pdf", "{f}/b.pdf"
    )
    assert "Thiếu trong 4 tem: 2, 4" in asked.stderr
    assert "6826 0000 0023" in asked.stderr
    assert "6826 0000 0014" not in asked.stderr
    assert "Đã huỷ 2 tem" in asked.stdout
    after = run_printing("seal", "job", JOB).stdout
    assert after.count("đã huỷ  in hỏng  tem mới") == 2
    assert "4 tem – 0 đã gắn, 2 đã huỷ, 2 chưa thấy (1, 3)" in after
    assert after.splitlines()[-1] in run_printing("seal", "jobs").stdout
    paper.check(founded.session, founded.folder.glob("*.pdf"))


def test_a_job_names_what_each_label_shows_so_that_it_finds_its_envelope(run_printing: Run):
    told = run_printing("seal", "print", "--by", "NV001", "--pdf", "{f}/a.pdf").stdout
    assert f"kt1 seal job {JOB} --reader NV…" in told
    second = run_printing("seal", "job", JOB, "--reader", "NV001").stdout.splitlines()[1]
    assert second == (
        "2/4  6826 0000 0023  00000655379  [C]  Hỏa tốc  phát tại Bưu điện xã Tánh Linh (680129)  "
        "chưa thấy  1166-BCH-TM → Ủy ban nhân dân xã Tánh Linh"
    )
    labels = json.loads(run_printing("seal", "job", JOB, "--json").stdout)["labels"]
    assert [one["mark"] for one in labels] == ["", "C", "B", ""]
    assert labels[1]["destination"] == 680_129


def test_machines_are_told_the_same(run_printing: Run):
    made = json.loads(
        run_printing("seal", "print", "--by", "NV001", "--pdf", "{f}/a.pdf", "--json").stdout
    )
    assert (made["job"], made["labels"], len(made["seals"])) == (JOB, 8, 4)
    words = ["seal", "resume", JOB, "--came", "2-4", "--by", "NV001", "--pdf", "{f}/b.pdf"]
    again = json.loads(run_printing(*words, "--reason", "torn", "--json").stdout)
    assert again["voided"] == [JOB]
    told = json.loads(run_printing("seal", "job", JOB, "--json").stdout)
    counts = {name: told[name] for name in ("printed", "bound", "void", "missing", "gaps")}
    assert counts == {"printed": 4, "bound": 0, "void": 1, "missing": 3, "gaps": [[2, 4]]}
    assert told["labels"][0]["new_serial"] == again["job"]
    assert told["labels"][0]["reason"] == "torn"
    listed = json.loads(run_printing("seal", "jobs", "--json").stdout)["jobs"]
    assert [one["job"] for one in listed] == [JOB, again["job"]]
    spoiled = json.loads(run_printing("seal", "spoiled", "--json").stdout)
    assert spoiled["totals"] == {"torn": 1}
    assert [one["new_serial"] for one in spoiled["spoiled"]] == [again["job"]]


def test_nothing_is_voided_unless_the_clerk_says_yes(run_printing: Run, founded: cast.World):
    run_printing("seal", "print", "--by", "NV001", "--pdf", "{f}/a.pdf")
    run_printing("seal", "resume", JOB, "--by", "NV001", "--pdf", "{f}/b.pdf", code=3, yes=False)
    assert not (founded.folder / "b.pdf").exists()
    assert "4 chưa thấy" in run_printing("seal", "job", JOB).stdout


def test_every_state_of_a_label_has_its_word():
    for state in print_book.STATES:
        assert VI.has_word("label", state)
