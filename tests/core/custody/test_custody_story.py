"""The story of an item, told from its entries alone, against the fold over the whole log."""

import random

import pytest

from kt1custody.core.custody import custody_story
from kt1custody.core.custody.story import COUNTS, WAITS
from kt1custody.core.log.entry import read_entry
from tests.kit import cast, paper_log
from tests.kit.honest_acts import honest_acts
from tests.kit.paper_log import BEGIN, Office, PaperLog, Signed, line, number, step_of
from tests.kit.stories import LATER, check_end, effects, only, story_of


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
