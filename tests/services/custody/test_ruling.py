"""Corrections and settlements through the services."""

import pytest

from kt1custody.core.log.entry import Entry
from kt1custody.errors import RefusedError
from kt1custody.services.custody import look, ruling
from tests.kit import at_counter, cast
from tests.kit.phone import Phone, give, is_sound, receive, size, states


def fork(world: cast.World, phone: Phone) -> tuple[int, list[Entry]]:
    """An item that its holder has handed to two people."""
    item = phone.held[0]
    acts = [phone.spell(phone.handover(item, to=to, witness=None)) for to in (
        cast.COURIER_2, cast.DRIVER,
    )]  # fmt: skip
    done = [receive(world.session, act).entry for act in acts]
    world.session.as_of = (world.session.as_of or 0) + 60
    return item.n, done


def test_two_officers_settle_and_custody_goes_on(world: cast.World, phone: Phone):
    n, (first, second) = fork(world, phone)
    assert [one.entry.seq for one in ruling.branches(world.session, str(n))] == [
        first.seq,
        second.seq,
    ]
    with pytest.raises(RefusedError, match="contested"):
        give(world, n)
    at_counter.settle(
        world.session, str(n), f"#{second.seq}", "paper", cast.OFFICERS, confirm=cast.yes
    )
    [state] = [one for one in states(world) if one.n == n]
    assert (state.holder, state.contested) == (cast.DRIVER, False)
    told = look.story(world.session, str(n)).happenings[-1]
    assert (told.act, told.of, told.reason) == ("settle", second.seq, "paper")
    assert is_sound(world)


def test_none_of_two_may_hold(world: cast.World, phone: Phone):
    n, _ = fork(world, phone)
    at_counter.settle(world.session, str(n), "none", "statements", cast.OFFICERS, confirm=cast.yes)
    [state] = [one for one in states(world) if one.n == n]
    assert (state.holder, state.contested) == (cast.COURIER, False)
    give(world, n)
    assert look.story(world.session, str(n)).state.holder == cast.COURIER_2
    assert is_sound(world)


def test_only_a_fork_is_settled_and_only_by_its_branches(world: cast.World, phone: Phone):
    plain = str(phone.held[3].n)
    before = size(world)
    with pytest.raises(RefusedError, match="not-contested"):
        ruling.branches(world.session, plain)
    with pytest.raises(RefusedError, match="not-contested"):
        at_counter.settle(world.session, plain, "none", "paper", cast.OFFICERS, confirm=cast.yes)
    assert size(world) == before
    n, _ = fork(world, phone)
    with pytest.raises(RefusedError, match="no-such-branch"):
        at_counter.settle(world.session, str(n), "#3", "paper", cast.OFFICERS, confirm=cast.yes)
    with pytest.raises(RefusedError, match="not-confirmed"):
        at_counter.settle(
            world.session, str(n), "none", "paper", cast.OFFICERS, confirm=lambda shown: False
        )


def test_a_report_is_put_right_by_who_signed_it_and_both_are_shown(world: cast.World, phone: Phone):
    n = str(phone.held[0].n)
    report = at_counter.report(
        world.session, "absent", cast.COURIER, "nobody", [n], confirm=cast.yes
    )
    entry = at_counter.correct(
        world.session, report.seq, "reason", "moved", "mistyped", None, confirm=cast.yes
    )
    assert entry.act.persons == (cast.COURIER,)
    *_, before, now = look.story(world.session, n).happenings
    assert (before.reason, now.change, now.of) == ("nobody", ("reason", "moved"), report.seq)
    assert is_sound(world)


def test_a_handover_is_put_right_by_both_or_by_two_officers(world: cast.World, phone: Phone):
    n = phone.held[0].n
    given = give(world, n)
    both = at_counter.correct(
        world.session, given.seq, "cond", "doubtful", "misread", None, confirm=cast.yes
    )
    assert both.act.persons == given.act.persons
    officers = at_counter.correct(
        world.session, given.seq, "cond", "broken", "other", cast.OFFICERS, confirm=cast.yes
    )
    assert officers.act.persons == cast.OFFICERS
    assert is_sound(world)


def test_what_may_not_be_put_right_is_refused_before_anybody_signs(world: cast.World, phone: Phone):
    given = give(world, phone.held[0].n)
    before = size(world)
    for seq, field, value, code in (
        (given.seq, "reason", "moved", "not-correctable"),
        (given.seq, "cond", "lost", "not-correctable"),
        (0, "cond", "broken", "not-correctable"),
        (10**6, "cond", "broken", "no-such-entry"),
    ):
        with pytest.raises(RefusedError, match=code):
            at_counter.correct(world.session, seq, field, value, "other", None, confirm=cast.yes)
    assert size(world) == before
