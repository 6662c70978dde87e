"""What the answers about seals refuse: strangers, those whose work it is not, and malformed wishes."""

import pytest

from tests.kit import cast
from tests.kit.counter import Counter

PATHS = (
    "/api/print/check", "/api/print/propose", "/api/labels", "/api/bind/scan", "/api/bind/check",
    "/api/bind/propose", "/api/void/check", "/api/void/propose", "/api/resume/check",
    "/api/resume/propose",
)  # fmt: skip
MALFORMED = (
    ("/api/labels", {"dpi": 600}),
    ("/api/bind/check", {"scans": [1]}),
    ("/api/bind/check", {"scans": ["1"] * 2_001}),
    ("/api/void/check", {"scan": "1", "reason": "boredom"}),
    ("/api/void/check", {"scan": "1", "reason": "torn", "cond": "wet"}),
    ("/api/resume/check", {"job": "1", "reason": "boredom"}),
    ("/api/print/check", {"scans": [], "by": "NV002"}),
)


@pytest.mark.parametrize("path", PATHS)
def test_nobody_is_answered_who_has_not_signed_in(counter: Counter, path: str):
    status, _, answer = counter.ask(path, {})
    assert (status, answer["error"]["code"]) in {
        (401, "sign-in-needed"),
        (400, "request-malformed"),
    }


def test_a_courier_prints_no_seals_and_a_clerk_asks_in_the_words_of_the_log(counter: Counter):
    post = (
        "Promise.all({asked}.map(([path, body]) => fetch(path, {{method: 'POST',"
        " headers: {{'content-type': 'application/json'}}, body: JSON.stringify(body)}})"
        ".then(told => told.json()).then(told => told.error.code)))"
    )
    with counter.browser(cast.COURIER) as page:
        asked = [["/api/print/check", {"scans": []}], ["/api/labels", {}]]
        assert page.evaluate(post.format(asked=asked)) == ["not-your-work"] * 2
        counter.sign_in(page, cast.CLERK)
        asked = [list(pair) for pair in MALFORMED]
        assert set(page.evaluate(post.format(asked=asked))) == {"request-malformed"}
        asked = [["/api/resume/check", {"job": "99999999993"}]]
        assert page.evaluate(post.format(asked=asked)) == ["serial"]
