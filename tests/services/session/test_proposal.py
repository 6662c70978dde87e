"""Propose, sign, commit: three parts with nothing but bytes between them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kt1custody.core.formats import cbor
from kt1custody.core.log.entry import Entry
from kt1custody.errors import MalformedInputError, RefusedError, VerificationError
from kt1custody.services.custody import deliver, disclose, hand_over, ruling
from kt1custody.services.custody.correct_item import correct_item
from kt1custody.services.custody.deliver import Door, Receiver
from kt1custody.services.custody.hand_over import Handover
from kt1custody.services.evidence import verify
from kt1custody.services.keys import ceremony, genesis
from kt1custody.services.people import people
from kt1custody.services.people.people import Duty
from kt1custody.services.registration import catalogue
from kt1custody.services.seals import seal
from kt1custody.services.session import here, lost, proposal, slips, step, writer
from kt1custody.services.session.proposal import Proposal
from kt1custody.services.session.step import Plan
from kt1custody.store import records
from kt1custody.store.log import LogBook
from kt1custody.store.sealed import Row
from tests.kit import cast, three_parts
from tests.kit.phone import Phone, give, is_sound, receive, size

HANDOVER = hand_over.plan(Handover(cast.COURIER, cast.COURIER_2, cast.CONTROLLER))
DELIVERY = deliver.delivery(Door(cast.COURIER, cast.CLERK), Receiver("Nguyễn Văn Nhận"))


def proposed(world: cast.World, n: int, plan: Plan = HANDOVER) -> Proposal:
    world.session.unlock(plan.people)
    return step.propose(world.session, plan, [str(n)])


def commit(world: cast.World, what: Proposal) -> list[Entry]:
    return writer.commit(world.session, what, here.sign(world.session, what))


def test_a_proposal_and_its_signatures_are_bytes(world: cast.World, phone: Phone):
    told = proposed(world, phone.held[0].n, DELIVERY)
    assert proposal.read(told.encode()) == told
    signed = here.sign(world.session, told)
    assert proposal.read_signed(proposal.encode_signed(signed)) == signed
    before = size(world)
    again = proposal.read(told.encode())
    [entry] = writer.commit(
        world.session, again, proposal.read_signed(proposal.encode_signed(signed))
    )
    assert size(world) == before + 1
    assert entry.act.type == "deliver"
    with world.session.database.read() as connection:
        reader = slips.Reader(LogBook(connection), world.session.person(cast.CLERK))
        record = reader.open(entry.act.octets("commit"), "receiver")
    assert record is not None
    assert record["name"] == "Nguyễn Văn Nhận"
    assert is_sound(world)


def test_nothing_of_a_proposal_is_in_clear(world: cast.World, phone: Phone):
    told = proposed(world, phone.held[0].n, DELIVERY).encode()
    assert "Nhận".encode() not in told


def test_to_propose_writes_nothing(world: cast.World, phone: Phone):
    before = size(world)
    with world.session.database.read() as connection:
        records = connection.exec_driver_sql("SELECT COUNT(*) FROM records").scalar_one()
    proposed(world, phone.held[0].n, DELIVERY)
    with world.session.database.read() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM records").scalar_one() == records
    assert size(world) == before


def test_a_commit_that_comes_twice_is_one_entry(world: cast.World, phone: Phone):
    told = proposed(world, phone.held[0].n)
    signed = here.sign(world.session, told)
    before = size(world)
    first = writer.commit(world.session, told, signed)
    assert [one.raw for one in writer.commit(world.session, told, signed)] == [
        one.raw for one in first
    ]
    assert size(world) == before + 1


def moved(world: cast.World, phone: Phone) -> None:
    give(world, phone.held[0].n, cast.COURIER, cast.COURIER_2)


def other_chain(world: cast.World, phone: Phone) -> None:
    give(world, phone.held[1].n, cast.COURIER, cast.COURIER_2)


def revoked(world: cast.World, phone: Phone) -> None:
    people.revoke(world.session, cast.COURIER_2, "lost", None, cast.OFFICERS)


def held(world: cast.World, phone: Phone) -> None:
    people.hold(world.new_session("QUAY02"), cast.CLERK, cast.COURIER_2, "absent")


@pytest.mark.parametrize("meanwhile", [moved, other_chain, revoked])
def test_what_rests_on_what_is_no_longer_so_is_refused(
    world: cast.World, phone: Phone, meanwhile: Callable[[cast.World, Phone], None]
):
    told = proposed(world, phone.held[0].n)
    signed = here.sign(world.session, told)
    meanwhile(world, phone)
    before = size(world)
    with pytest.raises(RefusedError, match="changed-meanwhile"):
        writer.commit(world.session, told, signed)
    assert size(world) == before
    assert is_sound(world)


def test_of_two_proposals_of_one_item_the_first_holds(world: cast.World, phone: Phone):
    n = phone.held[0].n
    one, other = proposed(world, n), proposed(world, n, DELIVERY)
    ready = [(told, here.sign(world.session, told)) for told in (one, other)]
    writer.commit(world.session, *ready[0])
    with pytest.raises(RefusedError, match="changed-meanwhile"):
        writer.commit(world.session, *ready[1])
    assert is_sound(world)


def test_a_signature_that_is_missing_or_another_s_is_refused(world: cast.World, phone: Phone):
    told = proposed(world, phone.held[0].n)
    other = proposed(world, phone.held[1].n)
    [right], [of_other] = here.sign(world.session, told), here.sign(world.session, other)
    before = size(world)
    for wrong in ((), ((),), (right[:1],), (right[::-1],), (of_other,), (right, right)):
        with pytest.raises(VerificationError):
            writer.commit(world.session, told, wrong)
    forged = replace(right[0], value=bytes(64))
    with pytest.raises(VerificationError):
        writer.commit(world.session, told, ((forged, *right[1:]),))
    assert size(world) == before
    writer.commit(world.session, told, (right,))


def test_a_body_that_was_changed_after_it_was_shown_bears_no_signature(
    world: cast.World, phone: Phone
):
    told, other = proposed(world, phone.held[0].n), proposed(world, phone.held[1].n)
    signed = here.sign(world.session, told)
    with pytest.raises(VerificationError, match="bad-signature"):
        writer.commit(world.session, replace(told, acts=other.acts), signed)


def test_what_brings_records_is_committed_soon(world: cast.World, phone: Phone):
    told = proposed(world, phone.held[0].n, DELIVERY)
    signed = here.sign(world.session, told)
    assert world.session.as_of
    world.session.as_of += 601
    with pytest.raises(RefusedError, match="proposal-old"):
        writer.commit(world.session, told, signed)
    world.session.as_of -= 1
    writer.commit(world.session, told, signed)
    assert "records-by-file" not in str(verify.verify(world.session).outside)


def test_another_device_s_proposal_is_not_committed_here(world: cast.World, phone: Phone):
    told = proposed(world, phone.held[0].n)
    signed = here.sign(world.session, told)
    other = world.new_session("QUAY02")
    other.as_of = world.session.as_of
    with pytest.raises(RefusedError, match="not-this-device"):
        writer.commit(other, told, signed)


def test_nobody_signs_out_of_turn_or_twice(world: cast.World, phone: Phone):
    told = proposed(world, phone.held[0].n)
    receiver, giver = world.session.person(cast.COURIER_2), world.session.person(cast.COURIER)
    with pytest.raises(RefusedError, match="not-your-turn"):
        proposal.sign(told, (), receiver)
    signed = proposal.sign(told, (), giver)
    with pytest.raises(RefusedError, match="not-your-turn"):
        proposal.sign(told, signed, giver)
    with pytest.raises(RefusedError, match="not-your-turn"):
        proposal.sign(told, signed, world.session.person(cast.CLERK))


def test_what_comes_beside_an_act_must_be_its_own(world: cast.World, phone: Phone):
    told = proposed(world, phone.held[0].n, DELIVERY)
    other = proposed(world, phone.held[1].n, DELIVERY)
    signed = here.sign(world.session, told)
    before = size(world)
    wrongs: tuple[tuple[Row, ...], ...] = (
        other.beside,
        ((("entries", {"seq": 1}),)),
        (("records", {"commitment": b"x", "about": "receiver", "box": b""}),),
        (("catalogues", {"hash": bytes(32), "content": b""}),),
        (("slipkeys", {"commitment": bytes(32), "office_key": "none", "wrapped": b""}),),
    )
    for wrong in wrongs:
        with pytest.raises(MalformedInputError, match="proposal-unreadable"):
            writer.commit(world.session, replace(told, beside=wrong), signed)
    assert size(world) == before
    writer.commit(world.session, told, signed)
    assert verify.verify(world.session, opener=cast.CLERK).findings == []


def fork(world: cast.World, minute: int, n: int) -> tuple[Entry, Entry]:
    """Have an item handed on twice from one step, by phones that did not know of each other."""
    phone = Phone(world)
    [item] = [one for one in phone.held if one.n == n]
    acts = [phone.handover(item), phone.handover(item, to=cast.DRIVER)]
    first, second = (receive(world.at(minute), phone.spell(act)).entry for act in acts)
    return first, second


@pytest.mark.slow
def test_every_use_case_that_signs_is_done_in_three_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    world = cast.World(tmp_path / "world")
    genesis.found(world.session, cast.FOUNDING)
    with three_parts.apart(world, monkeypatch) as seen:
        catalogue.load(world.at(1), "offices", cast.DATA / "offices.csv", cast.OFFICERS)
        catalogue.load(world.at(2), "agencies", cast.DATA / "agencies.csv", cast.OFFICERS)
        people.enrol(world.at(3), cast.DATA / "people.csv", cast.OFFICERS)
        people.enrol_device(world.at(4), "PHONE01", "Điện thoại", cast.OFFICE, cast.OFFICERS)
        day = cast.live_a_day(world)
        n = str(day.numbers[6])
        back = Handover(cast.COURIER, cast.CLERK_2, cast.CONTROLLER)
        hand_over.hand_over(world.at(130), back, [n], confirm=cast.yes)
        seal.void(
            world.at(131), cast.CLERK, cast.CONTROLLER, n, "torn",
            reprint=tmp_path / "new.pdf", confirm=cast.yes,
        )  # fmt: skip
        first, _ = fork(world, 132, day.numbers[7])
        told = str(day.numbers[7]), str(first.seq)
        ruling.settle(world.at(133), *told, "paper", cast.OFFICERS, confirm=cast.yes)
        correct_item(world.at(134), n, {"weight": "123"}, "mistyped", None, confirm=cast.yes)
        disclose.open_slip(world.at(135), cast.OFFICERS[0], [n], "investigation", confirm=cast.yes)
        people.assign(world.at(140), cast.DRIVER, Duty(role="escort"), cast.OFFICERS)
        people.hold(world.at(141), cast.CLERK, cast.COURIER_2, "absent")
        people.lift(world.at(142), cast.COURIER_2, "cleared", cast.OFFICERS)
        people.rotate(world.at(143), cast.CLERK, cast.OFFICERS)
        people.revoke(world.at(144), cast.CLERK_2, "left", None, cast.OFFICERS)
        for minute, service in enumerate(("server", "seal", "log"), 145):
            ceremony.rotate_service_key(
                world.at(minute), service, cast.OFFICERS, confirm=lambda plan: True
            )
        with world.session.database.write() as connection:
            records.drop(connection, LogBook(connection).acts("deliver")[0].act.octets("commit"))
        lost.declare(world.at(150), "disk", cast.OFFICERS, confirm=cast.yes)
    assert set(seen) == {
        "enrol", "assign", "rotate", "revoke", "hold", "lift", "catalogue", "office_key", "lost",
        "register", "print", "bind", "void", "handover", "offer", "take", "withdraw", "deliver",
        "return", "refuse", "absent", "correct", "settle", "disclose",
    }  # fmt: skip
    monkeypatch.undo()
    assert verify.verify(world.session, opener=cast.CLERK).findings == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff",
        cbor.encode([]),
        cbor.encode(["kt1-proposal/1", b"", [], [], []])[:-1],
        cbor.encode(["kt1-proposal/2", b"", [], [], []]),
        cbor.encode(["kt1-proposal/1", b"", [b"x"], [], []]),
        cbor.encode(["kt1-proposal/1", b"", [], [["1", b""]], []]),
        cbor.encode(["kt1-proposal/1", b"", [], [], [["records", {"box": [1]}]]]),
    ],
)
def test_what_is_no_proposal_is_not_read(raw: bytes):
    for read in (proposal.read, proposal.read_signed):
        with pytest.raises(MalformedInputError, match="proposal-unreadable"):
            read(raw)
