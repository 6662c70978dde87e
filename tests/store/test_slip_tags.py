"""Tags lead to slips, of one log, and go with them."""

from kt1custody.services.evidence import verify
from kt1custody.store import slip_tags
from kt1custody.store.log import LogBook
from kt1custody.store.slip_tags import SlipTag
from tests.kit import cast


def test_tags_lead_to_slips_until_they_are_dropped(lived: cast.World):
    first, second = SlipTag(b"a" * 32, b"1" * 32), SlipTag(b"a" * 32, b"2" * 32)
    with lived.session.database.write() as connection:
        slip_tags.put(connection, [])
        slip_tags.put(connection, [second, first])
        slip_tags.put(connection, [first])
        assert slip_tags.find(connection, b"a" * 32) == [first.commitment, second.commitment]
        assert slip_tags.find(connection, b"b" * 32) == []
        connection.exec_driver_sql(
            "UPDATE slip_tags SET log = 'x' WHERE hex(commitment) LIKE '31%'"
        )
        slip_tags.drop(connection, first.commitment)  # of this log alone
        assert slip_tags.find(connection, b"a" * 32) == [second.commitment]
        slip_tags.drop(connection, second.commitment)
        assert slip_tags.find(connection, b"a" * 32) == []
        [left] = connection.exec_driver_sql("SELECT log FROM slip_tags").scalars()
    assert left == "x"


def test_slips_without_a_tag_are_found_in_the_order_of_the_log(lived: cast.World, day: cast.Day):
    with lived.session.database.write() as connection:
        book = LogBook(connection)
        untagged = list(slip_tags.untagged(connection, after=-1))
        assert [n for _, n, _ in untagged] == [*day.numbers]
        for seq, n, commitment in untagged:
            item = book.item(n)
            assert item is not None
            assert commitment == item.commit
            assert book.entry(seq).act.type == "register"
        slip_tags.put(connection, [SlipTag(b"a" * 32, untagged[2][2])])
        left = list(slip_tags.untagged(connection, after=-1))
        assert left == untagged[:2] + untagged[3:]
        assert list(slip_tags.untagged(connection, after=book.seq)) == []


def test_a_rebuild_keeps_tags(lived: cast.World):
    with lived.session.database.write() as connection:
        slip_tags.put(connection, [SlipTag(b"a" * 32, b"1" * 32)])
    verify.rebuild(lived.session)
    with lived.session.database.read() as connection:
        assert slip_tags.find(connection, b"a" * 32) == [b"1" * 32]
