"""Items as pages show them: plain, in the language of the request, with names as far as they are known."""

import json
from dataclasses import replace

from kt1custody.core.formats import numbers
from kt1custody.core.formats.item import Mark
from kt1custody.i18n import LANGUAGES, language
from kt1custody.services.custody import look
from kt1custody.web import items
from kt1custody.web.asking import Asking
from tests.kit import cast
from tests.kit.pages_here import PagesHere


def asking(pages: PagesHere, staff: str, code: str = "vi") -> Asking:
    pages.enter(staff)
    return Asking(pages.site, pages.site.visits.every()[-1], language(code))


def shown(pages: PagesHere, ask: Asking, n: int) -> dict[str, object]:
    states = look.listed(pages.world.session, holder=None, is_open=False, is_unsealed=False)
    [told] = items.shown(ask, [state for state in states if state.n == n])
    return told


def test_an_item_in_somebody_s_hands(pages: PagesHere, day: cast.Day):
    n = day.numbers[5]
    told = shown(pages, asking(pages, cast.CLERK), n)
    assert (told["n"], told["number"]) == (n, numbers.format_item_number(n))
    assert (told["holder_code"], told["holder"]) == (cast.COURIER, "K’Brỗi Hải")
    assert (told["sealed"], told["contested"], told["waiting"]) == (True, False, False)
    assert str(told["since"]).startswith("23/11/2026")
    assert told["witness"] == []


def test_an_item_says_for_what_the_policy_asks_for_a_witness(pages: PagesHere, day: cast.Day):
    policy = pages.world.session.control().policies[-1]
    ask = asking(pages, cast.CLERK)
    state = next(state for state in look.held(pages.world.session, cast.COURIER))
    [told] = items.shown(ask, [replace(state, mark=Mark.A)])
    assert told["witness"] == sorted(policy.witness["A"])
    assert "handover" in policy.witness["A"]


def test_one_that_is_delivered_is_with_nobody(pages: PagesHere, day: cast.Day):
    assert shown(pages, asking(pages, cast.CLERK), day.numbers[0])["holder"] == ""


def test_whose_name_may_not_be_read_is_shown_by_number(pages: PagesHere, day: cast.Day):
    told = shown(pages, asking(pages, cast.DRIVER), day.numbers[5])
    assert told["holder"] == cast.COURIER


def test_offices_have_their_names(pages: PagesHere):
    name = items.place_names(asking(pages, cast.DRIVER))
    assert name(str(cast.OFFICE)) != str(cast.OFFICE)
    assert name("999999") == "999999"


def test_it_is_json_and_in_each_language(pages: PagesHere, day: cast.Day):
    told = [shown(pages, asking(pages, cast.CLERK, code), day.numbers[5]) for code in LANGUAGES]
    assert len({json.dumps(one["status"]) for one in told}) == len(LANGUAGES)
    assert len({json.dumps(one["kind"]) for one in told}) == len(LANGUAGES)


def test_nothing_of_its_slip_is_in_it(pages: PagesHere, day: cast.Day):
    text = json.dumps(shown(pages, asking(pages, cast.CLERK), day.numbers[0]), ensure_ascii=False)
    assert "Nguyễn Văn Người Nhận" not in text
