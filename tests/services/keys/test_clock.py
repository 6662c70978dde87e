"""The machine's clock against the log: read, taken as right, and the log put right by officers."""

import pytest

from kt1custody.core.log.entry import CLOCK_SLACK
from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.services.keys import clock
from kt1custody.services.session.clock_check import SET
from tests.kit import at_counter, cast
from tests.kit.phone import entries, is_sound, size

NOW = cast.MORNING + 60 * 200


@pytest.fixture
def machine(world: cast.World) -> list[int]:
    """Seconds by which the clock is off the machine's own count, for the test to set."""
    off = [0]
    world.session.as_of, world.session.clock = None, lambda: NOW + off[0]
    world.session.counted = lambda: ("monday", 500)
    return off


def hold(world: cast.World, who: str = cast.COURIER) -> None:
    at_counter.hold(world.session, cast.CLERK, who, "absent")


def test_a_reading_says_what_the_clock_should_show_and_why_nothing_is_signed(
    world: cast.World, machine: list[int]
):
    before = clock.look(world.session)
    assert (before.now, before.expected, before.doubt) == (NOW, None, None)
    assert before.newest == entries(world)[-1].accepted_at
    hold(world)
    machine[0] = SET + 1
    read = clock.look(world.session)
    assert (read.now, read.expected, read.newest) == (NOW + SET + 1, NOW, NOW)
    assert read.doubt is not None
    assert read.doubt.code == "clock-ahead"


def test_a_clock_that_was_not_set_is_taken_without_an_entry(world: cast.World, machine: list[int]):
    hold(world)
    before = size(world)
    assert clock.take(world.session) is None
    assert size(world) == before


def test_a_clock_that_was_set_is_taken_by_an_entry_of_the_server(
    world: cast.World, machine: list[int]
):
    hold(world)
    machine[0] = 3_600
    entry = clock.take(world.session)
    assert entry is not None
    assert (entry.act.type, entry.act.dev) == ("clock", "server")
    assert clock.look(world.session).doubt is None
    machine[0] = -CLOCK_SLACK - 1
    with pytest.raises(UnavailableError, match="clock-behind"):
        clock.take(world.session)


def test_two_officers_say_which_entries_lie_ahead_and_the_right_clock_counts(
    world: cast.World, machine: list[int]
):
    before = entries(world)[-1]
    machine[0] = 86_400
    hold(world)
    hold(world, cast.DRIVER)
    machine[0] = 0
    entry, ahead = at_counter.set_back(world.session, cast.OFFICERS, confirm=cast.yes)
    assert (ahead.first, ahead.last) == (before.seq + 1, before.seq + 2)
    assert (ahead.since, ahead.until, ahead.now) == (before.accepted_at, NOW + 86_400, NOW)
    assert clock.ahead_of(entry) == ahead
    assert clock.look(world.session).doubt is None
    with pytest.raises(RefusedError, match="clock-not-behind"):
        at_counter.set_back(world.session, cast.OFFICERS, confirm=cast.yes)
    assert is_sound(world)
