"""Changes of people and machines over the wire: by two officers, by one for a hold, by nobody else."""

from typing import Any

import pytest

from tests.kit import cast
from tests.kit.pages_here import PagesHere
from tests.kit.phone import size
from tests.kit.visitor import Visitor, spell

FIRST, SECOND = cast.OFFICERS
REVOKE = {"verb": "revoke", "who": cast.COURIER, "reason": "left", "second": SECOND}
ASSIGN = {
    "verb": "assign", "who": cast.COURIER, "role": "driver", "office": cast.OFFICE, "until": None,
    "second": SECOND,
}  # fmt: skip
DEVICE = {
    "verb": "device", "device": "WEB3", "name": "Quầy 3", "office": cast.OFFICE, "second": SECOND,
}  # fmt: skip
HOLD = {"verb": "hold", "who": cast.COURIER, "reason": "absent"}
KID = spell(b"k" * 8)


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({**REVOKE, "reason": "boredom"}, 400, "request-malformed"),
    ({**REVOKE, "since": 1}, 400, "request-malformed"),
    ({**REVOKE, "verb": "promote"}, 400, "request-malformed"),
    ({**REVOKE, "who": "NV999"}, 409, "no-such-person"),
    ({**REVOKE, "who": "../NV011"}, 400, "staff-number"),
    ({**ASSIGN, "role": "king"}, 400, "request-malformed"),
    ({**ASSIGN, "office": 1}, 409, "office-unknown"),
    ({**ASSIGN, "until": "9999-12-31"}, 400, "request-malformed"),
    ({**ASSIGN, "until": "0001-01-01"}, 400, "request-malformed"),
    ({**ASSIGN, "until": "2026-02-30"}, 400, "request-malformed"),
    ({**DEVICE, "device": "WEB1"}, 409, "device-known"),
    ({**DEVICE, "name": ""}, 400, "text-not-allowed"),
    ({**DEVICE, "name": "\u202eWEB"}, 400, "text-not-allowed"),
    ({"verb": "enrol", "kid": KID, "name": "A", "office": 1, "second": SECOND}, 404, "no-such-request"),
    ({"verb": "renew", "kid": KID, "second": SECOND}, 404, "no-such-request"),
    ({"verb": "renew", "kid": "k", "second": SECOND}, 400, "request-malformed"),
]  # fmt: skip


@pytest.fixture
def officer(pages: PagesHere) -> Visitor:
    return pages.enter(FIRST)


@pytest.mark.parametrize("wanted", [REVOKE, ASSIGN, DEVICE])
def test_two_officers_are_two_persons(pages: PagesHere, officer: Visitor, wanted: dict[str, Any]):
    before = size(pages.world)
    for second, code in ((FIRST, "one-person-twice"), (cast.CLERK, "role-may-not"),
                         (cast.RESERVE, "role-may-not"), ("", "staff-number")):  # fmt: skip
        assert officer.error("/api/people/check", {**wanted, "second": second})[1] == code
    assert officer.do("/api/people/check", wanted)["people"] == [FIRST, SECOND]
    proposed = officer.do("/api/people/propose", wanted)
    assert officer.ask("/api/commit", officer.sign(proposed, FIRST))[0] in (409, 422)
    assert size(pages.world) == before
    told = officer.do("/api/commit", officer.sign(proposed))
    assert told["entries"][0]["seq"] == before


def test_one_officer_holds_and_two_lift(pages: PagesHere, officer: Visitor):
    proposed = officer.do("/api/people/propose", HOLD)
    assert proposed["people"] == [FIRST]
    officer.do("/api/commit", officer.sign(proposed))
    lift = {"verb": "lift", "who": cast.COURIER, "reason": "cleared", "second": SECOND}
    assert officer.do("/api/people/check", lift)["people"] == [FIRST, SECOND]


def test_what_was_proposed_elsewhere_or_is_overtaken_is_not_committed(
    pages: PagesHere, officer: Visitor
):
    signed = officer.sign(officer.do("/api/people/propose", REVOKE))
    other = pages.enter(SECOND, "WEB2")
    assert other.error("/api/commit", signed) == (409, "not-this-device")
    officer.do("/api/commit", officer.sign(officer.do("/api/people/propose", ASSIGN)))
    before = size(pages.world)
    assert officer.error("/api/commit", signed) == (409, "changed-meanwhile")
    assert size(pages.world) == before


def test_what_cannot_be_is_said(officer: Visitor):
    for wanted, status, code in WRONG:
        for step in ("check", "propose"):
            assert officer.error(f"/api/people/{step}", wanted) == (status, code), wanted


def test_a_code_is_given_for_a_browser_that_officers_have_enrolled(officer: Visitor):
    given = [officer.do("/api/people/code", {"device": "web2"}) for _ in range(2)]
    assert [one["device"] for one in given] == ["WEB2", "WEB2"]
    assert given[0]["code"] != given[1]["code"]
    assert officer.error("/api/people/code", {"device": "WEB9"}) == (409, "no-such-device")
    assert officer.error("/api/people/code", {"device": "QUAY01"}) == (409, "device-of-machine")
    assert officer.error("/api/people/refuse", {"kid": KID}) == (404, "no-such-request")


def test_nobody_but_an_officer_changes_anything(pages: PagesHere):
    for staff in (cast.CLERK, cast.COURIER, cast.ADMIN):
        other = pages.enter(staff)
        for path, body in (
            ("check", HOLD), ("propose", REVOKE), ("refuse", {"kid": KID}), ("code", {"device": "WEB2"}),
        ):  # fmt: skip
            assert other.error(f"/api/people/{path}", body) == (403, "not-your-work"), staff
