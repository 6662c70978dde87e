"""Checkpoints and stamps, as they are kept."""

from kt1custody.store import checkpoints
from kt1custody.store.log import LogBook
from tests.kit import cast


def test_the_newest_of_the_present_epoch_is_found(founded: cast.World):
    with founded.session.database.write() as connection:
        origin = LogBook(connection).control.origin
        for size, note in ((9_000, b"b"), (8_000, b"a"), (9_999, b"c")):
            named = "kt1.example.vn/68/e9" if size == 9_999 else origin
            checkpoints.put(connection, named, size, size + 1, note)
        assert checkpoints.newest(connection) == (9_000, 9_001, b"b")
        assert [*checkpoints.backwards(connection)][:2] == [(9_000, b"b"), (8_000, b"a")]
        assert checkpoints.find(connection, 8_000) == b"a"
        assert checkpoints.find(connection, 9_999) is None
        assert checkpoints.find(connection, 9_999, "kt1.example.vn/68/e9") == b"c"


def test_more_lines_take_the_place_of_the_same_checkpoint_s_and_leave_its_time(
    founded: cast.World,
):
    with founded.session.database.write() as connection:
        origin = LogBook(connection).control.origin
        checkpoints.put(connection, origin, 9_000, 5, b"signed")
        checkpoints.put(connection, origin, 9_000, 6, b"signed and cosigned")
        assert checkpoints.newest(connection) == (9_000, 5, b"signed and cosigned")


def test_stamps_are_given_by_size_and_a_newer_one_takes_the_place(founded: cast.World):
    with founded.session.database.write() as connection:
        origin = LogBook(connection).control.origin
        assert checkpoints.stamps(connection) == []
        for size, response in ((9, b"b"), (8, b"a"), (9, b"c")):
            checkpoints.put_stamp(connection, origin, size, response)
        checkpoints.put_stamp(connection, "kt1.example.vn/68/e9", 7, b"d")
        assert checkpoints.stamps(connection) == [(8, b"a"), (9, b"c")]
