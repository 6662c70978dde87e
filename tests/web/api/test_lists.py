"""Lists over the wire: read, described, and brought into force by two officers."""

from typing import Any

import pytest

from tests.kit import cast
from tests.kit.pages_here import PagesHere
from tests.kit.phone import size
from tests.kit.visitor import Visitor, spell

FIRST, SECOND = cast.OFFICERS
OFFICES = (cast.DATA / "offices.csv").read_bytes()
AGENCIES = (cast.DATA / "agencies.csv").read_bytes()


def wanted(raw: bytes, **over: str) -> dict[str, Any]:
    return {"kind": "agencies", "name": "a.csv", "content": spell(raw), "second": SECOND, **over}


WRONG: list[tuple[dict[str, Any], int, str]] = [
    (wanted(b""), 400, "table-unreadable"),
    (wanted(b"PK\x03\x04", name="x.xlsx"), 400, "table-unreadable"),
    (wanted(OFFICES), 400, "list-wrong"),
    (wanted(AGENCIES + AGENCIES.splitlines()[-1]), 400, "list-wrong"),
    (wanted(AGENCIES, kind="people"), 400, "request-malformed"),
    (wanted(AGENCIES, content="%%%"), 400, "request-malformed"),
    (wanted(AGENCIES, path="/etc/passwd"), 400, "request-malformed"),
    (wanted(AGENCIES, second=""), 400, "staff-number"),
    (wanted(AGENCIES, second=FIRST), 409, "one-person-twice"),
    (wanted(AGENCIES, second=cast.CLERK), 403, "role-may-not"),
]


@pytest.fixture
def officer(pages: PagesHere) -> Visitor:
    return pages.enter(FIRST)


def test_a_list_is_described_and_signed_by_both(pages: PagesHere, officer: Visitor):
    assert officer.do("/api/lists/check", wanted(AGENCIES))["in_force"]
    fewer = AGENCIES.rstrip().rsplit(b"\n", 1)[0]
    checked = officer.do("/api/lists/check", wanted(fewer))
    assert (checked["people"], len(checked["gone"]), checked["new"]) == ([FIRST, SECOND], 1, 0)
    proposed, before = officer.do("/api/lists/propose", wanted(fewer)), size(pages.world)
    assert officer.ask("/api/commit", officer.sign(proposed, FIRST))[0] in (409, 422)
    assert size(pages.world) == before
    officer.do("/api/commit", officer.sign(proposed))
    assert officer.do("/api/lists/check", wanted(fewer))["in_force"]


def test_what_is_wrong_with_a_list_or_its_signers_is_said(officer: Visitor):
    for asked, status, code in WRONG:
        assert officer.error("/api/lists/check", asked) == (status, code), asked["content"][-20:]
    assert officer.error("/api/lists/propose", WRONG[-1][0]) == WRONG[-1][1:]


def test_people_of_a_list_are_expected_and_none_of_a_wrong_one(pages: PagesHere, officer: Visitor):
    row = f"NV771,Nguyễn Thị Mới,clerk,HE1-LD\n{cast.CLERK},Nguyễn Thị Ngọc Ánh,clerk,HE1-LD\n"
    content = f"ma,ho_ten,vai_tro,don_vi\n{row}".encode()
    told = officer.do("/api/lists/people", {"name": "p.csv", "content": spell(content)})
    assert told == {"new": 1, "known": 1}
    assert list(pages.site.expected) == ["NV771"]
    wrong = {"name": "p.csv", "content": spell(content.replace(b"clerk", b"king"))}
    assert officer.error("/api/lists/people", wrong) == (400, "list-wrong")
    assert list(pages.site.expected) == ["NV771"]


def test_lists_are_the_work_of_officers(pages: PagesHere):
    for staff in (cast.CLERK, cast.ADMIN):
        other = pages.enter(staff)
        for path in ("check", "propose"):
            assert other.error(f"/api/lists/{path}", wanted(AGENCIES))[1] == "not-your-work"
        asked = {"name": "p.csv", "content": ""}
        assert other.error("/api/lists/people", asked) == (403, "not-your-work")
