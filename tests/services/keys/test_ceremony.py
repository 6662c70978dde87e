"""Ceremonies of the service's keys in real worlds: honest, interrupted, repeated, and attacked."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log import checkpoint
from kt1custody.core.log.act import make_act
from kt1custody.core.log.entry import Entry, possession, switch
from kt1custody.core.log.keyring import Control, Key
from kt1custody.core.log.schema import SERVICE_KEYS
from kt1custody.core.seals import seal
from kt1custody.core.seals.seal import SealContent
from kt1custody.errors import (
    KtError,
    NotAllowedError,
    RefusedError,
    UnavailableError,
    VerificationError,
)
from kt1custody.printing import read
from kt1custody.services.evidence import trust, verify
from kt1custody.services.keys import ceremony
from kt1custody.services.keys.ceremony import Plan, Rotated
from kt1custody.services.people import alarms
from kt1custody.services.seals import labels
from kt1custody.services.seals.resume import CameOut
from kt1custody.services.session import checkpoint as checkpoints
from kt1custody.services.session import print_book, slips, writer
from kt1custody.services.session.here import Here
from kt1custody.services.session.session import Session
from kt1custody.signing import key_files, service_keys, sign
from kt1custody.signing.person_keys import PersonKey
from kt1custody.signing.sign import key_map
from kt1custody.store.log import LogBook
from tests.kit import at_counter, by_hand, cast, nightly, paper
from tests.kit.at_counter import Handover
from tests.kit.phone import Phone, entries, is_sound, receive, size

DAY = 24 * 60  # minutes
ROTATED = 205  # minutes after seven


def rotate(
    world: cast.World,
    service: str,
    at: int = ROTATED,
    *,
    until: int | None = None,
    lost: bool = False,
) -> Rotated:
    """Two officers rotate a key so many minutes after seven."""
    end = None if until is None else cast.MORNING + 60 * until
    return at_counter.rotate_service_key(
        world.at(at), service, cast.OFFICERS, end, old_key_lost=lost, confirm=cast.yes
    )


def control_of(world: cast.World) -> Control:
    with world.session.database.read() as connection:
        return LogBook(connection).control


def keys_of(world: cast.World, service: str) -> list[Key]:
    return ceremony.keys_of(control_of(world), service)


def files(world: cast.World) -> set[str]:
    """Names of what lies in the keys folder for the service."""
    return {
        path.name
        for path in world.session.keys.iterdir()
        if path.name.split(".")[0] in ("log", "server", "seal")
    }


def again(world: cast.World, keys: dict[str, PersonKey]) -> Iterator[cast.World]:
    """The same folders in a fresh process, everybody unlocked."""
    fresh = cast.World(world.folder)
    fresh.session.admit_all(keys)
    yield fresh
    fresh.session.close()


def signers_of(signed: checkpoints.Signed, control: Control) -> list[bytes]:
    """Kids of the log keys whose signatures under a checkpoint hold, in their order."""
    noted = checkpoint.read(signed.note).note
    found = []
    for line in noted.signatures:
        for key in ceremony.keys_of(control, "log"):
            for one in noted.signatures_by(control.origin, key.pub):
                if one == line.signature:
                    sign.verify(key.alg, key.pub, noted.text.encode(), one)
                    found.append(key.kid)
    assert len(found) == len(noted.signatures)
    return found


def work(world: cast.World, folder: Path, at: int) -> list[str]:
    """Half an hour's work after a rotation: accept, print, bind, hand over; gives the seals."""
    name = f"{at}"
    manifest = cast.write_manifest(folder / f"{name}.csv", 2, begin=20 + at % 7)
    made = at_counter.import_manifest(world.at(at), lambda: cast.CLERK, manifest)
    assert not made.findings
    numbers = [str(n) for n in made.numbers]
    pictures = folder / name
    pdf = folder / f"{name}.pdf"
    at_counter.print_seals(world.at(at + 1), cast.CLERK, numbers, pdf, pictures, confirm=cast.yes)
    scans = [
        text
        for path in sorted(pictures.glob("*.png"))
        for text in read.symbol_texts(path.read_bytes())
    ]
    at_counter.bind(world.at(at + 2), cast.CLERK, cast.CONTROLLER, scans, confirm=cast.yes)
    told = Handover(cast.CLERK, cast.COURIER, cast.CONTROLLER)
    at_counter.hand_over(world.at(at + 3), told, numbers, confirm=cast.yes)
    return scans


# Every key, and what goes on afterwards.


@pytest.mark.parametrize("service", SERVICE_KEYS)
def test_another_key_follows_and_everything_goes_on(
    world: cast.World, keys: dict[str, PersonKey], tmp_path: Path, service: str
):
    [old] = keys_of(world, service)
    done = rotate(world, service)
    before, new = keys_of(world, service)
    assert (done.plan.old, done.plan.new) == (old.kid, new.kid)
    assert (
        before.until == done.plan.until == cast.MORNING + 60 * ROTATED + ceremony.WINDOWS[service]
    )
    assert (new.until, new.enrolled) == (None, done.seq)
    [entry] = [one for one in entries(world) if one.act.type == "rotate"]
    assert entry.judgement == ()
    assert entry.act.persons == cast.OFFICERS
    assert world.session.warnings == []
    for fresh in again(world, keys):
        work(fresh, tmp_path, ROTATED + 10)
        late = fresh.at(ROTATED + 14)
        late.as_of = (late.as_of or 0) - 61  # the server signs for the clock
        at_counter.hold(late, cast.CLERK, cast.DRIVER, "absent")
        assert entries(fresh)[-2].act.type == "clock"
        assert fresh.session.warnings == []
        assert is_sound(fresh)
        assert verify.verify(fresh.session, opener=cast.CLERK).findings == []


