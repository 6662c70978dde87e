"""The log as a feed: its end, and entries after a position."""

import pytest

from kt1custody.services.evidence import feed
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast


def test_the_head_is_that_of_the_tree_and_moves_with_every_entry(world: cast.World):
    before = feed.head(world.session)
    with world.session.database.read() as connection:
        book = LogBook(connection)
        assert (before.origin, before.size) == (book.control.origin, book.seq + 1)
        assert before.root == book.tree.root()
    at_counter.hold(world.session, cast.CLERK, cast.DRIVER, "absent")
    after = feed.head(world.session)
    assert after.size == before.size + 1
    assert after.root != before.root


def test_a_cursor_gives_each_entry_once_in_order(lived: cast.World):
    size, at, seqs = feed.head(lived.session).size, -1, list[int]()
    while entries := feed.after(lived.session, at, 7):
        assert len(entries) <= 7
        seqs += [entry.seq for entry in entries]
        at = seqs[-1]
    assert seqs == list(range(size))


@pytest.mark.parametrize(("seq", "count"), [(10_000, 5), (0, 0)])
def test_behind_the_end_there_is_nothing(lived: cast.World, seq: int, count: int):
    assert feed.after(lived.session, seq, count) == []


def test_at_once_it_gives_no_more_than_it_says(lived: cast.World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(feed, "MOST", 3)
    assert [entry.seq for entry in feed.after(lived.session, -1, 1_000)] == [0, 1, 2]
