"""Verdicts in words and as plain values."""

import pytest

from kt1custody.audit.findings import OpenedRecord, Report
from kt1custody.words import verdicts
from tests.kit import cast
from tests.kit.words import EN, VI

ORIGIN = "kt1.lamdong.vn/68/e1"


def said(report: Report, most: int = 9) -> list[str]:
    return list(verdicts.verdict_lines(EN, report, cast.ZONE, most))


def test_what_was_looked_at_comes_first_and_the_verdict_last():
    report = Report(entries=1_200, signatures=1, items=2, origin=ORIGIN, size=31, covered=31)
    report.look("entries", "chain")
    lines = said(report)
    assert lines[0] == "1,200 entries, 1 signature, 2 items looked at."
    assert lines[1] == "31 of 31 entries are anchored outside."
    assert lines[2].startswith("Checked: ")
    assert lines[-1] == EN.word("verdict", "match")
    report.as_of = cast.MORNING
    assert said(report)[1].endswith(", since 23/11/2026 07:00:00.")
    assert list(verdicts.verdict_lines(VI, report, cast.ZONE, 9))[-1] == VI.word("verdict", "match")


def test_a_count_of_a_later_epoch_says_so():
    assert verdicts.epoch_lines(EN, ORIGIN) == verdicts.epoch_lines(EN, "x") == []
    [line] = verdicts.epoch_lines(EN, "kt1.lamdong.vn/68/e2")
    assert "kt1.lamdong.vn/68/e2" in line


def test_findings_are_shown_as_far_as_asked_and_the_rest_is_counted():
    report = Report()
    report.add("file-missing", None, "policy", "missing")
    for seq in range(4):
        report.add("prev", seq, "a", "b")
    lines = said(report, most=2)
    assert f"– beside the log: {EN.word('audit', 'file-missing')}" in lines
    assert f"✗ #0: {EN.word('audit', 'prev')}" in lines
    assert "… and 3 more findings; --json shows them." in lines
    assert lines[-1] == EN.word("verdict", "wrong")
    assert not any("more finding" in line for line in said(report))


@pytest.mark.parametrize(
    ("about", "shown"),
    [
        ("123456: group 3", "(123456: group 3 is mistyped)"),
        ("123456: group 0", "(123456: a code has 42 digits)"),
        ("a.txt", "(a.txt)"),
    ],
)
def test_what_was_not_checked_is_said_with_what_it_is_about(about: str, shown: str):
    report = Report()
    report.skip("evidence-unreadable", about)
    report.pass_over("records")
    *_, outside, unchecked, verdict = said(report)
    assert outside == f"Outside: {EN.word('outside', 'records')}"
    assert unchecked == f"Not checked: {EN.word('unchecked', 'evidence-unreadable')} {shown}"
    assert verdict == EN.word("verdict", "not-enough")


def test_an_audit_that_goes_on_says_how_much_was_read_again():
    report = Report(since=260, reread=130)
    lines = said(report)
    assert "Of 260 entries verified before, 130 were read again, chosen by chance." in lines
    assert lines[-1] == EN.word("verdict", "match-since")
    report.reread = 260
    assert said(report)[-1] == EN.word("verdict", "match")


def test_an_opened_record_begins_no_line_and_a_revoked_key_is_noted():
    record = OpenedRecord(seq=7, kind="register", commit=b"\xab", record={"a": "1\nMATCH"})
    report = Report(opened=[record], notes=[(8, "giver", b"\x01"), (9, "more", b"\x02")])
    lines = said(report)
    assert any(line.startswith("Opened record of #7 (") and "ab:" in line for line in lines)
    assert "    a: 1?MATCH" in lines
    assert f"#8: signed as {EN.word('role', 'giver')} with the key 01" in "\n".join(lines)
    plain = verdicts.plain_verdict(EN, report)
    assert plain["opened"] == [
        {"seq": 7, "act": "register", "commit": b"\xab", "record": {"a": "1\nMATCH"}}
    ]
    notes = plain["notes"]
    assert isinstance(notes, list)
    assert notes[1].startswith("#9: signed as more with the key 02")


def test_a_verdict_is_given_as_machines_read_it():
    report = Report(genesis=b"\x01", form="bundle", size=31)
    report.add("prev", 3, b"\x02", "x")
    plain = verdicts.plain_verdict(EN, report)
    assert (plain["verdict"], plain["form"], plain["genesis"]) == ("wrong", "bundle", "01")
    assert plain["findings"] == [{"kind": "prev", "seq": 3, "expected": "02", "got": "x"}]
    assert (plain["trust"], plain["story"], plain["item"]) == (None, None, None)


def test_a_value_without_a_word_is_shown_as_it_is():
    assert verdicts.evidence_word(EN, "missing") == EN.word("evidence", "missing")
    assert verdicts.evidence_word(VI, "0a0b") == "0a0b"
