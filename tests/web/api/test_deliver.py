"""Deliveries and returns over the wire: what stands in the way is said before anybody signs."""

from typing import Any

import pytest

from kt1custody.services.custody import look
from tests.kit import cast
from tests.kit.pages_here import PagesHere


def wanted(pages: PagesHere, **change: Any) -> dict[str, Any]:
    [first, *_] = look.held(pages.world.session, cast.COURIER)
    asked = {"scans": [str(first.n)], "giver": cast.COURIER, "name": "Nguyễn Văn Nhận"}
    return asked | change


@pytest.mark.parametrize(
    ("verb", "change", "status", "code"),
    [
        ("deliver", {"giver": cast.CLERK}, 409, "not-possible"),
        ("deliver", {"scans": []}, 409, "nothing-given"),
        ("deliver", {"scans": ["1"] * 2_001}, 400, "request-malformed"),
        ("deliver", {"scans": ["../../etc/passwd"]}, 400, "seal-text"),
        ("deliver", {"name": "  "}, 400, "text-not-allowed"),
        ("deliver", {"name": "Nguyễn\u202eVăn"}, 400, "text-not-allowed"),
        ("deliver", {"note": "x" * 201}, 400, "text-not-allowed"),
        ("deliver", {"cond": "fine"}, 400, "request-malformed"),
        ("deliver", {"keeper": cast.CLERK_2}, 400, "request-malformed"),
        ("deliver", {"reason": "withdrawn"}, 400, "request-malformed"),
        ("return", {}, 400, "request-malformed"),
        ("return", {"reason": "boredom"}, 400, "request-malformed"),
        ("return", {"reason": "withdrawn", "giver": cast.DRIVER}, 409, "not-possible"),
    ],
)
def test_what_stands_in_the_way_is_said(
    pages: PagesHere, verb: str, change: dict[str, Any], status: int, code: str
):
    clerk = pages.enter(cast.CLERK)
    asked = wanted(pages, **change)
    for step in ("check", "propose"):
        assert clerk.error(f"/api/{verb}/{step}", asked) == (status, code)


def test_it_is_the_work_of_a_counter(pages: PagesHere):
    for staff in (cast.COURIER, cast.OFFICERS[0], cast.ADMIN):
        visitor = pages.enter(staff)
        for verb in ("deliver", "return"):
            assert visitor.error(f"/api/{verb}/check", wanted(pages)) == (403, "not-your-work")
