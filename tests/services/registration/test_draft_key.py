"""The key of drafts: the same after a new start, another one for everybody and everywhere else."""

from kt1custody.services.registration import draft_key
from tests.kit import cast


def test_the_key_is_of_one_person_at_one_device_and_outlasts_a_new_start(
    founded: cast.World,
) -> None:
    first = draft_key.of(founded.new_session(), cast.CLERK)
    assert len(first) == 32
    assert draft_key.of(founded.new_session(), cast.CLERK) == first
    assert draft_key.of(founded.new_session(), cast.COURIER) != first
    assert draft_key.of(founded.new_session("QUAY02"), cast.CLERK) != first
