"""The officer's first page: who holds how much for how long, and when items changed hands."""

import re

from tests.kit import cast
from tests.kit.pages_here import PagesHere

OFFICER = cast.OFFICERS[0]


def test_it_says_who_holds_what_and_how_long(pages: PagesHere):
    html = pages.enter(OFFICER).do("/overview")
    assert "K’Brỗi Hải" in html
    assert "10 bưu gửi đang mở · hôm nay bàn giao 14 lượt" in html
    assert dict(re.findall(r"(\d\d) giờ: (\d+)", html)) == {"07": "12", "08": "2"}
    assert 'class="bad-text"' not in html


def test_what_nobody_moves_grows_old(pages: PagesHere):
    pages.world.at(200 + 4 * 1_440)
    html = PagesHere(pages.world, pages.keys).enter(OFFICER).do("/overview")
    assert 'class="bad-text"' in html
    assert "Hôm nay chưa có" in html


def test_nobody_else_sees_it(pages: PagesHere):
    assert pages.enter(cast.CLERK).ask("/overview")[0] == 403
    assert pages.enter(cast.ADMIN, "WEB2").ask("/overview")[0] == 403
