"""The page to sign in, the way back to where somebody wanted to go, and the language of a browser."""

import json

import pytest

from kt1custody.web.asking import LANGUAGE
from tests.kit import cast
from tests.kit.browser import open_page
from tests.kit.counter import Counter
from tests.kit.pages_here import PagesHere
from tests.kit.visitor import Visitor

HOSTILE = (
    "//evil.example", "https://evil.example/", "/\\evil.example", "/%2f/evil.example", "/a//evil@b",
    "javascript:alert(1)", "/x?y=1", "/x%0d%0aset-cookie:a=b", "",
)  # fmt: skip


def test_a_browser_that_is_no_device_is_made_one_first(pages: PagesHere):
    stranger = Visitor(pages.world, pages.keys, pages.ask).do("/sign-in")
    known = pages.browser().do("/sign-in")
    assert 'id="practise"' in stranger
    assert 'id="sign-in"' not in stranger
    assert 'id="sign-in"' in known
    assert "WEB1" in known
    assert 'type="password"' in known


def test_a_locked_visit_names_its_person(pages: PagesHere):
    visitor = pages.enter(cast.CLERK)
    assert f'data-locked="{cast.CLERK}"' not in visitor.do("/sign-in")
    visitor.do("/api/lock", {})
    assert f'data-locked="{cast.CLERK}"' in visitor.do("/sign-in")


def test_it_leads_back_to_a_page_of_this_server_alone(pages: PagesHere, counter: Counter):
    for wanted in HOSTILE:
        status, headers, _ = pages.ask(f"/language/vi?to={wanted}")
        assert (status, headers["location"]) == (303, "/")
    asked = json.dumps([*HOSTILE, "/stock", "/item/000000000018"])
    with open_page(f"{counter.url}/sign-in") as page:
        led = page.evaluate(
            f"import('/static/js/frame.js').then(({{ownPlace}}) => {asked}.map(ownPlace))"
        )
    assert led == [*("/" for _ in HOSTILE), "/stock", "/item/000000000018"]


@pytest.mark.parametrize("code", ["vi", "en"])
def test_a_language_stays_in_this_browser(pages: PagesHere, code: str):
    visitor = pages.browser()
    assert visitor.ask(f"/language/{code}?to=/sign-in")[0] == 303
    assert visitor.headers["location"] == "/sign-in"
    text = visitor.headers["set-cookie"].lower()
    assert "samesite=strict" in text
    assert "max-age=" in text
    assert visitor.cookies[LANGUAGE] == code
    assert f'<html lang="{code}">' in visitor.do("/sign-in")


def test_an_unknown_language_sets_nothing(pages: PagesHere):
    visitor = pages.browser()
    for code in ("xx", "vi;q=1", "VI"):
        visitor.ask(f"/language/{code}?to=/sign-in")
        assert "set-cookie" not in visitor.headers


def test_a_browser_that_may_keep_nothing_says_so(counter: Counter):
    with counter.browser() as page:
        for refused in (
            "Object.defineProperty(Navigator.prototype, 'cookieEnabled', {get: () => !window.no})",
            "Object.defineProperty(window, 'indexedDB', {get() { throw new Error('denied') }})",
        ):
            page.run_first(f"window.no = true; {refused}")
            page.go(f"{counter.url}/sign-in")
            page.wait_for("!document.querySelector('#keeps-nothing').hidden")
            page.run_first("window.no = false")
        assert page.complaints == []
