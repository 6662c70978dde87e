"""Key files that are made and renewed here: none is left that the log does not know."""

from dataclasses import replace
from pathlib import Path

import pytest

from kt1custody.core.manifest.list_rows import Person
from kt1custody.errors import NotAllowedError, RefusedError
from kt1custody.services.people import own_keys
from kt1custody.services.session import here
from kt1custody.signing import key_files, person_keys
from tests.kit import at_counter, cast
from tests.kit.phone import Phone, give, is_sound, size

FRESH = Person(number="NV050", name="Nguyễn Thị Hạnh", role="clerk", office=cast.OFFICE)
PIN = cast.PINS[FRESH.number]


def kid(world: cast.World, who: str) -> bytes:
    key = world.session.control().current_key(who)
    assert key is not None
    return key.kid


def test_a_key_that_the_log_never_had_is_dropped_and_no_other(world: cast.World):
    at_machine, file = world.session.here, world.session.keys / f"{FRESH.number}.key"
    assert not own_keys.is_there(at_machine, FRESH.number)
    own_keys.make(at_machine, FRESH, PIN)
    with pytest.raises(RefusedError, match="key-file-exists"):
        own_keys.make(at_machine, FRESH, PIN)
    file.unlink()
    person_keys.create(world.session.keys, FRESH.number, PIN, person_keys.TRAINING)
    before = file.read_bytes()  # of another window, which was faster
    own_keys.drop(at_machine, FRESH.number)
    assert file.read_bytes() == before
    world.session.lock()
    at_machine.unlock(FRESH.number, PIN)
    own_keys.drop(at_machine, FRESH.number)
    assert not own_keys.is_there(at_machine, FRESH.number)


def test_a_weak_pin_makes_no_file(world: cast.World):
    for role, pin, code in (
        ("clerk", "123", "pin-too-short"),
        ("clerk", "111111", "pin-weak"),
        ("officer", PIN, "pin-too-short"),
    ):
        person = replace(FRESH, role=role)
        with pytest.raises(RefusedError, match=code):
            own_keys.make(world.session.here, person, pin)
        assert not own_keys.is_there(world.session.here, FRESH.number)


def test_an_ended_key_makes_room_and_one_that_waits_to_be_enrolled_stays(world: cast.World):
    at_machine = world.session.here
    own_keys.make(at_machine, FRESH, PIN)
    assert not own_keys.set_aside_ended(at_machine, FRESH.number)
    assert own_keys.is_there(at_machine, FRESH.number)
    ended = kid(world, cast.COURIER_2)
    at_counter.revoke(world.session, cast.COURIER_2, "left", None, cast.OFFICERS)
    assert own_keys.set_aside_ended(at_machine, cast.COURIER_2)
    assert not own_keys.is_there(at_machine, cast.COURIER_2)
    assert person_keys.is_kept(world.session.keys, cast.COURIER_2, ended)


def test_only_a_person_with_a_key_in_force_renews_it(world: cast.World):
    at_counter.revoke(world.session, cast.COURIER_2, "left", None, cast.OFFICERS)
    assert own_keys.in_force(world.session.here, cast.COURIER).kid == kid(world, cast.COURIER)
    for who in (cast.COURIER_2, "NV077", "seal", "server"):
        with pytest.raises(RefusedError, match="no-such-person"):
            own_keys.in_force(world.session.here, who)


def test_a_renewed_key_is_shown_by_whoever_has_the_old_one_and_its_file(
    world: cast.World, tmp_path: Path
):
    at_machine, who = world.session.here, cast.COURIER
    old = own_keys.in_force(at_machine, who)
    fresh = own_keys.renew(at_machine, old, "271828")
    assert own_keys.renew(at_machine, old, "271828").signing.kid == fresh.signing.kid
    with pytest.raises(NotAllowedError, match="wrong-pin"):
        own_keys.renew(at_machine, old, "314159")
    assert own_keys.public_of(at_machine, old, fresh)
    mine = at_machine.key(who)
    at_machine.admit(person_keys.create(tmp_path / "stray", who, PIN, person_keys.TRAINING))
    with pytest.raises(NotAllowedError, match="not-enrolled"):
        own_keys.public_of(at_machine, old, fresh)
    at_machine.admit(mine)
    own_keys.drop_renewed(at_machine, fresh)
    assert not key_files.is_renewed(world.session.keys, who)
    with pytest.raises(RefusedError, match="changed-meanwhile"):
        own_keys.public_of(at_machine, old, fresh)


def test_a_renewed_key_that_the_log_has_is_never_dropped(
    world: cast.World, monkeypatch: pytest.MonkeyPatch
):
    at_machine, who, fresh = world.session.here, cast.COURIER, list[person_keys.PersonKey]()
    with monkeypatch.context() as patch:
        patch.setattr(own_keys, "put_in_place", lambda _, key: fresh.append(key))
        at_counter.rotate(world.session, who, cast.OFFICERS)
    own_keys.drop_renewed(at_machine, fresh[0])
    assert key_files.is_renewed(world.session.keys, who)
    own_keys.put_in_place(at_machine, fresh[0])
    own_keys.put_in_place(at_machine, fresh[0])  # somebody was faster
    assert not key_files.is_renewed(world.session.keys, who)
    assert at_machine.key(who).signing.kid == kid(world, who)


@pytest.mark.parametrize(("who", "stays"), [(cast.OFFICERS[0], True), (cast.CLERK, False)])
def test_of_an_officer_alone_the_old_file_stays(world: cast.World, who: str, stays: bool):
    old = kid(world, who)
    at_counter.rotate(world.session, who, cast.OFFICERS)
    assert person_keys.is_kept(world.session.keys, who, old) == stays


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
    world.session.as_of = (world.session.as_of or 0) + 60
    give(world, phone.held[0].n)
    assert is_sound(world)


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