def test_all_keys_rotate_twice(world: cast.World, keys: dict[str, PersonKey], tmp_path: Path):
    for at in (ROTATED, ROTATED + 30):
        for place, service in enumerate(SERVICE_KEYS):
            assert rotate(world, service, at + place).fresh
        work(world, tmp_path, at + 5)
    for service in SERVICE_KEYS:
        first, second, third = keys_of(world, service)
        assert control_of(world).service_key(service) == third
        assert first.until is not None
        assert second.until is not None
        assert first.enrolled < second.enrolled < third.enrolled
    assert world.session.warnings == []
    assert is_sound(world)


def test_the_server_s_acts_are_signed_by_the_new_key(world: cast.World, phone: Phone):
    rotate(world, "server")
    [old, new] = keys_of(world, "server")
    told = receive(world.at(ROTATED + 1), b"nothing of ours").entry
    assert (told.act.type, told.signatures[0].kid) == ("refused", new.kid)
    assert old.kid != new.kid
    assert is_sound(world)


# Files.


def test_the_old_log_key_stays_beside_the_new_one_and_the_server_s_does_not(world: cast.World):
    [old] = keys_of(world, "log")
    old_file = (world.session.keys / "log.key").read_bytes()
    rotate(world, "log")
    rotate(world, "server", ROTATED + 1, until=ROTATED + DAY)
    rotate(world, "seal", ROTATED + 2)
    kept = f"log.{old.kid.hex()}.key"
    assert files(world) == {"log.key", kept, "server.key"}
    assert (world.session.keys / kept).read_bytes() == old_file
    assert (world.session.keys / kept).stat().st_mode & 0o077 == 0
    assert (world.session.keys / "log.key").read_bytes() != old_file


def test_checkpoints_carry_both_signatures_until_the_old_key_s_end(
    world: cast.World, keys: dict[str, PersonKey]
):
    rotate(world, "log", until=ROTATED + 60)
    old, new = (key.kid for key in keys_of(world, "log"))
    for at, wanted in (
        (ROTATED + 1, [new, old]),
        (ROTATED + 60, [new, old]),
        (ROTATED + 61, [new]),
    ):
        at_counter.hold(world.at(at), cast.CLERK, cast.DRIVER, "absent")
        signed = checkpoints.sign(world.session)
        assert signed.checkpoint.size == size(world)
        assert signers_of(signed, control_of(world)) == wanted
    assert [one.kid for one in world.session.log_keys(control_of(world))] == [new]


def test_of_three_log_keys_the_newest_signs_first_and_a_lost_file_signs_no_more(world: cast.World):
    rotate(world, "log", until=ROTATED + DAY)
    rotate(world, "log", ROTATED + 1, until=ROTATED + DAY)
    first, second, third = (key.kid for key in keys_of(world, "log"))
    assert [one.kid for one in world.session.log_keys(control_of(world))] == [third, second, first]
    world.session.close()
    (world.session.keys / f"log.{second.hex()}.key").unlink()
    (world.session.keys / f"log.{first.hex()}.key").write_bytes(b"x")
    assert [one.kid for one in world.new_session().log_keys(control_of(world))] == [third]


def test_a_revoked_log_key_signs_no_more(world: cast.World):
    rotate(world, "log", until=ROTATED + DAY)
    old, new = (key.kid for key in keys_of(world, "log"))
    at_counter.revoke(world.at(ROTATED + 1), "log", "compromised", None, cast.OFFICERS, old)
    assert [one.kid for one in world.session.log_keys(control_of(world))] == [new]
    assert signers_of(checkpoints.sign(world.session), control_of(world)) == [new]


@pytest.mark.parametrize("service", ["log", "server"])
def test_only_the_key_that_the_log_names_is_used(world: cast.World, service: str):
    strange = service_keys.create(world.folder / "elsewhere", service)
    right = (world.session.keys / f"{service}.key").read_bytes()
    wrong = (world.folder / "elsewhere" / f"{service}.key").read_bytes()
    (world.session.keys / f"{service}.key").write_bytes(wrong)
    for session in (world.new_session(), world.new_session()):
        with pytest.raises(KtError, match="key-file-broken"):
            session.service_key(service)
    (world.session.keys / f"{service}.key").unlink()
    with pytest.raises(KtError, match="key-file-missing"):
        world.new_session().service_key(service)
    (world.session.keys / f"{service}.key").write_bytes(right)
    assert world.new_session().service_key(service).kid != strange.kid


