"""The first page leads each person to their work."""

import pytest

from kt1custody.web import access
from kt1custody.web.pages import page
from tests.kit import cast
from tests.kit.pages_here import PagesHere

PEOPLE = (
    cast.CLERK, cast.CONTROLLER, cast.COURIER, cast.DRIVER, cast.OFFICERS[0], cast.ADMIN,
)  # fmt: skip


@pytest.mark.parametrize("staff", PEOPLE)
def test_everybody_comes_to_a_page_that_they_may_see(pages: PagesHere, staff: str):
    visitor = pages.enter(staff)
    [visit] = pages.site.visits.every()
    mine = [tab.path for tab in page.TABS if access.may(visit.role, tab.what)]
    status, told = visitor.ask("/")
    if mine:
        assert (status, visitor.headers["location"]) == (303, mine[0])
        status, told = visitor.ask(mine[0])
    assert status == 200
    assert visit.staff in told


def test_who_is_not_signed_in_comes_to_sign_in(pages: PagesHere):
    status, headers, _ = pages.ask("/")
    assert (status, headers["location"]) == (303, "/sign-in#/")
