"""Corrections and settlements, whatever the order in which they come."""

import itertools

import pytest

from kt1custody.core.formats import cbor
from tests.kit import cast, paper_log
from tests.kit.paper_log import Office, PaperLog, Signed, line, number, step_of

Sealed = tuple[PaperLog, int, Signed]


def fork_of(office: Office, sealed: Sealed) -> list[Signed]:
    _, n, last = sealed
    told = line(n, step_of(last), 70_000)
    return [paper_log.handed(office, cast.CLERK, to, told) for to in (cast.COURIER, cast.COURIER_2)]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_two_officers_settle_a_fork_in_any_order(
    office: Office, sealed: Sealed, order: tuple[int, ...]
):
    paper, n, last = sealed
    first, second = fork_of(office, sealed)
    later = paper_log.handed(office, cast.COURIER_2, cast.DRIVER, line(n, step_of(second)))
    acts = [first, second, later, paper_log.settled(office, n, last, second)]
    for place in order:
        paper.take(acts[place])
    state = paper.state(n)
    assert (state.holder, state.contested, state.head) == (cast.DRIVER, False, step_of(later))
    assert state.waiting == 0


def test_none_of_the_branches_may_hold(office: Office, sealed: Sealed):
    paper, n, last = sealed
    for act in fork_of(office, sealed):
        paper.take(act)
    assert paper.state(n).contested
    assert paper.take(paper_log.settled(office, n, last, None)) == ()
    state = paper.state(n)
    assert (state.holder, state.contested) == (str(cast.OFFICE), False)
    anew = paper_log.handed(office, cast.CLERK, cast.DRIVER, line(n, step_of(last), 70_000))
    paper.take(anew)
    assert paper.state(n).holder == cast.DRIVER
    third = paper_log.handed(office, cast.CLERK, cast.COURIER, line(n, step_of(last), 70_000))
    assert "contested" in paper.codes(third)
    assert paper.state(n).contested


def test_what_is_not_contested_waits_for_its_fork(office: Office, sealed: Sealed):
    paper, n, last = sealed
    first, second = fork_of(office, sealed)
    paper.take(first)
    assert paper.codes(paper_log.settled(office, n, last, first)) == {"fork-missing"}
    assert paper.state(n).holder == cast.COURIER
    assert "contested" in paper.codes(second)
    assert (paper.state(n).holder, paper.state(n).contested) == (cast.COURIER, False)


def test_the_last_settlement_counts(office: Office, sealed: Sealed):
    paper, n, last = sealed
    first, second = fork_of(office, sealed)
    for act in (first, second, paper_log.settled(office, n, last, first)):
        paper.take(act)
    assert paper.state(n).holder == cast.COURIER
    paper.take(paper_log.settled(office, n, last, second, **paper.now))
    assert paper.state(n).holder == cast.COURIER_2


def test_a_counter_that_was_used_twice_is_settled_too(office: Office, sealed: Sealed):
    paper, n, last = sealed
    told = line(n, step_of(last), 70_000)
    first = paper_log.handed(office, cast.CLERK, cast.COURIER, told)
    own: paper_log.Fields = {"to": cast.COURIER_2, "office": None, "witness": None}
    own = {**own, "dseq": first[0].dseq, "dprev": first[0].dprev}
    again = office.signed("handover", cast.CLERK, own, [told])
    office.devices["QUAY01"] = first[0].dseq, first[0].hash
    paper.take(first)
    paper.take(again)
    assert paper.state(n).contested
    assert paper.take(paper_log.settled(office, n, last, first)) == ()
    assert (paper.state(n).holder, paper.state(n).contested) == (cast.COURIER, False)


VALUES: list[tuple[str, cbor.Value]] = [
    ("urgency", 1),
    ("kind", 2),
    ("appt", 1_900_000_000),
    ("commit", b"\x07" * 32),
]


@pytest.mark.parametrize(("field", "value"), VALUES)
@pytest.mark.parametrize("late", [False, True])
def test_a_registration_is_corrected_and_its_holder_stays(
    office: Office, field: str, value: cbor.Value, late: bool
):
    paper, n = PaperLog(office), number(1)
    accepted = paper_log.register(office, n, number(2))
    put_right = paper_log.corrected(office, accepted, field, value, cast.CLERK, officers=False, n=n)
    if late:
        assert paper.codes(put_right) == {"act-missing"}
        paper.take(accepted)
    else:
        paper.take(accepted)
        assert paper.take(put_right) == ()
    assert getattr(paper.state(n), field) == value
    assert getattr(paper.state(number(2)), field) != value
    paper.take(paper_log.printed(office, n, 70_000))
    paper.take(paper_log.bound(office, n, 70_000, step_of(accepted)))
    assert getattr(paper.state(n), field) == value
    assert paper.state(n).holder == str(cast.OFFICE)


def test_the_last_correction_counts(office: Office):
    paper, n = PaperLog(office), number(1)
    accepted = paper_log.register(office, n)
    paper.take(accepted)
    for value in (1, 2):
        told = paper_log.corrected(
            office, accepted, "kind", value, *cast.OFFICERS, officers=True, n=n, **paper.now
        )
        assert paper.take(told) == ()
        assert paper.state(n).kind == value


def test_another_clerk_does_not_correct(office: Office):
    paper, n = PaperLog(office), number(1)
    accepted = paper_log.register(office, n)
    paper.take(accepted)
    told = paper_log.corrected(office, accepted, "kind", 2, cast.CLERK_2, officers=False, n=n)
    assert paper.codes(told) == {"not-the-signer"}
    assert paper.state(n).kind == 0


def test_a_slip_is_corrected_item_by_item_and_only_what_the_act_has(office: Office):
    paper, n = PaperLog(office), number(1)
    accepted = paper_log.register(office, n, number(2))
    paper.take(accepted)
    both = paper_log.corrected(
        office, accepted, "commit", bytes(32), cast.CLERK, officers=False, n=n, more=number(2)
    )
    assert paper.codes(both) == {"not-correctable"}
    for field, value, of in (("cond", "broken", n), ("kind", 2, number(3)), ("remark", True, n)):
        told = paper_log.corrected(office, accepted, field, value, cast.CLERK, officers=False, n=of)
        assert "not-correctable" in paper.codes(told)


def test_both_who_signed_a_handover_correct_it_together(office: Office, sealed: Sealed):
    paper, n, _ = sealed
    [given, _] = fork_of(office, sealed)
    paper.take(given)
    alone = paper_log.corrected(office, given, "cond", "doubtful", cast.CLERK, officers=False, n=n)
    assert paper.codes(alone) == {"not-the-signer"}
    both = paper_log.corrected(
        office, given, "cond", "doubtful", cast.CLERK, cast.COURIER, officers=False, n=n
    )
    assert paper.take(both) == ()
    assert paper.state(n).holder == cast.COURIER
