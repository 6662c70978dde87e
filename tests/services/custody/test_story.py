"""The story of an item is read from the entries that name it and those that these refer to."""

from kt1custody.services.custody import story
from kt1custody.store.log import LogBook
from tests.kit import cast


def test_both_halves_of_a_handover_and_what_is_corrected_belong_to_it(
    lived: cast.World, day: cast.Day
):
    absent, lent = day.numbers[2:4]
    with lived.session.database.read() as connection:
        book = LogBook(connection)
        acts = {
            n: [book.entry(seq).act for seq in sorted(story.positions(book, n, book.seq + 1))]
            for n in (absent, lent)
        }
    report, correction = acts[absent][-2:]
    assert (report.type, correction.type) == ("absent", "correct")
    assert correction.octets("of") == report.hash
    assert [act.type for act in acts[lent]][-6:] == [
        "offer", "take", "offer", "take", "offer", "withdraw",
    ]  # fmt: skip


def test_what_comes_after_an_end_is_left_out(lived: cast.World, day: cast.Day):
    n = day.numbers[3]
    with lived.session.database.read() as connection:
        book = LogBook(connection)
        whole = sorted(story.positions(book, n, book.seq + 1))
        for end in (whole[0], whole[4], whole[-1]):
            assert sorted(story.positions(book, n, end)) == [seq for seq in whole if seq < end]


def test_an_item_that_was_never_registered_has_none(lived: cast.World, day: cast.Day):
    with lived.session.database.read() as connection:
        book = LogBook(connection)
        assert story.tell(book, day.numbers[-1] + 1, cast.MORNING) is None
        history = story.tell(book, day.numbers[0], cast.MORNING + 60 * 200)
    assert history is not None
    assert [tenure.holder for tenure in history.holders] == [str(cast.OFFICE), cast.COURIER]
    assert history.step(history.ended or 0).act == "deliver"
