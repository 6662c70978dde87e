"""Which lines of a log hold."""

from kt1custody.core.custody import holding
from kt1custody.core.log.entry import read_entry
from tests.kit import cast, paper_log
from tests.kit.paper_log import Office, PaperLog, Signed, line, number, step_of

Sealed = tuple[PaperLog, int, Signed]


def test_a_line_that_is_disputed_or_waits_is_not_clear(office: Office, sealed: Sealed):
    paper, n, last = sealed
    assert holding.is_clear(read_entry(paper.raws[-1]), 0)
    paper.take(paper_log.handed(office, cast.COURIER, cast.DRIVER, line(n, step_of(last))))
    assert not holding.is_clear(read_entry(paper.raws[-1]), 0)
    paper.take(paper_log.handed(office, cast.CLERK, cast.COURIER, line(n, bytes(32))))
    assert not holding.is_clear(read_entry(paper.raws[-1]), 0)


def test_a_step_holds_as_soon_as_the_one_that_it_names_has_come(office: Office, sealed: Sealed):
    paper, n, last = sealed
    bound = len(paper.raws) - 1
    made = {(bound - 2, 0), (bound, 0)}  # registered, printed, bound
    assert holding.holding(paper.replay, n) == made
    first = paper_log.handed(office, cast.CLERK, cast.COURIER, line(n, step_of(last)))
    second = paper_log.handed(office, cast.COURIER, cast.COURIER_2, line(n, step_of(first)))
    paper.take(second)
    assert holding.holding(paper.replay, n) == made
    paper.take(first)
    assert holding.holding(paper.replay, n) == {*made, (bound + 1, 0), (bound + 2, 0)}


def test_a_disputed_registration_brings_no_item(office: Office):
    paper = PaperLog(office)
    lost: paper_log.Fields = {
        "by2": cast.OFFICERS[1], "kid": office.keys[cast.CLERK].kid, "since": 1, "reason": "lost",
    }  # fmt: skip
    paper.take(office.signed("revoke", cast.OFFICERS[0], lost))
    paper.take(paper_log.register(office, number(1)))
    assert holding.registration(paper.replay, number(1)) is None
    assert holding.registration(paper.replay, number(2)) is None


def test_a_registration_reads_as_it_did_when_the_log_had_got_so_far(office: Office):
    paper, n = PaperLog(office), number(1)
    accepted = paper_log.register(office, n)
    paper.take(accepted)
    registration = holding.registration(paper.replay, n)
    assert registration is not None
    assert (registration[0].act, registration[1].n) == (accepted[0], n)
    for urgency in (1, 2):
        own = paper_log.corrected(
            office, accepted, "urgency", urgency, cast.CLERK, officers=False, n=n, **paper.now
        )
        paper.take(own)
    state, seq = paper.state(n), registration[0].seq
    known = [
        holding.registered_at(paper.replay, state, seq + place).urgency for place in range(1, 4)
    ]
    assert (state.urgency, known) == (2, [0, 1, 2])
