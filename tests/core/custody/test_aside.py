"""What is set aside for good, and what is not yet."""

from random import Random

import pytest

from kt1custody.core.custody import aside
from kt1custody.core.custody.ruling import Ruling
from kt1custody.core.log.act import make_act
from tests.kit import bare_steps, cast
from tests.kit.act_examples import example, item


@pytest.mark.parametrize(("steps", "too_many"), [(aside.MOST - 1, False), (aside.MOST, True)])
def test_the_signers_of_many_steps_that_do_not_hold_have_too_many(steps: int, too_many: bool):
    story = bare_steps.Story(Random(0))
    for _ in range(steps):
        story.add("deliver", cast.CLERK)
    mine, held = story.steps[0].act, {(place, 0) for place in range(1, steps + 1)}
    others = bare_steps.Story(Random(0)).add("deliver", cast.CLERK_2).act
    arrived = bare_steps.arrive(story.steps)
    assert aside.is_too_many(mine, arrived, (), frozenset()) == too_many
    assert not aside.is_too_many(mine, arrived, (), held)
    assert not aside.is_too_many(others, arrived, (), frozenset())


def test_rulings_count_with_the_steps():
    act = make_act(example("settle"))
    rulings = [Ruling(seq, act, act.lines[0]) for seq in range(aside.MOST)]
    assert aside.is_too_many(act, (), rulings, frozenset())
    assert not aside.is_too_many(act, (), rulings[1:], frozenset())


def test_what_is_set_aside_is_listed_under_a_name_of_its_own():
    bind, settle = make_act(example("bind")), make_act(example("settle"))
    assert list(aside.names(bind, ())) == [(item(1), "bind")]
    assert list(aside.names(bind, ((0, aside.CODE),))) == [(item(1), aside.KIND)]
    assert list(aside.names(bind, ((-1, "key-revoked"),))) == [(item(1), "bind")]
    assert list(aside.names(settle, ((-1, "key-revoked"),))) == [(item(1), aside.KIND)]
