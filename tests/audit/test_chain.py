"""The chain of the log: each entry in its place, linked to the one before, its clock going on."""

import pytest

from kt1custody.audit.chain import walk
from kt1custody.audit.findings import Report
from kt1custody.core.log.entry import CLOCK_SLACK
from tests.kit import cast, paper_log
from tests.kit.paper_log import BEGIN, Office, PaperLog

LATER = BEGIN + 86_400


def found(paper: PaperLog) -> dict[int, set[str]]:
    """Kinds of findings by position."""
    report = Report()
    assert len(list(walk(((raw, None) for raw in paper.raws), report))) == len(paper.raws)
    kinds: dict[int, set[str]] = {}
    for finding in report.findings:
        assert finding.seq is not None
        kinds.setdefault(finding.seq, set()).add(finding.kind)
    return kinds


def hold(paper: PaperLog, office: Office, at: int) -> None:
    own = {"who": cast.DRIVER, "reason": "absent"}
    paper.take(office.signed("hold", cast.CLERK, own, at=at), at)


@pytest.mark.parametrize("back", [1, CLOCK_SLACK])
def test_a_clock_that_steps_back_a_little_says_so_first(office: Office, back: int):
    told, silent = PaperLog(office), PaperLog(office)
    for paper in (told, silent):
        hold(paper, office, LATER)
    clock = {"was": LATER, "now": LATER - back}
    told.take(
        office.signed("clock", "server", clock, device="server", at=LATER - back), LATER - back
    )
    for paper in (told, silent):
        hold(paper, office, LATER - back)
    assert found(told) == {}
    assert found(silent) == {len(silent.raws) - 1: {"accepted-at"}}


def test_a_clock_that_steps_back_further_is_found_whatever_is_said(office: Office):
    paper, back = PaperLog(office), CLOCK_SLACK + 1
    hold(paper, office, LATER)
    clock = {"was": LATER, "now": LATER - back}
    paper.take(
        office.signed("clock", "server", clock, device="server", at=LATER - back), LATER - back
    )
    assert found(paper) == {len(paper.raws) - 1: {"accepted-at"}}


def test_an_entry_that_is_left_out_shifts_all_behind_it_and_breaks_one_link(office: Office):
    paper = PaperLog(office)
    for at in range(4):
        hold(paper, office, LATER + at)
    gone = len(paper.raws) - 3
    del paper.raws[gone]
    kinds = found(paper)
    assert kinds[gone] == {"seq", "prev", "ctl"}
    assert kinds[gone + 1] == {"seq"}


def test_two_entries_that_change_places_are_found(office: Office):
    paper = PaperLog(office)
    own = paper_log.register(office, paper_log.number(7))
    paper.take(own)
    hold(paper, office, LATER)
    last = len(paper.raws) - 1
    paper.raws[last - 1 :] = [paper.raws[last], paper.raws[last - 1]]
    kinds = found(paper)
    assert {"seq", "prev"} <= kinds[last - 1] & kinds[last]
