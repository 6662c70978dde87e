"""The sender's receipt: two copies, the total in words, no addressee of a marked item."""

import pypdfium2
import pytest

from kt1custody.core.formats.item import Mark
from kt1custody.errors import NotAllowedError, RefusedError
from kt1custody.services.custody import look
from kt1custody.services.registration import receipt
from kt1custody.store.log import LogBook
from tests.kit import cast


def registration(world: cast.World) -> int:
    with world.session.database.read() as connection:
        book = LogBook(connection)
        return next(n for n in range(book.seq + 1) if book.entry(n).act.type == "register")


def pages(raw: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(raw)
    try:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    finally:
        document.close()


def test_each_sender_gets_two_copies_that_say_what_was_accepted(lived: cast.World) -> None:
    session = lived.at(600)
    told = pages(receipt.pdf(session, cast.CLERK, registration(lived)))
    first, second = told[::2], told[1::2]
    assert len(first) == len(second) >= 2
    assert all("Liên 1: giao nơi gửi" in page for page in first)
    assert all("Liên 2: lưu tại bưu cục" in page for page in second)
    for one, other in zip(first, second, strict=True):
        assert one.replace("Liên 1: giao nơi gửi", "Liên 2: lưu tại bưu cục") == other
    assert all("Tổng số:" in page and "bì (" in page and "trang 1/1" in page for page in told)
    states = look.listed(session, holder=None, is_open=False, is_unsealed=False)
    for state in states:
        number = f"{state.n:012d}"
        shown = f"{number[:4]} {number[4:8]} {number[8:]}"
        story = look.story(session, number, cast.CLERK)
        assert story.slip
        assert story.places
        [page] = [page for page in first if shown in page]
        row = page.partition(shown)[2].partition("Tổng số")[0]
        assert (story.slip.reference or "–") in row
        recipient = story.places.agencies[story.slip.recipient].name
        sender = story.places.agencies[story.slip.sender].name
        assert f"Nơi gửi: {sender}" in page
        others = {
            item.slip.recipient
            for other in states
            if (item := look.story(session, f"{other.n:012d}", cast.CLERK)).slip
            and other.mark == Mark.NONE
        }
        if state.mark == Mark.NONE:
            assert recipient in row
        elif story.slip.recipient not in others | {story.slip.sender}:
            assert recipient not in page


def test_only_the_office_that_accepted_gets_one(lived: cast.World) -> None:
    session, seq = lived.at(600), registration(lived)
    for stranger in (cast.COURIER, cast.OFFICERS[0]):
        with pytest.raises(NotAllowedError):
            receipt.pdf(session, stranger, seq)


@pytest.mark.parametrize("seq", [-1, 0, 10**12])
def test_what_is_no_registration_has_none(lived: cast.World, seq: int) -> None:
    with pytest.raises(RefusedError) as refused:
        receipt.pdf(lived.at(600), cast.CLERK, seq)
    assert refused.value.code == "no-such-registration"
