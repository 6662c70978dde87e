"""Roles, terms and keys changed by acts of two officers."""

from pathlib import Path

import pytest

from kt1custody.core.formats import cbor
from kt1custody.errors import NotAllowedError, RefusedError
from kt1custody.services.custody import look
from kt1custody.services.people import people, roster
from kt1custody.services.people.people import Duty
from kt1custody.services.session import here
from kt1custody.services.session.here import Here
from kt1custody.services.session.proposal import Proposal, Signed
from kt1custody.services.session.session import Session
from kt1custody.signing import key_files
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.phone import Phone, entries, give, is_sound, receive, size, states

DAY = 86_400


def member(world: cast.World, who: str) -> roster.Member:
    return next(one for one in roster.members(world.session) if one.number == who)


def later(world: cast.World, seconds: int) -> Session:
    world.session.as_of = (world.session.as_of or 0) + seconds
    return world.session


# Roles and terms.


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
        ("NV077", Duty(role="clerk"), "no-such-person"),
        ("seal", Duty(role="clerk"), "no-such-person"),
    ):
        with pytest.raises(RefusedError, match=code):
            at_counter.assign(world.session, who, duty, cast.OFFICERS)
    assert size(world) == before


# New keys.


def kid(world: cast.World, who: str) -> bytes:
    with world.session.database.read() as connection:
        key = LogBook(connection).control.current_key(who)
    assert key is not None
    return key.kid


@pytest.mark.parametrize("who", [cast.COURIER, cast.CLERK, cast.OFFICERS[0]])
def test_a_new_key_replaces_the_old_one_in_file_and_log(world: cast.World, phone: Phone, who: str):
    old, file = kid(world, who), world.session.keys / f"{who}.key"
    before = file.read_bytes()
    world.pins[f"{who}.new"] = "271828" if who in (cast.COURIER, cast.CLERK) else "a new passphrase"
    world.session.ask_new_pin = lambda staff, _: world.pins[f"{staff}.new"]
    entry = at_counter.rotate(world.session, who, cast.OFFICERS)
    assert entry is not None
    assert (entry.act.type, entry.act.text("reason")) == ("revoke", "rotated")
    assert kid(world, who) != old
    assert file.read_bytes() != before
    assert not list(world.session.keys.glob("*.new*"))
    session = world.new_session()
    session.ask_pin = lambda staff: world.pins.get(f"{staff}.new", world.pins[staff])
    session.as_of = (world.session.as_of or 0) + 60
    session.unlock([who])
    assert session.person(who).signing.kid == kid(world, who)
    session.close()
    later(world, 60)
    give(world, phone.held[0].n)
    assert is_sound(world)


def test_a_clerk_with_a_new_key_reads_what_he_could_read(world: cast.World):
    at_counter.rotate(world.session, cast.CLERK, cast.OFFICERS)
    n = states(world)[0].n
    assert look.story(later(world, 60), str(n), cast.CLERK).slip is not None


def test_what_the_old_key_signed_before_is_still_taken(world: cast.World, phone: Phone):
    act = phone.spell(phone.handover(witness=None))
    at_counter.rotate(world.session, cast.COURIER, cast.OFFICERS)
    answer = receive(later(world, 60), act)
    assert answer.refused is None
    assert "key-late" in {code for _, code in answer.entry.judgement}


def test_an_interrupted_rotation_goes_on_where_it_stopped(
    world: cast.World, monkeypatch: pytest.MonkeyPatch
):
    who = cast.COURIER
    old = kid(world, who)

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:  # before the log has it
        patch.setattr(here, "sign", crash)
        with pytest.raises(KeyboardInterrupt):
            at_counter.rotate(world.session, who, cast.OFFICERS)
    assert key_files.is_renewed(world.session.keys, who)
    assert kid(world, who) == old
    with monkeypatch.context() as patch:  # after the log has it
        patch.setattr(key_files, "put_renewed", crash)
        with pytest.raises(KeyboardInterrupt):
            at_counter.rotate(world.session, who, cast.OFFICERS)
    assert kid(world, who) != old
    before = size(world)
    assert at_counter.rotate(world.session, who, cast.OFFICERS) is None
    assert size(world) == before
    assert not key_files.is_renewed(world.session.keys, who)
    session = world.new_session()
    session.unlock([who])
    assert session.person(who).signing.kid == kid(world, who)
    session.close()


def test_a_rotation_does_not_undo_what_officers_changed_meanwhile(
    world: cast.World, monkeypatch: pytest.MonkeyPatch
):
    who, until = cast.COURIER, cast.MORNING + 86_400 * 30
    old = kid(world, who)

    sign = Here.sign

    def assigned_first(own: Here, proposal: Proposal) -> Signed:
        monkeypatch.setattr(Here, "sign", sign)
        at_counter.assign(own.session, who, people.Duty(until=until), cast.OFFICERS)
        return sign(own, proposal)

    monkeypatch.setattr(Here, "sign", assigned_first)
    with pytest.raises(RefusedError, match="changed-meanwhile"):
        at_counter.rotate(world.session, who, cast.OFFICERS)
    assert kid(world, who) == old
    at_counter.rotate(world.session, who, cast.OFFICERS)
    assert kid(world, who) != old
    with world.session.database.read() as connection:
        key = LogBook(connection).control.current_key(who)
    assert key is not None
    assert key.until == until


def test_a_short_new_pin_is_refused_and_leaves_nothing(world: cast.World):
    before = size(world)
    world.session.ask_new_pin = lambda *_: "123"
    for who in (cast.COURIER, cast.OFFICERS[0]):
        with pytest.raises(RefusedError, match="pin-too-short"):
            at_counter.rotate(world.session, who, cast.OFFICERS)
        assert not key_files.is_renewed(world.session.keys, who)
    with pytest.raises(RefusedError, match="no-such-person"):
        at_counter.rotate(world.session, "NV077", cast.OFFICERS)
    assert size(world) == before


# Looking.


def test_the_list_of_people_opens_names_only_for_a_reader(world: cast.World):
    assert {one.name for one in roster.members(world.session)} == {None}
    found = {one.number: one for one in roster.members(world.session, cast.CLERK)}
    assert found[cast.COURIER].name
    at_counter.hold(world.session, cast.CLERK, cast.COURIER, "suspected")
    at_counter.revoke(world.session, cast.COURIER_2, "left", None, cast.OFFICERS)
    assert member(world, cast.COURIER).hold == size(world) - 2
    assert member(world, cast.COURIER_2).is_revoked


def test_no_name_of_a_person_or_machine_is_in_the_log(world: cast.World):
    at_counter.enrol_device(world.session, "PHONE02", "Máy của Hạnh", cast.OFFICE, cast.OFFICERS)
    for entry in entries(world):
        assert "Hạnh".encode() not in entry.raw
        assert cbor.decode(entry.raw)
