"""Acts that arrive late and in any order, honest ones and others."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.custody import custody_story, history
from kt1custody.core.custody.fold import Folded, fold
from kt1custody.core.custody.table import DISPUTES, ENDED, WAITING, ItemState, Status, Step
from kt1custody.core.formats import cbor
from kt1custody.core.log.entry import read_entry
from tests.kit import bare_steps, cast, histories, nightly, paper_log, wild_acts
from tests.kit.bare_steps import Story
from tests.kit.paper_log import Office, PaperLog, Signed, line, number, step_of
from tests.kit.slow_fold import slow_fold


def tell_story(office: Office, draw: st.DataObject) -> list[Signed]:
    """What honest people do with some items, in the order in which they do it."""
    acts: list[Signed] = []
    count = draw.draw(st.integers(1, 3), "items")
    items = [number(running) for running in range(1, count + 1)]
    acts.append(paper_log.register(office, *items))
    for place, n in enumerate(items):
        acts += _one_item(office, draw, n, 70_000 + 100 * place, step_of(acts[0]))
    return acts


def _one_item(  # noqa: C901  # one story, told in order
    office: Office, draw: st.DataObject, n: int, serial: int, prev: bytes
) -> list[Signed]:
    acts: list[Signed] = []
    clock = paper_log.BEGIN

    own: dict[str, cbor.Value]

    def add(act: Signed, *, moves: bool = True) -> None:
        nonlocal prev
        acts.append(act)
        if moves:
            prev = step_of(act)

    def known() -> bytes | None:
        return prev if draw.draw(st.integers(0, 4)) else None

    def at() -> int:
        nonlocal clock
        clock += 60
        return clock

    add(paper_log.printed(office, n, serial), moves=False)
    add(paper_log.bound(office, n, serial, prev))
    if draw.draw(st.booleans(), "spoilt"):
        void = {**line(n, prev, serial), "reason": "torn", "new": serial + 1}
        own = {"office": cast.OFFICE, "witness": None}
        add(office.signed("void", cast.CLERK, own, [void], at=at()))
        add(paper_log.printed(office, n, serial + 1), moves=False)
        add(paper_log.bound(office, n, serial + 1, prev))
        serial += 1
    holder = cast.CLERK
    for _ in range(draw.draw(st.integers(0, 4), "moves")):
        to = draw.draw(st.sampled_from([cast.COURIER, cast.COURIER_2, cast.CLERK_2]), "to")
        if to == holder:
            continue
        for_office = cast.OFFICE if to == cast.CLERK_2 else None
        seen = draw.draw(st.sampled_from([serial, None]), "seal")
        told = line(n, known(), seen)
        if draw.draw(st.booleans(), "two devices"):
            offer = paper_log.offered(office, holder, to, told, to_office=for_office, at=at())
            add(offer, moves=False)
            if draw.draw(st.integers(0, 3), "change of mind") == 0:
                add(paper_log.withdrawn(office, holder, offer), moves=False)
                continue
            add(paper_log.taken(office, to, offer, [n], seal=seen, at=at()))
        else:
            add(paper_log.handed(office, holder, to, told, to_office=for_office, at=at()))
        holder = to
        if draw.draw(st.booleans(), "report"):
            own = {"reason": "closed"}
            reported = office.signed(
                "absent", holder, own, [line(n, prev)], device=f"PHONE{holder[2:]}", at=at()
            )
            add(reported, moves=False)
    ending = draw.draw(st.sampled_from(["", "deliver", "return"]), "ending")
    if ending:
        own = {"commit": bytes(32)}
        own |= {"remark": False} if ending == "deliver" else {"reason": "refused"}
        add(office.signed(ending, holder, own, [line(n, known(), serial)], at=at()))
    return acts


def told_of(state: ItemState) -> tuple[object, ...]:
    """What must not depend on the order of arrival."""
    return (
        state.status,
        state.holder,
        state.seal,
        state.voided,
        state.head,
        state.contested,
        state.waiting,
    )


# The fold alone

STORIES = 2_000 if nightly.is_nightly() else 150


def story_of(state: ItemState | None) -> tuple[object, ...] | None:
    return None if state is None else (*told_of(state), state.urgency, state.kind)


def told_by_hash(steps: Sequence[Step], done: Folded) -> dict[bytes, tuple[str, ...]]:
    """The codes of every step under its hash, which does not depend on when it arrived."""
    return {step.hash: done.codes[step.seq, step.index] for step in steps}


def test_every_order_of_honest_steps_ends_in_the_same_state_without_dispute():
    for seed in range(STORIES):
        chance = Random(seed)
        story = Story(chance)
        story.live()
        straight = fold(bare_steps.arrive(story.steps), bare_steps.printed)
        order = chance.sample(story.steps, len(story.steps))
        mixed = fold(bare_steps.arrive(order), bare_steps.printed)
        assert straight.state is not None
        assert mixed.state is not None
        assert told_of(mixed.state) == told_of(straight.state), seed
        assert (straight.state.contested, straight.state.waiting) == (False, 0), seed
        for done in (straight, mixed):
            codes = {code for told in done.codes.values() for code in told}
            assert not codes & (DISPUTES | WAITING), seed


def test_every_order_of_any_history_ends_where_the_slow_fold_ends():
    seen: set[str] = set()
    for seed in range(STORIES):
        chance = Random(seed)
        drawn = histories.history(chance)
        orders = [None, *(drawn.another_order(chance) for _ in range(4))]
        steps, rulings = drawn.arrive()
        slow = slow_fold(steps, histories.printed, rulings)
        for order in orders:
            steps, rulings = drawn.arrive(order)
            done = fold(steps, histories.printed, rulings)
            assert story_of(done.state) == story_of(slow.state), (seed, order)
            assert done.forks == slow.forks, (seed, order)
            assert told_by_hash(steps, done) == slow.codes, (seed, order)
        seen |= {code for codes in slow.codes.values() for code in codes}
        seen |= {"settled"} if slow.forks and slow.state and not slow.state.contested else set()
        seen |= {"open"} if slow.state and slow.state.contested else set()
    assert seen >= {"settled", "open", "contested", "not-the-holder", "no-such-step", "wrong-seal"}
    assert seen >= {"seal-void", "predecessor-missing", "print-missing", "offer-missing"}
    assert seen >= {"offer-taken", "number-taken", "witness-missing", "outweighed", "outweighs"}


# Acts with signatures, as they reach a log


@nightly.examples(gate=6, nightly=400)
@given(st.data())
def test_every_order_of_honest_acts_ends_in_the_same_holders_without_dispute(
    _office: Office,  # noqa: PT019  # one for all examples
    data: st.DataObject,
):
    office = _office.again()
    acts = tell_story(office, data)
    straight = PaperLog(office)
    for act in acts:
        codes = {code for _, code in straight.take(act)}
        assert not codes & (DISPUTES | WAITING)
    mixed = PaperLog(office)
    for act in data.draw(st.permutations(acts), "order"):
        mixed.take(act)
    for n in {told.n for act, _ in acts for told in act.lines}:
        state = mixed.state(n)
        assert told_of(state) == told_of(straight.state(n))
        assert not state.contested
        assert state.waiting == 0
        again = history.fold_item(mixed.replay, n)
        assert again.state == state
        assert not {c for codes in again.codes.values() for c in codes} & (DISPUTES | WAITING)


@pytest.mark.parametrize("seed", range(400 if nightly.is_nightly() else 12))
def test_every_order_of_wild_acts_ends_in_one_state_step_by_step_and_anew(
    office: Office, seed: int
):
    """Forks, twins, forged acts and rulings; what each act changes is what a replay folds."""
    chance = Random(seed)
    acts = wild_acts.wild_acts(office, chance)
    ends = set()
    for order in (acts, *(wild_acts.another_order(acts, chance) for _ in range(3))):
        paper = PaperLog(office, {"device-chain"})
        for act in order:
            paper.take(act)
            for n in (wild_acts.N, wild_acts.OTHER):
                assert history.fold_item(paper.replay, n).state == paper.replay.item(n)
        ends.add(tuple(story_of(paper.replay.item(n)) for n in (wild_acts.N, wild_acts.OTHER)))
    assert len(ends) == 1


@pytest.mark.parametrize("seed", range(200 if nightly.is_nightly() else 8))
def test_every_order_of_wild_acts_tells_the_story_of_the_same_holders(office: Office, seed: int):
    """From the entries about the item alone; nobody's twins are about other items."""
    chance = Random(seed)
    acts = wild_acts.wild_acts(office, chance, elsewhere=False)
    for order in (acts, wild_acts.another_order(acts, chance)):
        paper = PaperLog(office, {"device-chain"})
        for act in order:
            paper.take(act)
        state, entries = paper.state(wild_acts.N), [read_entry(raw) for raw in paper.raws]
        told = custody_story.tell(wild_acts.N, entries, paper.replay.control, paper_log.BEGIN)
        assert told is not None
        assert told.holders[-1].holder == state.holder
        assert (told.ended is not None) == (state.status in ENDED)
        open_forks = [one for one in told.gaps if one.kind == "contested" and one.until is None]
        assert bool(open_forks) == state.contested
        on_it = [one.serial for one in told.seals if one.until is None]
        assert on_it == ([] if state.seal is None else [state.seal])


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_steps_from_one_make_the_item_contested_in_either_order(
    office: Office, sealed: tuple[PaperLog, int, Signed], order: tuple[int, int]
):
    paper, n, last = sealed
    told = line(n, step_of(last), 70_000)
    fork = [
        paper_log.handed(office, cast.CLERK, cast.COURIER, told),
        paper_log.handed(office, cast.CLERK, cast.COURIER_2, told),
    ]
    assert paper.codes(fork[order[0]]) == set()
    assert paper.codes(fork[order[1]]) == {"contested"}
    state = paper.state(n)
    assert state.contested
    assert state.head == step_of(last)
    assert state.holder == str(cast.OFFICE)
    later = paper_log.handed(office, cast.COURIER, cast.COURIER_2, line(n, step_of(fork[0])))
    assert "contested" in paper.codes(later)
    assert paper.state(n).head == step_of(last)


