"""What one person on duty does alone to stop the others, or to keep a role that is lost (G8–G14)."""

from pathlib import Path

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.core.custody import frontier
from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log.entry import Entry
from kt1custody.errors import RefusedError
from kt1custody.services.evidence import verify
from kt1custody.services.people import alarms, roster
from kt1custody.services.people.people import Duty
from tests.kit import at_counter, cast
from tests.kit.phone import Fields, Phone, entries, give, is_sound, receive, states

DAY = 24 * 60
FREE = 13  # the running number behind those of the sample's day
SERIAL = 65_548  # the serial behind those
BOUND = 10_000


def state(world: cast.World, n: int) -> ItemState:
    return next(one for one in states(world) if one.n == n)


def number(running: int, year: int = 2026) -> int:
    return numbers.item_number(log_number=68, year=year, running=running)


def registered(world: cast.World, count: int = 1, begin: int = 12) -> tuple[int, ...]:
    """Register items at the counter, as on any day."""
    file = cast.write_manifest(world.folder / f"{begin}.csv", count, begin=begin)
    return at_counter.import_manifest(world.session, lambda: cast.CLERK, file).numbers


def by_file(world: cast.World, phone: Phone, *given: int) -> Entry:
    """Have a clerk register items with numbers of their own choice."""
    lines: list[Fields] = [
        {"n": n, "mark": 0, "urgency": 0, "kind": 0, "appt": None, "dest": cast.OFFICE,
         "commit": bytes(32)} for n in given
    ]  # fmt: skip
    own: Fields = {"office": cast.OFFICE, "list": bytes(32)}
    return receive(world.session, phone.spell(phone.act("register", cast.CLERK, own, lines))).entry


def printed_by_file(world: cast.World, phone: Phone, n: int, serial: int) -> Entry:
    line: Fields = {"n": n, "serial": serial, "job": serial, "copy": 1}
    act = phone.act("print", cast.CLERK, {"office": cast.OFFICE}, [line])
    return receive(world.session, phone.spell(act)).entry


def codes(entry: Entry) -> set[str]:
    """Give what was judged of the whole act, but for what the phone's own clock adds."""
    return {code for line, code in entry.judgement if line == -1} - {"time-outside"}


def heard(world: cast.World, code: str) -> list[int]:
    return [one.seq for one in alarms.alarms(world.session) if one.code == code]


def is_rebuilt_alike(world: cast.World) -> bool:
    before = states(world)
    verify.rebuild(world.session)
    return states(world) == before and verify.verify(world.session).findings == []


# Numbers and serials.


def test_numbers_are_given_out_in_a_row(world: cast.World):
    """The honest twin."""
    assert registered(world, 3) == tuple(number(FREE + place) for place in range(3))


@pytest.mark.parametrize("running", [numbers.LAST_RUNNING, 9_999_999, FREE + BOUND + 1])
def test_the_last_number_by_file_ends_no_year(world: cast.World, phone: Phone, running: int):
    n = number(1) if running > numbers.LAST_RUNNING else number(running)
    if running > numbers.LAST_RUNNING:  # a bag's
        n = next(
            one for one in range(682_699_999_990, 682_700_000_000) if not numbers.damm(str(one))
        )
    told = by_file(world, phone, n)
    assert codes(told) == {"device-unknown", "number-ahead"}
    assert n not in [one.n for one in states(world)]
    assert heard(world, "ahead") == [told.seq]
    assert registered(world) == (number(FREE),)
    assert is_sound(world)


def test_numbers_of_next_year_are_taken_by_nobody_before_it_comes(world: cast.World, phone: Phone):
    told = by_file(world, phone, number(1, 2027), number(2, 2027))
    assert "number-ahead" in codes(told)
    world.session.as_of = cast.MORNING + 39 * 24 * 3_600  # in January
    assert registered(world) == (number(1, 2027),)
    assert is_sound(world)


def test_single_numbers_that_are_taken_are_passed_over(world: cast.World, phone: Phone):
    told = by_file(world, phone, number(FREE + 1), number(FREE + 2), number(FREE + BOUND))
    assert codes(told) == {"device-unknown"}
    assert registered(world, 3) == (number(FREE), number(FREE + 3), number(FREE + 4))
    far = by_file(world, phone, number(FREE + BOUND + 6))
    assert "number-ahead" in codes(far)
    assert is_rebuilt_alike(world)


def test_the_last_serial_by_file_ends_no_printing(world: cast.World, phone: Phone, tmp_path: Path):
    [n, other] = registered(world, 2)
    outgoing.public(world.session, tmp_path / "before")
    for serial in (numbers.LAST_SERIAL, SERIAL + BOUND + 1):
        assert "number-ahead" in codes(printed_by_file(world, phone, other, serial))
    outgoing.public(world.session, tmp_path / "after")
    states_of = [incoming.trusted(tmp_path / name).status.keys for name in ("before", "after")]
    assert states_of[0] == states_of[1]
    job = at_counter.print_seals(
        world.session, cast.CLERK, [str(n)], tmp_path / "a.pdf", confirm=cast.yes
    )
    assert job.serials == ((n, SERIAL),)
    assert is_sound(world)


