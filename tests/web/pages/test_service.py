"""Rules and lists in a real browser: an administrator suggests, two officers sign what they see."""

import pytest

from tests.kit import cast
from tests.kit.browser import Page
from tests.kit.counter import Counter

FIRST, SECOND = cast.OFFICERS[:2]


def signed(page: Page, counter: Counter) -> str:
    page.choose("#second", SECOND)
    counter.sign(page, FIRST, SECOND)
    assert page.text("#sign .fault") == ""
    return page.text("#done")


@pytest.mark.slow
def test_what_an_administrator_suggests_about_the_service_two_officers_sign(counter: Counter):
    with counter.browser(cast.ADMIN) as theirs, counter.browser(FIRST) as page:
        theirs.go(f"{counter.url}/service/policy")
        theirs.fill("#hours", "71")
        theirs.click("#suggest")
        theirs.wait_for("!document.querySelector('#done').hidden")
        assert theirs.evaluate("document.querySelector('#sign, #second') === null")

        page.go(f"{counter.url}/service")
        page.click("[href^='/service/policy?suggestion=']")
        page.wait_for("document.querySelector('#wanted') !== null")
        page.wait_for("document.querySelector('#lines li') !== null")
        assert "71" in page.text("#lines")
        signed(page, counter)
        first, *_, newest = counter.world.session.control().policies
        assert (newest.witness, newest.max_offline) == (first.witness, 71 * 3_600)
        page.go(f"{counter.url}/service")
        assert page.evaluate("document.querySelector('.request') === null")

        page.go(f"{counter.url}/service/agencies?code=B-QP")
        page.fill("#address", "Số 7 Nguyễn Tri Phương, Hà Nội")
        signed(page, counter)
        page.go(f"{counter.url}/service/keys")
        before = counter.world.session.control().service_key("server")
        page.choose("#service", "server")
        done = signed(page, counter)
        key = counter.world.session.control().service_key("server")
        assert key != before
        assert key.kid.hex().upper() in done.replace(" ", "")
        assert page.complaints + theirs.complaints == []
