"""What the entries say of an item, act by act."""

from kt1custody.core.custody.story import COUNTS, DISPUTED, Happening, Signer, happenings, withdraws
from kt1custody.core.log.entry import read_entry
from tests.kit import cast, paper_log
from tests.kit.paper_log import Office, PaperLog, Signed, line, number, step_of
from tests.kit.stories import effects, story_of


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


def test_an_act_about_another_item_is_none_of_its_story(
    office: Office, sealed: tuple[PaperLog, int, Signed]
):
    paper, n, _ = sealed
    paper.take(paper_log.register(office, number(2)))
    entries = [read_entry(raw) for raw in paper.raws]
    acts = happenings(n, entries, paper.replay.control)
    assert [(one.act, one.seal, one.effect) for one in acts] == [
        ("register", None, COUNTS), ("print", 70_000, COUNTS), ("bind", 70_000, COUNTS),
    ]  # fmt: skip
    assert [(one.staff, one.rank, one.office) for one in acts[0].signers] == [
        (cast.CLERK, "clerk", cast.OFFICE)
    ]


def happening(act: str, staff: str, rank: str, *codes: str) -> Happening:
    signer = Signer(role="giver", staff=staff, rank=rank, office=cast.OFFICE)
    return Happening(seq=1, act=act, at=10, accepted_at=20, signers=(signer,), codes=codes)


def test_a_time_that_contradicts_the_log_gives_way_to_the_log_s_own():
    assert happening("bind", cast.CLERK, "clerk").when == 10
    assert happening("bind", cast.CLERK, "clerk", "time-outside").when == 20


def test_the_giver_withdraws_an_offer_or_a_colleague_at_the_counter():
    offer = happening("offer", cast.CLERK, "clerk")
    assert withdraws(happening("withdraw", cast.CLERK, "clerk"), offer)
    assert withdraws(happening("withdraw", cast.CLERK_2, "clerk"), offer)
    assert not withdraws(happening("withdraw", cast.COURIER, "courier"), offer)
    assert not withdraws(happening("withdraw", cast.CLERK, "clerk", "key-revoked"), offer)
    assert not withdraws(happening("take", cast.CLERK, "clerk"), offer)
