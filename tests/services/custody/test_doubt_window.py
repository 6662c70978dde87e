"""The window of doubt: where it begins and ends, who is inside, and what they held beside."""

from kt1custody.services.custody import doubt_window, look
from kt1custody.services.custody.doubt_window import DoubtWindow, Surroundings
from tests.kit import at_counter, cast
from tests.kit.phone import Phone, give, receive


def windows(world: cast.World, n: int) -> tuple[DoubtWindow | None, Surroundings | None]:
    custody = look.story(world.session, str(n)).custody
    assert custody
    found = doubt_window.find(custody)
    if found is None:
        return None, None
    return found, doubt_window.surroundings(world.session, n, found, custody.as_of)


def test_an_open_item_is_in_doubt_since_its_seal_was_read_last(world: cast.World, day: cast.Day):
    n = day.numbers[5]
    found, around = windows(world, n)
    assert found
    assert around
    assert (found.last.act, found.doubt, found.gap) == ("bind", None, None)
    assert found.people == (cast.COURIER, cast.CLERK, cast.CONTROLLER)
    assert around.devices == ("QUAY01",)
    assert {held.n for held in around.beside if held.holder == cast.COURIER} >= {*day.numbers[6:12]}
    assert n not in {held.n for held in around.beside}
    assert around.left_off == 0
    few = doubt_window.surroundings(world.session, n, found, found.until, 2)
    assert (few.left_off, len({held.n for held in few.beside})) == (len(day.numbers) - 3, 2)


def test_one_that_was_delivered_without_doubt_has_none(world: cast.World, day: cast.Day):
    assert windows(world, day.numbers[0]) == (None, None)


def test_a_damaged_envelope_ends_it_and_a_seal_that_was_read_begins_it(
    world: cast.World, day: cast.Day, phone: Phone
):
    item = phone.held[0]
    read = receive(world.session, phone.spell(phone.handover(item))).entry
    world.session.as_of = (world.session.as_of or 0) + 600
    back = give(world, item.n, cast.COURIER_2, cast.COURIER)
    at_counter.correct(
        world.at(230), back.seq, "cond", "broken", "misread", cast.OFFICERS, confirm=cast.yes
    )
    broken = at_counter.report(
        world.at(240), "refuse", cast.COURIER, "damaged", [str(item.n)], confirm=cast.yes,
        cond="broken",
    )  # fmt: skip
    found, _ = windows(world, item.n)
    assert found
    assert found.doubt
    assert (found.last.seq, found.doubt.seq) == (read.seq, broken.seq)
    assert (found.since, found.until) == (found.last.when, found.doubt.when)
    assert set(found.people) == {cast.COURIER, cast.COURIER_2, cast.CONTROLLER}


def test_two_steps_that_contradict_each_other_end_it(world: cast.World, phone: Phone):
    item = phone.held[0]
    for to in (cast.COURIER_2, cast.DRIVER):
        receive(world.session, phone.spell(phone.handover(item, to=to, witness=None)))
    found, around = windows(world, item.n)
    assert found
    assert around
    assert found.doubt or found.gap
    assert around.devices == ("QUAY01", "PHONE01")
