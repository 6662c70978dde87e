"""Which decisions come behind a newer one that their signers had not seen."""

import pytest

from kt1custody.core.custody import decided
from kt1custody.core.formats import cbor
from tests.kit import cast, paper_log
from tests.kit.paper_log import Fields, Office, PaperLog, Signed, number

N = number(1)


def lift(office: Office, device: str = "PHONE09", **over: cbor.Value) -> Signed:
    own: Fields = {"by2": cast.OFFICERS[1], "who": cast.COURIER, "reason": "cleared"}
    return office.signed("lift", cast.OFFICERS[0], {**own, **over}, device=device)


def hold(paper: PaperLog, office: Office) -> None:
    own: Fields = {"who": cast.COURIER, "reason": "other"}
    paper.take(office.signed("hold", cast.CLERK, own))


def is_overtaken(paper: PaperLog, signed: Signed) -> bool:
    return decided.is_overtaken(paper.replay, signed[0], len(paper.raws))


def test_a_decision_rests_on_what_its_signers_saw(office: Office):
    paper = PaperLog(office)
    before = lift(office)
    assert not is_overtaken(paper, before)
    hold(paper, office)
    assert is_overtaken(paper, before)
    assert not is_overtaken(paper, lift(office, **paper.now))


def test_what_a_device_has_signed_before_was_known(office: Office):
    """Two decisions of one phone without network, in its own row: the second stands."""
    paper, accepted = PaperLog(office), paper_log.register(office, N)
    paper.take(accepted)
    hold(paper, office)  # at the counter where the lift is signed then
    assert not is_overtaken(paper, lift(office, "QUAY01"))
    assert is_overtaken(paper, lift(office, "PHONE09"))
    for value in (1, 2):
        paper.take(corrected(office, accepted, value, cast.CLERK))
    assert paper.state(N).kind == 2


@pytest.mark.parametrize("seen", [[9_999, bytes(32)], [1, bytes(32)]])
def test_what_is_not_in_this_log_proves_no_sight_of_it(office: Office, seen: list[cbor.Value]):
    """Of a log before an epoch, or of none: whoever keeps such an act chose what it names."""
    paper = PaperLog(office)
    hold(paper, office)
    assert is_overtaken(paper, lift(office, seen=seen))


def corrected(office: Office, act: Signed, value: int, *people: str) -> Signed:
    is_by_officers = len(people) > 1
    return paper_log.corrected(office, act, "kind", value, *people, officers=is_by_officers, n=N)


@pytest.mark.parametrize("late", [(cast.CLERK,), cast.OFFICERS])
@pytest.mark.parametrize("newer", [(cast.CLERK,), cast.OFFICERS])
def test_of_corrections_only_one_of_the_same_weight_is_overtaken(
    office: Office, late: tuple[str, ...], newer: tuple[str, ...]
):
    paper, accepted = PaperLog(office), paper_log.register(office, N)
    paper.take(accepted)
    kept = corrected(office, accepted, 1, *late)
    paper.take(corrected(office, accepted, 2, *newer))
    is_lighter = len(newer) < len(late)
    assert is_overtaken(paper, kept) == (not is_lighter)
    paper.take(kept)
    assert paper.state(N).kind == (1 if is_lighter else 2)


def test_a_ruling_about_another_field_or_one_that_is_disputed_overtakes_none(office: Office):
    paper, accepted = PaperLog(office), paper_log.register(office, N)
    paper.take(accepted)
    kept = corrected(office, accepted, 1, cast.CLERK)
    other = paper_log.corrected(office, accepted, "urgency", 1, *cast.OFFICERS, officers=True, n=N)
    paper.take(other)
    assert paper.codes(corrected(office, accepted, 2, cast.CLERK_2)) == {"not-the-signer"}
    assert not is_overtaken(paper, kept)


def test_an_epoch_leaves_what_was_decided_before_it(office: Office):
    control = PaperLog(office).replay.control
    assert not decided.may_be_lost(control, 3)
    control.epochs.append(("kt1.lamdong.vn/68/e2", 3))
    assert decided.may_be_lost(control, 3)
    assert not decided.may_be_lost(control, 2)
