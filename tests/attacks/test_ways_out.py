"""Ways out that nobody may take away: of a hold (G13), of an offer whose people have left (G14)."""

import pytest

from kt1custody.core.log.entry import Entry
from kt1custody.core.log.keyring import Control
from kt1custody.errors import KtError, RefusedError
from kt1custody.printing.read import symbol_texts
from kt1custody.services.custody import offer
from kt1custody.services.people import alarms
from kt1custody.services.people.people import Duty
from kt1custody.services.session.receive import receive_all
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.phone import Phone, entries, give, is_sound, receive

LOST = {"who": cast.CLERK_2, "reason": "absent"}
YEAR = 365 * 24 * 60  # minutes
HELD = [(), cast.OFFICERS, (cast.OFFICERS[0],), ("QUAY01",)]
_called = pytest.mark.parametrize("held", HELD, ids=" ".join)


def is_noted(entry: Entry, held: tuple[str, ...]) -> bool:
    return ((-1, "on-hold") in entry.judgement) == bool(held)


def control_of(world: cast.World) -> Control:
    with world.session.database.read() as connection:
        return LogBook(connection).control


def lift(world: cast.World, held: tuple[str, ...]) -> None:
    for who in held:
        at_counter.lift(world.session, who, "cleared", cast.OFFICERS)
    at_counter.assign(world.session, cast.DRIVER, Duty(until=cast.MORNING + YEAR), cast.OFFICERS)
    assert is_sound(world)


@_called
def test_a_log_that_lost_its_end_gets_out_whoever_is_on_hold(
    world: cast.World, phone: Phone, held: tuple[str, ...]
):
    for who in held:
        at_counter.hold(world.session, cast.COURIER, who, "suspected")
    world.back_up(world.folder / "backup")
    receive(world.at(210), phone.spell(phone.act("hold", cast.CLERK, LOST)))
    world.restore(world.folder / "backup")
    with pytest.raises(KtError, match="log-behind"):
        at_counter.lift(world.session, cast.CLERK_2, "cleared", cast.OFFICERS)
    at_counter.begin_epoch(world.at(220), "restored", cast.OFFICERS)
    begun = entries(world)[-1]
    assert begun.act.type == "epoch"
    assert is_noted(begun, held)
    assert "epoch" in {one.code for one in alarms.alarms(world.session) if one.seq == begun.seq}
    lift(world, held)


@_called
def test_a_log_that_is_ahead_gets_out_whoever_is_on_hold(
    world: cast.World, phone: Phone, held: tuple[str, ...]
):
    at_counter.hold(world.at(YEAR), cast.CLERK, cast.CLERK_2, "absent")
    world.at(210)
    holds = [
        phone.spell(phone.act("hold", cast.COURIER, {"who": who, "reason": "suspected"}))
        for who in held
    ]
    with pytest.raises(KtError, match="clock-behind"):  # but the holds are taken
        receive_all(world.session, [*holds, b"rubbish"])
    assert len(control_of(world).holds) == len(held) + 1
    told, _ = at_counter.set_back(world.session, cast.OFFICERS, confirm=lambda ahead: True)
    assert is_noted(told, held)
    assert "log-ahead" in {one.code for one in alarms.alarms(world.session) if one.seq == told.seq}
    world.at(220)
    lift(world, held)


def test_an_act_that_can_wait_is_refused_all_the_same(world: cast.World):
    at_counter.hold(world.session, cast.COURIER, cast.OFFICERS[0], "suspected")
    with pytest.raises(RefusedError, match="on-hold"):
        at_counter.assign(
            world.session, cast.DRIVER, Duty(until=cast.MORNING + YEAR), cast.OFFICERS
        )


@pytest.mark.parametrize("held", ["QUAY01", cast.CLERK, cast.OFFICERS[0]])
def test_nobody_keeps_others_from_a_hold_by_a_hold(world: cast.World, held: str):
    at_counter.hold(world.session, cast.COURIER, held, "other")
    by = held if held.startswith("NV") else cast.CLERK
    told = at_counter.hold(world.session, by, cast.COURIER_2, "phone-lost")
    assert (-1, "on-hold") in told.judgement
    assert {*control_of(world).holds} == {held, cast.COURIER_2}
    assert is_sound(world)


# An office goes on with what somebody who has left has offered.


def seal_items(world: cast.World) -> list[int]:
    """Two items, sealed at the office."""
    file, pictures = cast.write_manifest(world.folder / "m.csv", 2, begin=20), world.folder / "m"
    made = at_counter.import_manifest(world.session, lambda: cast.CLERK, file)
    at_counter.print_seals(
        world.session, cast.CLERK, [], world.folder / "m.pdf", pictures, confirm=cast.yes
    )
    scans = [text for path in pictures.glob("*.png") for text in symbol_texts(path.read_bytes())]
    at_counter.bind(world.session, cast.CLERK, cast.CONTROLLER, scans, confirm=cast.yes)
    return [*made.numbers]


@pytest.mark.parametrize("gone", [(), (cast.CLERK_2,), (cast.CLERK_2, cast.DRIVER)], ids=" ".join)
def test_an_office_takes_back_what_somebody_who_left_has_offered(
    world: cast.World, gone: tuple[str, ...]
):
    one, two = seal_items(world)
    made = at_counter.offer(
        world.session, cast.CLERK_2, cast.DRIVER, [str(one), str(two)], confirm=cast.yes
    )
    for who in gone:
        at_counter.revoke(world.at(205), who, "left", None, cast.OFFICERS)
    with pytest.raises(RefusedError, match="offered-already"):
        give(world, one, cast.CLERK)
    for stranger in (cast.COURIER, cast.COMMUNE_CLERK):  # the office answers, and nobody else
        with pytest.raises(RefusedError, match="not-offered"):
            at_counter.withdraw(world.at(206), stranger, str(made.seq))
    at_counter.withdraw(world.at(207), cast.CLERK, str(made.seq))
    assert offer.waiting(world.session) == []
    give(world, one, cast.CLERK)
    at_counter.void(world.session, cast.CLERK, None, str(two), "torn", confirm=cast.yes)
    if cast.DRIVER not in gone:
        with pytest.raises(RefusedError, match="offer-withdrawn"):
            at_counter.take(
                world.at(208), cast.DRIVER, None, str(made.seq), [str(one)], confirm=yes
            )
    assert is_sound(world)


def yes(shown: object, short: object) -> bool:
    return True


def test_a_courier_s_offer_is_withdrawn_by_himself_alone(world: cast.World, phone: Phone):
    n = str(phone.held[0].n)
    made = at_counter.offer(world.session, cast.COURIER, cast.COURIER_2, [n], confirm=cast.yes)
    for other in (cast.COURIER_2, cast.CLERK, cast.CONTROLLER):
        with pytest.raises(RefusedError, match="not-offered"):
            at_counter.withdraw(world.session, other, str(made.seq))
    at_counter.withdraw(world.session, cast.COURIER, str(made.seq))
    assert is_sound(world)
