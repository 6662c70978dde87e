"""Alarms on their page: what to do about each, and from there to whom it is about."""

import re

from kt1custody.services.people import roster
from tests.kit import at_counter, cast
from tests.kit.counter import Counter
from tests.kit.pages_here import PagesHere

FIRST, SECOND = cast.OFFICERS
LEAVES = "NV013"  # who holds nothing


def test_each_alarm_says_what_to_do_and_whom_to_stop(pages: PagesHere, day: cast.Day):
    officer = pages.enter(FIRST)
    assert "Không có báo động" in officer.do("/alarms?days=1")
    n = day.numbers[5]
    at_counter.open_slip(pages.world.session, SECOND, [str(n)], "court", confirm=cast.yes)
    html = officer.do("/alarms?days=1")
    assert "Việc cần làm" in html
    assert f'href="/investigate/{n}"' in html
    assert re.findall(r'href="/people#(\w+)"', html) == [SECOND]
    pages.world.at(200 + 2 * 1_440)
    officer = PagesHere(pages.world, pages.keys).enter(FIRST)
    assert f"/investigate/{n}" not in officer.do("/alarms?days=1")
    assert f"/investigate/{n}" in officer.do("/alarms?days=7")
    assert officer.ask("/alarms?days=x")[0] == 400
    assert officer.ask("/alarms?days=-5")[0] == 200


def test_of_very_many_items_some_are_named_and_the_rest_counted(pages: PagesHere, day: cast.Day):
    numbers = [str(n) for n in day.numbers]
    at_counter.open_slip(pages.world.session, FIRST, numbers, "court", confirm=cast.yes)
    html = pages.enter(FIRST).do("/alarms?days=1")
    assert len(re.findall(r'href="/investigate/\d+"', html)) == 6
    assert f"và {len(numbers) - 6} " in html


def test_a_person_is_stopped_from_where_the_officer_sees_them(counter: Counter):
    n = counter.held_by(cast.COURIER)[0]
    with counter.browser(FIRST) as page:
        page.go(f"{counter.url}/investigate/{n}")
        page.click(f"a[href='/people#{cast.COURIER}']")
        page.wait_for("location.pathname === '/people' && document.readyState === 'complete'")
        page.wait_for(f"document.querySelector('#who')?.value === '{cast.COURIER}'")
        page.go(f"{counter.url}/alarms")
        page.go(f"{counter.url}/people#{LEAVES}")
        page.wait_for(f"document.querySelector('#who')?.value === '{LEAVES}'")
        page.choose("#reason-hold", "suspected")
        counter.sign(page, FIRST)
        assert page.text("#sign .fault") == ""
        page.go(f"{counter.url}/alarms")
        page.go(f"{counter.url}/people")
        page.click(f"[data-verb=lift][data-who={LEAVES}]")
        page.choose("#verb", "revoke")
        page.choose("#reason-revoke", "compromised")
        page.choose("#second", SECOND)
        counter.sign(page, FIRST, SECOND)
        assert page.text("#sign .fault") == ""
        page.go(f"{counter.url}/alarms?days=1")
        assert f"/people#{LEAVES}" in page.evaluate("document.body.innerHTML")
        assert page.complaints == []
    people = {one.number: one for one in roster.members(counter.world.session)}
    assert people[LEAVES].is_revoked


def test_holds_of_people_and_machines_are_ended_by_two(pages: PagesHere):
    officer, session = pages.enter(FIRST), pages.world.session
    for who in (cast.COURIER, "WEB2"):
        hold = {"verb": "hold", "who": who, "reason": "suspected"}
        told = officer.do("/api/people/propose", hold)
        officer.do("/api/commit", officer.sign(told, FIRST))
    assert {one.number for one in roster.members(session) if one.hold is not None} == {cast.COURIER}
    assert {one.number for one in roster.devices(session) if one.hold is not None} == {"WEB2"}
    for who in (cast.COURIER, "WEB2"):
        lift = {"verb": "lift", "who": who, "reason": "cleared", "second": SECOND}
        told = officer.do("/api/people/propose", lift)
        assert told["people"] == [FIRST, SECOND]
        officer.do("/api/commit", officer.sign(told))
    assert [one for one in roster.members(session) if one.hold is not None] == []
    assert [one for one in roster.devices(session) if one.hold is not None] == []