def test_a_desk_that_was_open_before_a_rotation_uses_the_new_key(world: cast.World):
    other = world.new_session()
    old = other.service_key("log").kid
    rotate(world, "log", until=ROTATED)
    assert other.service_key("log").kid != old
    assert other.log_keys(control_of(world))[0].kid == keys_of(world, "log")[-1].kid
    other.close()


# Interrupted.


class Stopped(KeyboardInterrupt):
    """The machine stops."""


def stop(*_: object, **__: object) -> None:
    raise Stopped


STOPS = {
    "before the log": (Here, "sign"),
    "while it is signed": (ceremony, "key_map"),
    "after the commit": (writer.LogWriter, "settle"),
    "before the checkpoint": (checkpoints, "sign"),
    "before it is in place": (ceremony, "_put_in_place"),
    "when half in place": (key_files, "put_renewed"),
    "before the mark is gone": (service_keys, "drop_mark"),
}


@pytest.mark.parametrize(("service", "place"), nightly.pairs(list(SERVICE_KEYS), list(STOPS)))
def test_an_interrupted_ceremony_goes_on_where_it_stopped(
    world: cast.World,
    keys: dict[str, PersonKey],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    service: str,
    place: str,
):
    [old] = keys_of(world, service)
    with monkeypatch.context() as patch:
        patch.setattr(*STOPS[place], stop)
        with contextlib.suppress(Stopped):
            rotate(world, service)
    world.session.close()
    for fresh in again(world, keys):  # nobody has to wait for the ceremony to be given again
        at_counter.hold(fresh.at(ROTATED + 1), cast.CLERK, cast.DRIVER, "absent")
        assert receive(fresh.session, b"nothing of ours").refused
        assert fresh.session.warnings == []
        rotated = len(keys_of(fresh, service)) - 1
        done = rotate(fresh, service, ROTATED + 2)
        finished = place == "before the mark is gone" and service != "seal"
        finished = finished or (place == "when half in place" and service == "seal")
        assert done.fresh == (rotated == 0 or finished)
        expected = keys_of(fresh, service)
        assert len(expected) == (3 if finished else 2)
        assert expected[0].kid == old.kid
        assert done.plan.new == expected[-1].kid
        assert not [name for name in files(fresh) if ".new." in name]
        work(fresh, tmp_path, ROTATED + 10)
        assert is_sound(fresh)


def test_what_an_interrupted_ceremony_has_made_is_used_and_nothing_lies_about(world: cast.World):
    def no(plan: Plan) -> bool:
        seen.append(plan)
        return len(seen) > 1

    seen: list[Plan] = []
    with pytest.raises(RefusedError, match="not-confirmed"):
        at_counter.rotate_service_key(world.at(ROTATED), "log", cast.OFFICERS, confirm=no)
    assert "log.new.key" in files(world)
    before = size(world)
    done = at_counter.rotate_service_key(world.at(ROTATED), "log", cast.OFFICERS, confirm=no)
    assert size(world) == before + 1
    assert {plan.new for plan in seen} == {done.plan.new}
    assert not [name for name in files(world) if ".new." in name]


def test_two_ceremonies_at_once_bring_one_key(world: cast.World, monkeypatch: pytest.MonkeyPatch):
    def first(plan: Plan) -> bool:
        rotate(world, plan.service)
        return True

    for service in SERVICE_KEYS:
        with pytest.raises(RefusedError, match="changed-meanwhile"):
            at_counter.rotate_service_key(world.at(ROTATED), service, cast.OFFICERS, confirm=first)
        assert len(keys_of(world, service)) == 2
        work_key = control_of(world).service_key(service)
        assert work_key == keys_of(world, service)[-1]
    assert is_sound(world)


# Without the old key.


def lose(world: cast.World, service: str) -> None:
    """Make the old key useless."""
    world.session.close()
    if service == "seal":
        [key] = keys_of(world, "seal")
        with world.session.database.write() as connection:
            connection.exec_driver_sql(
                "UPDATE wrapped_keys SET wrapped = x'00' WHERE name = ?",
                (f"seal-{key.kid.hex()}",),
            )
    else:
        (world.session.keys / f"{service}.key").unlink()


@pytest.mark.parametrize("service", SERVICE_KEYS)
def test_a_lost_key_is_followed_only_if_two_officers_say_that_it_is_lost(
    world: cast.World, keys: dict[str, PersonKey], tmp_path: Path, service: str
):
    lose(world, service)
    for fresh in again(world, keys):
        before = size(fresh)
        with pytest.raises(RefusedError, match="old-key-missing"):
            rotate(fresh, service)
        assert size(fresh) == before
        assert not [name for name in files(fresh) if ".new." in name]
        done = rotate(fresh, service, lost=True)
        assert not done.plan.consent
        [alarm] = [one for one in alarms.alarms(fresh.session) if one.code == "no-consent"]
        assert (alarm.seq, alarm.persons, alarm.about) == (done.seq, cast.OFFICERS, service)
        work(fresh, tmp_path, ROTATED + 10)
        assert is_sound(fresh)


@pytest.mark.parametrize("service", SERVICE_KEYS)
def test_a_key_that_is_there_signs_the_switch(world: cast.World, service: str):
    before = size(world)
    with pytest.raises(RefusedError, match="old-key-there"):
        rotate(world, service, lost=True)
    assert size(world) == before
    assert [one.code for one in alarms.alarms(world.session)] == []