def test_a_serial_that_is_taken_is_passed_over(world: cast.World, phone: Phone, tmp_path: Path):
    items = registered(world, 3)
    assert codes(printed_by_file(world, phone, items[2], SERIAL + 1)) == {"device-unknown"}
    job = at_counter.print_seals(
        world.session, cast.CLERK, list(map(str, items[:2])), tmp_path / "a.pdf", confirm=cast.yes
    )
    assert [serial for _, serial in job.serials] == [SERIAL, SERIAL + 2]
    assert is_rebuilt_alike(world)


def test_a_serial_ahead_of_the_row_vouches_for_none_between(
    world: cast.World, phone: Phone, tmp_path: Path
):
    """Whoever forges a seal over a serial that nobody has printed is still told of as such."""
    [n] = registered(world)
    assert codes(printed_by_file(world, phone, n, SERIAL + BOUND)) == {"device-unknown"}
    outgoing.public(world.session, tmp_path / "public")
    [key] = incoming.trusted(tmp_path / "public").status.keys.values()
    assert key.highest == SERIAL - 1


# Counters of devices.


@pytest.mark.parametrize(("dseq", "ahead"), [(BOUND, False), (BOUND + 1, True), (10**9, True)])
def test_a_billion_acts_are_not_missed(world: cast.World, phone: Phone, dseq: int, ahead: bool):
    at_counter.enrol_device(world.session, "PHONE01", "Máy", cast.OFFICE, cast.OFFICERS)
    item = phone.held[0]
    told = receive(world.session, phone.spell(phone.handover(item, dseq=dseq, dprev=bytes(32))))
    assert codes(told.entry) == ({"counter-ahead"} if ahead else set())
    assert state(world, item.n).holder == (cast.COURIER if ahead else cast.COURIER_2)
    [device] = [one for one in roster.devices(world.session) if one.number == "PHONE01"]
    assert device.missing == (0 if ahead else BOUND)
    assert heard(world, "ahead") == [told.entry.seq] * ahead
    assert is_sound(world)


