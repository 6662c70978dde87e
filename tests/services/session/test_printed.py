"""What a label says follows from the log alone: its print act, its registration, its seal key."""

from kt1custody.core.formats.item import Urgency
from kt1custody.core.seals import seal
from kt1custody.printing.read import symbol_texts
from kt1custody.services.session.printed import issued
from kt1custody.store.log import LogBook
from tests.kit import cast
from tests.kit.at_counter import correct_item


def test_it_is_what_the_label_on_the_envelope_says(lived: cast.World, day: cast.Day):
    texts = [
        text for path in day.pictures.glob("*.png") for text in symbol_texts(path.read_bytes())
    ]
    seals = {label.content.n: label for label in map(seal.parse, texts)}
    assert seals.keys() == set(day.numbers)
    with lived.session.database.read() as connection:
        book = LogBook(connection)
        for n, label in seals.items():
            state = book.item(n)
            assert state is not None
            printed = issued(book, state, label.content.serial)
            assert printed is not None
            assert (printed[0], printed[1].kid) == (label.content, label.kid)


def test_a_later_correction_leaves_it_and_another_item_s_serial_is_none(
    world: cast.World, day: cast.Day
):
    n, other = day.numbers[3], day.numbers[4]
    with world.session.database.read() as connection:
        state = LogBook(connection).item(n)
        assert state is not None
        before = issued(LogBook(connection), state, state.seal or 0)
    correct_item(world.session, str(n), {"urgency": "hỏa tốc"}, "mistyped", None, confirm=cast.yes)
    with world.session.database.read() as connection:
        book = LogBook(connection)
        now, another = book.item(n), book.item(other)
        assert now is not None
        assert another is not None
        assert Urgency(now.urgency) is Urgency.EXPRESS
        assert issued(book, now, now.seal or 0) == before
        assert issued(book, now, another.seal or 0) is None
        assert issued(book, now, 99_999) is None
