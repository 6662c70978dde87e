"""What somebody signs alone about what he has handed on, witnessed, or nobody else knows (G10–G13)."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from kt1custody.core.custody.table import ItemState, Status
from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log.act import Act
from kt1custody.core.log.commitments import MOST_WAIT, commitments
from kt1custody.core.log.entry import Entry
from kt1custody.services.custody import ruling
from kt1custody.services.evidence import verify
from kt1custody.services.people import alarms
from kt1custody.services.seals import spoiled
from kt1custody.services.session import lost
from tests.kit import at_counter, cast
from tests.kit.at_counter import Handover
from tests.kit.phone import Fields, Phone, entries, give, is_sound, receive, states


def state(world: cast.World, n: int) -> ItemState:
    return next(one for one in states(world) if one.n == n)


def heard(world: cast.World, code: str) -> list[int]:
    return [one.seq for one in alarms.alarms(world.session) if one.code == code]


def is_rebuilt_alike(world: cast.World) -> bool:
    before = states(world)
    verify.rebuild(world.session)
    return states(world) == before and verify.verify(world.session).findings == []


# Whoever held an item signs alone upon the step that gave it to him (G10).

TORN: Fields = {"reason": "torn", "new": None}
Signed = Callable[[Phone, ItemState, Entry], Act]


def step_before(world: cast.World, n: int) -> Entry:
    """Give the bind from which the item was handed on for the first time."""
    binds = [one for one in entries(world) if one.act.type == "bind"]
    return next(one for one in binds if any(line.n == n for line in one.act.lines))


def void_by_clerk(phone: Phone, item: ItemState, bind: Entry) -> Act:
    line: Fields = {"n": item.n, "seal": item.seal, "cond": "intact", "prev": bind.step, **TORN}
    return phone.act("void", cast.CLERK, {"office": cast.OFFICE, "witness": None}, [line])


def void_of_registration(phone: Phone, item: ItemState, bind: Entry) -> Act:
    """By another clerk of the office, as if the item had never had a seal."""
    prev = next(line.prev for line in bind.act.lines if line.n == item.n)
    own: Fields = {"reason": "cancelled", "new": None}
    line: Fields = {"n": item.n, "seal": None, "cond": "intact", "prev": prev, **own}
    return phone.act("void", cast.CLERK_2, {"office": cast.OFFICE, "witness": None}, [line])


def delivered_by_clerk(phone: Phone, item: ItemState, bind: Entry) -> Act:
    return delivered(phone, item, cast.CLERK, bind.step)


def delivered_by_courier(phone: Phone, item: ItemState, bind: Entry) -> Act:
    return delivered(phone, item, cast.COURIER, item.head)


def delivered(phone: Phone, item: ItemState, by: str, prev: bytes) -> Act:
    line: Fields = {"n": item.n, "seal": item.seal, "cond": "intact", "prev": prev}
    return phone.act("deliver", by, {"commit": bytes(32), "remark": False}, [line])


ALONE: dict[str, Signed] = {
    "a clerk voids the seal": void_by_clerk,
    "another clerk of the office cancels": void_of_registration,
    "a clerk delivers": delivered_by_clerk,
    "a courier delivers": delivered_by_courier,
}


@pytest.mark.parametrize("name", ALONE)
def test_what_one_signs_alone_of_what_was_handed_on_stops_nobody(
    world: cast.World, phone: Phone, name: str
):
    item = phone.held[0]
    give(world, item.n)
    before = state(world, item.n)
    act = ALONE[name](phone, item, step_before(world, item.n))
    told = receive(world.session, phone.spell(act)).entry
    assert (0, "outweighed") in told.judgement
    assert state(world, item.n) == before
    assert heard(world, "outweighed") == [told.seq]
    assert heard(world, "forked") == []
    give(world, item.n, cast.COURIER_2, cast.DRIVER)
    assert is_sound(world)
    assert is_rebuilt_alike(world)


@pytest.mark.parametrize("name", ["a courier delivers"])
def test_if_it_comes_first_the_handover_still_holds(world: cast.World, phone: Phone, name: str):
    item = phone.held[0]
    handed = phone.handover(item)
    act = ALONE[name](phone, item, step_before(world, item.n))
    alone = receive(world.session, phone.spell(act)).entry
    assert state(world, item.n).status is Status.DELIVERED  # nobody knows better yet
    told = receive(world.session, phone.spell(handed)).entry
    assert (0, "outweighs") in told.judgement
    assert (0, "outweighed") not in alone.judgement
    assert heard(world, "outweighed") == [told.seq]
    assert (state(world, item.n).holder, state(world, item.n).contested) == (cast.COURIER_2, False)
    give(world, item.n, cast.COURIER_2, cast.DRIVER)
    assert is_sound(world)


def test_two_officers_may_keep_what_one_has_signed_alone(world: cast.World, phone: Phone):
    item = phone.held[0]
    give(world, item.n)
    act = delivered_by_courier(phone, item, step_before(world, item.n))
    told = receive(world.session, phone.spell(act)).entry
    assert [one.entry.seq for one in ruling.branches(world.session, str(item.n))] == [
        told.seq - 1, told.seq,
    ]  # fmt: skip
    world.at(230)
    at_counter.settle(
        world.session, str(item.n), f"#{told.seq}", "paper", cast.OFFICERS, confirm=cast.yes
    )
    assert state(world, item.n).status is Status.DELIVERED
    assert is_sound(world)


def test_whoever_holds_it_delivers_alone_and_against_two_persons_officers_must_settle(
    world: cast.World, phone: Phone
):
    """The honest twin; and a witnessed act is not one person's word."""
    item, other = phone.held[:2]
    act = delivered_by_courier(phone, item, step_before(world, item.n))
    assert receive(world.session, phone.spell(act)).entry.judgement == ((-1, "device-unknown"),)
    assert state(world, item.n).status is Status.DELIVERED
    bind = step_before(world, other.n)
    line: Fields = {"n": other.n, "seal": other.seal, "cond": "intact", "prev": bind.step, **TORN}
    own: Fields = {"office": cast.OFFICE, "witness": cast.CONTROLLER}
    told = receive(world.session, phone.spell(phone.act("void", cast.CLERK, own, [line]))).entry
    assert (0, "contested") in told.judgement
    assert state(world, other.n).contested
    assert is_sound(world)


