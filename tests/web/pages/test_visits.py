"""Who is signed in, and what an officer's word ends."""

from tests.kit import cast
from tests.kit.counter import Counter


def test_an_officer_ends_the_visit_of_a_browser_that_was_left_alone(counter: Counter):
    with counter.browser(cast.CLERK_2) as left, counter.browser(cast.OFFICERS[0]) as page:
        page.go(f"{counter.url}/sessions")
        page.click(f"[aria-label$='{cast.CLERK_2}']")
        page.wait_for(f"document.querySelector(\"[aria-label$='{cast.CLERK_2}']\") === null")
        left.go(f"{counter.url}/stock")
        left.wait_for("location.pathname === '/sign-in'")
    assert counter.ask("/sessions/1/end", {})[0] in (303, 403)
