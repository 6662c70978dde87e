"""Acts that disappear after they were accepted, that come late, or with a wrong clock (G11, G12)."""

import hashlib
import itertools
from pathlib import Path

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.core.custody.table import ItemState
from kt1custody.core.log.act import read_act
from kt1custody.core.log.entry import read_entry, read_signatures
from kt1custody.errors import KtError
from kt1custody.services.custody import look
from kt1custody.services.keys import clock, exposure
from kt1custody.services.people import alarms, roster
from kt1custody.services.session import checkpoint
from kt1custody.services.session.receive import receipt, receive_all
from kt1custody.services.session.writer import writing
from kt1custody.signing.acts import check_authentic
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast, false_history, judges, outsiders
from tests.kit.false_history import later
from tests.kit.judges import NOTHING, Answer, Page
from tests.kit.outsiders import Device
from tests.kit.phone import (
    Fields,
    Phone,
    check_receipt,
    entries,
    give,
    is_sound,
    size,
    states,
    told_act,
)


@pytest.fixture
def device(world: cast.World) -> Device:
    at_counter.enrol_device(world.session, "PHONE01", "Điện thoại", cast.OFFICE, cast.OFFICERS)
    return Device(Phone(world), "PHONE01")


def state(world: cast.World, n: int) -> ItemState:
    return next(one for one in states(world) if one.n == n)


def holders(world: cast.World) -> dict[int, tuple[object, ...]]:
    return {one.n: (one.status, one.holder, one.contested) for one in states(world)}


# The server loses, or drops, what it has acknowledged (G11).


@pytest.mark.slow
@pytest.mark.parametrize("kept", [1, 2])
def test_the_device_s_own_row_and_receipts_name_what_is_gone(
    world: cast.World, device: Device, tmp_path: Path, page: Page, kept: int
):
    """Of four acts the first ones are kept and the fourth: the third or so has never been."""
    before, items = size(world), device.phone.held
    night = false_history.back_up(world, tmp_path / "night")
    for minute, item in enumerate(items[:4], 205):
        device.hand(item, cast.COURIER_2, at=minute)
    device.bring(later(world, 210))
    genesis = false_history.entries_of(world)[0].leaf.hex()
    held = [outsiders.file(tmp_path / f"{at}", one) for at, one in enumerate(device.receipts)]
    outgoing.bundle(world.session, tmp_path / "honest")
    told = false_history.acts_after(world, before)
    false_history.roll_back(world, night)
    false_history.tell(world, [*told[:kept], told[3]])
    outgoing.bundle(world.at(220), tmp_path / "false")
    [phone] = [one for one in roster.devices(world.session) if one.number == "PHONE01"]
    assert (phone.counter, phone.missing) == (3, 3 - kept)
    for ask in (judges.by_program, judges.by_script, page):
        alone = ask(tmp_path / "false", genesis, NOTHING)
        assert alone.verdict == "not-enough"
        assert "device-gap" in alone.not_checked
        for one in held[kept:]:
            assert ask(tmp_path / "honest", genesis, one) == Answer("match")
            assert ask(tmp_path / "false", genesis, one).verdict in ("wrong", "missing")


def test_what_the_server_has_lost_its_devices_bring_back(
    world: cast.World, device: Device, tmp_path: Path
):
    """Honestly lost: byte for byte with the receipts, or anew with the acts alone."""
    night = false_history.back_up(world, tmp_path / "night")
    for minute, item in enumerate(device.phone.held[:3], 205):
        device.hand(item, cast.COURIER_2, at=minute)
    device.bring(later(world, 210))
    raws, honest = false_history.raws_of(world), holders(world)
    files = device.write(tmp_path)
    false_history.roll_back(world, night, "data")
    with pytest.raises(KtError, match="log-behind"):
        give(later(world, 220), device.phone.held[0].n)
    assert incoming.catch_up(world.session, [], [files]).entries == 3
    assert false_history.raws_of(world) == raws
    assert holders(world) == honest
    assert is_sound(world)


def test_an_act_that_was_dropped_comes_again_with_the_next_sync(
    world: cast.World, device: Device, tmp_path: Path
):
    """A phone keeps what it has signed; the log that dropped it takes it, late and said so."""
    before, item = size(world), device.phone.held[0]
    night = false_history.back_up(world, tmp_path / "night")
    device.hand(item, cast.COURIER_2, at=205)
    device.bring(later(world, 210))
    false_history.roll_back(world, night)
    assert state(world, item.n).holder == cast.COURIER
    acts, _ = device.write(tmp_path)
    done = incoming.acts(world.at(24 * 60), acts)
    assert done.new == 1
    assert state(world, item.n).holder == cast.COURIER_2
    assert entries(world)[before].act.hash == done.receipts[0].entry.act.hash
    assert is_sound(world)


def test_a_server_that_calls_a_right_act_wrong_has_signed_the_lie(
    world: cast.World, device: Device
):
    """It answers with a refusal; the device holds the act, whose hash that refusal names."""
    device.hand(device.phone.held[0], cast.COURIER_2, at=205)
    [told] = device.acts
    with writing(world.at(210)) as pen:
        own: Fields = {"hash": hashlib.sha256(told).digest(), "length": len(told),
                       "reason": "bad-signature", "device": "PHONE01"}  # fmt: skip
        lie = pen.sign_and_append(pen.draft("refused", "server", own))
    signed = checkpoint.sign(world.session)
    with world.session.database.read() as connection:
        control = LogBook(connection).control
        answer = receipt(connection, control, signed, lie)
    found = check_receipt(world, told, answer)
    assert found.entry is not None
    refusal = read_entry(found.entry).act
    assert refusal.octets("hash") == hashlib.sha256(told).digest()
    body, signatures = told_act(told)
    check_authentic(control, read_act(body), read_signatures(signatures))  # it is right


