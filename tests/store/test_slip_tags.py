"""Tags lead to slips, of one log, and go with them; what has none waits."""

import sqlalchemy as sa

from kt1custody.services.evidence import verify
from kt1custody.store import records, slip_tags
from kt1custody.store.log import LogBook
from kt1custody.store.slip_tags import SlipTag, TaggedSlip
from tests.kit import cast

TAG, OTHER = b"a" * 32, b"b" * 32


def slips(world: cast.World) -> list[TaggedSlip]:
    with world.session.database.read() as connection:
        return [TaggedSlip(one.commit, one.n) for one in LogBook(connection).items()]


def test_tags_lead_to_slips_until_they_are_dropped(lived: cast.World):
    first, second = sorted(slips(lived)[:2])
    tags = [SlipTag(TAG, one.commitment) for one in (first, second)]
    with lived.session.database.write() as connection:
        slip_tags.put(connection, [])
        slip_tags.put(connection, tags)
        slip_tags.put(connection, tags[:1])
        assert slip_tags.find(connection, TAG) == [first, second]
        assert slip_tags.find(connection, OTHER) == []
        connection.exec_driver_sql(
            "UPDATE slip_tags SET log = 'x' WHERE tag = ? AND commitment = ?", tags[0]
        )
        slip_tags.drop(connection, first.commitment)  # of this log alone
        assert slip_tags.find(connection, TAG) == [second]
        slip_tags.drop(connection, second.commitment)
        assert slip_tags.find(connection, TAG) == []
        left = connection.exec_driver_sql("SELECT log FROM slip_tags WHERE tag = ?", (TAG,))
        assert left.scalars().all() == ["x"]


def test_a_tag_leads_to_no_record_but_a_slip(lived: cast.World):
    with lived.session.database.write() as connection:
        others = [
            one.commitment for about, one in records.every(connection) if not about.isdecimal()
        ]
        slip_tags.put(connection, [SlipTag(TAG, one) for one in (*others, b"1" * 32)])
        assert others
        assert slip_tags.find(connection, TAG) == []


def test_what_waits_is_tagged_once_and_not_after_it_was_erased(lived: cast.World):
    first, second, *_ = slips(lived)
    rows = [slip_tags.waiting("office-1-2026", one.commitment) for one in (first, second)]
    with lived.session.database.write() as connection:
        slip_tags.put(connection, rows)
        assert slip_tags.find(connection, b"office-1-2026") == sorted([first, second])
        slip_tags.settle(connection, rows[0], [SlipTag(TAG, first.commitment)])
        assert slip_tags.find(connection, b"office-1-2026") == [second]
        records.drop(connection, second.commitment)
        slip_tags.settle(connection, rows[1], [SlipTag(TAG, second.commitment)])
        assert slip_tags.find(connection, TAG) == [first]
        records.drop(connection, first.commitment)
        rest = connection.exec_driver_sql("SELECT tag, commitment FROM slip_tags").all()
        assert not {one.commitment for one in rest} & {first.commitment, second.commitment}


def test_whatever_slip_has_no_tag_waits_for_each_key_that_opens_it(lived: cast.World):
    with lived.session.database.write() as connection:
        slip_tags.wait_untagged(connection)
        tagged = _rows(connection)
        connection.exec_driver_sql("DELETE FROM slip_tags")
        slip_tags.wait_untagged(connection)
        waiting = {
            (name.encode(), one.commitment)
            for about, one in records.every(connection)
            for name in one.keys
            if about.isdecimal()
        }
        assert _rows(connection) == waiting
        slip_tags.wait_untagged(connection)
        assert _rows(connection) == waiting
    assert {commitment for _, commitment in tagged} == {commitment for _, commitment in waiting}


def test_a_rebuild_keeps_tags_and_lets_the_others_wait(lived: cast.World):
    first, second, *_ = slips(lived)
    with lived.session.database.write() as connection:
        slip_tags.drop(connection, first.commitment)
        slip_tags.drop(connection, second.commitment)
        slip_tags.put(connection, [SlipTag(TAG, first.commitment)])
        before = _rows(connection)
    verify.rebuild(lived.session)
    with lived.session.database.read() as connection:
        after = _rows(connection)
    assert before < after
    assert {one for one, commitment in after if commitment == first.commitment} == {TAG}
    names = {one for one, commitment in after if commitment == second.commitment}
    assert names
    assert all(name.startswith(b"office-") for name in names)


def _rows(connection: sa.Connection) -> set[tuple[bytes, bytes]]:
    found = connection.exec_driver_sql("SELECT tag, commitment FROM slip_tags")
    return {(tag, commitment) for tag, commitment in found}