# Somebody who has received or witnessed an act signs another one under its id or counter (G10).


@pytest.mark.parametrize("by", [cast.COURIER_2, cast.CONTROLLER])
@pytest.mark.parametrize("what", ["id", "counter"])
@pytest.mark.parametrize("turned", [False, True])
def test_who_has_received_or_witnessed_an_act_contests_it_by_no_twin(
    world: cast.World, phone: Phone, by: str, what: str, turned: bool
):
    item, other = phone.held[:2]
    honest = phone.handover(item)
    same: Fields = {"dev": honest.dev, "dseq": honest.dseq, "dprev": honest.dprev}
    same = {"id": honest.id} if what == "id" else same
    twin = phone.act("withdraw", by, {"of": bytes(32), **same})
    acts = (twin, honest) if turned else (honest, twin)
    kept = [receive(world.session, phone.spell(act)).entry for act in acts]
    assert (-1, "counter-shared") in kept[1].judgement
    assert heard(world, "doubled") == []
    assert (state(world, item.n).holder, state(world, item.n).contested) == (cast.COURIER_2, False)
    mine = phone.handover(other)  # the honest twin: a copied phone of one person
    copy = phone.handover(other, to=cast.DRIVER, dseq=mine.dseq, dprev=mine.dprev)
    for act in (mine, copy):
        receive(world.session, phone.spell(act))
    assert state(world, other.n).contested
    assert len(heard(world, "doubled")) == 1
    assert is_sound(world)


# A clerk signs under a counter's name, elsewhere, and brings no records (G11).


def register_elsewhere(world: cast.World, phone: Phone, device: str, at: int) -> Entry:
    n = numbers.item_number(log_number=68, year=26, running=300)
    line: Fields = {
        "n": n, "mark": 0, "urgency": 0, "kind": 0, "appt": None, "dest": cast.OFFICE,
        "commit": b"slip".ljust(32),
    }  # fmt: skip
    last = [entry.act for entry in entries(world) if entry.act.dev == device][-1]
    own: Fields = {
        "office": cast.OFFICE, "list": b"list".ljust(32), "dev": device, "at": at,
        "dseq": last.dseq + 1, "dprev": last.hash,
    }  # fmt: skip
    act = phone.act("register", cast.CLERK, own, [line])
    return receive(world.at(200), phone.spell(act)).entry


