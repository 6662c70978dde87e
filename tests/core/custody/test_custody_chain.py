"""Which steps hold in the order of custody, against the fold over the whole log."""

from collections.abc import Callable

import pytest

from kt1custody.core.custody.story import CONTESTED, COUNTS, OVERRULED
from tests.kit import cast, paper_log
from tests.kit.paper_log import BEGIN, Office, PaperLog, Signed, line, number, step_of
from tests.kit.stories import check_end, effects, only, story_of


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
