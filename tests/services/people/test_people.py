"""Roles and terms changed by acts of two officers."""

from pathlib import Path

import pytest

from kt1custody.errors import NotAllowedError, RefusedError
from kt1custody.services.custody import look
from kt1custody.services.people import roster
from kt1custody.services.people.people import Duty
from kt1custody.services.session.session import Session
from tests.kit import at_counter, cast
from tests.kit.phone import Phone, entries, give, is_sound, receive, size, states

DAY = 86_400


def member(world: cast.World, who: str) -> roster.Member:
    return next(one for one in roster.members(world.session) if one.number == who)


def later(world: cast.World, seconds: int) -> Session:
    world.session.as_of = (world.session.as_of or 0) + seconds
    return world.session


def test_a_courier_who_becomes_a_clerk_registers_and_reads(world: cast.World, tmp_path: Path):
    manifest = cast.write_manifest(tmp_path / "more.csv", 2, begin=20)
    with pytest.raises(NotAllowedError, match="role-may-not"):
        at_counter.import_manifest(world.session, lambda: cast.COURIER, manifest)
    entry = at_counter.assign(world.session, cast.COURIER, Duty(role="clerk"), cast.OFFICERS)
    assert member(world, cast.COURIER).key.role == "clerk"
    assert member(world, cast.COURIER).key.enrolled == entry.seq
    made = at_counter.import_manifest(later(world, 60), lambda: cast.COURIER, manifest)
    assert len(made.numbers) == 2
    n = states(world)[0].n
    assert look.story(world.session, str(n), cast.COURIER).slip is not None
    assert is_sound(world)


def test_what_was_signed_before_the_change_is_judged_by_the_role_of_then(
    world: cast.World, phone: Phone
):
    at_counter.enrol_device(world.session, "PHONE01", "Máy", cast.OFFICE, cast.OFFICERS)
    newest = entries(world)[-1]
    phone.seen = [newest.seq, newest.leaf]
    late = phone.spell(phone.handover(witness=None))  # the giver knew himself as a courier
    at_counter.assign(world.session, cast.COURIER_2, Duty(role="admin"), cast.OFFICERS)
    answer = receive(later(world, 60), late)
    assert answer.refused is None
    assert {code for _, code in answer.entry.judgement} - {"time-outside"} == set()
    with pytest.raises((RefusedError, NotAllowedError)) as caught:
        give(world, phone.held[1].n)  # who knows of it does not hand over to an administrator
    assert "role-may-not" in str(caught.value)
    assert is_sound(world)


def test_a_term_ends_by_act(world: cast.World, phone: Phone):
    end = (world.session.as_of or 0) + DAY
    at_counter.assign(world.session, cast.COURIER_2, Duty(until=end), cast.OFFICERS)
    assert member(world, cast.COURIER_2).key.until == end
    give(world, phone.held[0].n)
    later(world, 2 * DAY)
    give(world, phone.held[2].n, cast.COURIER, cast.DRIVER)  # so that a later entry is seen
    with pytest.raises(RefusedError, match="key-expired"):
        give(world, phone.held[1].n)
    at_counter.assign(world.session, cast.COURIER_2, Duty(endless=True), cast.OFFICERS)
    assert member(world, cast.COURIER_2).key.until is None
    later(world, 60)
    give(world, phone.held[1].n)
    assert is_sound(world)


def test_another_office_answers_for_other_items(world: cast.World, phone: Phone):
    [item, *_] = phone.held
    at_counter.assign(world.session, cast.CLERK_2, Duty(office=680_175), cast.OFFICERS)
    later(world, 60)
    give(world, item.n, cast.COURIER, cast.CLERK_2)
    [state] = [one for one in states(world) if one.n == item.n]
    assert state.holder == "680175"
    with pytest.raises(RefusedError, match="not-the-holder"):
        give(world, item.n, cast.CLERK, cast.COURIER)
    assert is_sound(world)


@pytest.mark.parametrize(
    ("who", "role"),
    [(cast.COURIER, "officer"), (cast.COURIER, "reserve"), (cast.OFFICERS[0], "clerk"),
     (cast.RESERVE, "officer")],
)  # fmt: skip
def test_only_a_new_key_makes_or_unmakes_an_officer(world: cast.World, who: str, role: str):
    before = size(world)
    with pytest.raises(RefusedError, match="not-assignable"):
        at_counter.assign(world.session, who, Duty(role=role), cast.OFFICERS)
    assert size(world) == before


def test_what_changes_nothing_is_not_recorded(world: cast.World):
    before = size(world)
    for who, duty, code in (
        (cast.COURIER, Duty(role="courier"), "nothing-changes"),
        (cast.COURIER, Duty(), "nothing-changes"),
        (cast.COURIER, Duty(office=999_999), "office-unknown"),
        ("NV077", Duty(role="clerk"), "no-such-person"),
        ("seal", Duty(role="clerk"), "no-such-person"),
    ):
        with pytest.raises(RefusedError, match=code):
            at_counter.assign(world.session, who, duty, cast.OFFICERS)
    assert size(world) == before
