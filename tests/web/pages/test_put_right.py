"""Corrections by two officers at one screen: of what an act says."""

from kt1custody.core.log.schema import CORRECTABLE
from kt1custody.web.pages import put_right
from tests.kit import cast
from tests.kit.counter import Counter
from tests.kit.pages_here import PagesHere
from tests.kit.phone import entries

FIRST, SECOND = cast.OFFICERS


def test_two_officers_put_an_act_right_at_one_screen(counter: Counter):
    refused = next(one for one in entries(counter.world) if one.act.type == "refuse")
    with counter.browser(FIRST) as page:
        page.go(f"{counter.url}/entry/{refused.seq}")
        page.click(f"a[href='/entry/{refused.seq}/put-right']")
        page.wait_for("document.querySelector('#second option[value=NV022]') !== null")
        page.choose("#field", "reason")
        page.wait_for("document.querySelector('[data-for=cond]').hidden")
        page.choose("#value-reason", "damaged")
        page.choose("#reason", "misread")
        page.choose("#second", SECOND)
        counter.sign(page, FIRST, SECOND)
        assert page.text("#sign .fault") == ""
        act = entries(counter.world)[-1].act
        assert (act.type, act.fields["officers"], act.fields["value"]) == (
            "correct",
            True,
            "damaged",
        )
        assert page.complaints == []


def test_what_may_be_put_right_in_codes_is_what_the_log_takes():
    for kind, fields in CORRECTABLE.items():
        for field, values in put_right.choices(kind).items():
            said = {"yes": True, "no": False} if field == "remark" else {}
            assert all(fields[field](said.get(value, value)) for value in values), (kind, field)
    assert put_right.choices("register") == {}  # all of it is in the slip


def test_acts_of_which_nothing_can_be_put_right_say_so(pages: PagesHere):
    officer = pages.enter(FIRST)
    assert officer.ask("/entry/0/put-right")[0] == 409
    assert officer.ask("/entry/99999/put-right")[0] == 409
    assert "put-right" not in officer.do("/entry/0")