# What is refused.


def test_who_is_no_officer_rotates_nothing(world: cast.World):
    before = size(world)
    pins = dict(world.pins)
    world.pins.clear()  # the rules are asked before the PINs
    for pair in ((cast.CLERK, cast.OFFICERS[0]), (cast.OFFICERS[0], cast.RESERVE)):
        for service in SERVICE_KEYS:
            with pytest.raises(NotAllowedError, match="role-may-not"):
                at_counter.rotate_service_key(world.at(ROTATED), service, pair, confirm=cast.yes)
    twice = (cast.OFFICERS[0], cast.OFFICERS[0])
    with pytest.raises(RefusedError, match="one-person-twice"):
        at_counter.rotate_service_key(world.at(ROTATED), "log", twice, confirm=cast.yes)
    with pytest.raises(RefusedError, match="until-past"):
        rotate(world, "seal", until=ROTATED - 1)
    world.pins.update(pins)
    assert size(world) == before


def rotation(world: cast.World, service: str, new: sign.SigningKey, **over: cbor.Value) -> Entry:
    """Two officers sign a rotation whatever it says, with no service that asks questions."""
    control = control_of(world)
    told = key_map(control.origin, service, service, new, None)
    old = ceremony.keys_of(control, service)[0]
    with writer.writing(world.at(ROTATED + 30)) as pen:
        own: dict[str, cbor.Value] = {
            "by2": cast.OFFICERS[1], "kid": old.kid, "key": told, "consent": None,
            "from": pen.now, "until": None, **over,
        }  # fmt: skip
        return by_hand.add(pen, pen.draft("rotate", cast.OFFICERS[0], own))


STRANGER = sign.from_seed(bytes(range(32)))


def test_the_same_key_does_not_follow_itself_nor_come_back(world: cast.World):
    first = world.session.service_key("log")
    rotate(world, "log", until=ROTATED)
    second = world.session.service_key("log")
    before = size(world)
    for key in (first, second):
        with pytest.raises(VerificationError, match="key-known"):
            rotation(world, "log", key)
        with pytest.raises(VerificationError, match="key-known"):
            rotation(world, "server", key)
    assert size(world) == before


def test_consent_of_another_key_or_to_another_key_is_not_authentic(world: cast.World):
    control = control_of(world)
    told = key_map(control.origin, "log", "log", STRANGER, None)
    other = key_map(control.origin, "log", "log", sign.from_seed(bytes(32)), None)
    old, server = world.session.service_key("log"), world.session.service_key("server")
    lies = [
        STRANGER.sign(switch(control.origin, told)),
        server.sign(switch(control.origin, told)),
        old.sign(switch(control.origin, other)),
        old.sign(switch("kt1.lamdong.vn/68/e2", told)),
        old.sign(possession(control.origin, told)),
        bytes(64),
    ]
    for lie in lies:
        with pytest.raises(VerificationError, match="bad-signature"):
            rotation(world, "log", STRANGER, consent=lie)
    stolen = {**told, "possess": other["possess"]}
    with pytest.raises(VerificationError, match="bad-signature"):
        rotation(world, "log", STRANGER, key=stolen)
    assert len(keys_of(world, "log")) == 1
    assert is_sound(world)


