"""One entry of the log: in words, with the keys that signed it, and as bytes; for ever."""

import re

from kt1custody.core.log.entry import read_entry
from kt1custody.core.log.schema import SERVICE_KEYS
from tests.kit import at_counter, cast
from tests.kit.pages_here import PagesHere
from tests.kit.phone import entries

OFFICER = cast.OFFICERS[0]
TEN_YEARS = 10 * 365 * 1_440


def test_every_entry_of_a_day_is_told_in_words_with_its_signatures(pages: PagesHere):
    officer = pages.enter(OFFICER)
    for entry in entries(pages.world):
        html = officer.do(f"/entry/{entry.seq}")
        assert "chữ ký vừa được kiểm, đúng" in html
        assert f"<h1>#{entry.seq} " in html
        assert html.count("<dt>Chữ ký số</dt>") == len(entry.signatures)
        for person in entry.act.persons:
            assert person in html
    assert officer.ask("/entry/99999")[0] == 409
    assert officer.ask("/entry/-1")[0] == 409
    assert officer.ask("/entry/abc")[0] == 400


def test_nobody_else_reads_it(pages: PagesHere):
    clerk = pages.enter(cast.CLERK)
    assert [clerk.ask(path)[0] for path in ("/entry/5", "/entry/5/raw")] == [403, 403]


def test_an_item_of_ten_years_ago_still_verifies_after_two_rotations(
    pages: PagesHere, day: cast.Day
):
    world, n = pages.world, day.numbers[0]
    for years in (3, 7):
        for place, service in enumerate(SERVICE_KEYS):
            session = world.at(200 + years * 365 * 1_440 + place)
            at_counter.rotate_service_key(session, service, cast.OFFICERS, confirm=cast.yes)
    world.at(200 + TEN_YEARS)
    officer = PagesHere(world, pages.keys).enter(OFFICER)
    html = officer.do(f"/investigate/{n}")
    assert "đã phát" in html
    assert "Không có: bưu gửi đã kết thúc" in html
    seqs = {int(seq) for seq in re.findall(r'<td><a href="/entry/(\d+)">', html)}
    assert len(seqs) >= 5
    for seq in seqs:
        assert "chữ ký vừa được kiểm, đúng" in officer.do(f"/entry/{seq}")
    assert read_entry(entries(world)[max(seqs)].raw).seq == max(seqs)
