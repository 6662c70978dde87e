"""Keys enter the log and are replaced by two officers, and are given what role and office may read."""

from typing import Any

import pytest

from kt1custody.core.formats import cbor
from kt1custody.core.log.keyring import Key
from kt1custody.core.manifest.list_rows import Person
from kt1custody.errors import (
    MalformedInputError,
    NotAllowedError,
    RefusedError,
    VerificationError,
)
from kt1custody.services.custody import look
from kt1custody.services.people import own_keys
from kt1custody.services.people.enrolment import Enrol, EnrolDevice, RenewKey
from kt1custody.services.people.people import Duty
from kt1custody.services.session import use_case
from kt1custody.services.session.here import Here
from kt1custody.services.session.proposal import Proposal, Signed
from kt1custody.services.session.use_case import UseCase
from tests.kit import at_counter, cast
from tests.kit.phone import Phone, entries, is_sound, receive, size, states

FRESH = Person(number="NV050", name="Nguyễn Thị Hạnh", role="clerk", office=cast.OFFICE)
COURIER = Person(number="NV051", name="Lê Văn Hạnh", role="courier", office=cast.OFFICE)
PIN = cast.PINS[FRESH.number]


def key_of(world: cast.World, who: str) -> Key:
    key = world.session.control().current_key(who)
    assert key is not None
    return key


def reads(world: cast.World, who: str) -> bool:
    """Whether a person opens the slip of the first item."""
    n = states(world)[0].n
    world.session.as_of = (world.session.as_of or 0) + 60
    return look.story(world.session, str(n), who).slip is not None


def test_a_clerk_who_is_enrolled_reads_what_their_office_has_and_a_courier_does_not(
    world: cast.World,
):
    entry = at_counter.enrol_person(world.session, FRESH, cast.OFFICERS)
    assert (entry.act.text("who"), entry.act.persons) == (FRESH.number, cast.OFFICERS)
    assert (key_of(world, FRESH.number).role, key_of(world, FRESH.number).office) == (
        FRESH.role, FRESH.office,
    )  # fmt: skip
    at_counter.enrol_person(world.session, COURIER, cast.OFFICERS)
    assert reads(world, FRESH.number)
    with pytest.raises(NotAllowedError):
        reads(world, COURIER.number)
    assert is_sound(world)


def test_who_has_a_key_is_not_enrolled_again(world: cast.World):
    own_keys.make(world.session.here, FRESH, PIN)
    public = own_keys.public(world.session.here, FRESH)
    wanted = Enrol(person=FRESH, key=public, officers=cast.OFFICERS)
    allowed = use_case.check(world.session, wanted)
    at_counter.carry_out(world.session, wanted)
    before = size(world)
    with pytest.raises(RefusedError, match="changed-meanwhile"):
        use_case.propose(world.session, wanted, allowed)
    assert size(world) == before


def test_without_a_key_it_can_only_be_tried(world: cast.World):
    """Nobody has the private half of the key that stands in for it."""
    old = key_of(world, cast.COURIER)
    both: tuple[UseCase[Any], ...] = (
        Enrol(person=FRESH, key=None, officers=cast.OFFICERS),
        RenewKey(old=old, key=None, officers=cast.OFFICERS),
    )
    for wanted in both:
        use_case.check(world.session, wanted)
        with pytest.raises(ValueError, match="NV0"):
            use_case.propose(world.session, wanted)


def test_a_key_without_its_person_s_proof_does_not_enter(world: cast.World):
    """Nor one of another role than is wanted, or of another person."""
    at_machine = world.session.here
    for person in (FRESH, COURIER):
        own_keys.make(at_machine, person, cast.PINS[person.number])
    mine, other = (own_keys.public(at_machine, person) for person in (FRESH, COURIER))
    before = size(world)
    for wrong in (
        {**mine, "possess": other["possess"]},
        {**mine, "pub": other["pub"], "possess": other["possess"]},
        {**mine, "role": "controller"},
        other,
    ):
        wanted = Enrol(person=FRESH, key=wrong, officers=cast.OFFICERS)
        with pytest.raises((MalformedInputError, VerificationError, RefusedError)):
            at_counter.carry_out(world.session, wanted)
    for no_map in ({}, {"pub": b""}, {**mine, "who": 7}):
        wanted = Enrol(person=FRESH, key=no_map, officers=cast.OFFICERS)
        with pytest.raises(MalformedInputError):
            at_counter.carry_out(world.session, wanted)
    assert size(world) == before
    at_counter.carry_out(world.session, Enrol(person=FRESH, key=mine, officers=cast.OFFICERS))
    assert is_sound(world)


def test_only_two_officers_enrol(world: cast.World):
    for officers, code in (
        ((cast.OFFICERS[0], cast.CLERK), "role-may-not"),
        ((cast.CLERK, cast.OFFICERS[0]), "role-may-not"),
        ((cast.OFFICERS[0], cast.OFFICERS[0]), "one-person-twice"),
    ):
        both: tuple[UseCase[Any], ...] = (
            Enrol(person=FRESH, key=None, officers=officers),
            EnrolDevice(device="PHONE01", name="Máy", office=cast.OFFICE, officers=officers),
        )
        for wanted in both:
            with pytest.raises((RefusedError, NotAllowedError), match=code):
                use_case.check(world.session, wanted)


def test_a_clerk_with_a_new_key_reads_what_he_could_read(world: cast.World):
    at_counter.rotate(world.session, cast.CLERK, cast.OFFICERS)
    assert reads(world, cast.CLERK)


def test_what_the_old_key_signed_before_is_still_taken(world: cast.World, phone: Phone):
    act = phone.spell(phone.handover(witness=None))
    at_counter.rotate(world.session, cast.COURIER, cast.OFFICERS)
    world.session.as_of = (world.session.as_of or 0) + 60
    answer = receive(world.session, act)
    assert answer.refused is None
    assert "key-late" in {code for _, code in answer.entry.judgement}


def test_a_rotation_does_not_undo_what_officers_changed_meanwhile(
    world: cast.World, monkeypatch: pytest.MonkeyPatch
):
    who, until = cast.COURIER, cast.MORNING + 86_400 * 30
    old, sign = key_of(world, who), Here.sign

    def assigned_first(own: Here, proposal: Proposal) -> Signed:
        monkeypatch.setattr(Here, "sign", sign)
        at_counter.assign(own.session, who, Duty(until=until), cast.OFFICERS)
        return sign(own, proposal)

    monkeypatch.setattr(Here, "sign", assigned_first)
    with pytest.raises(RefusedError, match="changed-meanwhile"):
        at_counter.rotate(world.session, who, cast.OFFICERS)
    assert key_of(world, who).kid == old.kid
    at_counter.rotate(world.session, who, cast.OFFICERS)
    assert key_of(world, who).kid != old.kid
    assert key_of(world, who).until == until


def test_no_name_of_a_person_or_machine_is_in_the_log(world: cast.World):
    at_counter.enrol_device(world.session, "PHONE02", "Máy của Hạnh", cast.OFFICE, cast.OFFICERS)
    for entry in entries(world):
        assert "Hạnh".encode() not in entry.raw
        assert cbor.decode(entry.raw)
