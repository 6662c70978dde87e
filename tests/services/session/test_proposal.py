"""Propose, sign, commit: three parts with nothing but bytes between them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kt1custody.core.formats import cbor
from kt1custody.core.log import anchor
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.schema import FORMS
from kt1custody.errors import KtError, MalformedInputError, RefusedError, VerificationError
from kt1custody.services.custody.deliver import Receiver
from kt1custody.services.evidence import verify
from kt1custody.services.people.people import Duty
from kt1custody.services.session import checkpoint, proposal, slips, use_case, writer
from kt1custody.services.session.proposal import Proposal
from kt1custody.services.session.step import StepUseCase
from kt1custody.store import records
from kt1custody.store.log import LogBook
from kt1custody.store.sealed import Row
from tests.kit import at_counter, cast, outsiders, three_parts
from tests.kit.at_counter import Door, Handover, correct_item
from tests.kit.phone import Phone, give, is_sound, receive, size

HANDOVER = Handover(cast.COURIER, cast.COURIER_2, cast.CONTROLLER).of([])
DELIVERY = Door(cast.COURIER, cast.CLERK).deliver(Receiver("Nguyễn Văn Nhận"), [])


A_YEAR = 525_600  # minutes


def proposed(world: cast.World, n: int, step: StepUseCase = HANDOVER) -> Proposal:
    whole = replace(step, given=(str(n),))
    world.session.unlock(use_case.check(world.session, whole).people)
    return use_case.propose(world.session, whole)


def commit(world: cast.World, what: Proposal) -> list[Entry]:
    return writer.commit(world.session, what, world.session.here.sign(what))


def test_a_proposal_and_its_signatures_are_bytes(world: cast.World, phone: Phone):
    told = proposed(world, phone.held[0].n, DELIVERY)
    assert proposal.read(told.encode()) == told
    signed = world.session.here.sign(told)
    assert proposal.read_signed(proposal.encode_signed(signed)) == signed
    before = size(world)
    again = proposal.read(told.encode())
    [entry] = writer.commit(
        world.session, again, proposal.read_signed(proposal.encode_signed(signed))
    )
    assert size(world) == before + 1
    assert entry.act.type == "deliver"
    with world.session.database.read() as connection:
        reader = slips.Reader(LogBook(connection), world.session.opener(cast.CLERK))
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
    signed = world.session.here.sign(told)
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
    at_counter.revoke(world.session, cast.COURIER_2, "lost", None, cast.OFFICERS)


def held(world: cast.World, phone: Phone) -> None:
    at_counter.hold(world.new_session("QUAY02"), cast.CLERK, cast.COURIER_2, "absent")


@pytest.mark.parametrize("meanwhile", [moved, other_chain, revoked])
def test_what_rests_on_what_is_no_longer_so_is_refused(
    world: cast.World, phone: Phone, meanwhile: Callable[[cast.World, Phone], None]
):
    told = proposed(world, phone.held[0].n)
    signed = world.session.here.sign(told)
    meanwhile(world, phone)
    before = size(world)
    with pytest.raises(RefusedError, match="changed-meanwhile"):
        writer.commit(world.session, told, signed)
    assert size(world) == before
    assert is_sound(world)


def test_of_two_proposals_of_one_item_the_first_holds(world: cast.World, phone: Phone):
    n = phone.held[0].n
    one, other = proposed(world, n), proposed(world, n, DELIVERY)
    ready = [(told, world.session.here.sign(told)) for told in (one, other)]
    writer.commit(world.session, *ready[0])
    with pytest.raises(RefusedError, match="changed-meanwhile"):
        writer.commit(world.session, *ready[1])
    assert is_sound(world)


def test_a_signature_that_is_missing_or_another_s_is_refused(world: cast.World, phone: Phone):
    told = proposed(world, phone.held[0].n)
    other = proposed(world, phone.held[1].n)
    [right], [of_other] = world.session.here.sign(told), world.session.here.sign(other)
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
    signed = world.session.here.sign(told)
    with pytest.raises(VerificationError, match="proposal-altered"):
        writer.commit(world.session, replace(told, acts=other.acts), signed)
    with world.session.database.read() as connection:
        key = world.session.proposal_key(LogBook(connection).control)
    with pytest.raises(VerificationError, match="bad-signature"):
        writer.commit(world.session, replace(told, acts=other.acts).with_mac(key), signed)


def test_what_brings_records_is_committed_soon(world: cast.World, phone: Phone):
    told = proposed(world, phone.held[0].n, DELIVERY)
    signed = world.session.here.sign(told)
    assert world.session.as_of
    world.session.as_of += 601
    with pytest.raises(RefusedError, match="proposal-old"):
        writer.commit(world.session, told, signed)
    world.session.as_of -= 1
    writer.commit(world.session, told, signed)
    assert "records-by-file" not in str(verify.verify(world.session).outside)


def test_another_device_s_proposal_is_not_committed_here(world: cast.World, phone: Phone):
    told = proposed(world, phone.held[0].n)
    signed = world.session.here.sign(told)
    other = world.new_session("QUAY02")
    other.as_of = world.session.as_of
    with pytest.raises(RefusedError, match="not-this-device"):
        writer.commit(other, told, signed)


@pytest.mark.parametrize("part", ["control", "shown", "acts", "beside"])
def test_whoever_carries_a_proposal_changes_nothing_of_it(
    world: cast.World, phone: Phone, part: str
):
    """Nor is anything left out: of its acts, or of the records that come with them."""
    told = proposed(world, phone.held[0].n, DELIVERY)
    signed = world.session.here.sign(told)
    first, *rest = told.acts
    changed: dict[str, Any] = {
        "control": bytes(32),
        "shown": {},
        "acts": (first, first, *rest),
        "beside": told.beside[:-1],
    }
    before = size(world)
    with pytest.raises(KtError, match=r"proposal-altered|changed-meanwhile|bad-signature"):
        writer.commit(world.session, replace(told, **{part: changed[part]}), signed)
    assert size(world) == before
    assert proposal.read(told.encode()) == told
    writer.commit(world.session, told, signed)


def test_no_other_machine_s_proposal_is_committed(world: cast.World, phone: Phone):
    told = proposed(world, phone.held[0].n).with_mac(bytes(32))
    with pytest.raises(VerificationError, match="proposal-altered"):
        writer.commit(world.session, told, world.session.here.sign(told))


def test_what_comes_beside_an_act_must_be_its_own(world: cast.World, phone: Phone):
    told = proposed(world, phone.held[0].n, DELIVERY)
    other = proposed(world, phone.held[1].n, DELIVERY)
    signed = world.session.here.sign(told)
    before = size(world)
    wrongs: tuple[tuple[Row, ...], ...] = (
        other.beside,
        ((("entries", {"seq": 1}),)),
        (("records", {"commitment": b"x", "about": "receiver", "box": b""}),),
        (("catalogues", {"hash": bytes(32), "content": b""}),),
        (("slipkeys", {"commitment": bytes(32), "office_key": "none", "wrapped": b""}),),
    )
    for wrong in wrongs:
        with pytest.raises(VerificationError, match="proposal-altered"):
            writer.commit(world.session, replace(told, beside=wrong), signed)
    assert size(world) == before
    writer.commit(world.session, told, signed)
    assert verify.verify(world.session, opener=cast.CLERK).findings == []


def test_a_tag_comes_only_with_the_slip_that_its_acts_name(world: cast.World, phone: Phone):
    told, key = proposed(world, phone.held[0].n, DELIVERY), _proposal_key(world)
    named = next(cells["commitment"] for name, cells in told.beside if name == "records")
    for commitment, code in ((phone.held[0].commit, "proposal-unreadable"), (named, "")):
        tag: Row = ("slip_tags", {"tag": bytes(32), "commitment": commitment})
        more = replace(told, beside=(*told.beside, tag)).with_mac(key)
        if code:
            with pytest.raises(MalformedInputError, match=code):
                writer.commit(world.session, more, world.session.here.sign(more))
        else:
            writer.commit(world.session, more, world.session.here.sign(more))


def _proposal_key(world: cast.World) -> bytes:
    with world.session.database.read() as connection:
        return world.session.proposal_key(LogBook(connection).control)


def fork(world: cast.World, minute: int, n: int) -> tuple[Entry, Entry]:
    """Have an item handed on twice from one step, by phones that did not know of each other."""
    phone = Phone(world)
    [item] = [one for one in phone.held if one.n == n]
    acts = [phone.handover(item), phone.handover(item, to=cast.DRIVER)]
    first, second = (receive(world.at(minute), phone.spell(act)).entry for act in acts)
    return first, second


# Types of acts that nobody proposes, and why.
NOT_PROPOSED = {
    "clock": "the server alone writes and signs it",
    "refused": "the server alone writes and signs it",
}


@pytest.mark.slow
def test_every_type_of_act_is_made_in_three_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    world = cast.World(tmp_path / "world")
    with three_parts.apart(world, monkeypatch) as walked:
        genesis_hash = at_counter.found(world.session, cast.FOUNDING)
        at_counter.load_list(world.at(1), "offices", cast.DATA / "offices.csv", cast.OFFICERS)
        at_counter.load_list(world.at(2), "agencies", cast.DATA / "agencies.csv", cast.OFFICERS)
        at_counter.enrol(world.at(3), cast.DATA / "people.csv", cast.OFFICERS)
        at_counter.enrol_device(world.at(4), "PHONE01", "Điện thoại", cast.OFFICE, cast.OFFICERS)
        day = cast.live_a_day(world)
        n = str(day.numbers[6])
        back = Handover(cast.COURIER, cast.CLERK_2, cast.CONTROLLER)
        at_counter.hand_over(world.at(130), back, [n], confirm=cast.yes)
        at_counter.void(
            world.at(131), cast.CLERK, cast.CONTROLLER, n, "torn",
            reprint=tmp_path / "new.pdf", confirm=cast.yes,
        )  # fmt: skip
        first, _ = fork(world, 132, day.numbers[7])
        told = str(day.numbers[7]), str(first.seq)
        at_counter.settle(world.at(133), *told, "paper", cast.OFFICERS, confirm=cast.yes)
        correct_item(world.at(134), n, {"weight": "123"}, "mistyped", None, confirm=cast.yes)
        at_counter.open_slip(
            world.at(135), cast.OFFICERS[0], [n], "investigation", confirm=cast.yes
        )
        at_counter.change_policy(world.at(139), {"B": frozenset({"void"})}, cast.OFFICERS)
        at_counter.assign(world.at(140), cast.DRIVER, Duty(role="escort"), cast.OFFICERS)
        at_counter.hold(world.at(141), cast.CLERK, cast.COURIER_2, "absent")
        at_counter.lift(world.at(142), cast.COURIER_2, "cleared", cast.OFFICERS)
        at_counter.rotate(world.at(143), cast.CLERK, cast.OFFICERS)
        at_counter.revoke(world.at(144), cast.CLERK_2, "left", None, cast.OFFICERS)
        for minute, service in enumerate(("server", "seal", "log"), 145):
            at_counter.rotate_service_key(
                world.at(minute), service, cast.OFFICERS, confirm=lambda plan: True
            )
        with world.session.database.write() as connection:
            records.drop(connection, LogBook(connection).acts("deliver")[0].act.octets("commit"))
        at_counter.declare_lost(world.at(150), "disk", cast.OFFICERS, confirm=cast.yes)
        world.at(151)
        outsiders.enrol(world, tmp_path, 1, 1)
        at_counter.hold(world.at(A_YEAR), cast.CONTROLLER, cast.COURIER_2, "absent")
        at_counter.set_back(world.at(152), cast.OFFICERS, confirm=cast.yes)
        world.back_up(tmp_path / "backup")
        at_counter.hold(world.at(153), cast.CONTROLLER, cast.DRIVER, "absent")
        world.restore(tmp_path / "backup")
        at_counter.begin_epoch(world.at(154), "restored", cast.OFFICERS)
    assert {*walked, *NOT_PROPOSED} == FORMS.keys()
    assert not NOT_PROPOSED.keys() & set(walked)
    monkeypatch.undo()
    code = anchor.code(checkpoint.give_out(world.session).checkpoint)
    given = verify.gather(genesis_hash, [code])
    report = verify.verify(world.session, opener=cast.CONTROLLER, given=given)
    assert (report.verdict, report.findings, report.not_checked) == ("match", [], [])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff",
        cbor.encode([]),
        cbor.encode(["kt1-proposal/2", b"", [], [], [], b""])[:-1],
        cbor.encode(["kt1-proposal/2", b"", [], [], [], b""]),
        cbor.encode(["kt1-proposal/1", b"", [b"x"], [], [], b""]),
        cbor.encode(["kt1-proposal/2", b"", [b"x"], [], [], b""]),
        cbor.encode(["kt1-proposal/2", b"", [], [["1", b""]], [], b""]),
        cbor.encode(["kt1-proposal/2", b"", [], [], [["records", {"box": [1]}]], b""]),
    ],
)
def test_what_is_no_proposal_is_not_read(raw: bytes):
    for read in (proposal.read, proposal.read_signed):
        with pytest.raises(MalformedInputError, match="proposal-unreadable"):
            read(raw)
