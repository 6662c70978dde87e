"""`kt1 seal spoiled`: the register of spoiled labels as people read it."""

from kt1custody.core.formats import numbers
from tests.kit.typed import Run

JOB = numbers.format_serial(numbers.FIRST_SERIAL)


def test_the_register_of_spoiled_labels_has_days_and_totals(run_printing: Run):
    run_printing("seal", "print", "--by", "NV001", "--pdf", "{f}/a.pdf")
    run_printing("seal", "bind", JOB, "--by", "NV001")
    torn = ["seal", "void", JOB, "--by", "NV001", "--witness", "NV004", "--reason", "torn"]
    run_printing(*torn, "--reprint", "{f}/b.pdf", "--copies", "1")
    told = run_printing("seal", "spoiled").stdout
    assert "đã gắn trên bì · tem huỷ thứ 1 của bưu gửi · NV001, NV004 · tem mới" in told
    assert "Cộng 1 tem đã huỷ\n  rách: 1" in told
    assert (
        told == run_printing("seal", "spoiled", "--from", "23/11/2026", "--to", "23/11/2026").stdout
    )
    assert told == run_printing("seal", "spoiled", "--from", "2026-11-23").stdout
    for days in (["--from", "24/11/2026"], ["--to", "22/11/2026"]):
        assert "Cộng 0 tem" in run_printing("seal", "spoiled", *days).stdout
    run_printing("seal", "spoiled", "--from", "hôm qua", code=2)
    assert "không in tem nào" in run_printing("seal", "jobs", "--to", "22/11/2026").stdout
