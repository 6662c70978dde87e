"""How the machine of the log is."""

import shutil
from types import SimpleNamespace

import pytest

from kt1custody.services.evidence import closing, health
from tests.kit import cast


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