# Late, and in any order (G12).


def morning(device: Device) -> list[bytes]:
    """One item goes from hand to hand and back, another is offered and taken."""
    first, second = device.phone.held[:2]
    step = device.hand(first, cast.COURIER_2, at=205)
    head = device.phone.step(step)
    for giver, to, minute in ((cast.COURIER_2, cast.DRIVER, 206), (cast.DRIVER, cast.COURIER, 207)):
        line = {"n": first.n, "seal": first.seal, "cond": "intact", "prev": head}
        own = {"to": to, "office": None, "witness": cast.CONTROLLER}
        head = device.phone.step(device.act("handover", giver, own, [line], minute))
    device.hand(second, cast.COURIER_2, at=208)
    return device.acts


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::5])
def test_acts_in_any_order_end_with_the_same_holders(
    world: cast.World, device: Device, order: tuple[int, ...]
):
    acts = morning(device)
    last, second = device.phone.held[:2]
    for at in order:
        receive_all(world.at(240), [acts[at]])
        assert is_sound(world)
    assert (state(world, last.n).holder, state(world, second.n).holder) == (
        cast.COURIER, cast.COURIER_2,
    )  # fmt: skip
    assert not any(one.contested or one.waiting for one in states(world))
    codes = {code for one in entries(world)[-4:] for _, code in one.judgement}
    assert codes <= {"predecessor-missing"}


@pytest.mark.parametrize(
    ("claimed", "is_noted"),
    [(206, False), (100, True), (-30 * 24 * 60, True), (500, True), (30 * 24 * 60, True)],
    ids=["right", "an hour back", "a month back", "hours ahead", "a month ahead"],
)
def test_a_claimed_time_stands_beside_what_is_proved(
    world: cast.World, device: Device, claimed: int, is_noted: bool
):
    """A phone's clock is a claim; between what it had seen and the log's own time it is proved."""
    item, seen = device.phone.held[0], entries(world)[-1]
    device.hand(item, cast.COURIER_2, at=claimed)
    device.bring(later(world, 210))
    told = entries(world)[-1]
    assert ((-1, "time-outside") in told.judgement) == is_noted
    assert state(world, item.n).holder == cast.COURIER_2
    happening = look.story(world.session, str(item.n)).happenings[-1]
    assert happening.at == cast.MORNING + 60 * claimed
    assert happening.accepted_at == cast.MORNING + 60 * 210
    [one] = [o for o in exposure.doubtful(world.session, cast.COURIER, 0) if o.seq == told.seq]
    assert (one.begin, one.end) == (seen.accepted_at, told.accepted_at)
    assert is_sound(world)


# The server's own clock.


@pytest.mark.parametrize("back", [1, 119, 120])
def test_a_small_step_back_is_an_entry_and_an_alarm(world: cast.World, phone: Phone, back: int):
    give(world, phone.held[0].n)
    at, before = world.session.as_of or 0, size(world)
    world.session.as_of = at - back
    give(world, phone.held[1].n)
    clock = entries(world)[before]
    assert (clock.act.type, clock.act.persons) == ("clock", ("server",))
    assert (clock.act.number("was"), clock.act.number("now")) == (at, at - back)
    assert [one.seq for one in alarms.alarms(world.session) if one.code == "clock-set"] == [before]
    assert is_sound(world)


def test_a_larger_step_back_is_refused(world: cast.World, phone: Phone):
    give(world, phone.held[0].n)
    before = size(world)
    world.session.as_of = (world.session.as_of or 0) - 121
    with pytest.raises(KtError, match="clock-behind"):
        give(world, phone.held[1].n)
    assert size(world) == before


@pytest.mark.parametrize("by", [601, 86_400 * 365])
def test_a_clock_that_was_set_signs_nothing_until_somebody_says_it_is_right(
    world: cast.World, phone: Phone, by: int
):
    session, other, at = world.session, world.new_session(), world.session.as_of or 0
    counted, ahead = 0, 0
    for one in (session, other):
        one.as_of = None
        one.clock = lambda: at + counted + ahead
        one.counted = lambda: ("this start", 7 + counted)
    give(world, phone.held[0].n)
    counted = 86_400 * 3  # nobody came for days: no clock was set
    give(world, phone.held[1].n)
    before = size(world)
    ahead = by
    for attempt in (lambda: give(world, phone.held[2].n), lambda: receive_all(other, [b"rubbish"])):
        with pytest.raises(KtError, match="clock-ahead") as raised:
            attempt()
        assert raised.value.detail == {"seconds": by}
    assert size(world) == before
    ahead = 0  # set right again: nothing false is in the log
    give(world, phone.held[2].n)
    assert [entry.act.type for entry in entries(world, before - 1)] == ["handover"]
    ahead = by
    told = clock.take(other)
    assert told is not None
    assert (told.act.type, told.act.persons) == ("clock", ("server",))
    assert (told.act.number("was"), told.act.number("now")) == (at + counted, at + counted + by)
    assert clock.take(other) is None
    give(world, phone.held[3].n)
    assert [one.seq for one in alarms.alarms(session) if one.code == "clock-set"] == [told.seq]
    assert is_sound(world)
