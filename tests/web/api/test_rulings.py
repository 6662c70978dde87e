"""What officers sign about items over the wire: opening records alone, settling a fork by two."""

from dataclasses import replace
from typing import Any

import pytest

from kt1custody.services.custody import look
from tests.kit import cast
from tests.kit.pages_here import PagesHere
from tests.kit.phone import Phone, receive, size
from tests.kit.visitor import Visitor

FIRST, SECOND = cast.OFFICERS
WRONG: list[tuple[str, dict[str, Any], int, str]] = [
    ("disclose", {"reason": "boredom"}, 400, "request-malformed"),
    ("disclose", {"scan": "/etc/passwd"}, 400, "seal-text"),
    ("disclose", {"scan": "682699999990"}, 400, "item-number"),
    ("disclose", {"officer": SECOND}, 400, "request-malformed"),
    ("settle", {"reason": "boredom"}, 400, "request-malformed"),
    ("settle", {"second": ""}, 400, "staff-number"),
    ("settle", {"keep": "x"}, 409, "not-contested"),
    ("settle", {"scan": None}, 400, "request-malformed"),
]


@pytest.fixture
def officer(pages: PagesHere) -> Visitor:
    return pages.enter(FIRST)


@pytest.fixture
def wanted(day: cast.Day) -> dict[str, dict[str, Any]]:
    n = f"{day.numbers[5]:012d}"
    return {
        "disclose": {"scan": n, "reason": "investigation"},
        "settle": {"scan": n, "keep": "none", "reason": "statements", "second": SECOND},
    }


def test_an_officer_opens_records_by_a_signed_act_and_nobody_elses_name(
    pages: PagesHere, officer: Visitor, wanted: dict[str, dict[str, Any]]
):
    before = size(pages.world)
    proposed = officer.do("/api/disclose/propose", wanted["disclose"])
    assert proposed["people"] == [FIRST]
    assert size(pages.world) == before
    officer.keys = {**pages.keys, FIRST: replace(pages.keys[SECOND], staff=FIRST)}
    assert officer.ask("/api/commit", officer.sign(proposed, FIRST))[0] in (403, 409, 422)
    officer.keys = pages.keys
    assert pages.enter(SECOND, "WEB2").error("/api/commit", officer.sign(proposed))[0] == 409
    told = officer.do("/api/commit", officer.sign(proposed))
    assert [entry["type"] for entry in told["entries"]] == ["disclose"]


def test_a_fork_is_settled_by_two_as_it_stood_when_it_was_shown(pages: PagesHere, officer: Visitor):
    phone = Phone(pages.world)
    item, seqs = phone.held[-1], []
    for to in (cast.COURIER_2, cast.DRIVER):
        act = phone.spell(phone.handover(item, to=to, witness=None))
        seqs.append(receive(pages.world.session, act).entry.seq)
    asked = {"scan": str(item.n), "keep": str(seqs[1]), "reason": "paper", "second": SECOND}
    for over, code in (
        ({"second": FIRST}, "one-person-twice"), ({"second": cast.CLERK}, "role-may-not"),
        ({"keep": "5"}, "no-such-branch"), ({"keep": "9" * 50}, "no-such-branch"),
    ):  # fmt: skip
        assert officer.error("/api/settle/check", {**asked, **over})[1] == code
    proposed = officer.do("/api/settle/propose", asked)
    assert officer.ask("/api/commit", officer.sign(proposed, FIRST))[0] in (409, 422)
    officer.do("/api/commit", officer.sign(proposed))
    state = look.story(pages.world.session, str(item.n)).state
    assert (state.holder, state.contested) == (cast.DRIVER, False)
    assert officer.error("/api/settle/check", asked) == (409, "not-contested")


def test_what_cannot_be_is_said(officer: Visitor, wanted: dict[str, dict[str, Any]]):
    for verb, over, status, code in WRONG:
        for step in ("check", "propose"):
            answer = officer.error(f"/api/{verb}/{step}", {**wanted[verb], **over})
            assert answer == (status, code), (verb, over)


def test_rulings_are_the_work_of_officers(pages: PagesHere, wanted: dict[str, dict[str, Any]]):
    for staff in (cast.CLERK, cast.COURIER, cast.ADMIN):
        other = pages.enter(staff)
        for verb, asked in wanted.items():
            for step in ("check", "propose"):
                assert other.error(f"/api/{verb}/{step}", asked) == (403, "not-your-work")
