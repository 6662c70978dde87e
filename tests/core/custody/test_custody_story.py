"""The story of an item, told from its entries alone, against the fold over the whole log."""

import random
from collections.abc import Callable

import pytest

from kt1custody.core.custody import custody_story
from kt1custody.core.custody.custody_story import CustodyStory, Gap
from kt1custody.core.custody.story import CONTESTED, COUNTS, DISPUTED, OVERRULED, WAITS
from kt1custody.core.custody.table import ENDED, ItemState
from kt1custody.core.log.entry import read_entry
from tests.kit import cast, paper_log
from tests.kit.honest_acts import honest_acts
from tests.kit.paper_log import BEGIN, Office, PaperLog, Signed, line, number, step_of

LATER = BEGIN + 90_000


def story_of(paper: PaperLog, n: int) -> CustodyStory:
    entries = [read_entry(raw) for raw in paper.raws]
    story = custody_story.tell(n, entries, paper.replay.control, LATER)
    assert story is not None
    return story


def check_end(story: CustodyStory, state: ItemState) -> None:
    """The story ends as the fold does."""
    assert story.holders[-1].holder == state.holder
    assert (story.ended is not None) == (state.status in ENDED)
    assert (story.holders[-1].until is None) == (state.status not in ENDED)
    on_it = [one.serial for one in story.seals if one.until is None]
    assert on_it == ([] if state.seal is None else [state.seal])


def effects(story: CustodyStory) -> list[tuple[str, str]]:
    return [(step.act, step.effect) for step in story.steps]


def only(story: CustodyStory, kind: str) -> Gap:
    [gap] = [one for one in story.gaps if one.kind == kind]
    return gap


@pytest.mark.parametrize("seed", range(24))
def test_whatever_the_order_the_story_ends_where_the_log_says(office: Office, seed: int):
    chance = random.Random(seed)
    acts = honest_acts(office, chance)
    paper = PaperLog(office)
    for act in chance.sample(acts, len(acts)):
        paper.take(act)
    n = number(1)
    story = story_of(paper, n)
    check_end(story, paper.state(n))
    assert {step.effect for step in story.steps} == {COUNTS}
    assert not [one for one in story.gaps if one.kind in ("nobody", "contested")]


def test_every_minute_belongs_to_somebody(office: Office, sealed: tuple[PaperLog, int, Signed]):
    paper, n, last = sealed
    first = paper_log.handed(
        office, cast.CLERK, cast.COURIER, line(n, step_of(last), 70_000), at=BEGIN + 600
    )
    end = office.signed(
        "deliver", cast.COURIER, {"commit": bytes(32), "remark": False},
        [line(n, step_of(first), 70_000, "doubtful")], device="PHONE011", at=BEGIN + 1_800,
    )  # fmt: skip
    for act in (first, end):
        paper.take(act)
    story = story_of(paper, n)
    begin = story.steps[0].when
    assert [(one.holder, one.since, one.until) for one in story.holders] == [
        (str(cast.OFFICE), begin, BEGIN + 600), (cast.COURIER, BEGIN + 600, BEGIN + 1_800),
    ]  # fmt: skip
    assert story.ended == story.steps[-1].seq
    assert [(one.role, one.staff, one.rank) for one in story.steps[3].signers] == [
        ("giver", cast.CLERK, "clerk"), ("receiver", cast.COURIER, "courier"),
    ]  # fmt: skip
    assert (story.steps[-1].cond, story.steps[-1].seal) == ("doubtful", 70_000)
    assert [(one.serial, one.until) for one in story.seals] == [(70_000, None)]


def test_a_missing_step_is_a_gap_that_closes_when_it_comes(
    office: Office, sealed: tuple[PaperLog, int, Signed]
):
    paper, n, last = sealed
    first = paper_log.handed(
        office, cast.CLERK, cast.COURIER, line(n, step_of(last)), at=BEGIN + 60
    )
    second = paper_log.handed(
        office, cast.COURIER, cast.COURIER_2, line(n, step_of(first)), at=BEGIN + 600
    )
    paper.take(second)
    story = story_of(paper, n)
    assert story.steps[-1].effect == WAITS
    assert story.holders[-1].holder == str(cast.OFFICE)
    gap = only(story, "nobody")
    assert (gap.since, gap.until) == (story.steps[2].when, BEGIN + 600)
    assert gap.seqs == (story.steps[2].seq, story.steps[3].seq)
    paper.take(first)
    story = story_of(paper, n)
    assert [one.holder for one in story.holders] == [str(cast.OFFICE), cast.COURIER, cast.COURIER_2]
    assert [one.kind for one in story.gaps] == ["unsealed"]


