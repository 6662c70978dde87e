"""Who holds how much for how long, and when items change hands."""

from kt1custody.services.custody import workload
from tests.kit import cast
from tests.kit.phone import states


def test_items_are_counted_by_holder_and_age(world: cast.World, day: cast.Day):
    figures = workload.of(world.at(200))
    held = [state for state in states(world) if state.holder == cast.COURIER and state.seal]
    assert figures.held[cast.COURIER][0] == len([one for one in held if one.status.value == "out"])
    assert list(figures.held) == sorted(
        figures.held, key=lambda who: (-sum(figures.held[who]), who)
    )
    later = workload.of(world.at(200 + 2 * 1_440)).held[cast.COURIER]
    assert later == (0, figures.held[cast.COURIER][0], 0)
    assert workload.of(world.at(200 + 9 * 1_440)).held[cast.COURIER][2] == later[1]


def test_handovers_stand_at_the_hour_at_which_the_log_took_them(world: cast.World, day: cast.Day):
    handed = workload.of(world.at(200)).handed
    assert handed[7] == len(day.numbers)  # at 07:40
    assert handed[8] == 2  # to and fro
    assert sum(handed) == handed[7] + handed[8]
    assert sum(workload.of(world.at(1_440)).handed) == 0
