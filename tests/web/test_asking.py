"""Who asks: language, device and visit of a request, and what keeps a visit awake."""

import pytest

from kt1custody.services.people import tokens
from kt1custody.web import access, asking
from kt1custody.web.asking import LANGUAGE
from tests.kit import cast
from tests.kit.pages_here import PagesHere


def test_a_browser_s_own_language_counts_else_the_machine_s(pages: PagesHere):
    visitor = pages.browser()
    sentences = {}
    for code in ("", "vi", "en", "xx", "../en"):
        visitor.cookies[LANGUAGE] = code
        sentences[code] = visitor.ask("/api/scan", {"text": "1"})[1]
    assert sentences[""] == sentences["vi"] == sentences["xx"] == sentences["../en"]
    assert sentences["en"] != sentences["vi"]


def test_a_visit_speaks_the_language_of_each_request(pages: PagesHere):
    visitor = pages.enter(cast.CLERK)
    texts = []
    for code in ("en", "vi"):
        visitor.cookies[LANGUAGE] = code
        texts.append(visitor.ask("/own-key")[1])
        assert f'<html lang="{code}">' in texts[-1]
        [visit] = pages.site.visits.every()
        assert visit.session.language.code == code


@pytest.mark.parametrize("secret", ["", "x", "WEB1", "WEB1.", "WEB1." + "x" * 43, "../WEB1.x"])
def test_whatever_else_a_browser_shows_makes_it_no_device(pages: PagesHere, secret: str):
    visitor = pages.enter(cast.CLERK)
    visitor.cookies[asking.BROWSER] = secret
    assert visitor.error("/api/challenge", {}) == (403, "browser-unknown")
    assert visitor.error("/api/scan", {"text": "1"}) == (401, "sign-in-needed")


def test_what_a_page_asks_by_itself_keeps_nobody_awake(pages: PagesHere):
    visitor = pages.enter(cast.CLERK)
    for _ in range(3):
        pages.now += 250
        status, _ = visitor.ask("/own-key", **{"x-by-itself": "1"})
    assert status == 303
    assert visitor.error("/api/scan", {"text": "1"}) == (403, "visit-locked")


def test_a_program_with_a_token_needs_no_visit_and_a_person_needs_no_token(pages: PagesHere):
    token = tokens.add(pages.world.session, "board", ("events",), 400)
    bearer = {"authorization": f"bearer  {token} "}
    assert pages.ask("/api/head", None, bearer)[0] == 200
    assert pages.enter(cast.ADMIN).ask("/api/head")[0] == 200
    courier = pages.enter(cast.COURIER)
    assert courier.error("/api/head") == (403, "not-your-work")
    assert courier.ask("/api/head", authorization=f"Bearer {token}")[0] == 200
    assert courier.ask("/api/head", authorization="Bearer x")[0] == 401


def test_nobody_depends_on_what_is_not_in_the_table_of_roles():
    for make in (asking.asking, asking.reading):
        with pytest.raises(KeyError):
            make("everything")
        assert callable(make(next(iter(access.MAY))))