def test_the_audit_finds_a_switch_that_the_old_key_never_signed(
    world: cast.World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(writer, "check_authentic", lambda *_: None)
    entry = rotation(world, "seal", STRANGER, consent=STRANGER.sign(b"x"))
    found = [(one.kind, one.seq) for one in verify.verify(world.session).findings]
    assert found == [("possession", entry.seq)]


def test_only_the_newest_key_is_followed(world: cast.World, phone: Phone):
    late = sign.from_seed(bytes([7]) * 32)
    control = control_of(world)
    old = world.session.service_key("log")
    told = key_map(control.origin, "log", "log", late, None)
    own: dict[str, cbor.Value] = {
        "by2": cast.OFFICERS[1], "kid": old.kid, "key": told,
        "consent": old.sign(switch(control.origin, told)), "from": 9, "until": None,
    }  # fmt: skip
    act = phone.spell(phone.act("rotate", cast.OFFICERS[0], own))
    rotate(world, "log")
    answer = receive(world.at(ROTATED + 1), act)  # two officers elsewhere did the same
    assert answer.refused == "act-malformed"  # its key lies elsewhere, too
    assert len(keys_of(world, "log")) == 2
    with pytest.raises(RefusedError, match="not-assignable"):
        rotation(world, "log", STRANGER)
    with pytest.raises(RefusedError, match="not-assignable"):
        rotation(world, "server", STRANGER, kid=keys_of(world, "log")[-1].kid)
    assert is_sound(world)


# Seals of the old key.


@pytest.fixture
def texts(world: cast.World) -> list[str]:
    """Seals that were printed before any rotation."""
    pictures = sorted((world.folder / "seals").glob("*.png"))
    return [text for path in pictures for text in read.symbol_texts(path.read_bytes())]


def codes(folder: Path, *given: str, at: int, load: bool = False) -> list[str]:
    known = incoming.trusted(
        folder, folder.with_name(f"{folder.name}-loads") / "load-NV011.txt" if load else None
    )
    answers = trust.check_seals(given, known, cast.MORNING + 60 * at)
    return [one.verdict.code for one in answers]


def test_labels_bear_the_new_key_at_once_and_old_seals_stay_good(
    world: cast.World, tmp_path: Path, texts: list[str]
):
    outgoing.public(world.at(ROTATED - 1), tmp_path / "old")
    rotate(world, "seal")
    old, new = (key.kid for key in keys_of(world, "seal"))
    fresh = work(world, tmp_path, ROTATED + 10)
    assert {seal.parse(text).kid for text in fresh} == {new}
    assert {seal.parse(text).kid for text in texts} == {old}
    at = ROTATED + 20
    outgoing.public(
        world.at(at), tmp_path / "new", holders=[cast.COURIER], loads=tmp_path / "new-loads"
    )
    assert codes(tmp_path / "new", texts[5], fresh[0], at=at) == ["not-compared"] * 2
    assert codes(tmp_path / "new", texts[5], fresh[0], at=at, load=True) == ["matched"] * 2
    # Who has not been here since: amber, and nobody is accused.
    assert codes(tmp_path / "old", texts[5], fresh[0], at=at) == ["not-compared", "key-unknown"]
    states = incoming.trusted(tmp_path / "new").status.keys
    assert states[old].until == cast.MORNING + 60 * ROTATED + 730 * 86_400
    highest = max(seal.parse(text).content.serial for text in texts)
    assert (states[old].highest, states[new].highest) == (highest, highest + len(fresh))


def test_no_label_is_drawn_with_a_key_that_came_after_its_job(
    world: cast.World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Its serials are used; the job is resumed, and every label is voided."""
    drawing = labels.draw

    def draw_late(*args: Any) -> labels.DrawnLabels:
        rotate(world, "seal", ROTATED + 11)
        return drawing(*args)

    with monkeypatch.context() as patch:
        patch.setattr(labels, "draw", draw_late)
        with pytest.raises(UnavailableError, match="seal-key-changed"):
            work(world, tmp_path, ROTATED + 10)
    [job] = print_book.jobs(world.at(ROTATED + 12), None, None)[-1:]
    at_counter.resume(
        world.session,
        cast.CLERK,
        cast.CONTROLLER,
        numbers.format_serial(job.number),
        CameOut(),
        tmp_path / "again.pdf",
        confirm=lambda *_: True,
    )
    assert is_sound(world)


def test_a_copy_made_with_the_old_seal_key_after_the_rotation_shows(
    world: cast.World, keys: dict[str, PersonKey], tmp_path: Path, texts: list[str]
):
    with world.session.database.read() as connection:
        book = LogBook(connection)
        reader = slips.Reader(book, keys[cast.CLERK].opener)
        stolen = reader.seal_key(book.control.service_key("seal").kid)
    rotate(world, "seal")
    [fresh, _] = work(world, tmp_path, ROTATED + 10)
    at = ROTATED + 20
    outgoing.public(
        world.at(at), tmp_path / "new", holders=[cast.COURIER], loads=tmp_path / "new-loads"
    )
    content = seal.parse(fresh).content
    assert codes(tmp_path / "new", sealed(content, stolen), at=at) == ["serial-not-issued"]
    assert codes(tmp_path / "new", sealed(content, stolen), at=at, load=True) != ["matched"]
    at_counter.revoke(world.at(at), "seal", "compromised", cast.MORNING, cast.OFFICERS, stolen.kid)
    outgoing.public(world.at(at + 1), tmp_path / "revoked")
    assert codes(tmp_path / "revoked", texts[5], fresh, at=at + 1) == [
        "key-revoked",
        "not-compared",
    ]


def test_after_its_end_a_key_s_seals_are_kept_and_checked_unless_the_load_list_names_them(
    world: cast.World, tmp_path: Path, texts: list[str]
):
    rotate(world, "seal", until=ROTATED + DAY)
    end = ROTATED + DAY
    for at, alone in ((end, "not-compared"), (end + 1, "key-ended")):
        outgoing.public(
            world.at(at), tmp_path / f"{at}", holders=[cast.COURIER], loads=tmp_path / f"{at}-loads"
        )
        assert codes(tmp_path / f"{at}", texts[5], at=at) == [alone]
        assert codes(tmp_path / f"{at}", texts[5], at=at, load=True) == ["matched"]


def sealed(content: SealContent, key: sign.SigningKey) -> str:
    told = seal.to_be_signed(content, key.alg, key.kid)
    return seal.to_text(content, key.alg, key.kid, key.sign(told))


def test_a_seal_that_claims_to_be_issued_after_its_key_s_end_is_red(
    world: cast.World, keys: dict[str, PersonKey], tmp_path: Path, texts: list[str]
):
    with world.session.database.read() as connection:
        book = LogBook(connection)
        reader = slips.Reader(book, keys[cast.CLERK].opener)
        old = reader.seal_key(book.control.service_key("seal").kid)
    rotate(world, "seal", until=ROTATED + DAY)
    content = seal.parse(texts[5]).content
    late = cast.MORNING + 60 * (ROTATED + DAY) + 1
    at = ROTATED + 2 * DAY
    outgoing.public(world.at(at), tmp_path / "new")
    false = sealed(SealContent(**{**fields(content), "at": late}), old)  # type: ignore[arg-type]
    assert codes(tmp_path / "new", false, at=at) == ["outside-window"]


def fields(content: SealContent) -> dict[str, object]:
    return {name: getattr(content, name) for name in SealContent.__slots__}


def test_new_labels_are_read_by_the_program_that_printed_them(world: cast.World, tmp_path: Path):
    rotate(world, "seal")
    work(world, tmp_path, ROTATED + 10)
    sheet = paper.seals_on(tmp_path / f"{ROTATED + 10}.pdf")
    assert [one.copy for one in sheet] == [1, 2, 1, 2]


def test_everybody_who_may_seal_has_the_new_key_and_nobody_else(world: cast.World):
    rotate(world, "seal")
    control = control_of(world)
    name = f"seal-{control.service_key('seal').kid.hex()}"
    with world.session.database.read() as connection:
        found = connection.exec_driver_sql("SELECT kid FROM wrapped_keys WHERE name = ?", (name,))
        kids = {row[0] for row in found}
    owners = {control.keys[kid].owner for kid in kids}
    roles = {"clerk", "controller", "officer", "reserve"}
    wanted = {key.owner for key in control.keys.values() if key.role in roles}
    assert owners == wanted
    assert cast.RESERVE in owners
    assert cast.COURIER not in owners


def test_people_enrolled_after_a_rotation_seal_too(world: cast.World, tmp_path: Path):
    rotate(world, "seal")
    at_counter.rotate(world.at(ROTATED + 1), cast.CLERK, cast.OFFICERS)
    texts = work(world, tmp_path, ROTATED + 10)
    assert {seal.parse(text).kid for text in texts} == {control_of(world).service_key("seal").kid}


def test_without_a_seal_key_nothing_is_printed_until_another_has_come(
    world: cast.World, tmp_path: Path
):
    at_counter.revoke(world.at(ROTATED), "seal", "compromised", None, cast.OFFICERS)
    with pytest.raises(VerificationError, match="no-service-key"):
        work(world, tmp_path, ROTATED + 1)
    done = rotate(world, "seal", ROTATED + 10)
    assert done.plan.consent  # what is revoked can still say who follows
    at_counter.print_seals(
        world.at(ROTATED + 11), cast.CLERK, [], tmp_path / "new.pdf", confirm=cast.yes
    )
    assert is_sound(world)


# Trust lists after a rotation of the log key.


def test_the_public_folder_is_signed_by_the_new_log_key(world: cast.World, tmp_path: Path):
    outgoing.public(
        world.at(ROTATED - 1),
        tmp_path / "public",
        holders=[cast.COURIER],
        loads=tmp_path / "public-loads",
    )
    before = incoming.trusted(tmp_path / "public")
    rotate(world, "log")
    outgoing.public(
        world.at(ROTATED + 1),
        tmp_path / "public",
        holders=[cast.COURIER],
        loads=tmp_path / "public-loads",
    )
    after = incoming.trusted(tmp_path / "public", tmp_path / "public-loads" / "load-NV011.txt")
    assert after.status.head.size == before.status.head.size + 1
    assert after.control.service_key("log") == keys_of(world, "log")[-1]
    pems = {path.stem for path in (tmp_path / "public" / "keys").iterdir()}
    assert {key.kid.hex() for key in keys_of(world, "log")} <= pems


def test_a_load_list_from_before_counts_by_the_old_log_key_until_that_ends(
    world: cast.World, tmp_path: Path, texts: list[str]
):
    def told(load: str, at: int) -> list[str]:
        known = incoming.trusted(tmp_path / "new", tmp_path / f"{load}-loads" / "load-NV011.txt")
        answers = trust.check_seals([texts[5]], known, cast.MORNING + 60 * at)
        return [one.verdict.code for one in answers]

    outgoing.public(
        world.at(ROTATED - 1),
        tmp_path / "old",
        holders=[cast.COURIER],
        loads=tmp_path / "old-loads",
    )
    outgoing.public(
        world.at(ROTATED + 5),
        tmp_path / "late",
        holders=[cast.COURIER],
        loads=tmp_path / "late-loads",
    )
    rotate(world, "log", ROTATED + 10, until=ROTATED + DAY)
    old = keys_of(world, "log")[0]
    outgoing.public(
        world.at(ROTATED + 11),
        tmp_path / "new",
        holders=[cast.COURIER],
        loads=tmp_path / "new-loads",
    )
    assert told("old", ROTATED + 12) == ["matched"]
    assert told("new", ROTATED + 12) == ["matched"]
    at_counter.revoke(world.at(ROTATED + 13), "log", "stolen", None, cast.OFFICERS, old.kid)
    outgoing.public(
        world.at(ROTATED + 14),
        tmp_path / "new",
        holders=[cast.COURIER],
        loads=tmp_path / "new-loads",
    )
    with pytest.raises(VerificationError, match="load-broken"):
        told("old", ROTATED + 15)
    assert told("new", ROTATED + 15) == ["matched"]


# Ending keys.


@pytest.mark.parametrize("service", SERVICE_KEYS)
def test_an_old_key_of_the_service_can_be_revoked_and_the_newest_not(
    world: cast.World, service: str
):
    [old] = keys_of(world, service)
    if service != "seal":
        with pytest.raises(RefusedError, match="key-in-use"):
            at_counter.revoke(world.at(200), service, "lost", None, cast.OFFICERS, old.kid)
    rotate(world, service)
    new = keys_of(world, service)[-1]
    with pytest.raises(RefusedError, match="key-in-use"):
        at_counter.revoke(world.at(ROTATED + 1), service, "lost", None, cast.OFFICERS, new.kid)
    for whose, kid, code in (
        (service, bytes(8), "no-such-key"),
        (cast.CLERK, old.kid, "no-such-key"),
        (service, cast_kid(world, cast.CLERK), "no-such-key"),
    ):
        with pytest.raises(RefusedError, match=code):
            at_counter.revoke(world.at(ROTATED + 1), whose, "lost", None, cast.OFFICERS, kid)
    since = cast.MORNING + 60 * 100
    entry = at_counter.revoke(
        world.at(ROTATED + 1), service, "compromised", since, cast.OFFICERS, old.kid
    )
    assert control_of(world).revoked[old.kid] == (entry.seq, since)
    assert control_of(world).service_key(service) == new
    with pytest.raises(RefusedError, match="key-ended-already"):
        at_counter.revoke(world.at(ROTATED + 2), service, "lost", 1, cast.OFFICERS, old.kid)
    assert is_sound(world)


def cast_kid(world: cast.World, who: str) -> bytes:
    key = control_of(world).current_key(who)
    assert key is not None
    return key.kid


def test_a_person_s_older_key_is_named_by_its_fingerprint(world: cast.World):
    old = cast_kid(world, cast.COURIER)
    at_counter.rotate(world.at(ROTATED), cast.COURIER, cast.OFFICERS)
    new = cast_kid(world, cast.COURIER)
    with pytest.raises(RefusedError, match="key-ended-already"):
        at_counter.revoke(world.at(ROTATED), cast.COURIER, "lost", None, cast.OFFICERS, old)
    at_counter.revoke(world.at(ROTATED), cast.COURIER, "lost", None, cast.OFFICERS, new)
    assert control_of(world).current_key(cast.COURIER) is None
    with pytest.raises(RefusedError, match="no-such-person"):
        at_counter.revoke(world.at(ROTATED), cast.COURIER, "lost", None, cast.OFFICERS)


# One of the officers is ill, or has lost his key.


def test_an_officer_who_lost_his_key_comes_back_with_the_reserve_and_then_keys_rotate(
    world: cast.World, tmp_path: Path
):
    lost, other = cast.OFFICERS
    old = cast_kid(world, lost)
    pair = (other, cast.RESERVE)
    at_counter.revoke(world.at(ROTATED), lost, "lost", None, pair)
    with pytest.raises(KtError, match="key-revoked"):
        rotate(world, "log", ROTATED + 1)
    with pytest.raises(NotAllowedError, match="role-may-not"):
        at_counter.rotate_service_key(world.at(ROTATED + 2), "log", pair, confirm=cast.yes)
    list_of_one = tmp_path / "one.csv"
    header, *rows = (cast.DATA / "people.csv").read_text("utf-8").splitlines()
    [row] = [one for one in rows if one.startswith(lost)]
    list_of_one.write_text(f"{header}\n{row}\n", "utf-8")
    assert at_counter.enrol(world.at(ROTATED + 3), list_of_one, pair) == [lost]
    assert cast_kid(world, lost) != old  # never the old key again, though its file was there
    assert (world.session.keys / f"{lost}.{old.hex()}.key").exists()
    assert rotate(world, "log", ROTATED + 4).fresh
    told = [(one.code, one.kind, one.persons) for one in alarms.alarms(world.session)]
    assert [one for one in told if one[0] == "reserve-used"] == [
        ("reserve-used", "revoke", pair),
        ("reserve-used", "enrol", pair),
    ]
    assert ("key-lost", "revoke", pair) in told
    assert is_sound(world)


# What is shown.


def test_every_key_is_listed_with_its_state(world: cast.World):
    rotate(world, "log", until=ROTATED + 60)
    rotate(world, "server")
    at_counter.revoke(world.at(ROTATED), cast.DRIVER, "left", cast.MORNING, cast.OFFICERS)
    lines, now = ceremony.listed(world.at(ROTATED + 60))
    assert now == cast.MORNING + 60 * (ROTATED + 60)
    states = [(one.key.owner, one.state) for one in lines]
    assert states[:5] == [
        ("log", "rotated"), ("log", "current"), ("server", "ended"), ("server", "current"),
        ("seal", "current"),
    ]  # fmt: skip
    assert [one.is_here for one in lines[:5]] == [True, True, False, True, None]
    assert (cast.DRIVER, "revoked") in states
    assert len(lines) == len(control_of(world).keys)
    lines, _ = ceremony.listed(world.at(ROTATED + 61))
    assert lines[0].state == "ended"


@pytest.mark.parametrize(
    "typed",
    ["{0}", " {0} ", "{1}", "{2}", "log"],
    ids=["plain", "spaces", "groups", "big", "owner"],
)
def test_a_key_is_found_by_what_stands_on_paper(world: cast.World, typed: str):
    [key] = keys_of(world, "log")
    print_ = ceremony.fingerprint(key.kid)
    told = typed.format(key.kid.hex(), print_, print_.upper())
    assert ceremony.find_keys(control_of(world), told) == [key]
    assert len(print_.split()) == 4


@pytest.mark.parametrize("typed", ["", "NV999", "00" * 8, "0011", "không", "g" * 16])
def test_a_key_that_nobody_has_is_not_found(world: cast.World, typed: str):
    with pytest.raises(RefusedError, match="no-such-key"):
        ceremony.find_keys(control_of(world), typed)


def test_an_act_of_rotation_is_read_as_written(world: cast.World):
    rotate(world, "log")
    [entry] = [one for one in entries(world) if one.act.type == "rotate"]
    assert make_act(dict(entry.act.fields)).body == entry.act.body


def seed_of(path: Path) -> bytes:
    value = cbor.decode(path.read_bytes())
    assert isinstance(value, list)
    assert isinstance(value[2], bytes)
    return value[2]


def test_no_private_key_is_in_the_data_folder_or_the_log(world: cast.World):
    for place, service in enumerate(SERVICE_KEYS):
        rotate(world, service, ROTATED + place)
    kept = [path for name in ("log", "server") for path in world.session.keys.glob(f"{name}*.key")]
    secrets = list(map(seed_of, kept))
    assert len(secrets) == 3
    world.session.close()
    for path in world.session.data.iterdir():
        content = path.read_bytes()
        assert not [one for one in secrets if one in content], path.name


def test_a_desk_reads_its_service_key_without_being_told_the_log(world: cast.World):
    session: Session = world.new_session()
    assert session.service_key("server").kid == session.service_key("server", control_of(world)).kid
    session.close()


# Killed for good, at every step that reaches the disk.


def killed(world: cast.World, service: str, folder: Path, steps: list[int | None]) -> list[Path]:
    """Give the command once for each step, in a copy of the world, and let it die there."""
    world.session.close()
    pins = "\n".join(f"{staff}={pin}" for staff, pin in cast.PINS.items())
    (world.folder / "pins.txt").write_text(pins, "utf-8")
    runs, folders = [], []
    for step in steps:
        there = cast.copy_world(world, folder / f"{step}").folder
        places = {"--data": "data", "--keys": "keys", "--pin-file": "pins.txt"}
        common = [part for name, file in places.items() for part in (name, str(there / file))]
        words = ["key", "rotate", service, "--officer", *cast.OFFICERS]
        told = [*common, "--as-of", "23/11/2026 10:25", "--yes", *words]
        trace = str(there / "trace.txt")
        runs.append(
            {"words": told, "temporary": str(there), "trace": trace, "step": step, "during": None}
        )
        folders.append(there)
    done = subprocess.run(
        [sys.executable, str(Path(cast.__file__).with_name("kill_at.py"))],
        input=json.dumps(runs).encode(), capture_output=True, check=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("KT1_")},
    )  # fmt: skip
    codes = list(map(int, done.stdout.split()))
    assert codes == [0 if step is None else -9 for step in steps]
    return folders


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL and fork")
@pytest.mark.parametrize("service", nightly.each(SERVICE_KEYS, "log"))
def test_killed_at_any_step_a_ceremony_is_given_again(
    world: cast.World,
    keys: dict[str, PersonKey],
    tmp_path_factory: pytest.TempPathFactory,
    service: str,
):
    beside = tmp_path_factory.mktemp("killed")
    [whole] = killed(world, service, beside, [None])
    found = (whole / "trace.txt").read_text("utf-8").splitlines()
    changing = [
        place
        for place, step in enumerate(found)
        if not step.startswith(("sql SELECT", "sql PRAGMA")) and ".tries" not in step
    ]
    assert len(changing) > 20
    kinds = {at: found[at].split()[0] + " COMMIT" * ("COMMIT" in found[at]) for at in changing}
    chosen = nightly.some(changing, kinds.__getitem__)
    ends = set()
    for folder in killed(world, service, beside, chosen):  # type: ignore[arg-type]
        left = cast.World(folder)
        left.session.admit_all(keys)
        assert is_sound(left)
        at_counter.hold(left.at(ROTATED + 1), cast.CLERK, cast.DRIVER, "absent")
        assert left.session.warnings == []
        begun = len(keys_of(left, service)), any(".new." in name for name in files(left))
        ends.add((*begun, rotate(left, service, ROTATED + 2).fresh))
        assert not [name for name in files(left) if ".new." in name]
        assert len(keys_of(left, service)) == (3 if begun == (2, False) else 2)
        assert is_sound(left)
        left.session.close()
    # Keys before, whether a file waited, whether a key was made by giving the command again.
    wanted = {(1, False, True), (1, True, True), (2, True, False)}
    surely = wanted if len(chosen) == len(changing) else wanted - {(1, True, True)}
    assert surely <= ends <= wanted | {(2, False, True)}