def test_a_jump_below_the_log_s_size_stops_nobody(
    world: cast.World, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    """As in a log of many entries, where such a counter could be the device's own."""
    monkeypatch.setattr(frontier, "AHEAD", 3)
    at_counter.enrol_device(world.session, "PHONE01", "Máy", cast.OFFICE, cast.OFFICERS)
    told = receive(world.session, phone.spell(phone.handover(dseq=5, dprev=bytes(32))))
    assert codes(told.entry) == {"counter-ahead"}
    at_counter.hold(world.session, cast.CLERK, cast.DRIVER, "absent")


@pytest.mark.parametrize("device", ["QUAY01", "PHONE01"])
def test_a_twin_of_the_newest_counter_breaks_no_row(world: cast.World, phone: Phone, device: str):
    if device == "PHONE01":
        first = phone.handover(phone.held[0])
        over: Fields = {"dseq": first.dseq, "dprev": first.dprev}
        receive(
            world.session,
            phone.spell(phone.act("withdraw", cast.DRIVER, {"of": bytes(32), **over})),
        )
        phone.last = (first.dseq, first.hash)
        receive(world.session, phone.spell(first))
        receive(world.session, phone.spell(phone.handover(phone.held[1])))
    else:
        newest = [one.act for one in entries(world) if one.act.dev == device][-1]
        over = {"dev": device, "dseq": newest.dseq, "dprev": newest.dprev}
        receive(
            world.session,
            phone.spell(phone.act("withdraw", cast.DRIVER, {"of": bytes(32), **over})),
        )
        give(world, phone.held[0].n)
    assert is_sound(world)


# Roles that have ended.


def moved(world: cast.World, entry: Entry) -> bool:
    return state(world, entry.act.lines[0].n).holder == entry.act.text("to")


def enrolled(world: cast.World, phone: Phone) -> None:
    """The phone is one of ours, and has seen all there is."""
    at_counter.enrol_device(world.session, "PHONE01", "Máy", cast.OFFICE, cast.OFFICERS)
    newest = entries(world)[-1]
    phone.seen = [newest.seq, newest.leaf]


ENDS = {
    "the giver's term": (cast.COURIER, "until"),
    "the receiver's term": (cast.COURIER_2, "until"),
    "the giver's role": (cast.COURIER, "role"),
    "the receiver's role": (cast.COURIER_2, "role"),
    "the receiver's key": (cast.COURIER_2, "key"),
}


def end(world: cast.World, name: str) -> None:
    who, what = ENDS[name]
    if what == "key":
        at_counter.revoke(world.session, who, "left", None, cast.OFFICERS)
        return
    until = (world.session.as_of or 0) + 3_600
    at_counter.assign(
        world.session,
        who,
        Duty(until=until) if what == "until" else Duty(role="driver"),
        cast.OFFICERS,
    )


@pytest.mark.parametrize("name", ENDS)
def test_an_old_seen_keeps_no_role(world: cast.World, phone: Phone, name: str):
    enrolled(world, phone)
    end(world, name)
    soon = receive(world.at(200 + 1 * DAY), phone.spell(phone.handover(phone.held[0]))).entry
    assert codes(soon) == ({"key-late"} if name.endswith("key") else set())
    assert moved(world, soon)  # a day without network costs nobody anything
    late = receive(world.at(200 + 30 * DAY), phone.spell(phone.handover(phone.held[1]))).entry
    assert "role-ended" in codes(late)
    assert not moved(world, late)
    assert heard(world, "role-ended") == [late.seq]
    assert is_sound(world)


@pytest.mark.parametrize("name", [*ENDS, ""])
def test_an_unknown_device_keeps_no_role(world: cast.World, phone: Phone, name: str):
    if name:
        end(world, name)
    told = receive(world.at(200 + 2 * DAY), phone.spell(phone.handover(phone.held[0]))).entry
    assert ("role-ended" in codes(told)) == bool(name)
    assert moved(world, told) == (not name)


def test_who_is_still_what_they_were_is_never_too_late(world: cast.World, phone: Phone):
    enrolled(world, phone)
    told = receive(world.at(200 + 60 * DAY), phone.spell(phone.handover(phone.held[0]))).entry
    assert codes(told) == set()
    assert moved(world, told)


@pytest.mark.parametrize("is_linked", [True, False])
def test_what_a_device_has_seen_never_goes_back(
    world: cast.World, phone: Phone, *, is_linked: bool
):
    enrolled(world, phone)
    old = phone.seen
    at_counter.assign(world.at(300), cast.COURIER_2, Duty(role="driver"), cast.OFFICERS)
    newest = entries(world)[-1]
    phone.seen = [newest.seq, newest.leaf]
    honest = receive(world.at(310), phone.spell(phone.handover(phone.held[0]))).entry
    assert codes(honest) == set()
    phone.seen = old
    over: Fields = {} if is_linked else {"dprev": bytes(32), "dseq": honest.act.dseq + 7}
    told = receive(world.at(320), phone.spell(phone.handover(phone.held[1], **over))).entry
    assert codes(told) == {"seen-back", "role-ended"}
    assert not moved(world, told)
    assert heard(world, "seen-back") == [told.seq]
    assert is_sound(world)


def test_what_others_sign_on_a_device_does_not_make_it_go_back(world: cast.World, phone: Phone):
    enrolled(world, phone)
    first = phone.handover(phone.held[0])
    newest = entries(world)[-1]
    give(world, phone.held[2].n)
    ahead: list[cbor.Value] = [newest.seq + 1, entries(world)[-1].leaf]
    over: Fields = {"of": bytes(32), "seen": ahead, "dseq": first.dseq, "dprev": b""}
    receive(world.session, phone.spell(phone.act("withdraw", cast.DRIVER, over)))
    phone.last = (first.dseq, first.hash)
    receive(world.session, phone.spell(first))
    second = receive(world.session, phone.spell(phone.handover(phone.held[1]))).entry
    assert codes(second) == set()


# The counter's own clock.


def test_a_term_that_ended_an_hour_ago_is_over_though_nothing_has_come_since(
    world: cast.World, phone: Phone
):
    item = phone.held[0]
    end(world, "the giver's term")
    world.session.as_of = (world.session.as_of or 0) + 3_600  # its last second
    give(world, item.n, cast.COURIER, cast.DRIVER)
    world.session.as_of += 3_600
    with pytest.raises(RefusedError) as raised:
        give(world, phone.held[1].n)
    assert raised.value.detail["faults"] == [(0, "key-expired")]


def test_a_role_begins_by_the_clock_and_the_old_one_lasts_until_then(
    world: cast.World, phone: Phone
):
    item, begin = phone.held[0], (world.session.as_of or 0) + 24 * 3_600
    enrolled(world, phone)
    kid = phone.keys[cast.COURIER_2].kid
    own: Fields = {"by2": cast.OFFICERS[1], "kid": kid, "role": "clerk", "office": cast.OFFICE,
                   "from": begin, "to": None}  # fmt: skip
    told = receive(world.session, phone.spell(phone.act("assign", cast.OFFICERS[0], own)))
    assert told.refused is None
    give(world, item.n, cast.COURIER, cast.COURIER_2)
    assert state(world, item.n).status == "out"  # a courier has it
    world.session.as_of = begin
    give(world, phone.held[1].n, cast.COURIER, cast.COURIER_2)
    assert state(world, phone.held[1].n).status == "held"  # a clerk has it
    assert is_sound(world)
