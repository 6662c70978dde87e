"""Suggestions over the wire: an administrator's words, which change nothing until officers sign."""

from kt1custody.services.people import suggestions
from tests.kit import cast
from tests.kit.pages_here import PagesHere
from tests.kit.phone import size

CHANGE = {"verb": "revoke", "who": cast.COURIER, "reason": "left", "second": ""}


WRONG: list[object] = [
    {"verb": "hold", "who": cast.COURIER, "reason": "other"},  # which one officer does at once
    {"verb": "enrol", "kid": "", "name": "A", "office": 1, "second": ""},
    {**CHANGE, "by": cast.OFFICERS[0]},
    {**CHANGE, "who": None},
    {**CHANGE, "who": "\ud800"},
    "revoke",
]


def test_it_is_kept_with_its_author_and_changes_nothing(pages: PagesHere):
    admin, before = pages.enter(cast.ADMIN), size(pages.world)
    number = admin.do("/api/suggestions", {"change": CHANGE})["number"]
    [kept] = suggestions.every(pages.site.session)
    assert (kept.number, kept.by) == (number, cast.ADMIN)
    assert kept.change == {"verb": "revoke", "who": cast.COURIER, "reason": "left"}
    assert size(pages.world) == before
    assert admin.error("/api/people/propose", {**CHANGE, "second": cast.OFFICERS[1]})[0] == 403


def test_an_officer_sees_it_as_text_and_drops_it(pages: PagesHere):
    hostile = "<img src=x onerror=alert(1)>"
    pages.enter(cast.ADMIN).do("/api/suggestions", {"change": {**CHANGE, "who": hostile}})
    officer = pages.enter(cast.OFFICERS[0], "WEB2")
    assert hostile not in officer.do("/people")
    for _ in range(2):  # a second time changes nothing
        assert officer.do("/api/suggestions/drop", {"number": 1}) == {"dropped": True}
    assert suggestions.every(pages.site.session) == []


def test_what_is_no_suggestion_is_refused(pages: PagesHere):
    admin = pages.enter(cast.ADMIN)
    for change in WRONG:
        answer = admin.error("/api/suggestions", {"change": change})
        assert answer == (400, "request-malformed"), change
    assert suggestions.every(pages.site.session) == []


def test_each_does_their_part_alone(pages: PagesHere):
    for staff in (cast.CLERK, cast.OFFICERS[0]):
        answer = pages.enter(staff).error("/api/suggestions", {"change": CHANGE})
        assert answer == (403, "not-your-work")
    for staff in (cast.CLERK, cast.ADMIN):
        answer = pages.enter(staff).error("/api/suggestions/drop", {"number": 1})
        assert answer == (403, "not-your-work")
