"""Offers over the wire: made here, taken at another browser, withdrawn; what stands in the way."""

from typing import Any

import pytest

from kt1custody.services.custody import look, offer
from tests.kit import at_counter, cast
from tests.kit.pages_here import PagesHere


def held(pages: PagesHere, holder: str = cast.COURIER) -> list[int]:
    return [state.n for state in look.held(pages.world.session, holder)]


def test_what_was_offered_is_taken_at_another_browser(pages: PagesHere):
    first, second, *_ = held(pages)
    clerk = pages.enter(cast.CLERK)
    wanted = {"scans": [str(first), str(second)], "giver": cast.COURIER, "receiver": cast.COURIER_2}
    assert clerk.do("/api/offer/check", wanted)["people"] == [cast.COURIER]
    told = clerk.do("/api/commit", clerk.sign(clerk.do("/api/offer/propose", wanted)))
    seq = told["entries"][-1]["seq"]
    assert {first, second} <= set(held(pages))

    other = pages.enter(cast.COURIER_2, "WEB2")
    assert f"/offers/{seq}" in other.ask("/offers")[1]
    assert f"{first:012d}"[:4] in other.ask(f"/offers/{seq}")[1]
    taking = {"offered": seq, "receiver": cast.COURIER_2, "scans": [str(first)]}
    assert other.do("/api/take/check", taking) == {"people": [cast.COURIER_2], "short": [second]}
    other.do("/api/commit", other.sign(other.do("/api/take/propose", taking)))
    assert first in held(pages, cast.COURIER_2)
    assert second in held(pages)
    assert other.ask(f"/offers/{seq}")[0] == 409  # it waits no more


@pytest.mark.parametrize(
    ("path", "change", "status", "code"),
    [
        ("offer", {"giver": cast.DRIVER}, 409, "not-possible"),
        ("offer", {"receiver": cast.COURIER}, 409, "one-person-twice"),
        ("offer", {"receiver": "NV999"}, 409, "no-such-person"),
        ("offer", {"scans": []}, 409, "nothing-given"),
        ("offer", {"scans": ["1"] * 2_001}, 400, "request-malformed"),
        ("take", {"giver": None, "offered": 3}, 409, "no-such-offer"),
        ("take", {"giver": None, "offered": "../3"}, 400, "request-malformed"),
        (
            "withdraw",
            {"receiver": None, "scans": None, "offered": 3},
            409,
            "no-such-offer",
        ),
    ],
)
def test_what_stands_in_the_way_is_said(
    pages: PagesHere, path: str, change: dict[str, Any], status: int, code: str
):
    clerk = pages.enter(cast.CLERK)
    asked = {"scans": [str(held(pages)[0])], "giver": cast.COURIER, "receiver": cast.COURIER_2}
    asked = {name: value for name, value in (asked | change).items() if value is not None}
    for step in ("check", "propose"):
        assert clerk.error(f"/api/{path}/{step}", asked) == (status, code)


def test_others_who_carry_items_do_not_see_it(pages: PagesHere):
    entry = at_counter.offer(
        pages.world.session, cast.COURIER, cast.COURIER_2, [str(held(pages)[0])], confirm=cast.yes
    )
    driver = pages.enter(cast.DRIVER)
    assert f"/offers/{entry.seq}" not in driver.ask("/offers")[1]
    assert driver.ask(f"/offers/{entry.seq}")[0] == 409
    assert len(offer.waiting(pages.world.session)) == 1
