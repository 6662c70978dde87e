"""How the machine of the log is."""

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from kt1custody.cli import outgoing
from kt1custody.errors import UnavailableError
from kt1custody.services.evidence import backup, closing, health
from kt1custody.services.people.people import Duty
from kt1custody.signing import tries
from tests.kit import at_counter, cast
from tests.kit.phone import Phone, receive


def test_a_log_that_was_just_closed_is_well(world: cast.World):
    before = health.look(world.session)
    assert before.used > 0
    assert before.has_room
    assert before.clock is None
    closing.close(world.session)
    after = health.look(world.session)
    assert after.uncovered == 0
    assert after.given_out is not None
    assert (after.entries, after.newest) == (before.entries, before.newest)


def test_a_full_disk_and_a_clock_that_went_back_are_told(
    world: cast.World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))
    world.session.as_of = health.look(world.session).newest - 3_600
    found = health.look(world.session)
    assert not found.has_room
    assert found.clock is not None
    assert found.clock.code == "clock-behind"


def test_the_last_backup_is_noted_with_its_place(world: cast.World, tmp_path: Path):
    assert health.look(world.session).backup is None
    made = outgoing.backup(world.session, tmp_path / "stick")
    told = health.look(world.session)
    assert told.backup is not None
    assert (told.backup.size, told.backup.place) == (made.size, str(tmp_path / "stick"))
    assert told.is_backed_up
    (world.session.keys / backup.LAST).write_bytes(b"x")
    with pytest.raises(UnavailableError, match="key-file-broken"):
        health.look(world.session)


def test_who_and_what_was_silent_or_ends_soon_is_named(world: cast.World, phone: Phone):
    session, now = world.session, world.at(200).as_of or 0
    at_counter.enrol_device(session, "PHONE01", "Máy", cast.OFFICE, cast.OFFICERS)
    phone.act("hold", cast.COURIER, {"who": cast.CLERK, "reason": "absent"})  # never comes
    receive(session, phone.spell(phone.handover()))
    at_counter.assign(session, cast.DRIVER, Duty(until=now + 86_400), cast.OFFICERS)
    count = tries.path(session.keys, cast.CLERK)
    os.utime(count, (session.clock() - 90 * 86_400,) * 2)
    told = health.look(session)
    assert told.unsent == {"PHONE01": 1}
    assert told.ending.keys() == {cast.DRIVER}
    assert told.idle.keys() == {cast.CLERK}
    assert told.silent == {}
    assert told.printed is not None
    world.session.as_of = now + 20 * 86_400
    assert health.look(session).silent.keys() >= {"PHONE01"}
