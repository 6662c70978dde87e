"""One person's hold takes away no act that is the only way out (G13)."""

import pytest

from kt1custody.core.log.entry import Entry
from kt1custody.core.log.keyring import Control
from kt1custody.errors import KtError, RefusedError
from kt1custody.services.keys import clock, epoch
from kt1custody.services.people import alarms, people
from kt1custody.services.people.people import Duty
from kt1custody.services.session.receive import receive_all
from kt1custody.store.log import LogBook
from tests.kit import cast
from tests.kit.phone import Phone, entries, is_sound, receive

LOST = {"who": cast.CLERK_2, "reason": "absent"}
YEAR = 365 * 24 * 60  # minutes
HELD = [(), cast.OFFICERS, (cast.OFFICERS[0],), ("QUAY01",)]
_called = pytest.mark.parametrize("held", HELD, ids=" ".join)


def is_noted(entry: Entry, held: tuple[str, ...]) -> bool:
    return ((-1, "on-hold") in entry.judgement) == bool(held)


def control_of(world: cast.World) -> Control:
    with world.desk.database.read() as connection:
        return LogBook(connection).control


def lift(world: cast.World, held: tuple[str, ...]) -> None:
    for who in held:
        people.lift(world.desk, who, "cleared", cast.OFFICERS)
    people.assign(world.desk, cast.DRIVER, Duty(until=cast.MORNING + YEAR), cast.OFFICERS)
    assert is_sound(world)


@_called
def test_a_log_that_lost_its_end_gets_out_whoever_is_on_hold(
    world: cast.World, phone: Phone, held: tuple[str, ...]
):
    for who in held:
        people.hold(world.desk, cast.COURIER, who, "suspected")
    world.back_up(world.folder / "backup")
    receive(world.at(210), phone.spell(phone.act("hold", cast.CLERK, LOST)))
    world.restore(world.folder / "backup")
    with pytest.raises(KtError, match="log-behind"):
        people.lift(world.desk, cast.CLERK_2, "cleared", cast.OFFICERS)
    epoch.begin(world.at(220), "restored", cast.OFFICERS)
    begun = entries(world)[-1]
    assert begun.act.type == "epoch"
    assert is_noted(begun, held)
    assert "epoch" in {one.code for one in alarms.alarms(world.desk) if one.seq == begun.seq}
    lift(world, held)


@_called
def test_a_log_that_is_ahead_gets_out_whoever_is_on_hold(
    world: cast.World, phone: Phone, held: tuple[str, ...]
):
    people.hold(world.at(YEAR), cast.CLERK, cast.CLERK_2, "absent")
    world.at(210)
    holds = [
        phone.spell(phone.act("hold", cast.COURIER, {"who": who, "reason": "suspected"}))
        for who in held
    ]
    with pytest.raises(KtError, match="clock-behind"):  # but the holds are taken
        receive_all(world.desk, [*holds, b"rubbish"])
    assert len(control_of(world).holds) == len(held) + 1
    told, _ = clock.set_back(world.desk, cast.OFFICERS, confirm=lambda ahead: True)
    assert is_noted(told, held)
    assert "log-ahead" in {one.code for one in alarms.alarms(world.desk) if one.seq == told.seq}
    world.at(220)
    lift(world, held)


def test_an_act_that_can_wait_is_refused_all_the_same(world: cast.World):
    people.hold(world.desk, cast.COURIER, cast.OFFICERS[0], "suspected")
    with pytest.raises(RefusedError, match="on-hold"):
        people.assign(world.desk, cast.DRIVER, Duty(until=cast.MORNING + YEAR), cast.OFFICERS)
