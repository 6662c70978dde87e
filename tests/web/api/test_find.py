"""Finding over the wire: a code leads to its item, words to slips, for whom they may be read."""

from tests.kit import cast
from tests.kit.pages_here import PagesHere


def test_a_code_leads_to_its_item_and_words_to_slips(pages: PagesHere, day: cast.Day):
    clerk = pages.enter(cast.CLERK)
    assert clerk.do("/api/find", {"text": " 6826 0000 0014 "}) == {"item": "682600000014"}
    assert clerk.error("/api/find", {"text": "682600000015"}) == (400, "item-number")
    assert clerk.error("/api/find", {"text": " "}) == (400, "search-empty")
    found = clerk.do("/api/find", {"text": "tanh linh"})
    assert found["searched"] == len(day.numbers)
    [slip] = found["slips"]
    assert slip["item"] == f"{day.numbers[1]:012d}"
    assert slip["reference"] == "1166-BCH-TM"


def test_who_carries_items_finds_by_number_alone(pages: PagesHere, day: cast.Day):
    for staff in (cast.COURIER, cast.OFFICERS[0]):
        visitor = pages.enter(staff)
        assert visitor.error("/api/find", {"text": "tanh linh"}) == (403, "find-by-number")
        assert visitor.do("/api/find", {"text": str(day.numbers[0])})["item"]
    assert pages.enter(cast.ADMIN).error("/api/find", {"text": "1"}) == (403, "not-your-work")
