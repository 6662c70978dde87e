"""What stands around every page: who is there, where, and what they can go to."""

import re

import pytest

from kt1custody.signing.person_keys import PersonKey
from kt1custody.web import access
from kt1custody.web.pages import page
from tests.kit import cast
from tests.kit.pages_here import PagesHere

ANY = "/own-key"


@pytest.mark.parametrize("staff", [cast.CLERK, cast.COURIER, cast.OFFICERS[0], cast.ADMIN])
def test_the_bar_has_a_person_s_own_pages_alone(pages: PagesHere, staff: str):
    told = pages.enter(staff).do(ANY)
    bar = told.split("<header")[1].split("</header>")[0]
    [visit] = pages.site.visits.every()
    mine = [tab.path for tab in page.TABS if access.may(visit.role, tab.what)]
    assert [path for path in re.findall(r'href="(/[^"]*)"', bar) if path not in ("/", ANY)] == mine
    assert staff in bar


def test_every_tab_is_a_page_that_is_there_and_every_one_is_in_the_table(pages: PagesHere):
    assert [tab.path for tab in page.TABS if pages.ask(tab.path)[0] == 404] == []
    assert {tab.what for tab in page.TABS} <= access.MAY.keys()


def test_names_are_shown_where_the_server_is_unlocked_and_it_says_so_where_not(
    pages: PagesHere, keys: dict[str, PersonKey]
):
    assert "Nguyễn Thị Ngọc Ánh" in pages.enter(cast.CLERK).do(ANY)
    shut = PagesHere(pages.world, keys, reader=None).enter(cast.CLERK).do(ANY)
    assert "Nguyễn Thị Ngọc Ánh" not in shut
    assert 'href="/unlock"' in shut


def test_a_log_for_practice_says_so_on_every_page(pages: PagesHere):
    visitor = pages.enter(cast.CLERK)
    for path in (ANY, "/sign-in", "/nowhere"):
        assert 'class="training"' in visitor.ask(path)[1]


def test_what_a_request_says_stands_in_no_page_as_markup(pages: PagesHere):
    for path in ("/<script>alert(1)</script>", "/sign-in?to=%22><script>alert(1)</script>"):
        assert "<script>alert" not in pages.ask(path)[2]


def test_no_page_has_a_script_or_a_style_in_it(pages: PagesHere):
    visitor = pages.enter(cast.CLERK)
    for path in (ANY, "/sign-in", "/handover", "/stock", "/nowhere"):
        told = visitor.ask(path)[1]
        assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\son[a-z]+=|\sstyle=", told) == []
