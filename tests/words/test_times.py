"""Times for machines."""

from kt1custody.words.times import clock_time
from tests.kit import cast


def test_a_time_bears_its_offset_and_none_stays_none():
    assert clock_time(cast.MORNING, cast.ZONE) == "2026-11-23T07:00:00+07:00"
    assert clock_time(10**15, cast.ZONE) == "9999-01-01T07:00:00+07:00"
    assert clock_time(None, cast.ZONE) is None
