"""Both verifiers on offers, rulings, and roles that changed by act."""

from pathlib import Path
from typing import Any

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.core.formats import cbor
from kt1custody.services.people.people import Duty
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast, forge, paper_log
from tests.kit.paper_log import Office
from tests.kit.phone import Phone, give, receive


@pytest.fixture
def office(_founded: cast.World) -> Office:
    world = cast.World(_founded.folder)
    made = paper_log.open_office(world)
    world.session.close()
    return made


@pytest.fixture
def bundle(lived: cast.World, tmp_path: Path) -> Path:
    return forge.export_from(lived, tmp_path / "bundle")


def kid_of(world: cast.World, who: str) -> bytes:
    with world.session.database.read() as connection:
        key = LogBook(connection).control.current_key(who)
    assert key is not None
    return key.kid


def test_a_log_with_everything_that_two_devices_and_officers_do_is_sound(
    lived: cast.World, tmp_path: Path
):

    world = lived
    world.at(200).unlock([*cast.PINS.keys() & {*cast.OFFICERS, cast.CLERK, cast.CLERK_2,
                          cast.CONTROLLER, cast.COURIER, cast.COURIER_2, cast.DRIVER, cast.ADMIN}])  # fmt: skip
    phone = Phone(world)
    item = phone.held[0]
    for to in (cast.COURIER_2, cast.DRIVER):
        receive(world.session, phone.spell(phone.handover(item, to=to, witness=None)))
    at_counter.settle(world.at(201), str(item.n), "none", "paper", cast.OFFICERS, confirm=cast.yes)
    given = give(world, item.n)
    for officers in (None, cast.OFFICERS):
        at_counter.correct(
            world.at(202), given.seq, "cond", "doubtful", "misread", officers, confirm=cast.yes
        )
    at_counter.assign(world.at(203), cast.COURIER_2, Duty(role="clerk"), cast.OFFICERS)
    at_counter.rotate(world.at(204), cast.COURIER, cast.OFFICERS)
    at_counter.enrol_device(world.at(205), "PHONE02", "Máy", cast.OFFICE, cast.OFFICERS)
    folder = tmp_path / "bundle"
    outgoing.bundle(world.session, folder)
    assert forge.verifier.check(folder).findings == []
    assert incoming.audit_folder(folder).findings == []


def registering(office: Office, by: str) -> bytes:
    line = {"n": paper_log.number(900), "mark": 0, "urgency": 0, "kind": 0, "appt": None,
            "dest": cast.OFFICE, "commit": bytes(32)}  # fmt: skip
    own: dict[str, Any] = {"office": cast.OFFICE, "list": bytes(32), "items": [line]}
    return cbor.encode(forge.body_of(office, "register", by, **own))


def assigning(office: Office, world: cast.World, who: str, role: str) -> bytes:
    own: dict[str, Any] = {"by2": cast.OFFICERS[1], "kid": kid_of(world, who), "role": role,
                           "office": cast.OFFICE, "from": 0, "to": None, "id": b"\x09" * 16,
                           "dev": "QUAY78"}  # fmt: skip
    return cbor.encode(forge.body_of(office, "assign", cast.OFFICERS[0], **own))


def signed(office: Office, body: bytes, *signers: tuple[str, str]) -> list[Any]:
    return forge.sign_body(body, [(role, office.keys[who]) for role, who in signers])


def test_a_role_counts_from_its_assignment_on_and_for_good(
    lived: cast.World, bundle: Path, office: Office
):
    body = registering(office, cast.COURIER)
    told = signed(office, body, ("author", cast.COURIER))
    assign = assigning(office, lived, cast.COURIER, "clerk")
    pair = (("officer", cast.OFFICERS[0]), ("officer", cast.OFFICERS[1]))
    forge.append(bundle, assign, signed(office, assign, *pair))
    assert forge.found_last(bundle) == (set(), set())
    forge.append(bundle, body, told)
    assert "not-authentic" not in forge.found_last(bundle)[0]
    assert "not-authentic" not in forge.found_last(bundle)[1]


def test_without_it_nobody_signs_in_a_role_he_never_had(bundle: Path, office: Office):
    body = registering(office, cast.COURIER)
    forge.append(bundle, body, signed(office, body, ("author", cast.COURIER)))
    mine, theirs = forge.found_last(bundle)
    assert "not-authentic" in mine
    assert "not-authentic" in theirs


@pytest.mark.parametrize("role", ["officer", "reserve"])
def test_an_assignment_makes_no_officer(lived: cast.World, bundle: Path, office: Office, role: str):
    assign = assigning(office, lived, cast.COURIER, role)
    pair = (("officer", cast.OFFICERS[0]), ("officer", cast.OFFICERS[1]))
    forge.append(
        bundle, assign, signed(office, assign, *pair),
        judgement=[[-1, "device-unknown"], [-1, "not-assignable"]],
    )  # fmt: skip
    lift = cbor.encode(forge.lift(office, cast.COURIER, cast.OFFICERS[0]))
    told = signed(office, lift, ("officer", cast.COURIER), ("officer", cast.OFFICERS[0]))
    forge.append(bundle, lift, told)
    mine, theirs = forge.found_last(bundle)
    assert mine == {"not-authentic"}
    assert "not-authentic" in theirs


@pytest.mark.parametrize(
    ("signers", "sound"),
    [
        ([("receiver", cast.COURIER_2)], True),
        ([("receiver", cast.ADMIN)], False),
        ([("giver", cast.COURIER_2)], False),
        ([("receiver", cast.COURIER)], False),
    ],
)
def test_a_take_is_signed_by_who_takes(
    bundle: Path, office: Office, signers: list[tuple[str, str]], sound: bool
):
    own: dict[str, Any] = {"of": bytes(32), "short": [paper_log.number(1)], "witness": None}
    body = cbor.encode(forge.body_of(office, "take", cast.COURIER_2, **own))
    forge.append(bundle, body, signed(office, body, *signers))
    mine, theirs = forge.found_last(bundle)
    assert ("not-authentic" in mine) != sound
    assert ("not-authentic" in theirs) != sound