def test_a_step_waits_for_the_one_it_names_and_falls_into_place(
    office: Office, sealed: tuple[PaperLog, int, Signed]
):
    paper, n, last = sealed
    first = paper_log.handed(office, cast.CLERK, cast.COURIER, line(n, step_of(last)))
    second = paper_log.handed(office, cast.COURIER, cast.COURIER_2, line(n, step_of(first)))
    assert paper.codes(second) == {"predecessor-missing", "device-unknown"}
    assert paper.state(n).waiting == 1
    assert paper.state(n).holder == str(cast.OFFICE)
    paper.take(first)
    assert paper.state(n).waiting == 0
    assert paper.state(n).holder == cast.COURIER_2
    assert paper.state(n).status == Status.OUT


def test_a_bind_waits_for_its_print(office: Office):
    paper, n = PaperLog(office), number(2)
    accepted = paper_log.register(office, n)
    paper.take(accepted)
    assert paper.codes(paper_log.bound(office, n, 71_000, step_of(accepted))) == {"print-missing"}
    paper.take(paper_log.printed(office, n, 71_000))
    assert paper.state(n).seal == 71_000


def test_a_step_behind_a_disputed_one_follows_the_last_good_one(
    office: Office, sealed: tuple[PaperLog, int, Signed]
):
    paper, n, last = sealed
    wrong = paper_log.handed(office, cast.COURIER, cast.COURIER_2, line(n, step_of(last)))
    assert "not-the-holder" in paper.codes(wrong)
    good = paper_log.handed(office, cast.CLERK, cast.COURIER, line(n, step_of(wrong)))
    paper.take(good)
    assert paper.state(n).holder == cast.COURIER


def test_a_report_that_comes_before_its_step_waits(
    office: Office, sealed: tuple[PaperLog, int, Signed]
):
    paper, n, last = sealed
    first = paper_log.handed(office, cast.CLERK, cast.COURIER, line(n, step_of(last)))
    told = [line(n, step_of(first))]
    report = office.signed("refuse", cast.COURIER, {"reason": "damaged"}, told)
    assert "predecessor-missing" in paper.codes(report)
    assert paper.state(n).holder == str(cast.OFFICE)