def test_what_only_one_side_has_signed_is_a_gap(
    office: Office, sealed: tuple[PaperLog, int, Signed]
):
    paper, n, last = sealed
    offer = paper_log.offered(
        office, cast.CLERK, cast.COURIER, line(n, step_of(last)), at=BEGIN + 60
    )
    paper.take(offer)
    gap = only(story_of(paper, n), "one-side")
    assert (gap.since, gap.until, gap.seqs[1]) == (BEGIN + 60, None, None)
    assert story_of(paper, n).holders[-1].holder == str(cast.OFFICE)
    paper.take(paper_log.taken(office, cast.COURIER, offer, [n], at=BEGIN + 300))
    story = story_of(paper, n)
    gap = only(story, "one-side")
    assert (gap.since, gap.until, gap.seqs) == (
        BEGIN + 60, BEGIN + 300, (story.steps[3].seq, story.steps[4].seq),
    )  # fmt: skip
    assert story.holders[-1].holder == cast.COURIER


@pytest.mark.parametrize("how", ["short", "withdrawn", "moved on", "take first"])
def test_an_offer_ends_in_more_than_one_way(
    office: Office, sealed: tuple[PaperLog, int, Signed], how: str
):
    paper, n, last = sealed
    told = line(n, step_of(last))
    offer = paper_log.offered(office, cast.CLERK, cast.COURIER, told, at=BEGIN + 60)
    answer = {
        "short": lambda: paper_log.taken(office, cast.COURIER, offer, [], [n]),
        "withdrawn": lambda: paper_log.withdrawn(office, cast.CLERK, offer),
        "moved on": lambda: paper_log.handed(office, cast.CLERK, cast.COURIER_2, told),
        "take first": lambda: paper_log.taken(office, cast.COURIER, offer, [n]),
    }[how]()
    if how == "take first":
        paper.take(answer)
        story = story_of(paper, n)
        assert effects(story)[-1] == ("take", WAITS)
        assert only(story, "one-side").seqs == (story.steps[-1].seq, None)
        paper.take(offer)
    else:
        paper.take(offer)
        paper.take(answer)
    story = story_of(paper, n)
    holder = {"moved on": cast.COURIER_2, "take first": cast.COURIER}.get(how, str(cast.OFFICE))
    assert story.holders[-1].holder == holder
    ends = {one.act: one.seq for one in story.steps}
    last_act = {"short": "take", "withdrawn": "withdraw", "moved on": "handover"}.get(how, "take")
    assert only(story, "one-side").seqs == (ends["offer"], ends[last_act])
    assert [one.found for one in story.steps if one.act == "take"] in ([], [how != "short"])


@pytest.mark.parametrize("keep", [0, 1, None])
def test_a_fork_is_nobody_s_until_two_officers_settle_it(
    office: Office, sealed: tuple[PaperLog, int, Signed], keep: int | None
):
    paper, n, last = sealed
    told = line(n, step_of(last), 70_000)
    fork = [
        paper_log.handed(office, cast.CLERK, to, told, at=BEGIN + 60 * place)
        for place, to in enumerate((cast.COURIER, cast.COURIER_2), start=1)
    ]
    behind = paper_log.handed(office, cast.COURIER, cast.DRIVER, line(n, step_of(fork[0])))
    for act in (*fork, behind):
        paper.take(act)
    story = story_of(paper, n)
    assert [effect for _, effect in effects(story)[3:]] == [CONTESTED] * 3
    assert (story.holders[-1].holder, story.holders[-1].until) == (str(cast.OFFICE), BEGIN + 60)
    assert only(story, "contested").until is None
    kept = None if keep is None else fork[keep]
    paper.take(paper_log.settled(office, n, last, kept))
    story, state = story_of(paper, n), paper.state(n)
    assert story.holders[-1].holder == state.holder
    assert only(story, "contested").until == story.steps[-1].accepted_at
    wanted = {0: [COUNTS, OVERRULED, COUNTS], 1: [OVERRULED, COUNTS, OVERRULED]}
    got = [effect for _, effect in effects(story)[3:6]]
    assert got == wanted.get(-1 if keep is None else keep, [OVERRULED] * 3)