def test_what_comes_in_a_file_under_a_counter_s_name_is_not_missed_here(
    world: cast.World, phone: Phone
):
    """What is proposed here is committed within ten minutes; a file takes longer."""
    at = cast.MORNING + 60 * 200 - MOST_WAIT - 1
    told = register_elsewhere(world, phone, "QUAY01", at)
    assert told.act.dev == world.session.device
    report = verify.verify(world.session)
    assert report.findings == []
    assert f"records-by-file: QUAY01 {cast.CLERK}" in report.outside
    assert lost.find(world.session) == []


def test_every_record_of_the_counter_is_still_missed(world: cast.World):
    """The honest twin: what was made here has its records here, and is missed if they go."""
    report = verify.verify(world.session)
    assert (report.findings, "records-by-file" in str(report.outside)) == ([], False)
    with world.session.database.write() as connection:
        connection.execute(sa.text("DELETE FROM slipkeys"))
        connection.execute(sa.text("DELETE FROM records"))
    named = {one for entry in entries(world) for _, one in commitments(entry.act)}
    report = verify.verify(world.session)
    assert len([one for one in report.findings if one.kind == "record-missing"]) == len(named)
    assert {one.commit for one in lost.find(world.session)} == named


# Wrong PINs and holds (G13).


def held(world: cast.World, phone: Phone, minutes: int, who: str, **own: cbor.Value) -> Entry:
    act = phone.act("hold", cast.CLERK, {"who": who, "reason": "other", **own})
    return receive(world.at(minutes), phone.spell(act)).entry


def test_nobody_tells_wrong_pins_of_another(world: cast.World, phone: Phone):
    held(world, phone, 201, cast.DRIVER, tries={cast.COURIER: 99})
    assert heard(world, "wrong-pins") == heard(world, "many-pins") == []
    told = held(world, phone, 202, cast.DRIVER, tries={cast.CLERK: 5})
    assert heard(world, "wrong-pins") == [told.seq]


def test_few_wrong_pins_at_a_time_are_an_alarm_once_they_are_many_in_a_day(
    world: cast.World, phone: Phone
):
    for minutes in (201, 202, 203, 203 + 24 * 60):  # the honest twin: twelve a day at most
        told = held(world, phone, minutes, cast.DRIVER, tries={cast.CLERK: 4})
    assert heard(world, "many-pins") == []
    for minutes in range(1, 4):
        told = held(world, phone, 203 + 24 * 60 + minutes, cast.DRIVER, tries={cast.CLERK: 4})
    assert heard(world, "many-pins") == [told.seq]
    assert heard(world, "wrong-pins") == []


def test_who_puts_many_on_hold_is_heard(world: cast.World, phone: Phone):
    for who in (cast.DRIVER, cast.DRIVER, cast.COURIER, cast.COURIER_2):
        held(world, phone, 201, who)
    assert heard(world, "many-holds") == []
    assert held(world, phone, 202 + 24 * 60, cast.CLERK_2).seq not in heard(world, "many-holds")
    for who in (cast.COURIER, cast.DRIVER, cast.COURIER_2):
        told = held(world, phone, 203 + 24 * 60, who)
    assert heard(world, "many-holds") == [told.seq]


# What the book of labels says of a seal follows from custody, not from who says something first.


def test_a_void_that_does_not_hold_spoils_no_label(world: cast.World, phone: Phone):
    item = phone.held[0]
    back = Handover(cast.COURIER, cast.CLERK_2, cast.CONTROLLER)
    at_counter.hand_over(world.session, back, [str(item.n)], confirm=cast.yes)
    at_counter.void(
        world.session, cast.CLERK, cast.CONTROLLER, str(item.n), "torn", confirm=cast.yes
    )
    honest = spoiled.register(world.session)
    assert [one.reason for one in honest if one.n == item.n] == ["torn"]
    own: Fields = {"reason": "wrong-item", "new": 65_600}
    line: Fields = {"n": item.n, "seal": item.seal, "cond": "intact", "prev": bytes(32), **own}
    told: Fields = {"office": cast.OFFICE, "witness": cast.CONTROLLER}
    answer = receive(world.session, phone.spell(phone.act("void", cast.CLERK_2, told, [line])))
    assert (0, "predecessor-missing") in answer.entry.judgement
    assert spoiled.register(world.session) == honest
    assert is_sound(world)
