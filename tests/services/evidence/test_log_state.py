"""How the log stands, at a glance."""

from kt1custody.services.evidence import closing, log_state
from tests.kit import cast
from tests.kit.phone import size


def test_it_says_how_long_the_log_is_and_what_was_given_out(world: cast.World, day: cast.Day):
    signed = closing.close(world.session)
    state = log_state.of(world.session)
    assert state.size == size(world) == signed.checkpoint.size
    assert state.given_out
    assert state.given_out[0] == state.size
    assert state.given_out[1] <= state.now
    assert (state.stamped, state.now) == (None, world.session.as_of)
    assert state.accepted_at == cast.MORNING + 120 * 60