def test_what_was_disputed_moves_nothing_and_what_was_corrected_stays(
    office: Office, sealed: tuple[PaperLog, int, Signed]
):
    paper, n, last = sealed
    stolen = paper_log.handed(office, cast.COURIER_2, cast.DRIVER, line(n, step_of(last)))
    assert "not-the-holder" in paper.codes(stolen)
    good = paper_log.handed(office, cast.CLERK, cast.COURIER, line(n, step_of(stolen)))
    paper.take(good)
    paper.take(
        paper_log.corrected(office, good, "cond", "broken", *cast.OFFICERS, officers=True, n=n)
    )
    story = story_of(paper, n)
    assert effects(story)[3:] == [("handover", DISPUTED), ("handover", COUNTS), ("correct", COUNTS)]
    assert story.holders[-1].holder == paper.state(n).holder == cast.COURIER
    assert story.steps[4].cond == "intact"
    assert story.steps[4].corrected == (story.steps[5].seq,)
    assert (story.steps[5].change, story.steps[5].of) == (("cond", "broken"), story.steps[4].seq)


def void(office: Office, prev: Signed, seal: int | None, reason: str) -> Signed:
    told = {**line(number(1), step_of(prev), seal), "reason": reason, "new": None}
    return office.signed("void", cast.CLERK, {"office": cast.OFFICE, "witness": None}, [told])


def unseen_seal(office: Office, last: Signed) -> list[Signed]:
    """Who cancels the item has not seen the seal that is on it."""
    return [void(office, last, None, "cancelled")]


def void_seal(office: Office, last: Signed) -> list[Signed]:
    """A seal that was taken off is put on again."""
    torn = void(office, last, 70_000, "torn")
    return [torn, paper_log.bound(office, number(1), 70_000, step_of(torn))]


def no_seal(office: Office, last: Signed) -> list[Signed]:
    """A bare item cannot lose a seal, but may be cancelled."""
    torn = void(office, last, 70_000, "torn")
    return [torn, void(office, torn, None, "misprint"), void(office, torn, None, "cancelled")]


def no_print(office: Office, last: Signed) -> list[Signed]:
    """A seal that was never printed comes before the step that it names."""
    torn = void(office, last, 70_000, "torn")
    bind = paper_log.bound(office, number(1), 70_001, step_of(torn))
    given = paper_log.handed(office, cast.CLERK, cast.COURIER, line(number(1), step_of(bind)))
    return [bind, given, torn]


def no_office(office: Office, last: Signed) -> list[Signed]:
    """A courier takes it for an office, and this comes before the step that it names."""
    bring = paper_log.handed(office, cast.CLERK, cast.COURIER, line(number(1), step_of(last)))
    told = line(number(1), step_of(bring))
    wrong = paper_log.handed(office, cast.COURIER, cast.COURIER_2, told, to_office=cast.OFFICE)
    return [wrong, bring]


def no_offer(office: Office, last: Signed) -> list[Signed]:
    """Somebody takes what was offered to another, and gives it on."""
    offer = paper_log.offered(office, cast.CLERK, cast.COURIER, line(number(1), step_of(last)))
    wrong = paper_log.taken(office, cast.CLERK_2, offer, [number(1)])
    given = paper_log.handed(
        office, cast.CLERK_2, cast.COURIER_2, line(number(1), step_of(wrong)), at=BEGIN + 60
    )
    return [offer, wrong, given]


@pytest.mark.parametrize(
    "acts",
    [unseen_seal, void_seal, no_seal, no_print, no_office, no_offer],
    ids=lambda f: f.__name__,
)
def test_what_the_table_refuses_moves_nothing_in_the_story(
    office: Office,
    sealed: tuple[PaperLog, int, Signed],
    acts: Callable[[Office, Signed], list[Signed]],
):
    paper, n, last = sealed
    assert n == number(1)
    for act in acts(office, last):
        paper.take(act)
        check_end(story_of(paper, n), paper.state(n))


def test_a_seal_that_was_taken_off_leaves_the_item_bare(
    office: Office, sealed: tuple[PaperLog, int, Signed]
):
    paper, n, last = sealed
    void = {**line(n, step_of(last), 70_000), "reason": "torn", "new": 70_001}
    voided = office.signed(
        "void", cast.CLERK, {"office": cast.OFFICE, "witness": None}, [void], at=BEGIN + 60
    )
    paper.take(voided)
    story = story_of(paper, n)
    assert story.gaps[-1].kind == "unsealed"
    assert (story.gaps[-1].since, story.gaps[-1].until) == (BEGIN + 60, None)
    paper.take(paper_log.printed(office, n, 70_001))
    paper.take(paper_log.bound(office, n, 70_001, step_of(voided)))
    story = story_of(paper, n)
    assert [(one.serial, one.until) for one in story.seals] == [
        (70_000, BEGIN + 60), (70_001, None),
    ]  # fmt: skip
    assert story.gaps[-1].until is not None


def test_without_a_registration_there_is_no_story(office: Office):
    paper = PaperLog(office)
    entries = [read_entry(raw) for raw in paper.raws]
    assert custody_story.tell(number(7), entries, paper.replay.control, LATER) is None
