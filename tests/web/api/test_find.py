"""Finding over the wire: a code leads to its item, words to slips, for whom they may be read."""

from pathlib import Path

from tests.kit import at_counter, cast
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


def test_one_document_number_that_was_sent_twice_leads_to_both_items(
    pages: PagesHere, day: cast.Day, tmp_path: Path
):
    world, next_year = pages.world, 60 * 1_440
    manifest = cast.write_manifest(tmp_path / "again.csv", 1, 1)
    [again] = at_counter.import_manifest(
        world.at(next_year), lambda: cast.CLERK, manifest, confirm=cast.yes
    ).numbers
    clerk = PagesHere(world, pages.keys).enter(cast.CLERK)
    found = clerk.do("/api/find", {"text": "1166-BCH-TM"})["slips"]
    assert [one["item"] for one in found] == [f"{again:012d}", f"{day.numbers[1]:012d}"]
    assert {one["reference"] for one in found} == {"1166-BCH-TM"}


def test_a_number_heard_wrong_offers_what_may_be_meant_to_officers_alone(
    pages: PagesHere, day: cast.Day
):
    officer, n = pages.enter(cast.OFFICERS[0]), f"{day.numbers[8]:012d}"
    heard = n[:10] + n[11] + n[10]
    offered = officer.do("/api/near", {"text": heard})["items"]
    assert (day.numbers[8], n, False) in {(i["n"], i["digits"], i["is_seal"]) for i in offered}
    assert len(offered) <= 3
    assert officer.do("/api/near", {"text": "../../etc/passwd"}) == {"items": []}
    clerk = pages.enter(cast.CLERK, "WEB2")
    assert clerk.error("/api/near", {"text": heard}) == (403, "not-your-work")
