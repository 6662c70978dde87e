"""Which entries belong into an item's dossier, and which of those are not there."""

from collections.abc import Collection

from kt1custody.audit.dossier_scope import Related
from kt1custody.audit.findings import Report
from kt1custody.core.log.entry import read_entry
from tests.kit import cast, paper_log
from tests.kit.paper_log import Office, PaperLog, Signed, line, number, step_of

Sealed = tuple[PaperLog, int, Signed]


def missed(paper: PaperLog, n: int, without: Collection[int] = ()) -> list[tuple[str, int | None]]:
    """Say what is wrong with a dossier of all entries but some."""
    related, report = Related(n), Report()
    for raw in paper.raws:
        entry = read_entry(raw)
        if entry.seq not in without:
            related.take(entry.seq, entry)
    related.finish(len(paper.raws) - 1, report)
    return [(finding.kind, finding.seq) for finding in report.findings]


def test_what_names_the_item_and_what_that_refers_to_belongs(office: Office, sealed: Sealed):
    paper, n, last = sealed
    offer = paper_log.offered(office, cast.CLERK, cast.COURIER, line(n, step_of(last)))
    taken = paper_log.taken(office, cast.COURIER, offer, [n])
    corrected = paper_log.corrected(
        office, taken, "cond", "broken", *cast.OFFICERS, officers=True, n=n
    )
    for act in (offer, taken, corrected):
        paper.take(act)
    assert missed(paper, n) == []
    at = len(paper.raws)
    assert missed(paper, n, [at - 3]) == [("entries-missing", at - 2)]  # the offer
    assert ("entries-missing", at - 1) in missed(paper, n, [at - 2])  # what was corrected


def test_a_step_rests_on_the_one_that_it_names(office: Office, sealed: Sealed):
    paper, n, last = sealed
    bound = len(paper.raws) - 1
    paper.take(paper_log.handed(office, cast.CLERK, cast.COURIER, line(n, step_of(last))))
    assert missed(paper, n, [bound]) == [("entries-missing", bound + 1)]


def test_what_waited_when_it_came_misses_nothing(office: Office, sealed: Sealed):
    paper, n, last = sealed
    gone = paper_log.handed(office, cast.CLERK, cast.COURIER, line(n, step_of(last)))
    paper.take(paper_log.handed(office, cast.COURIER, cast.DRIVER, line(n, step_of(gone))))
    offer = paper_log.offered(office, cast.COURIER, cast.DRIVER, line(n, None))
    paper.take(paper_log.taken(office, cast.DRIVER, offer, [n]))
    assert missed(paper, n) == []


def test_an_act_about_another_item_does_not_belong_unless_it_is_the_last(
    office: Office, sealed: Sealed
):
    paper, n, _ = sealed
    paper.take(paper_log.register(office, number(2)))
    assert missed(paper, n) == []
    paper.take(office.signed("hold", cast.CLERK, {"who": cast.DRIVER, "reason": "other"}))
    assert missed(paper, n) == [("item", len(paper.raws) - 2)]


def test_without_an_act_about_the_item_it_is_no_dossier_of_it(office: Office):
    paper = PaperLog(office)
    assert missed(paper, number(1)) == [("item", None)]


def test_records_and_signatures_are_those_of_the_item_s_own_acts(office: Office, sealed: Sealed):
    paper, n, _ = sealed
    related, entries = Related(n), [read_entry(raw) for raw in paper.raws]
    for entry in entries:
        related.take(entry.seq, entry)
    first = len(entries) - 3
    assert related.records == {bytes(32): (first, "register")}
    assert [(seq, role) for seq, role, _ in related.signed] == [
        (first, "author"), (first + 1, "author"), (first + 2, "author"),
    ]  # fmt: skip
