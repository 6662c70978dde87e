"""Steps and twins, as they stand in the log."""

from functools import partial
from itertools import pairwise

import pytest

from kt1custody.core.custody import history
from kt1custody.core.log.act import make_act
from kt1custody.core.log.entry import Entry, read_entry
from tests.kit import cast, paper_log
from tests.kit.act_examples import example
from tests.kit.paper_log import Office, PaperLog, Signed, line, number, step_of


def test_counter_used_twice_stops_the_item_and_both_are_kept(
    office: Office, sealed: tuple[PaperLog, int, Signed]
):
    paper, n, last = sealed
    told = line(n, step_of(last), 70_000)
    first = paper_log.handed(office, cast.CLERK, cast.COURIER, told)
    own: paper_log.Fields = {
        "to": cast.COURIER_2,
        "office": None,
        "witness": None,
        "dseq": first[0].dseq,
        "dprev": first[0].dprev,
    }
    again = office.signed("handover", cast.CLERK, own, [told])
    assert paper.take(first) == ()
    assert "counter-reused" in paper.codes(again)
    assert paper.state(n).contested
    assert paper.state(n).holder == str(cast.OFFICE)


def test_an_act_that_doubles_two_steps_of_one_item_stops_it_at_the_earlier(
    office: Office, sealed: tuple[PaperLog, int, Signed]
):
    """It has the counter of one and the id of the other; the later one has come first."""
    paper, n, last = sealed
    steps, prev = [], last
    row = [cast.CLERK, cast.COURIER, cast.COURIER_2, cast.COURIER, cast.DRIVER]
    for giver, to in pairwise(row):
        steps.append(paper_log.handed(office, giver, to, line(n, step_of(prev))))
        prev = steps[-1]
    for act in (steps[3], *steps[:3]):
        paper.take(act)
    assert paper.state(n).holder == cast.DRIVER
    (second, _), (fourth, _) = steps[1], steps[3]
    own: paper_log.Fields = {
        "to": cast.COURIER_2,
        "office": None,
        "witness": None,
        "id": fourth.id,
        "dev": second.dev,
        "dseq": second.dseq,
        "dprev": second.dprev,
    }
    again = office.signed("handover", cast.COURIER, own, [line(number(2), None)])
    assert {"counter-reused", "id-reused"} <= paper.codes(again)
    assert paper.state(n).contested
    assert paper.state(n).head == step_of(steps[0])
    assert paper.state(n) == history.fold_item(paper.replay, n).state


def test_id_used_twice_is_disputed(office: Office, sealed: tuple[PaperLog, int, Signed]):
    paper, n, last = sealed
    first = paper_log.handed(office, cast.CLERK, cast.COURIER, line(n, step_of(last)))
    paper.take(first)
    told = line(n, step_of(first))
    own: paper_log.Fields = {"to": cast.COURIER_2, "office": None, "witness": None}
    again = office.signed("handover", cast.CLERK, {**own, "id": first[0].id}, [told])
    assert "id-reused" in paper.codes(again)


def test_what_was_read_last_is_not_read_again(office: Office):
    recent, reads = history.Recent(most=2), list[int]()

    def read_at(seq: int) -> Entry:
        reads.append(seq)
        return read_entry(office.raws[seq])

    for seq in (1, 2, 1, 2, 3, 2, 1):
        assert recent.entry(seq, partial(read_at, seq)).seq == seq
    assert reads == [1, 2, 3, 1]


def test_only_an_act_of_the_same_author_is_a_twin(
    office: Office, sealed: tuple[PaperLog, int, Signed]
):
    paper, _, (last, _) = sealed
    own: paper_log.Fields = {"who": cast.DRIVER, "reason": "other", "id": last.id}
    ours, _ = office.signed("hold", cast.CLERK, own)
    theirs, _ = office.signed("hold", cast.COURIER, own)
    seq = len(paper.raws) - 1
    assert history.twins_of(paper.replay, ours) == ([seq], False)
    assert history.twins_of(paper.replay, theirs) == ([], True)
    assert history.is_doubled(paper.replay, ours)
    assert not history.is_doubled(paper.replay, theirs)


def test_an_offer_waits_until_it_is_answered_or_the_item_has_gone_another_way(
    office: Office, sealed: tuple[PaperLog, int, Signed]
):
    paper, n, last = sealed
    told = line(n, step_of(last), 70_000)
    offer = paper_log.offered(office, cast.CLERK, cast.COURIER, told)
    paper.take(offer)
    entry = read_entry(paper.raws[-1])
    assert history.is_waiting_for(paper.replay, entry, n)
    paper.take(paper_log.handed(office, cast.CLERK, cast.COURIER_2, told))
    assert history.is_waiting(paper.replay, entry)
    assert not history.is_waiting_for(paper.replay, entry, n)
    paper.take(paper_log.withdrawn(office, cast.CLERK, offer))
    assert not history.is_waiting(paper.replay, entry)


@pytest.mark.parametrize(
    ("kind", "code", "stopped"),
    [
        ("handover", "counter-reused", False),
        ("hold", "counter-reused", True),
        ("handover", "key-revoked", True),
        ("handover", "key-late", False),
    ],
)
def test_a_step_whose_counter_is_used_twice_is_contested_and_not_stopped(
    kind: str, code: str, stopped: bool
):
    assert history.stops(make_act(example(kind)), {code}) == stopped
