"""The policy: two officers change it from a time on, and old acts keep the rules of their day."""

from contextlib import closing
from pathlib import Path

import pytest

from kt1custody.cli import outgoing
from kt1custody.core.custody.table import ItemState
from kt1custody.core.log import anchor
from kt1custody.core.log.schema import PEOPLE_ROLES
from kt1custody.errors import MalformedInputError, RefusedError
from kt1custody.services.custody import policy
from kt1custody.services.custody.policy import ChangePolicy, PolicyRules
from kt1custody.services.session import checkpoint, use_case
from tests.kit import at_counter, cast, judges
from tests.kit.at_counter import Handover
from tests.kit.phone import Phone, is_sound, receive, states

HOUR = 3_600
NOBODY_LOOKS_ON = Handover(cast.COURIER, cast.COURIER_2, None)


def change(
    *,
    witness: dict[str, frozenset[str]] | None = None,
    carry: dict[str, frozenset[str]] | None = None,
    offline: int | None = None,
    begin: int | None = None,
) -> ChangePolicy:
    return ChangePolicy(
        witness=witness or {},
        carry=carry or {},
        max_offline=offline,
        begin=begin,
        officers=(cast.OFFICERS[0], cast.OFFICERS[1]),
    )


STRICT = {"B": frozenset({"handover"}), "C": frozenset({"handover"})}


def give(world: cast.World, n: int) -> None:
    at_counter.hand_over(world.session, NOBODY_LOOKS_ON, [str(n)], confirm=cast.yes)


def test_a_stricter_policy_holds_from_its_day_and_old_acts_keep_theirs(
    world: cast.World, phone: Phone, tmp_path: Path
):
    first, second, third = [one.n for one in phone.held if one.mark in (1, 2)][:3]
    begin = cast.MORNING + 300 * 60
    world.at(200)
    kept_back = phone.spell(phone.handover(state(world, third), witness=None))
    at_counter.carry_out(world.session, change(witness=STRICT, begin=begin))
    give(world, first)  # until then nobody need look on
    world.at(301)
    with pytest.raises(RefusedError, match="policy-newer"):
        give(world, second)
    late = receive(world.session, kept_back).entry  # its signers did not know of it
    assert "policy-newer" in {code for _, code in late.judgement}
    assert "witness-missing" not in {code for _, code in late.judgement}
    assert [(one.state, one.since == begin) for one in policy.listed(world.session)] == [
        ("current", True),
        ("past", False),
    ]
    assert is_sound(world)
    outgoing.bundle(world.session, tmp_path / "bundle")
    genesis = world.session.control().genesis.hex()
    held = judges.Held((anchor.code(checkpoint.give_out(world.session).checkpoint),))
    with closing(judges.Page()) as page:
        for ask in (judges.by_program, judges.by_script, page):
            told = ask(tmp_path / "bundle", genesis, held)
            assert (told.verdict, told.kinds) == ("match", frozenset())


def state(world: cast.World, n: int) -> ItemState:
    return next(one for one in states(world) if one.n == n)


def test_the_newest_decision_of_those_that_have_begun_counts(world: cast.World):
    now = world.at(200).as_of or 0
    [coming] = at_counter.carry_out(world.session, change(witness=STRICT, begin=now + 2 * HOUR))
    shown = use_case.check(world.session, change(offline=HOUR)).shown
    assert shown.never == (coming.seq,)
    assert shown.before.witness["B"] == frozenset()  # what is to come is not in force yet
    at_counter.carry_out(world.session, change(offline=HOUR))
    assert [one.state for one in policy.listed(world.session)] == ["current", "never", "past"]
    world.at(600)
    current = next(one for one in policy.listed(world.session) if one.state == "current")
    assert current.rules.max_offline == HOUR
    assert current.rules.witness["B"] == frozenset()
    assert current.officers == cast.OFFICERS[:2]
    assert is_sound(world)


def test_what_is_no_policy_is_refused_before_anybody_signs(world: cast.World):
    now = world.at(200).as_of or 0
    everybody = frozenset(PEOPLE_ROLES)
    for wrong in (
        change(offline=60),
        change(offline=15 * 24 * HOUR),
        change(witness={"0": frozenset()}),
        change(witness={"B": frozenset({"deliver"})}),
        change(carry={"A": everybody}),  # an administrator holds nothing
        change(carry={"D": frozenset({"clerk"})}),
    ):
        with pytest.raises(MalformedInputError, match="policy-malformed"):
            use_case.check(world.session, wrong)
    for code, wrong in (
        ("policy-nobody", change(carry={"A": frozenset()})),
        ("policy-same", change()),
        ("policy-past", change(offline=HOUR, begin=now - 61)),
    ):
        with pytest.raises(RefusedError, match=code):
            use_case.check(world.session, wrong)


def test_rules_are_encoded_as_the_act_carries_them(world: cast.World):
    founding = policy.listed(world.session)[-1]
    assert founding.state == "current"
    told = founding.rules.encode()
    assert told["max_offline"] == 259_200
    assert PolicyRules.of(world.session.control().policies[0]) == founding.rules
