"""What is remembered of a machine's clock."""

from kt1custody.store import clocks
from tests.kit import cast


def test_a_clock_is_expected_to_run_as_the_count_since_the_start(founded: cast.World):
    with founded.session.database.write() as connection:
        assert clocks.expected(connection, "QUAY07", "a", 10) is None
        clocks.remember(connection, "QUAY07", "a", 10, now=1_000)
        assert clocks.expected(connection, "QUAY07", "a", 10) == 1_000
        assert clocks.expected(connection, "QUAY07", "a", 70) == 1_060
        assert clocks.expected(connection, "QUAY07", "b", 70) is None  # another start
        assert clocks.expected(connection, "QUAY08", "a", 70) is None
        clocks.remember(connection, "QUAY07", "a", 70, now=5_000)
        assert clocks.expected(connection, "QUAY07", "a", 71) == 5_001
